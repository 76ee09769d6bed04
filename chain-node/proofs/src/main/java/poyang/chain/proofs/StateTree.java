package poyang.chain.proofs;

import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;

/// The hashes of the state tree.
///
/// The tree is a binary trie over the 256 bits of the key hashes, most significant bit first, in which
/// a subtree with one leaf is that leaf and an empty subtree is {@link #EMPTY}. How a ledger stores it
/// (16-ary nodes with versions) does not show in the hashes.
public final class StateTree {
    /// The hash of an empty subtree, and the root of the empty state: 32 zero bytes.
    public static final Bytes EMPTY = Bytes.wrap(new byte[Sm3.DIGEST_BYTES]);

    private static final byte[] LEAF = {2};
    private static final byte[] NODE = {3};

    private StateTree() {}

    /// Where a contract's key stands: SM3 of the canonical form of (contract, key).
    public static Bytes keyHash(String contract, String key) {
        return Sm3.hash(new CanonicalWriter("poyang.state-key.v1")
                .text(contract)
                .text(key)
                .toArray());
    }

    public static Bytes valueHash(Bytes value) {
        return Sm3.hash(value.toArray());
    }

    /// SM3(02 ‖ key hash ‖ SM3(value)).
    public static Bytes leaf(Bytes keyHash, Bytes valueHash) {
        return Sm3.hash(LEAF, keyHash.toArray(), valueHash.toArray());
    }

    /// SM3(03 ‖ left ‖ right).
    public static Bytes node(Bytes left, Bytes right) {
        return Sm3.hash(NODE, left.toArray(), right.toArray());
    }

    /// Bit `depth` of a key hash, 0 being the most significant.
    public static int bit(Bytes keyHash, int depth) {
        return keyHash.at(depth >>> 3) >>> (7 - (depth & 7)) & 1;
    }
}
