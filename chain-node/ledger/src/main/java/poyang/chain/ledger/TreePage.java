package poyang.chain.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poyang.chain.proofs.StateProof;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// An inner node of the state tree: 16 places, each empty, a leaf, or the top of another inner node. A
/// leaf stands in its parent; its version is the one that gave the key its value. Mutable while a version
/// is being made.
///
/// Stored: bitmap of inner places (2) · bitmap of leaves (2) · for each taken place in order: version (8) ·
/// hash (32) · for a leaf also key hash (32) · value hash (32).
final class TreePage {
    static final int SLOTS = 16;
    static final int HASH = CryptoSuite.DIGEST_BYTES;
    static final byte NONE = 0;
    static final byte INNER = 1;
    static final byte LEAF = 2;
    private static final int CONTENT = 2 * HASH;

    final byte[] kinds = new byte[SLOTS];
    final byte[] hashes = new byte[SLOTS * HASH];
    private final long[] versions = new long[SLOTS];
    private byte @Nullable [] contents;

    /// A leaf as it is carried from place to place; nobody changes its arrays.
    static final class Leaf {
        private final byte[] keyHash;
        private final byte[] valueHash;
        private final byte[] hash;
        private final long version;

        Leaf(byte[] keyHash, byte[] valueHash, byte[] hash, long version) {
            this.keyHash = keyHash;
            this.valueHash = valueHash;
            this.hash = hash;
            this.version = version;
        }

        byte[] keyHash() {
            return keyHash;
        }

        byte[] valueHash() {
            return valueHash;
        }

        byte[] hash() {
            return hash;
        }

        long version() {
            return version;
        }
    }

    static TreePage decode(byte[] stored) {
        ByteBuffer in = ByteBuffer.wrap(stored);
        if (stored.length < 4) {
            throw RecordReader.damaged("a node of the state tree ends early");
        }
        int inner = in.getShort();
        int leaves = in.getShort();
        int taken = Integer.bitCount(inner & 0xffff) + Integer.bitCount(leaves & 0xffff);
        int bytes = 4 + taken * (8 + HASH) + Integer.bitCount(leaves & 0xffff) * CONTENT;
        if ((inner & leaves & 0xffff) != 0 || stored.length != bytes) {
            throw RecordReader.damaged("a node of the state tree is malformed");
        }
        TreePage page = new TreePage();
        for (int slot = 0; slot < SLOTS; slot++) {
            int bit = 1 << slot;
            if ((inner & bit) != 0 || (leaves & bit) != 0) {
                page.kinds[slot] = (leaves & bit) != 0 ? LEAF : INNER;
                page.versions[slot] = in.getLong();
                in.get(page.hashes, slot * HASH, HASH);
            }
            if ((leaves & bit) != 0) {
                in.get(page.contents(), slot * CONTENT, CONTENT);
            }
        }
        return page;
    }

    byte[] encoded() {
        int inner = 0;
        int leaves = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            inner |= kinds[slot] == INNER ? 1 << slot : 0;
            leaves |= kinds[slot] == LEAF ? 1 << slot : 0;
        }
        int taken = Integer.bitCount(inner) + Integer.bitCount(leaves);
        ByteBuffer out = ByteBuffer.allocate(4 + taken * (8 + HASH) + Integer.bitCount(leaves) * CONTENT);
        out.putShort((short) inner).putShort((short) leaves);
        for (int slot = 0; slot < SLOTS; slot++) {
            if (kinds[slot] != NONE) {
                out.putLong(versions[slot]).put(hashes, slot * HASH, HASH);
            }
            if (kinds[slot] == LEAF) {
                out.put(contents(), slot * CONTENT, CONTENT);
            }
        }
        return out.array();
    }

    private byte[] contents() {
        byte[] made = contents;
        if (made == null) {
            made = new byte[SLOTS * CONTENT];
            contents = made;
        }
        return made;
    }

    long version(int slot) {
        return versions[slot];
    }

    Bytes hash(int slot) {
        return Bytes.wrap(Arrays.copyOfRange(hashes, slot * HASH, (slot + 1) * HASH));
    }

    int count() {
        int count = 0;
        for (byte kind : kinds) {
            count += kind == NONE ? 0 : 1;
        }
        return count;
    }

    /// The only taken place in a range when it is a leaf; -1 otherwise.
    int loneLeaf(int from, int to) {
        int found = -1;
        for (int slot = from; slot < to; slot++) {
            if (kinds[slot] != NONE) {
                if (found >= 0 || kinds[slot] != LEAF) {
                    return -1;
                }
                found = slot;
            }
        }
        return found;
    }

    boolean empty(int from, int to) {
        for (int slot = from; slot < to; slot++) {
            if (kinds[slot] != NONE) {
                return false;
            }
        }
        return true;
    }

    Leaf leaf(int slot) {
        Bug.unless(kinds[slot] == LEAF, "no leaf stands here");
        int at = slot * CONTENT;
        return new Leaf(
                Arrays.copyOfRange(contents(), at, at + HASH),
                Arrays.copyOfRange(contents(), at + HASH, at + CONTENT),
                Arrays.copyOfRange(hashes, slot * HASH, (slot + 1) * HASH),
                versions[slot]);
    }

    Optional<StateProof.Leaf> proven(int slot) {
        if (kinds[slot] != LEAF) {
            return Optional.empty();
        }
        Leaf leaf = leaf(slot);
        return Optional.of(new StateProof.Leaf(Bytes.wrap(leaf.keyHash()), Bytes.wrap(leaf.valueHash())));
    }

    boolean holds(int slot, byte[] keyHash) {
        int at = slot * CONTENT;
        return kinds[slot] == LEAF && Arrays.equals(contents(), at, at + HASH, keyHash, 0, HASH);
    }

    /// Are two places equal in all that is stored of them?
    boolean same(int slot, TreePage other, int otherSlot) {
        return kinds[slot] == other.kinds[otherSlot]
                && versions[slot] == other.versions[otherSlot]
                && hash(slot).equals(other.hash(otherSlot))
                && proven(slot).equals(other.proven(otherSlot));
    }

    void clear(int slot) {
        kinds[slot] = NONE;
        versions[slot] = 0;
        Arrays.fill(hashes, slot * HASH, (slot + 1) * HASH, (byte) 0);
    }

    void put(int slot, Leaf leaf) {
        kinds[slot] = LEAF;
        versions[slot] = leaf.version();
        System.arraycopy(leaf.hash(), 0, hashes, slot * HASH, HASH);
        System.arraycopy(leaf.keyHash(), 0, contents(), slot * CONTENT, HASH);
        System.arraycopy(leaf.valueHash(), 0, contents(), slot * CONTENT + HASH, HASH);
    }

    /// An inner node; its hash follows.
    void putInner(int slot, long version) {
        kinds[slot] = INNER;
        versions[slot] = version;
    }

    void putHash(int slot, byte[] from, int at) {
        System.arraycopy(from, at, hashes, slot * HASH, HASH);
    }
}
