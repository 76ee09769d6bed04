package poyang.chain.consensus;

import java.util.List;
import poyang.chain.proofs.Equivocation;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What a replica has found out.
public sealed interface BftEffect {
    /// The next committed block, exactly once and in order; empty ones too, so that the driver can mark
    /// how far it is.
    record Ordered(Bytes id, OrderedBlock block) implements BftEffect {}

    /// A proposal waits for what its payload stands for; the peer may have it. {@link
    /// BftEvent.PayloadArrived} tells that something came.
    record Missing(List<Bytes> payload, PartyId holder) implements BftEffect {
        public Missing {
            payload = List.copyOf(payload);
        }
    }

    /// Two different proposals or votes of one validator in one round.
    record Equivocated(Equivocation proof) implements BftEffect {}
}
