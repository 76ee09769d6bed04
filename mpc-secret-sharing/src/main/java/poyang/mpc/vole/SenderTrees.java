package poyang.mpc.vole;

import poyang.kernel.RandomSource;
import poyang.mpc.field.Goldilocks;

/// Grows the sender's trees: all leaves, and the corrections by which the receiver gets all but
/// one.
///
/// A tree starts from two nodes whose sum is the global key s. A node x has the children H(x) and x
/// ⊕ H(x), so that each level sums to s, except the last, whose leaves are H(x) and H(x ⊕ 1). For
/// level i the sender sends the sum of the left children plus the row q_i of a correlated transfer;
/// the receiver, whose row is q_i or q_i ⊕ s as its path goes right or left, gets the sum of left
/// or of right children. For the last level it sends both sums under the hashes of q and q ⊕ s.
/// Last comes ψ = b − Σ leaves in F.
///
/// - secrecy: grows in the same steps whatever the keys
/// - cost: 1.5 hashes a leaf
/// - source: Guo, Yang, Wang, Zhang, Xie, Zhang, Zhu, "Half-tree: halving the cost of tree
///   expansion in COT and DPF", EUROCRYPT 2023. Departure: a key of the hash for
///   each level of each tree
final class SenderTrees {
    private final TreeShape shape;
    private final TreeHash hash;
    private final long keyLow;
    private final long keyHigh;
    private final RandomSource random;
    private final byte[] in;
    private final byte[] out;
    private final long[] nodes;
    private final long[] leaves;
    private final long[] sums = new long[4];

    /// @param key s, which is Δ read as two words
    SenderTrees(TreeShape shape, TreeHash hash, long[] key, RandomSource random) {
        this.shape = shape;
        this.hash = hash;
        keyLow = key[0];
        keyHigh = key[1];
        this.random = random;
        in = new byte[shape.leaves() * TreeHash.BLOCK_BYTES];
        out = new byte[in.length];
        nodes = new long[2 * shape.leaves() + 4];
        leaves = new long[2 * shape.leaves()];
    }

    /// Grows one tree; its leaves, elements of F, stay valid until the next one grows.
    ///
    /// @param rows q_1 … q_levels of this tree from word `rowAt` on
    /// @param b0 first limb of the base correlation's b
    /// @param corrections receives this tree's corrections from `at` on
    long[] grow(int tree, long[] rows, int rowAt, long b0, long b1, byte[] corrections, int at) {
        nodes[0] = random.nextLong();
        nodes[1] = random.nextLong();
        nodes[2] = nodes[0] ^ keyLow;
        nodes[3] = nodes[1] ^ keyHigh;
        put(corrections, at, nodes[0] ^ rows[rowAt], nodes[1] ^ rows[rowAt + 1]);
        int levels = shape.levels();
        for (int level = 2; level < levels; level++) {
            hash.key(tree, level);
            int count = shape.nodes(level - 1);
            spread(count);
            hash.permute(in, out, count);
            children(count);
            int row = rowAt + 2 * (level - 1);
            put(corrections, at + (level - 1) * TreeHash.BLOCK_BYTES, sums[0] ^ rows[row], sums[1] ^ rows[row + 1]);
        }
        hash.key(tree, levels);
        spreadTwice(shape.leaves() / 2);
        hash.permute(in, out, shape.leaves());
        lastChildren();
        hash.key(tree, levels + 1);
        int row = rowAt + 2 * (levels - 1);
        int last = at + (levels - 1) * TreeHash.BLOCK_BYTES;
        long[] left = hash.one(rows[row], rows[row + 1]);
        put(corrections, last, sums[0] ^ left[0], sums[1] ^ left[1]);
        long[] right = hash.one(rows[row] ^ keyLow, rows[row + 1] ^ keyHigh);
        put(corrections, last + TreeHash.BLOCK_BYTES, sums[2] ^ right[0], sums[3] ^ right[1]);
        Leaves.toElements(leaves, shape.leaves());
        long sum0 = 0;
        long sum1 = 0;
        for (int i = 0; i < leaves.length; i += 2) {
            sum0 = Goldilocks.addCanonical(sum0, leaves[i]);
            sum1 = Goldilocks.addCanonical(sum1, leaves[i + 1]);
        }
        put(
                corrections,
                last + 2 * TreeHash.BLOCK_BYTES,
                Goldilocks.canonical(Goldilocks.subtract(b0, sum0)),
                Goldilocks.canonical(Goldilocks.subtract(b1, sum1)));
        return leaves;
    }

    /// in = σ of each node.
    private void spread(int count) {
        for (int i = 0; i < count; i++) {
            long low = nodes[2 * i];
            TreeHash.WORDS.set(in, i * TreeHash.BLOCK_BYTES, low ^ nodes[2 * i + 1]);
            TreeHash.WORDS.set(in, i * TreeHash.BLOCK_BYTES + 8, low);
        }
    }

    /// The nodes become their children, from the last on, and sums[0], sums[1] the sum of left
    /// ones.
    private void children(int count) {
        long left0 = 0;
        long left1 = 0;
        for (int i = count - 1; i >= 0; i--) {
            int block = i * TreeHash.BLOCK_BYTES;
            long low = nodes[2 * i];
            long high = nodes[2 * i + 1];
            long h0 = (long) TreeHash.WORDS.get(out, block) ^ low ^ high;
            long h1 = (long) TreeHash.WORDS.get(out, block + 8) ^ low;
            nodes[4 * i] = h0;
            nodes[4 * i + 1] = h1;
            nodes[4 * i + 2] = low ^ h0;
            nodes[4 * i + 3] = high ^ h1;
            left0 ^= h0;
            left1 ^= h1;
        }
        sums[0] = left0;
        sums[1] = left1;
    }

    /// in = σ(x), σ(x ⊕ 1) of each node.
    private void spreadTwice(int count) {
        for (int i = 0; i < count; i++) {
            int block = 2 * i * TreeHash.BLOCK_BYTES;
            long low = nodes[2 * i];
            long high = nodes[2 * i + 1];
            TreeHash.WORDS.set(in, block, low ^ high);
            TreeHash.WORDS.set(in, block + 8, low);
            TreeHash.WORDS.set(in, block + 16, low ^ 1 ^ high);
            TreeHash.WORDS.set(in, block + 24, low ^ 1);
        }
    }

    /// The leaves, and the sums of left and of right ones.
    private void lastChildren() {
        long left0 = 0;
        long left1 = 0;
        long right0 = 0;
        long right1 = 0;
        for (int i = 0; i < leaves.length; i += 4) {
            int block = i * 8;
            long a = (long) TreeHash.WORDS.get(out, block) ^ (long) TreeHash.WORDS.get(in, block);
            long b = (long) TreeHash.WORDS.get(out, block + 8) ^ (long) TreeHash.WORDS.get(in, block + 8);
            long c = (long) TreeHash.WORDS.get(out, block + 16) ^ (long) TreeHash.WORDS.get(in, block + 16);
            long d = (long) TreeHash.WORDS.get(out, block + 24) ^ (long) TreeHash.WORDS.get(in, block + 24);
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

    private static void put(byte[] to, int at, long low, long high) {
        TreeHash.WORDS.set(to, at, low);
        TreeHash.WORDS.set(to, at + 8, high);
    }
}
