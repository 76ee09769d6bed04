package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bug;
import poyang.zkp.curves.Curve;

/// Membership and non-membership in lists that are committed to by the root of a Merkle tree of Poseidon2.
///
/// A list for non-membership is one of gaps: its leaves are hashes of (low, high) for neighbours of the sorted list,
/// with 0 below the first and 2^bits − 1 above the last, which therefore are no members.
public final class Merkle {
    private final Api api;
    private final Poseidon2 hash;

    public Merkle(Api api) {
        this.api = api;
        hash = new Poseidon2(api);
    }

    /// The root above a leaf: at each level the bit of `index` says whether the node is the right one. Cost: 242
    /// constraints a level.
    public Variable root(Variable leaf, List<Variable> siblings, Variable index) {
        List<Variable> right = api.toBits(index, siblings.size());
        Variable node = leaf;
        for (int i = 0; i < siblings.size(); i++) {
            Variable sibling = siblings.get(i);
            Variable left = api.select(right.get(i), sibling, node);
            Variable other = api.subtract(api.add(node, sibling), left);
            node = hash.hash(List.of(left, other));
        }
        return node;
    }

    /// Asserts that `member` is not in a list of values below 2^bits: the gap (low, high) around it is in the
    /// list of gaps.
    public void assertNotMember(
            Variable root, Variable member, List<Variable> gap, List<Variable> siblings, Variable index, int bits) {
        Bug.unless(gap.size() == 2, "a gap has two ends");
        api.assertInRange(member, bits);
        api.assertInRange(gap.get(0), bits);
        api.assertInRange(gap.get(1), bits);
        api.assertEqual(api.isLess(gap.get(0), member, bits), api.constant(1));
        api.assertEqual(api.isLess(member, gap.get(1), bits), api.constant(1));
        api.assertEqual(root(hash.hash(gap), siblings, index), root);
    }

    /// A tree outside of a circuit: level by level from the leaves, a power of two of them, to the root.
    public static List<List<BigInteger>> tree(Curve curve, List<BigInteger> leaves) {
        Bug.unless(Integer.bitCount(leaves.size()) == 1, "a power of two of leaves");
        List<List<BigInteger>> levels = new ArrayList<>(List.of(List.copyOf(leaves)));
        while (levels.getLast().size() > 1) {
            List<BigInteger> below = levels.getLast();
            List<BigInteger> above = new ArrayList<>();
            for (int i = 0; i < below.size(); i += 2) {
                above.add(Poseidon2.hash(curve, below.subList(i, i + 2)));
            }
            levels.add(above);
        }
        return levels;
    }

    /// The siblings on the way from a leaf to the root.
    public static List<BigInteger> path(List<List<BigInteger>> tree, int index) {
        List<BigInteger> siblings = new ArrayList<>();
        for (int level = 0; level < tree.size() - 1; level++) {
            siblings.add(tree.get(level).get((index >> level) ^ 1));
        }
        return siblings;
    }
}
