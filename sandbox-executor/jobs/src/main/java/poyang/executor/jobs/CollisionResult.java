package poyang.executor.jobs;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import poyang.executor.job.JobPlan;
import poyang.kernel.Bytes;
import poyang.psi.IntList;
import poyang.psi.KeyForm;
import poyang.psi.KeySet;

/// What the receiver reads: RFC 4180 with a header, one of its own identifiers a line; `LEFT` has one more column,
/// `matched`.
final class CollisionResult {
    private CollisionResult() {}

    /// @param columns names of the key columns
    static Bytes csv(List<String> columns, JobPlan.Listed listing, KeyForm form, KeySet keys, IntList matches) {
        boolean told = listing == JobPlan.Listed.LEFT;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> header = new ArrayList<>(columns);
        if (told) {
            header.add("matched");
        }
        CsvLines.add(out, header);
        int next = 0;
        for (int i = 0; i < keys.size(); i++) {
            boolean matched = next < matches.size() && matches.at(next) == i;
            next += matched ? 1 : 0;
            boolean listed = switch (listing) {
                case INNER -> matched;
                case DIFFERENCE -> !matched;
                case LEFT -> true;
            };
            if (listed) {
                List<String> fields = new ArrayList<>(form.parts(keys.keyText(i)));
                if (told) {
                    fields.add(matched ? "1" : "0");
                }
                CsvLines.add(out, fields);
            }
        }
        return Bytes.wrap(out.toByteArray());
    }

    /// A header and the number.
    static Bytes size(long matches) {
        return CsvLines.of(List.of(List.of("matches"), List.of(Long.toString(matches))));
    }

    /// A header and that the number is less than asked for.
    static Bytes fewerThan(long least) {
        return CsvLines.of(List.of(List.of("matches"), List.of("fewer than " + least)));
    }
}
