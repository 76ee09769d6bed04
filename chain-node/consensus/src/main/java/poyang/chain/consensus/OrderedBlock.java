package poyang.chain.consensus;

import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// A proposal's content: what to order in one round, on top of a certified block. (A ledger's block is made
/// from it when it has been committed and is not empty.)
///
/// @param round counts from 1; round 0 is the genesis
/// @param certificate proves the parent
/// @param author the round's leader
/// @param timestampMillis never less than the parent's
/// @param standing who stands how on top of the parent: a block carries it, so that whoever comes late need not
///     know how it came to be; who votes has checked it
/// @param payload certificates of batches, opaque here
public record OrderedBlock(
        long round,
        QuorumCertificate certificate,
        PartyId author,
        long timestampMillis,
        Standing standing,
        List<Bytes> payload) {
    public static final int MOST_ITEMS = 2_000;
    public static final int MOST_BYTES = 1 << 20;
    private static final String DOMAIN = "poyang.ordered-block.v2";

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
                .bytes(standing.encoded())
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
                Standing.decode(in.array(Standing.MOST_BYTES)),
                in.list(MOST_ITEMS, r -> r.bytes(MOST_BYTES)));
        in.end();
        return block;
    }

    /// Whether count and size are within bounds.
    boolean fits() {
        long bytes = 0;
        for (Bytes item : payload) {
            bytes += item.length();
        }
        return payload.size() <= MOST_ITEMS && bytes <= MOST_BYTES;
    }
}
