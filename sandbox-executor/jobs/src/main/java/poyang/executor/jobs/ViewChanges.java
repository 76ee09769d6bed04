package poyang.executor.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// What differs between two readings of a view's rows: keywords with the records that they have now. Records of
/// a keyword count without their order.
///
/// - cost: two passes over each reading, and a third of the first one where something differs; 48 bytes of
///   memory a keyword
final class ViewChanges {
    private static final int SUM_LONGS = 2;

    private ViewChanges() {}

    /// @param most changed keywords
    /// @return empty when there are more
    static Optional<Map<Bytes, List<Bytes>>> between(ViewRows before, ViewRows now, int most) {
        ShortHashes sums = new ShortHashes(SUM_LONGS);
        before.forEach((keyword, record) -> add(sums, keyword, record, 1));
        now.forEach((keyword, record) -> add(sums, keyword, record, -1));
        int[] differing = new int[1];
        sums.forEach(at -> {
            if (differs(sums, at)) {
                differing[0]++;
            }
        });
        if (differing[0] > most) {
            return Optional.empty();
        }
        Map<Bytes, List<Bytes>> changes = new TreeMap<>();
        if (differing[0] > 0) {
            before.forEach((keyword, _) -> {
                if (differs(sums, sums.find(ShortHashes.of(keyword), 0))) {
                    var _ = changes.computeIfAbsent(Bytes.copyOf(keyword), _ -> new ArrayList<>());
                }
            });
            now.forEach((keyword, record) -> {
                if (differs(sums, sums.find(ShortHashes.of(keyword), 0))) {
                    changes.computeIfAbsent(Bytes.copyOf(keyword), _ -> new ArrayList<>())
                            .add(Bytes.copyOf(record));
                }
            });
        }
        return Optional.of(changes);
    }

    private static boolean differs(ShortHashes sums, int at) {
        return sums.content()[at] != 0 || sums.content()[at + 1] != 0;
    }

    private static void add(ShortHashes sums, byte[] keyword, byte[] record, int sign) {
        byte[] name = ShortHashes.of(keyword);
        byte[] digest = Sm3.digest(name, record);
        int at = sums.add(name, 0);
        sums.content()[at] += sign * ShortHashes.at(digest, 0);
        sums.content()[at + 1] += sign * ShortHashes.at(digest, Long.BYTES);
    }
}
