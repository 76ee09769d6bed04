package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.kernel.PartyId;
import poyang.sdk.Alarms;

final class LostPeersTest {
    private static final PartyId FIRST = new PartyId("first");
    private static final PartyId SECOND = new PartyId("second");
    private static final long PATIENCE = 10_000;
    private static final Alarms.Change<PartyId> NOTHING = new Alarms.Change<>(Set.of(), Set.of());

    private final LostPeers peers = new LostPeers(PATIENCE, 0);
    private long now;

    /// Looks for so long, as often as a node does; gives the last change.
    private Alarms.Change<PartyId> looks(long millis, Map<PartyId, Boolean> expected) {
        Alarms.Change<PartyId> last = NOTHING;
        for (long end = now + millis; now < end; ) {
            assertEquals(NOTHING, last, "it comes at the end");
            now += LostPeers.LOOK_MILLIS;
            last = peers.look(new TreeMap<>(expected), now);
        }
        return last;
    }

    @Test
    void whoIsAwayForLongIsMissedOnceAndUntilItIsBack() {
        assertEquals(NOTHING, looks(PATIENCE - LostPeers.LOOK_MILLIS, Map.of(FIRST, false, SECOND, true)));
        assertEquals(Set.of(), peers.lost());

        Alarms.Change<PartyId> raised = looks(LostPeers.LOOK_MILLIS, Map.of(FIRST, false, SECOND, true));

        assertEquals(new Alarms.Change<>(Set.of(FIRST), Set.of()), raised);
        assertEquals(NOTHING, looks(20 * PATIENCE, Map.of(FIRST, false, SECOND, true)), "once");
        assertEquals(Set.of(FIRST), peers.lost());
        assertEquals(
                new Alarms.Change<>(Set.of(), Set.of(FIRST)),
                looks(LostPeers.LOOK_MILLIS, Map.of(FIRST, true, SECOND, true)));
        assertEquals(Set.of(), peers.lost());
    }

    @Test
    void eachReturnBeginsTheTimeAnew() {
        for (int i = 0; i < 10; i++) {
            assertEquals(NOTHING, looks(PATIENCE - LostPeers.LOOK_MILLIS, Map.of(FIRST, false)));
            assertEquals(NOTHING, looks(LostPeers.LOOK_MILLIS, Map.of(FIRST, true)));
        }
    }

    @Test
    void whoIsExpectedNoMoreIsMissedNoMore() {
        Alarms.Change<PartyId> raised = looks(PATIENCE, Map.of(FIRST, false));
        assertEquals(Set.of(FIRST), raised.raised());

        assertEquals(new Alarms.Change<>(Set.of(), Set.of(FIRST)), looks(LostPeers.LOOK_MILLIS, Map.of()));
        assertEquals(NOTHING, looks(PATIENCE - LostPeers.LOOK_MILLIS, Map.of(FIRST, false)), "it has all its time");
    }

    @Test
    void whoWasKeptFromLookingAccusesNobody() {
        assertEquals(NOTHING, looks(LostPeers.LOOK_MILLIS, Map.of(FIRST, false)));
        now += 100 * PATIENCE;

        assertEquals(NOTHING, looks(LostPeers.LOOK_MILLIS, Map.of(FIRST, false)));
        assertEquals(
                Set.of(FIRST),
                looks(PATIENCE - 3 * LostPeers.LOOK_MILLIS, Map.of(FIRST, false))
                        .raised());
    }
}
