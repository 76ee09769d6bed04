package poyang.chain.proofs;

import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;

/// The hashes of the state tree, H being the digest of the chain's suite.
///
/// The tree is a binary trie over the 256 bits of the key hashes, most significant bit first, in which
/// a subtree with one leaf is that leaf and an empty subtree is {@link #EMPTY}. How a ledger stores it
/// (16-ary nodes with versions) does not show in the hashes.
public final class StateTree {
    /// The hash of an empty subtree, and the root of the empty state: 32 zero bytes.
    public static final Bytes EMPTY = Bytes.wrap(new byte[CryptoSuite.DIGEST_BYTES]);

    private static final byte[] LEAF = {2};
    private static final byte[] NODE = {3};

    private StateTree() {}

    /// Where a contract's key stands: the digest of the canonical form of (contract, key).
    public static Bytes keyHash(CryptoSuite suite, String contract, String key) {
        return suite.hash(new CanonicalWriter("poyang.state-key.v1")
                .text(contract)
                .text(key)
                .toArray());
    }

    public static Bytes valueHash(CryptoSuite suite, Bytes value) {
        return suite.hash(value.toArray());
    }

    /// H(02 ‖ key hash ‖ H(value)).
    public static Bytes leaf(CryptoSuite suite, Bytes keyHash, Bytes valueHash) {
        return suite.hash(LEAF, keyHash.toArray(), valueHash.toArray());
    }

    /// H(03 ‖ left ‖ right).
    public static Bytes node(CryptoSuite suite, Bytes left, Bytes right) {
        return suite.hash(NODE, left.toArray(), right.toArray());
    }

    /// Bit `depth` of a key hash, 0 being the most significant.
    public static int bit(Bytes keyHash, int depth) {
        return keyHash.at(depth >>> 3) >>> (7 - (depth & 7)) & 1;
    }
}
