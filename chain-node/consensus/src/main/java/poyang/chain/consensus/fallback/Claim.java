package poyang.chain.consensus.fallback;

import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// The highest that a validator knew of an epoch's order when it closed the epoch: the highest certificate
/// under `bft`, the end of the log under `raft`.
///
/// @param round where it stands in the order; 0 for the epoch's start
/// @param id of the block or entry there
/// @param certificate what shows that it may be there; empty where nobody lies
public record Claim(long round, Bytes id, Bytes certificate) {
    static final int MOST_BYTES = 1 << 17;
    private static final String DOMAIN = "poyang.fallback.claim.v1";

    /// The bytes that a validator signs when it closes an epoch.
    byte[] message(Bytes chainId, long epoch) {
        return message(chainId, epoch, round, id);
    }

    static byte[] message(Bytes chainId, long epoch, long round, Bytes id) {
        return new CanonicalWriter("poyang.epoch-closing.v1")
                .bytes(chainId)
                .u64(epoch)
                .u64(round)
                .bytes(id)
                .toArray();
    }

    byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .u64(round)
                .bytes(id)
                .bytes(certificate)
                .toArray();
    }

    static Claim decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        Claim claim = new Claim(in.u64(), in.exactly(CryptoSuite.DIGEST_BYTES), in.bytes(MOST_BYTES));
        in.end();
        return claim;
    }
}
