package poyang.chain.consensus;

import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// A proposal's content: a batch of transactions for one round, on top of a certified block. (A
/// ledger's block is made from it when it has been committed and is not empty.)
///
/// @param round counts from 1; round 0 is the genesis
/// @param certificate proves the parent
/// @param author the round's leader
/// @param timestampMillis never less than the parent's
/// @param payload transactions, opaque here
public record OrderedBlock(
        long round, QuorumCertificate certificate, PartyId author, long timestampMillis, List<Bytes> payload) {
    public static final int MOST_TRANSACTIONS = 2_000;
    public static final int MOST_BYTES = 4 << 20;
    private static final String DOMAIN = "poyang.ordered-block.v1";

    public OrderedBlock {
        payload = List.copyOf(payload);
    }

    public Bytes parent() {
        return certificate.blockId();
    }

    public boolean isEmpty() {
        return payload.isEmpty();
    }

    public Bytes id(CryptoSuite suite) {
        return suite.hash(encoded());
    }

    byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .u64(round)
                .bytes(certificate.encoded())
                .text(author.name())
                .u64(timestampMillis)
                .list(payload, CanonicalWriter::bytes)
                .toArray();
    }

    static OrderedBlock decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        OrderedBlock block = new OrderedBlock(
                in.u64(),
                QuorumCertificate.decode(in.array(1 << 17)),
                new PartyId(in.text(64)),
                in.u64(),
                in.list(MOST_TRANSACTIONS, r -> r.bytes(MOST_BYTES)));
        in.end();
        return block;
    }

    /// Whether count and size are within bounds.
    boolean fits() {
        long bytes = 0;
        for (Bytes transaction : payload) {
            bytes += transaction.length();
        }
        return payload.size() <= MOST_TRANSACTIONS && bytes <= MOST_BYTES;
    }
}
