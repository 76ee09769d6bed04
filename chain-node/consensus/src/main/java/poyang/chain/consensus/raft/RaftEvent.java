package poyang.chain.consensus.raft;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What happens to a replica. `nowMillis` is the driver's clock; it matters for time stamps only.
public sealed interface RaftEvent {
    /// The replica may begin.
    record Started(long nowMillis) implements RaftEvent {}

    /// A message from an authenticated peer.
    record Received(PartyId from, RaftMessage message, long nowMillis) implements RaftEvent {}

    /// The timer set under this name went off.
    record TimerFired(String timer, long nowMillis) implements RaftEvent {}

    /// What this replica would append now if it led. Fed whenever the pool changes.
    record PayloadAvailable(List<Bytes> payload, long nowMillis) implements RaftEvent {
        public PayloadAvailable {
            payload = List.copyOf(payload);
        }
    }

    /// What an entry waits for may be here now.
    record PayloadArrived(long nowMillis) implements RaftEvent {}

    /// The ledger took in everything up to this entry by other means, so the order goes on after it.
    record CaughtUp(Bytes entryId, Position position, long nowMillis) implements RaftEvent {}
}
