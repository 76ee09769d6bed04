package poyang.chain.consensus.sync;

import poyang.kernel.PartyId;

/// What {@link BlockSync} wants done.
public sealed interface SyncEffect {
    /// Execute this block, unless it was executed already, and keep its proof. Comes once for each height,
    /// in order; the proof holds.
    record Apply(ProvenBlock block) implements SyncEffect {}

    /// All blocks up to the point are executed: consensus may go on from it.
    record Resume(OrderingPoint at) implements SyncEffect {}

    /// Send the peer final blocks, within the bounds of {@link SyncMessage.Blocks}.
    record Serve(PartyId to, long from, int count) implements SyncEffect {}
}
