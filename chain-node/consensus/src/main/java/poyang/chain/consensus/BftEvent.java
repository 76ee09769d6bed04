package poyang.chain.consensus;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What happens to a replica. `nowMillis` is the driver's clock; it matters for time stamps only.
public sealed interface BftEvent {
    /// The replica may begin.
    record Started(long nowMillis) implements BftEvent {}

    /// A message from an authenticated peer.
    record Received(PartyId from, BftMessage message, long nowMillis) implements BftEvent {}

    /// The timer set under this name went off.
    record TimerFired(String timer, long nowMillis) implements BftEvent {}

    /// What a proposal waits for may be here now.
    record PayloadArrived(long nowMillis) implements BftEvent {}

    /// What there is to order now, as far as this replica knows. Fed whenever that changes.
    record PayloadAvailable(List<Bytes> payload, long nowMillis) implements BftEvent {
        public PayloadAvailable {
            payload = List.copyOf(payload);
        }
    }

    /// The ledger took in everything up to this block by other means, so the order goes on after it.
    record CaughtUp(Bytes blockId, long round, long nowMillis) implements BftEvent {}
}
