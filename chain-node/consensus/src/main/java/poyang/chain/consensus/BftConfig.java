package poyang.chain.consensus;

import poyang.chain.proofs.Epoch;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What a replica is told when it is built.
///
/// @param roundMillis how long the first round without progress may take; more than `idleMillis`
/// @param longestRoundMillis the cap: each further round without progress takes half as long again
/// @param idleMillis how long a leader without anything to order waits before an empty proposal
/// @param driftMillis how far ahead of the own clock a proposal's time may be
public record BftConfig(
        Bytes chainId,
        Epoch epoch,
        PartyId self,
        long roundMillis,
        long longestRoundMillis,
        long idleMillis,
        long driftMillis) {

    public static BftConfig of(Bytes chainId, Epoch epoch, PartyId self) {
        return new BftConfig(chainId, epoch, self, 2_000, 8_000, 1_000, 2_000);
    }

    CryptoSuite suite() {
        return epoch.suite();
    }

    PartyId leader(long round) {
        int index = (int) Math.floorMod(round, (long) epoch.validators().size());
        return epoch.validators().get(index).id();
    }
}
