package poyang.mpc.vole;

import poyang.kernel.Bug;

/// A whole binary tree.
///
/// Whole, because the choice bits of a malicious receiver may name any leaf: in a tree cut to fewer leaves it
/// could name one that was cut off, would then know every node of the levels below, and from their sums the
/// global key.
///
/// @param leaves a power of two, at least 4
record TreeShape(int leaves) {
    TreeShape {
        Bug.unless(leaves >= 4 && Integer.bitCount(leaves) == 1, "a tree has a power of two of leaves");
    }

    int levels() {
        return Integer.numberOfTrailingZeros(leaves);
    }

    int nodes(int level) {
        return 1 << level;
    }

    /// Bytes of one tree's corrections: one block for each level but the last, two for the last, and one
    /// element of F.
    int correctionBytes() {
        return (levels() + 2) * TreeHash.BLOCK_BYTES;
    }
}
