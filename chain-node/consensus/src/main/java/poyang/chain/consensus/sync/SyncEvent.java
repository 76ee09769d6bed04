package poyang.chain.consensus.sync;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What happens to {@link BlockSync}.
public sealed interface SyncEvent {
    /// The machine may begin; `state` is what the ledger holds, `point` what was to be remembered last.
    record Started(Progress state, Optional<OrderingPoint> point) implements SyncEvent {}

    /// The ledger took in an ordered block, or a proof.
    record Advanced(Progress state) implements SyncEvent {}

    /// A message from an authenticated peer.
    record Received(PartyId from, SyncMessage message) implements SyncEvent {}

    /// A peer's blocks, which the driver has checked by {@link BlockSync#holds}, on a thread of its own.
    record Brought(PartyId from, SyncMessage.Blocks blocks, boolean hold) implements SyncEvent {}

    /// What a peer said that executing a block gives is not what a quorum attests.
    record Lied(PartyId peer, long height) implements SyncEvent {}

    /// The peer speaks in a later epoch: it may tell where that one begins.
    record Ahead(PartyId peer) implements SyncEvent {}

    /// The peer speaks in an epoch that is over: it is told where this one begins.
    record Behind(PartyId peer) implements SyncEvent {}

    /// From now on these may ask besides the epoch's validators.
    record Among(Collection<PartyId> others) implements SyncEvent {
        public Among {
            others = List.copyOf(others);
        }
    }

    /// The timer went off.
    record TimerFired() implements SyncEvent {}

    /// How far the ledger is.
    ///
    /// @param round of the last block that consensus ordered and the ledger took in, empty ones included
    /// @param blockId its id
    /// @param executed the last executed height
    /// @param executedRound the round in its header; above `round` while blocks are fetched whose place in
    ///     the order is not known yet
    /// @param finalised the last height with a finality proof
    record Progress(long round, Bytes blockId, long executed, long executedRound, long finalised) {}
}
