package poyang.sdk.lookup;

import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;

/// What reading a range came to, for its asker alone.
///
/// @param lookup its id on chain
/// @param version of the table that answered
/// @param columns of an entry; the key is beside them
/// @param entries in the order of their keys; none where the holder did not answer from the committed table
/// @param more whether the range goes on behind them
/// @param complaint what was wrong with the answer; the supervisors have been told, sealed
/// @param receipt the transaction in which the holder states the look-up
/// @param bytes of all frames, both ways
public record RangeResult(
        String lookup,
        int version,
        List<String> columns,
        List<Entry> entries,
        boolean more,
        Optional<String> complaint,
        Bytes receipt,
        long bytes) {
    public RangeResult {
        columns = List.copyOf(columns);
        entries = List.copyOf(entries);
    }

    /// @param fields one a column, empty where it has no value
    public record Entry(String key, List<Optional<String>> fields) {
        public Entry {
            fields = List.copyOf(fields);
        }
    }

    /// Whether the holder answered rightly.
    public boolean good() {
        return complaint.isEmpty();
    }
}
