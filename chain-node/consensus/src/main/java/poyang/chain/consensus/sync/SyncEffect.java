package poyang.chain.consensus.sync;

import java.util.List;
import poyang.kernel.PartyId;

/// What {@link BlockSync} wants done.
public sealed interface SyncEffect {
    /// Execute these blocks, which follow each other, unless they were executed already, and keep their
    /// proofs, which hold. Comes once for each height, in order. An {@link Outcome} may be taken instead
    /// if it leads to the root in the header; if not, the machine is to hear {@link SyncEvent.Lied}.
    ///
    /// @param from who brought them
    record Apply(PartyId from, List<ProvenBlock> blocks) implements SyncEffect {
        public Apply {
            blocks = List.copyOf(blocks);
        }
    }

    /// Keep the point for the next start, before which a joiner may ask for it.
    record Remember(OrderingPoint latest) implements SyncEffect {}

    /// All blocks up to the point are executed: consensus may go on from it.
    record Resume(OrderingPoint at) implements SyncEffect {}

    /// Send the peer final blocks, within the bounds of {@link SyncMessage.Blocks}.
    ///
    /// @param outcomes with what executing them gave, where that is still kept
    record Serve(PartyId to, long from, int count, boolean outcomes) implements SyncEffect {}
}
