package poyang.mpc.vole;

import poyang.mpc.field.Goldilocks;

/// Grows the receiver's trees from the sender's corrections: all leaves but the one at a secret
/// place, where w = c − ψ − Σ others stands instead. The counterpart of {@link SenderTrees}.
///
/// - secrecy: the place is in no branch and in no address: every step runs over its whole level and
///   picks by masks
final class ReceiverTrees {
    private final TreeShape shape;
    private final TreeHash hash;
    private final byte[] in;
    private final byte[] out;
    private final long[] nodes;
    private final long[] leaves;
    private final long[] sums = new long[4];

    /// The sibling that the level's correction gave, and its number.
    private long siblingLow;

    private long siblingHigh;
    private int sibling;

    ReceiverTrees(TreeShape shape, TreeHash hash) {
        this.shape = shape;
        this.hash = hash;
        in = new byte[shape.leaves() * TreeHash.BLOCK_BYTES];
        out = new byte[in.length];
        nodes = new long[2 * shape.leaves() + 4];
        leaves = new long[2 * shape.leaves()];
    }

    /// Grows one tree; its leaves, elements of F, stay valid until the next one grows.
    ///
    /// @param place the leaf that is not learned
    /// @param rows t_1 … t_levels of this tree from word `rowAt` on
    /// @param c0 first limb of the base correlation's c
    /// @param corrections the sender's, from `at` on, ψ canonical
    long[] grow(int tree, int place, long[] rows, int rowAt, long c0, long c1, byte[] corrections, int at) {
        int levels = shape.levels();
        nodes[0] = 0;
        nodes[1] = 0;
        nodes[2] = 0;
        nodes[3] = 0;
        sibling = place >>> levels - 1 ^ 1;
        siblingLow = word(corrections, at) ^ rows[rowAt];
        siblingHigh = word(corrections, at + 8) ^ rows[rowAt + 1];
        for (int level = 2; level < levels; level++) {
            hash.key(tree, level);
            int count = shape.nodes(level - 1);
            spread(count);
            hash.permute(in, out, count);
            children(count, place >>> levels - level + 1);
            int row = rowAt + 2 * (level - 1);
            int block = at + (level - 1) * TreeHash.BLOCK_BYTES;
            int path = place >>> levels - level;
            long right = (path & 1) - 1L; // all ones when the sibling is a right child
            sibling = path ^ 1;
            siblingLow = word(corrections, block) ^ rows[row] ^ sums[0] ^ right & (sums[0] ^ sums[2]);
            siblingHigh = word(corrections, block + 8) ^ rows[row + 1] ^ sums[1] ^ right & (sums[1] ^ sums[3]);
        }
        last(tree, place, rows, rowAt, corrections, at);
        return finish(place, c0, c1, corrections, at + (levels + 1) * TreeHash.BLOCK_BYTES);
    }

    private void last(int tree, int place, long[] rows, int rowAt, byte[] corrections, int at) {
        int levels = shape.levels();
        hash.key(tree, levels);
        spreadTwice(shape.leaves() / 2);
        hash.permute(in, out, shape.leaves());
        lastChildren(place >>> 1);
        hash.key(tree, levels + 1);
        int row = rowAt + 2 * (levels - 1);
        int block = at + (levels - 1) * TreeHash.BLOCK_BYTES;
        long[] mask = hash.one(rows[row], rows[row + 1]);
        long right = (place & 1) - 1L;
        sibling = place ^ 1;
        siblingLow = mask[0] ^ pick(right, word(corrections, block) ^ sums[0], word(corrections, block + 16) ^ sums[2]);
        siblingHigh =
                mask[1] ^ pick(right, word(corrections, block + 8) ^ sums[1], word(corrections, block + 24) ^ sums[3]);
    }

    /// Puts the last sibling in its place, makes the leaves elements and adds w.
    private long[] finish(int place, long c0, long c1, byte[] corrections, int psi) {
        for (int i = 0; i < shape.leaves(); i++) {
            long here = equal(i, sibling);
            leaves[2 * i] ^= here & siblingLow;
            leaves[2 * i + 1] ^= here & siblingHigh;
        }
        Leaves.toElements(leaves, shape.leaves());
        long sum0 = 0;
        long sum1 = 0;
        for (int i = 0; i < leaves.length; i += 2) {
            sum0 = Goldilocks.addCanonical(sum0, leaves[i]);
            sum1 = Goldilocks.addCanonical(sum1, leaves[i + 1]);
        }
        long w0 = Goldilocks.subtract(Goldilocks.subtract(c0, word(corrections, psi)), sum0);
        long w1 = Goldilocks.subtract(Goldilocks.subtract(c1, word(corrections, psi + 8)), sum1);
        w0 = Goldilocks.canonical(w0);
        w1 = Goldilocks.canonical(w1);
        for (int i = 0; i < shape.leaves(); i++) {
            long here = equal(i, place);
            leaves[2 * i] |= here & w0;
            leaves[2 * i + 1] |= here & w1;
        }
        return leaves;
    }

