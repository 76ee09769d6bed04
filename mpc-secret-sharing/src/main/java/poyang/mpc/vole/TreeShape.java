package poyang.mpc.vole;

/// A binary tree cut to `leaves` leaves: level i of `levels` holds the first ⌈leaves / 2^(levels −
/// i)⌉ nodes. A child beyond is made, so that sums over a level stay whole, and not grown.
///
/// @param leaves even, at least 4
record TreeShape(int leaves) {
    int levels() {
        return 32 - Integer.numberOfLeadingZeros(leaves - 1);
    }

    int nodes(int level) {
        int shift = levels() - level;
        return (leaves - 1 >> shift) + 1;
    }

    /// Bytes of one tree's corrections: one block for each level but the last, two for the last,
    /// and one element of F.
    int correctionBytes() {
        return (levels() + 2) * TreeHash.BLOCK_BYTES;
    }
}
