package poyang.chain.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// An inner node of the state tree: 16 places, each empty, a leaf, or the top of another inner node. A
/// leaf stands in its parent; its version is the one that gave the key its value. Mutable while a version
/// is being made.
///
/// A version changes few places of most nodes. So a node without leaves is stored as its places that differ from an
/// older version of it that was stored whole, as long as they take at most half of what the whole takes. One with
/// leaves is always stored whole: there are many of them, seldom in memory, and two would be read instead of one.
///
/// Stored: bitmap of the places that follow (2), all of them when it is whole, otherwise then the version that was
/// stored whole (8) · bitmap of inner places (2) · bitmap of leaves (2) · for each taken place in order: version (8) ·
/// hash (32) · for a leaf also key hash (32).
final class TreePage {
    static final int SLOTS = 16;
    static final int HASH = CryptoSuite.DIGEST_BYTES;
    static final byte NONE = 0;
    static final byte INNER = 1;
    static final byte LEAF = 2;
    private static final int ALL = (1 << SLOTS) - 1;
    private static final int BITMAPS = 3 * Short.BYTES;
    /// No version of it was stored before.
    private static final long NEW = -1;

    final byte[] kinds = new byte[SLOTS];
    final byte[] hashes = new byte[SLOTS * HASH];
    private final long[] versions = new long[SLOTS];
    private byte @Nullable [] keyHashes;
    private long base = NEW;
    /// The places that are not those of the base.
    private int changed;

    /// A leaf as it is carried from place to place; nobody changes its arrays.
    static final class Leaf {
        private final byte[] keyHash;
        private final byte[] hash;
        private final long version;

        Leaf(byte[] keyHash, byte[] hash, long version) {
            this.keyHash = keyHash;
            this.hash = hash;
            this.version = version;
        }

        byte[] keyHash() {
            return keyHash;
        }

        byte[] hash() {
            return hash;
        }

        long version() {
            return version;
        }
    }

    /// The older version that a stored node differs from; none when it is whole.
    static OptionalLong base(byte[] stored) {
        if (stored.length < BITMAPS) {
            throw RecordReader.damaged("a node of the state tree ends early");
        }
        ByteBuffer in = ByteBuffer.wrap(stored);
        boolean whole = (in.getShort() & ALL) == ALL;
        return whole || stored.length < BITMAPS + Long.BYTES ? OptionalLong.empty() : OptionalLong.of(in.getLong());
    }

    /// A node that is stored whole.
    ///
    /// @param version that stored it
    static TreePage decode(byte[] stored, long version) {
        TreePage page = new TreePage();
        int places = page.take(stored);
        if (places != ALL) {
            throw RecordReader.damaged("a node of the state tree is not whole");
        }
        page.base = version;
        page.changed = 0;
        return page;
    }

    /// The node that differs from this one, its {@link #base(byte[]) base}, which must not be used any more.
    TreePage changedBy(byte[] stored) {
        changed = take(stored);
        return this;
    }

    /// Takes stored places over, and says which.
    private int take(byte[] stored) {
        ByteBuffer in = ByteBuffer.wrap(stored);
        boolean differs = base(stored).isPresent();
        int places = in.getShort() & ALL;
        if (differs) {
            in.getLong();
        }
        int inner = in.getShort() & ALL;
        int leaves = in.getShort() & ALL;
        int taken = inner | leaves;
        if ((inner & leaves) != 0 || (taken & ~places) != 0 || stored.length != bytes(differs, taken, leaves)) {
            throw RecordReader.damaged("a node of the state tree is malformed");
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            int bit = 1 << slot;
            if ((taken & bit) != 0) {
                kinds[slot] = (leaves & bit) != 0 ? LEAF : INNER;
                versions[slot] = in.getLong();
                in.get(hashes, slot * HASH, HASH);
            } else if ((places & bit) != 0) {
                clear(slot);
            }
            if ((leaves & bit) != 0) {
                in.get(keyHashes(), slot * HASH, HASH);
            }
        }
        return places;
    }

    private static int bytes(boolean differs, int taken, int leaves) {
        return BITMAPS
                + (differs ? Long.BYTES : 0)
                + Integer.bitCount(taken) * (Long.BYTES + HASH)
                + Integer.bitCount(leaves) * HASH;
    }

    /// As it is to be stored.
    byte[] encoded() {
        int inner = places(INNER);
        int leaves = places(LEAF);
        boolean differs = differs();
        int places = differs ? changed : ALL;
        int taken = (inner | leaves) & places;
        ByteBuffer out = ByteBuffer.allocate(bytes(differs, taken, leaves & places));
        out.putShort((short) places);
        if (differs) {
            out.putLong(base);
        }
        out.putShort((short) (inner & places)).putShort((short) (leaves & places));
        for (int slot = 0; slot < SLOTS; slot++) {
            if ((taken & 1 << slot) != 0) {
                out.putLong(versions[slot]).put(hashes, slot * HASH, HASH);
                if (kinds[slot] == LEAF) {
                    out.put(keyHashes(), slot * HASH, HASH);
                }
            }
        }
        return out.array();
    }

    private int places(byte kind) {
        int places = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            places |= kinds[slot] == kind ? 1 << slot : 0;
        }
        return places;
    }

    /// Is it to be stored as what differs from its base?
    boolean differs() {
        int inner = places(INNER);
        return base != NEW && places(LEAF) == 0 && 2 * bytes(true, inner & changed, 0) <= bytes(false, inner, 0);
    }

    /// The version of it that was stored whole last; of one that was stored before.
    long base() {
        Bug.unless(base != NEW, "no version of this node was stored");
        return base;
    }

    private byte[] keyHashes() {
        byte[] made = keyHashes;
        if (made == null) {
            made = new byte[SLOTS * HASH];
            keyHashes = made;
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
        int at = slot * HASH;
        return new Leaf(
                Arrays.copyOfRange(keyHashes(), at, at + HASH),
                Arrays.copyOfRange(hashes, at, at + HASH),
                versions[slot]);
    }

    /// Of a leaf.
    Optional<Bytes> keyHash(int slot) {
        int at = slot * HASH;
        return kinds[slot] == LEAF
                ? Optional.of(Bytes.wrap(Arrays.copyOfRange(keyHashes(), at, at + HASH)))
                : Optional.empty();
    }

    boolean holds(int slot, byte[] keyHash) {
        int at = slot * HASH;
        return kinds[slot] == LEAF && Arrays.equals(keyHashes(), at, at + HASH, keyHash, 0, HASH);
    }

    void clear(int slot) {
        changed |= 1 << slot;
        kinds[slot] = NONE;
        versions[slot] = 0;
        Arrays.fill(hashes, slot * HASH, (slot + 1) * HASH, (byte) 0);
    }

    void put(int slot, Leaf leaf) {
        changed |= 1 << slot;
        kinds[slot] = LEAF;
        versions[slot] = leaf.version();
        System.arraycopy(leaf.hash(), 0, hashes, slot * HASH, HASH);
        System.arraycopy(leaf.keyHash(), 0, keyHashes(), slot * HASH, HASH);
    }

    /// An inner node; its hash follows.
    void putInner(int slot, long version) {
        changed |= 1 << slot;
        kinds[slot] = INNER;
        versions[slot] = version;
    }

    void putHash(int slot, byte[] from, int at) {
        System.arraycopy(from, at, hashes, slot * HASH, HASH);
    }
}
