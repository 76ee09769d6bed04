package poyang.chain.proofs;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
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

    /// The first byte of what a leaf is the digest of.
    public static final byte LEAF_PREFIX = 2;

    /// The first byte of what an inner node is the digest of.
    public static final byte NODE_PREFIX = 3;

    private static final byte[] LEAF = {LEAF_PREFIX};
    private static final byte[] NODE = {NODE_PREFIX};

    private StateTree() {}

    /// Where a contract's key stands: the digest of the canonical form of (contract, key).
    public static Bytes keyHash(CryptoSuite suite, String contract, String key) {
        return suite.hash(keyMessage(contract, key).toArray());
    }

    /// What {@link #keyHash} is the digest of.
    public static Bytes keyMessage(String contract, String key) {
        return new CanonicalWriter("poyang.state-key.v1")
                .text(contract)
                .text(key)
                .toBytes();
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

    /// The hash of the subtree, `depth` bits below the root, that holds exactly these leaves.
    ///
    /// @param leaves key hash → value hash; the keys share their first `depth` bits
    public static Bytes root(CryptoSuite suite, SortedMap<Bytes, Bytes> leaves, int depth) {
        return root(suite, List.copyOf(leaves.entrySet()), depth);
    }

    private static Bytes root(CryptoSuite suite, List<Map.Entry<Bytes, Bytes>> leaves, int depth) {
        if (leaves.isEmpty()) {
            return EMPTY;
        }
        if (leaves.size() == 1) {
            return leaf(suite, leaves.getFirst().getKey(), leaves.getFirst().getValue());
        }
        int split = 0;
        while (split < leaves.size() && bit(leaves.get(split).getKey(), depth) == 0) {
            split++;
        }
        return node(
                suite,
                root(suite, leaves.subList(0, split), depth + 1),
                root(suite, leaves.subList(split, leaves.size()), depth + 1));
    }

    /// Bit `depth` of a key hash, 0 being the most significant.
    public static int bit(Bytes keyHash, int depth) {
        return keyHash.at(depth >>> 3) >>> (7 - (depth & 7)) & 1;
    }
}
