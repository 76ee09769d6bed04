package poyang.sdk;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import poyang.wire.schema.StoredAnchor;

/// Which audit logs have fallen silent, as somebody sees it who watches their anchors.
public final class MissingAnchors {
    /// A process anchors every minute; one more is patience.
    public static final long ALARM_MILLIS = 120_000;

    private final long sinceMillis;
    private TreeSet<String> known = new TreeSet<>();

    /// @param sinceMillis when the watch began: nobody is late before it lasted as long as the patience
    public MissingAnchors(long sinceMillis) {
        this.sinceMillis = sinceMillis;
    }

    /// What changed.
    ///
    /// @param raised logs that are missing now and were not
    /// @param over logs that were missing and are there again
    public record Change(Set<String> raised, Set<String> over) {}

    /// Looks at the last anchors that the chain has.
    ///
    /// @param expected logs (`ORGANISATION/NAME/PROCESS`) that must be anchored even if they never were
    /// @return against the look before
    public synchronized Change look(Collection<StoredAnchor> last, Collection<String> expected, long nowMillis) {
        Map<String, Long> seen = new TreeMap<>();
        expected.forEach(log -> seen.put(log, sinceMillis));
        for (StoredAnchor anchor : last) {
            String log = anchor.getAccount() + "/" + anchor.getAnchor().getProcess();
            boolean silent = anchor.getAnchor().getStopping();
            seen.put(log, silent ? Long.MAX_VALUE : Math.max(sinceMillis, anchor.getMillis()));
        }
        TreeSet<String> missing = new TreeSet<>();
        seen.forEach((log, millis) -> {
            if (millis < nowMillis && nowMillis - millis > ALARM_MILLIS) {
                missing.add(log);
            }
        });
        TreeSet<String> raised = new TreeSet<>(missing);
        raised.removeAll(known);
        TreeSet<String> over = new TreeSet<>(known);
        over.removeAll(missing);
        known = missing;
        return new Change(raised, over);
    }

    /// The logs that were missing at the last look.
    public synchronized Set<String> missing() {
        return new TreeSet<>(known);
    }
}
