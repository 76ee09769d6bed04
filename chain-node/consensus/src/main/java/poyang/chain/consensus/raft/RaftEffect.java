package poyang.chain.consensus.raft;

import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What a replica has found out.
public sealed interface RaftEffect {
    /// The next committed entry, exactly once and in order; empty ones too.
    record Ordered(Bytes id, LogEntry entry) implements RaftEffect {}

    /// Who leads from now on, as far as this replica knows.
    record Led(long term, PartyId leader) implements RaftEffect {}
}
