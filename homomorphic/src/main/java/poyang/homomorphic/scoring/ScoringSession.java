package poyang.homomorphic.scoring;

import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;

/// What a party brings to a run besides its input.
///
/// @param network must hold one frame in each direction
/// @param peer the other party
/// @param random all of the run's randomness; never the same for two runs
/// @param progress hears how far the run is
public record ScoringSession(PartyNetwork network, PartyId peer, RandomSource random, ScoringProgress progress) {}
