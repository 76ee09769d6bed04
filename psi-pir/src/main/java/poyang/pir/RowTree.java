package poyang.pir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// The Merkle tree over a table's rows in the shape of {@link MerkleTree}, with all its levels, so
/// that every row's path is at hand.
final class RowTree {
    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};

    private final List<byte[][]> levels = new ArrayList<>();

    /// @param leaves hashes of the rows' contents, see {@link #leaf}
    RowTree(byte[][] leaves) {
        byte[][] level = leaves;
        levels.add(level);
        while (level.length > 1) {
            byte[][] above = new byte[(level.length + 1) / 2][];
            for (int i = 0; i < above.length; i++) {
                // the last one without a neighbour goes up as it is
                above[i] = 2 * i + 1 < level.length ? Sm3.digest(NODE, level[2 * i], level[2 * i + 1]) : level[2 * i];
            }
            level = above;
            levels.add(level);
        }
    }

    static byte[] leaf(byte[] content) {
        return Sm3.digest(LEAF, content);
    }

    Bytes root() {
        return Bytes.copyOf(levels.getLast()[0]);
    }

    byte[][] leaves() {
        return levels.getFirst().clone();
    }

    /// Siblings from the leaf upwards, filled up with zeros to the depth.
    byte[] path(int row) {
        byte[] out = new byte[(levels.size() - 1) * Sm3.DIGEST_BYTES];
        int at = 0;
        int index = row;
        for (int level = 0; level < levels.size() - 1; level++, index /= 2) {
            byte[][] hashes = levels.get(level);
            if ((index ^ 1) < hashes.length) {
                System.arraycopy(hashes[index ^ 1], 0, out, at, Sm3.DIGEST_BYTES);
                at += Sm3.DIGEST_BYTES;
            }
        }
        return out;
    }

    /// Does the path behind a row's content lead to the root?
    static boolean holds(byte[] row, int contentBytes, int index, int rows, Bytes root) {
        List<Bytes> path = new ArrayList<>();
        int at = contentBytes;
        int last = rows - 1;
        for (int i = index; last > 0; i /= 2, last /= 2) {
            if ((i ^ 1) <= last) {
                path.add(Bytes.wrap(Arrays.copyOfRange(row, at, at + Sm3.DIGEST_BYTES)));
                at += Sm3.DIGEST_BYTES;
            }
        }
        return MerkleTree.verify(CryptoSuite.SM, root, Bytes.wrap(Arrays.copyOf(row, contentBytes)), index, rows, path);
    }
}
