package poyang.crypto;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bytes;

/// Binary Merkle tree in the shape of RFC 6962 section 2.1: leaf = H(00 ‖ data), node = H(01 ‖ left ‖
/// right), the left subtree the largest power of two below the count, the empty tree H of nothing. H is the
/// digest of a suite; where none is named, SM3.
public final class MerkleTree {
    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};

    private MerkleTree() {}

    public static Bytes root(List<Bytes> leaves) {
        return root(CryptoSuite.SM, leaves);
    }

    public static Bytes root(CryptoSuite suite, List<Bytes> leaves) {
        if (leaves.isEmpty()) {
            return suite.hash();
        }
        List<byte[]> level =
                suite.digestAll(LEAF, leaves.stream().map(Bytes::toArray).toList());
        while (level.size() > 1) {
            level = parents(suite, level);
        }
        return Bytes.wrap(level.getFirst());
    }

    /// The nodes above a level; a last one without a sibling moves up as it is.
    private static List<byte[]> parents(CryptoSuite suite, List<byte[]> level) {
        List<byte[]> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < level.size(); i += 2) {
            byte[] pair = Arrays.copyOf(level.get(i), 2 * CryptoSuite.DIGEST_BYTES);
            System.arraycopy(level.get(i + 1), 0, pair, CryptoSuite.DIGEST_BYTES, CryptoSuite.DIGEST_BYTES);
            pairs.add(pair);
        }
        List<byte[]> parents = new ArrayList<>(suite.digestAll(NODE, pairs));
        if (level.size() % 2 == 1) {
            parents.add(level.getLast());
        }
        return parents;
    }

    /// The sibling hashes from leaf `index` to the root.
    public static List<Bytes> path(CryptoSuite suite, List<Bytes> leaves, int index) {
        List<byte[]> hashes = new ArrayList<>();
        leaves.forEach(leaf -> hashes.add(suite.digest(LEAF, leaf.toArray())));
        List<Bytes> path = new ArrayList<>();
        collect(suite, hashes, index, path);
        return path;
    }

    private static byte[] collect(CryptoSuite suite, List<byte[]> hashes, int index, List<Bytes> path) {
        if (hashes.size() == 1) {
            return hashes.getFirst();
        }
        int split = Integer.highestOneBit(hashes.size() - 1);
        List<byte[]> left = hashes.subList(0, split);
        List<byte[]> right = hashes.subList(split, hashes.size());
        byte[] leftHash;
        byte[] rightHash;
        if (index >= 0 && index < split) {
            leftHash = collect(suite, left, index, path);
            rightHash = collect(suite, right, -1, path);
            path.add(Bytes.wrap(rightHash));
        } else if (index >= split) {
            leftHash = collect(suite, left, -1, path);
            rightHash = collect(suite, right, index - split, path);
            path.add(Bytes.wrap(leftHash));
        } else {
            leftHash = collect(suite, left, -1, path);
            rightHash = collect(suite, right, -1, path);
        }
        return suite.digest(NODE, leftHash, rightHash);
    }

    /// Does `leaf` stand at `index` of `count` leaves under `root`? (RFC 9162 section 2.1.3.2)
    public static boolean verify(CryptoSuite suite, Bytes root, Bytes leaf, int index, int count, List<Bytes> path) {
        if (index < 0 || index >= count) {
            return false;
        }
        int node = index;
        int last = count - 1;
        byte[] hash = suite.digest(LEAF, leaf.toArray());
        for (Bytes sibling : path) {
            if (last == 0 || sibling.length() != CryptoSuite.DIGEST_BYTES) {
                return false;
            }
            if ((node & 1) == 1 || node == last) {
                hash = suite.digest(NODE, sibling.toArray(), hash);
                while ((node & 1) == 0 && node != 0) {
                    node >>>= 1;
                    last >>>= 1;
                }
            } else {
                hash = suite.digest(NODE, hash, sibling.toArray());
            }
            node >>>= 1;
            last >>>= 1;
        }
        return last == 0 && Bytes.wrap(hash).equals(root);
    }

    /// Builds a root from leaves that come one after the other, keeping one hash for each level.
    public static final class Builder {
        private final List<byte @Nullable []> levels = new ArrayList<>();
        private final CryptoSuite suite;
        private long count;

        /// With SM3.
        public Builder() {
            this(CryptoSuite.SM);
        }

        public Builder(CryptoSuite suite) {
            this.suite = suite;
        }

        public Builder add(byte[] data) {
            byte[] hash = suite.digest(LEAF, data);
            int level = 0;
            for (long carry = count; (carry & 1) == 1; carry >>>= 1) {
                hash = suite.digest(NODE, waiting(level), hash);
                levels.set(level++, null);
            }
            if (level == levels.size()) {
                levels.add(hash);
            } else {
                levels.set(level, hash);
            }
            count++;
            return this;
        }

        public long count() {
            return count;
        }

        public Bytes root() {
            byte[] right = null;
            for (int level = 0; level < levels.size(); level++) {
                if ((count >>> level & 1) == 1) {
                    right = right == null ? waiting(level) : suite.digest(NODE, waiting(level), right);
                }
            }
            return Bytes.copyOf(right == null ? suite.digest() : right);
        }

        private byte[] waiting(int level) {
            byte[] hash = levels.get(level);
            return Objects.requireNonNull(hash);
        }
    }
}
