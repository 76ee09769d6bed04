package poyang.chain.consensus.raft;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What a replica has found out.
public sealed interface RaftEffect {
    /// The next committed entry, exactly once and in order; empty ones too.
    record Ordered(Bytes id, LogEntry entry) implements RaftEffect {}

    /// An entry waits for what its payload stands for; the peer may have it. {@link RaftEvent.PayloadArrived}
    /// tells that something came.
    record Missing(List<Bytes> payload, PartyId holder) implements RaftEffect {
        public Missing {
            payload = List.copyOf(payload);
        }
    }

    /// Who leads from now on, as far as this replica knows.
    record Led(long term, PartyId leader) implements RaftEffect {}
}
