package poyang.chain.proofs;

import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// A transaction as a leaf of its block's transactions tree: the signed bytes verbatim, the signature
/// and its parity.
///
/// @param payload the exact bytes that were signed
/// @param signature r ‖ s, as it came
/// @param parity as it came; 0 or 1 in a transaction that was admitted
public record TransactionLeaf(Bytes payload, Bytes signature, int parity) {
    /// No payload is longer.
    public static final int PAYLOAD_BYTES_MAX = 1 << 20;

    private static final String DOMAIN = "poyang.transaction-leaf.v1";
    private static final int SIGNATURE_BYTES_MAX = 64;

    /// The leaf's bytes.
    public static Bytes encode(Bytes payload, Bytes signature, int parity) {
        return new CanonicalWriter(DOMAIN)
                .bytes(payload)
                .bytes(signature)
                .u8(parity)
                .toBytes();
    }

    public Bytes encoded() {
        return encode(payload, signature, parity);
    }

    public static TransactionLeaf decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        TransactionLeaf leaf = new TransactionLeaf(in.bytes(PAYLOAD_BYTES_MAX), in.bytes(SIGNATURE_BYTES_MAX), in.u8());
        in.end();
        return leaf;
    }

    /// The transaction's id: the digest of the payload.
    public Bytes transactionId(CryptoSuite suite) {
        return suite.hash(payload.toArray());
    }
}
