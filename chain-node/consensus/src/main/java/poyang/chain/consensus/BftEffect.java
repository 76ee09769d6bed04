package poyang.chain.consensus;

import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What a replica has found out.
public sealed interface BftEffect {
    /// The next committed block, exactly once and in order; empty ones too, so that the driver can mark
    /// how far it is.
    record Ordered(Bytes id, OrderedBlock block) implements BftEffect {}

    /// Two different proposals or votes of one validator in one round.
    record Equivocation(PartyId culprit, long round, Bytes first, Bytes second) implements BftEffect {}
}
