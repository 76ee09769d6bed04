package poyang.chain.consensus.sync;

import java.util.List;
import poyang.kernel.PartyId;

/// What {@link BlockSync} wants done.
public sealed interface SyncEffect {
    /// Execute these blocks, which follow each other, unless they were executed already, and keep their
    /// proofs, which hold. Comes once for each height, in order.
    record Apply(List<ProvenBlock> blocks) implements SyncEffect {
        public Apply {
            blocks = List.copyOf(blocks);
        }
    }

    /// Keep the point for the next start, before which a joiner may ask for it.
    record Remember(OrderingPoint latest) implements SyncEffect {}

    /// All blocks up to the point are executed: consensus may go on from it.
    record Resume(OrderingPoint at) implements SyncEffect {}

    /// Send the peer final blocks, within the bounds of {@link SyncMessage.Blocks}.
    record Serve(PartyId to, long from, int count) implements SyncEffect {}
}
