package poyang.psi;

import java.util.ArrayList;
import java.util.List;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;

/// What a party brings to a run of several parties besides its set.
///
/// @param network joins each two parties by a link that nobody else reads; must hold two frames of
///     {@link Cost#frameBytes} in each direction of each link
/// @param leader the party that gets the result, the same for all
/// @param random all of the run's randomness; never the same for two runs
/// @param progress hears how far the run is
/// @param workers runs what can be run at the same time
public record GroupSession(
        PartyNetwork network, PartyId leader, RandomSource random, Progress progress, Workers workers) {

    /// All parties, the leader first, the others by name.
    List<PartyId> parties() {
        List<PartyId> parties = new ArrayList<>(network.peers());
        parties.add(network.self());
        parties.remove(leader);
        parties.sort(null);
        parties.addFirst(leader);
        return parties;
    }

    /// This party's session with one other.
    CollisionSession with(PartyId peer) {
        return new CollisionSession(network, peer, random.fork("with " + peer), progress, workers);
    }
}