    /// in = σ of each node, after the sibling has been put in its place.
    private void spread(int count) {
        for (int i = 0; i < count; i++) {
            long here = equal(i, sibling);
            long low = nodes[2 * i] ^ here & siblingLow;
            long high = nodes[2 * i + 1] ^ here & siblingHigh;
            nodes[2 * i] = low;
            nodes[2 * i + 1] = high;
            TreeHash.WORDS.set(in, i * TreeHash.BLOCK_BYTES, low ^ high);
            TreeHash.WORDS.set(in, i * TreeHash.BLOCK_BYTES + 8, low);
        }
    }

    /// The nodes become their children, those of `parent` zero, and sums the sums of left and right
    /// ones.
    private void children(int count, int parent) {
        long left0 = 0;
        long left1 = 0;
        long right0 = 0;
        long right1 = 0;
        for (int i = count - 1; i >= 0; i--) {
            int block = i * TreeHash.BLOCK_BYTES;
            long known = ~equal(i, parent);
            long low = nodes[2 * i];
            long high = nodes[2 * i + 1];
            long h0 = known & ((long) TreeHash.WORDS.get(out, block) ^ low ^ high);
            long h1 = known & ((long) TreeHash.WORDS.get(out, block + 8) ^ low);
            long r0 = known & low ^ h0;
            long r1 = known & high ^ h1;
            nodes[4 * i] = h0;
            nodes[4 * i + 1] = h1;
            nodes[4 * i + 2] = r0;
            nodes[4 * i + 3] = r1;
            left0 ^= h0;
            left1 ^= h1;
            right0 ^= r0;
            right1 ^= r1;
        }
        sums[0] = left0;
        sums[1] = left1;
        sums[2] = right0;
        sums[3] = right1;
    }

    private void spreadTwice(int count) {
        for (int i = 0; i < count; i++) {
            int block = 2 * i * TreeHash.BLOCK_BYTES;
            long here = equal(i, sibling);
            long low = nodes[2 * i] ^ here & siblingLow;
            long high = nodes[2 * i + 1] ^ here & siblingHigh;
            TreeHash.WORDS.set(in, block, low ^ high);
            TreeHash.WORDS.set(in, block + 8, low);
            TreeHash.WORDS.set(in, block + 16, low ^ 1 ^ high);
            TreeHash.WORDS.set(in, block + 24, low ^ 1);
        }
    }

    /// The leaves, those of `parent` zero, and the sums of left and of right ones.
    private void lastChildren(int parent) {
        long left0 = 0;
        long left1 = 0;
        long right0 = 0;
        long right1 = 0;
        for (int i = 0; i < leaves.length; i += 4) {
            int block = i * 8;
            long known = ~equal(i >> 2, parent);
            long a = known & ((long) TreeHash.WORDS.get(out, block) ^ (long) TreeHash.WORDS.get(in, block));
            long b = known & ((long) TreeHash.WORDS.get(out, block + 8) ^ (long) TreeHash.WORDS.get(in, block + 8));
            long c = known & ((long) TreeHash.WORDS.get(out, block + 16) ^ (long) TreeHash.WORDS.get(in, block + 16));
            long d = known & ((long) TreeHash.WORDS.get(out, block + 24) ^ (long) TreeHash.WORDS.get(in, block + 24));
            leaves[i] = a;
            leaves[i + 1] = b;
            leaves[i + 2] = c;
            leaves[i + 3] = d;
            left0 ^= a;
            left1 ^= b;
            right0 ^= c;
            right1 ^= d;
        }
        sums[0] = left0;
        sums[1] = left1;
        sums[2] = right0;
        sums[3] = right1;
    }

    /// All ones where i = k, for numbers from 0 on.
    private static long equal(int i, int k) {
        return (long) (i ^ k) - 1 >> 63;
    }

    private static long pick(long right, long whenLeft, long whenRight) {
        return whenLeft ^ right & (whenLeft ^ whenRight);
    }

    private static long word(byte[] from, int at) {
        return (long) TreeHash.WORDS.get(from, at);
    }
}
