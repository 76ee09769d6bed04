package poyang.chain.consensus.sync;

import poyang.kernel.Bytes;

/// The last block that was ordered before a checkpoint. Honest validators name the same one, since all
/// order the same blocks.
///
/// @param checkpoint counts stretches of {@link BlockSync#CHECKPOINT_ROUNDS} rounds; 0 is the genesis
/// @param round the round of the last ordered block below the checkpoint
/// @param blockId its id in the order
/// @param height the ledger's height after it
public record OrderingPoint(long checkpoint, long round, Bytes blockId, long height) {}
