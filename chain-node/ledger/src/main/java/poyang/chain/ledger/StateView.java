package poyang.chain.ledger;

import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;

/// The state of all contracts at one moment: for each contract a map from text keys to bytes, sorted by
/// the keys' UTF-8 bytes.
public sealed interface StateView permits HeadView, HistoricView, StateOverlay {
    Optional<Bytes> get(String contract, String key);

    /// Keys that start with `prefix` and lie after `afterKey` (empty text: from the start), ascending, at
    /// most `limit` of them.
    List<Entry> scan(String contract, String prefix, String afterKey, int limit);

    /// One key and its value.
    record Entry(String key, Bytes value) {}
}
