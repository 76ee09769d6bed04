package poyang.psi;

import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;

/// What a party brings to a run besides its set.
///
/// @param network must hold one frame of {@link Cost#frameBytes} in each direction: both parties may have
///     one under way before either receives
/// @param peer the other party
/// @param random all of the run's randomness; never the same for two runs
/// @param progress hears how far the run is
/// @param workers runs what can be run at the same time
public record CollisionSession(
        PartyNetwork network, PartyId peer, RandomSource random, Progress progress, Workers workers) {

    /// On the caller's own thread only.
    public CollisionSession(PartyNetwork network, PartyId peer, RandomSource random, Progress progress) {
        this(network, peer, random, progress, Workers.ALONE);
    }

    /// The same over another network.
    CollisionSession over(PartyNetwork other) {
        return new CollisionSession(other, peer, random, progress, workers);
    }

    /// The same, heard of elsewhere.
    CollisionSession heardBy(Progress other) {
        return new CollisionSession(network, peer, random, other, workers);
    }
}
