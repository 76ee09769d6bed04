package poyang.sdk.lookup;

import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;

/// What a look-up came to, for its asker alone.
///
/// @param lookup its id on chain
/// @param version of the table that answered
/// @param columns of a record
/// @param answers one for each keyword, in their order
/// @param receipt the transaction in which the holder states the look-up
/// @param bytes of all frames, both ways
public record LookupResult(
        String lookup, int version, List<String> columns, List<Answer> answers, Bytes receipt, long bytes) {
    public LookupResult {
        columns = List.copyOf(columns);
        answers = List.copyOf(answers);
    }

    /// What one keyword came to.
    public sealed interface Answer {
        /// Its records: each has a field a column, empty where it has no value.
        record Found(List<List<Optional<String>>> records) implements Answer {
            /// Makes it.
            public Found {
                records = List.copyOf(records);
            }
        }

        /// The committed table has no record of it.
        record Absent() implements Answer {}

        /// The holder did not answer from the committed table; the supervisors have been told, sealed.
        record Complaint(String reason) implements Answer {}
    }

    /// Whether the holder answered rightly.
    public boolean good() {
        return answers.stream().noneMatch(Answer.Complaint.class::isInstance);
    }
}
