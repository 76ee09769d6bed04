package poyang.chain.consensus;

import poyang.chain.proofs.Epoch;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What a replica is told when it is built.
///
/// @param start id of what the first block is built on: the chain's id in epoch 0, in a later one the hash of the
///     last block of the epoch before
/// @param roundMillis how long a round may take in which there is something to order
/// @param longestRoundMillis the cap: each further round without progress takes half as long again
/// @param idleMillis how long a leader without anything to order waits before an empty proposal; others give
///     it so much more
/// @param pace between two proposals that carry something
/// @param driftMillis how far ahead of the own clock a proposal's time may be
public record BftConfig(
        Bytes chainId,
        Epoch epoch,
        PartyId self,
        Bytes start,
        long roundMillis,
        long longestRoundMillis,
        long idleMillis,
        Pace pace,
        long driftMillis) {

    /// Of a chain's first epoch.
    public static BftConfig of(Bytes chainId, Epoch epoch, PartyId self) {
        return of(chainId, epoch, self, chainId);
    }

    public static BftConfig of(Bytes chainId, Epoch epoch, PartyId self, Bytes start) {
        long block = epoch.blockTimeMillis();
        return new BftConfig(
                chainId,
                epoch,
                self,
                start,
                Math.max(500, 2 * block),
                Math.max(8_000, 8 * block),
                2_000,
                Pace.of(epoch),
                2_000);
    }

    CryptoSuite suite() {
        return epoch.suite();
    }
}
