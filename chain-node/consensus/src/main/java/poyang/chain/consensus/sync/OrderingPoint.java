package poyang.chain.consensus.sync;

import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// The last block that was ordered before a checkpoint. Honest validators name the same one, since all
/// order the same blocks.
///
/// @param epoch whose rounds these are
/// @param checkpoint counts stretches of {@link BlockSync#CHECKPOINT_ROUNDS} rounds; 0 is where the epoch begins
/// @param round the round of the last ordered block below the checkpoint
/// @param blockId its id in the order
/// @param height the ledger's height after it
public record OrderingPoint(long epoch, long checkpoint, long round, Bytes blockId, long height) {
    /// As it travels and is kept.
    public Bytes encoded() {
        return Bytes.wrap(new SyncMessage.Point(this).encoded());
    }

    /// @throws PoyangException `BAD_ENCODING` for what {@link #encoded} did not make
    public static OrderingPoint decode(Bytes encoded) {
        if (SyncMessage.decode(encoded.toArray()) instanceof SyncMessage.Point(OrderingPoint at)) {
            return at;
        }
        throw new PoyangException(
                KernelErrors.BAD_ENCODING, "this is no point in the order", "an encoded one is needed");
    }
}
