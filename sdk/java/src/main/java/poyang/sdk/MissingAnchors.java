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
    private final Alarms<String> alarms = new Alarms<>();

    /// @param sinceMillis when the watch began: nobody is late before it lasted as long as the patience
    public MissingAnchors(long sinceMillis) {
        this.sinceMillis = sinceMillis;
    }

    /// Looks at the last anchors that the chain has.
    ///
    /// @param expected logs (`ORGANISATION/NAME/PROCESS`) that must be anchored even if they never were
    /// @return against the look before
    public Alarms.Change<String> look(Collection<StoredAnchor> last, Collection<String> expected, long nowMillis) {
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
        return alarms.look(missing);
    }

    /// The logs that were missing at the last look.
    public Set<String> missing() {
        return alarms.standing();
    }
}
