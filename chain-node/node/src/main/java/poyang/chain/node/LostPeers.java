package poyang.chain.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.contract.Account;
import poyang.kernel.PartyId;
import poyang.sdk.Alarms;

/// Raises an alarm for each validator with which this node has had no link for long, neither a direct one nor one
/// through another node, and takes it back when there is one again: in the output, in the audit log, and in what the
/// node says of itself.
///
/// Time counts by looks: however long this node itself was kept from looking, one look adds two pauses at most. So
/// who was stopped and goes on accuses nobody.
final class LostPeers {
    private static final Logger LOG = LoggerFactory.getLogger(LostPeers.class);
    static final long LOOK_MILLIS = 500;

    private final long patienceMillis;
    private final TreeMap<PartyId, Long> awayMillis = new TreeMap<>();
    private final Alarms<PartyId> alarms = new Alarms<>();
    private long lastMillis;

    /// @param nowMillis when the watch begins
    LostPeers(long patienceMillis, long nowMillis) {
        this.patienceMillis = patienceMillis;
        lastMillis = nowMillis;
    }

    /// Looks; one thread does.
    ///
    /// @param expected with whom there should be a link, and whether there is
    /// @return an alarm is over when there is a link again, or none expected any more
    Alarms.Change<PartyId> look(Map<PartyId, Boolean> expected, long nowMillis) {
        long passed = Math.clamp(nowMillis - lastMillis, 0, 2 * LOOK_MILLIS);
        lastMillis = nowMillis;
        awayMillis.keySet().retainAll(expected.keySet());
        List<PartyId> lost = new ArrayList<>();
        expected.forEach((peer, linked) -> {
            if (linked) {
                awayMillis.remove(peer);
            } else if (awayMillis.merge(peer, passed, Long::sum) >= patienceMillis) {
                lost.add(peer);
            }
        });
        return alarms.look(lost);
    }

    /// Those that were lost at the last look, in ascending order.
    Set<PartyId> lost() {
        return alarms.standing();
    }

    /// Looks until interrupted.
    ///
    /// @param expected of each look
    /// @param account of this node
    void watch(Supplier<Map<PartyId, Boolean>> expected, String account, NodeAudit audit) throws InterruptedException {
        while (true) {
            Alarms.Change<PartyId> change = look(expected.get(), System.nanoTime() / 1_000_000);
            for (PartyId peer : change.raised()) {
                LOG.warn("ALARM: there is no link with {}, for {} ms at least", peer, patienceMillis);
                audit.record(account, "alarm", name(peer), "no link");
            }
            for (PartyId peer : change.over()) {
                LOG.warn("{} is not missed any more", peer);
                audit.record(account, "alarm", name(peer), "missed no more");
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static String name(PartyId peer) {
        return Account.VALIDATORS + "/" + peer.name();
    }
}
