package poyang.chain.contract;

import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;

/// The state of one contract as of some block: a sorted map from text keys to bytes. Every contract
/// sees only its own key space.
public interface ReadableState {
    Optional<byte[]> get(String key);

    /// Keys that start with `prefix` and lie after `afterKey` (empty text: from the start), ascending,
    /// at most `limit` of them.
    List<Entry> scan(String prefix, String afterKey, int limit);

    /// The state of another contract, read-only.
    ReadableState of(String contract);

    /// One key and its value.
    record Entry(String key, Bytes value) {}
}
