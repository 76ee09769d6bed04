package poyang.mpc.vole;

import poyang.kernel.Bug;

/// The code and the noise for one length: an expand-accumulate code over the prime field whose
/// columns carry random coefficients, and regular noise.
///
/// The output is E·D·A·e. The noise e has N = blocks·blockLength places; each block holds one
/// uniform element at a uniform place. A sums up from the left. D multiplies each place by a random
/// coefficient. E has `weight` ones in a row, one uniform in each of as many equal strips
/// ("regular" rows).
///
/// **Source of the figures.** Weight 11 and five places an output are the row "ExAcc11" of the
/// table of libOTe (`getEAConfig`: weights 7, 11, 21, 40 with minimum distances .10, .15, .20, .25
/// and scaler 5), after Boyle, Couteau, Gilboa, Ishai, Kohl, Resch, Scholl, "Correlated
/// pseudorandomness from expand-accumulate codes", CRYPTO 2022; regular rows are those of
/// Raghuraman, Rindal, Tanguy, "Expand-convolute codes for pseudorandom correlation generators from
/// LPN", CRYPTO 2023. That table is for bits and its distances are estimates; the number of blocks
/// and the need for D follow from the bound below, which is for this field, and which
/// `CodeBoundTest` computes.
///
/// **The bound** (security against linear tests, the attacks that all known ones on such codes
/// are). A test is a vector u ≠ 0 over the outputs; it sees Σ u_i·output_i = ⟨v, e⟩ with v = uEDA.
/// Each block adds an element that is uniform unless its place hits a zero of v, so the sum is
/// exactly uniform but with probability β = Π(1 − δ_k), δ_k the share of places of block k where v
/// is not 0. Three things follow:
///
/// 1. If v is nowhere zero in some block then β = 0. So β > 0 asks for a zero in every block: no
///    run of non-zeros is as long as two blocks.
/// 2. β ≤ (1 − δ)^blocks for the mean share δ (inequality of the means). So β > 2^-128 asks for
///    δ < d = 1 − 2^(−128/blocks).
/// 3. A u on r rows puts 11·r points on the line; between two points v is constant. The first gap
///    is zero. Each further zero gap is one linear equation on u whose coefficients are fresh
///    random elements of D, so r − 1 gaps can be made zero and each beyond these costs a factor
///    2^-64. Thus v has at most r runs of non-zeros and, by 1, a share of at most 2r/blocks.
///
/// So a bad code has, for some r, r rows whose 11·r points leave r gaps that cover all but a share
/// x = min(d, 2r/blocks). For uniform points K = 11·r that has probability at most C(K,
/// r−1)·x^(K+1−r) for given gaps (a beta distribution); there are C(K, r−1) choices of gaps and
/// C(m, r) of rows, and points one in each strip are uniform points conditioned on an event of
/// probability K!/(r!^11·11^K). The sum over all r bounds the probability that the code, drawn from
/// a public seed, has a single linear test of advantage above 2^-128. With 600 blocks or more it is
/// below 2^-40 for m ≤ 2^21 at weight 11 and for m ≤ 2^24 at weight 13.
///
/// **Noise over F.** The bound is the same when noise and tests have elements of F ⊃ B and the code
/// stays over B. A test u = u0 + X·u1 sees v = v0 + X·v1 with v_j = u_j·EDA, which is zero only where
/// v0 and v1 both are, so that it has no fewer non-zeros in any block than the v_j of a u_j ≠ 0, a test
/// over B that is bounded above; and an element of F at a non-zero of v makes the sum uniform in F.
///
/// Without D the coefficients are 0 and 1, and u = (1, −1) on two rows whose points lie pairwise
/// near each other nulls eleven gaps at once: among 2^20 rows two are found for which β is 2^-15.
/// Hence D.
///
/// What is not bounded here: coincidences of two points in one place, which for r rows take
/// r²·11²/2N of the points in expectation, and which the margin covers.
///
/// @param length m, elements of output
/// @param weight ones in a row of E
/// @param blocks of noise
/// @param blockLength places of a block, a power of two
record CodeParameters(int length, int weight, int blocks, int blockLength) {
    static final int LONGEST = 1 << 24;
    private static final int FEWEST_BLOCKS = 600;

    /// Blocks whose trees' corrections make one frame.
    static final int GROUP = 20;

    private static final int EXPANSION = 5;
    private static final int SHORTEST_BLOCK = 64;
    private static final int LIGHT_UP_TO = 1 << 21;
    private static final int LIGHT = 11;
    private static final int HEAVY = 13;

    /// The parameters for an output of `length` elements.
    static CodeParameters of(int length) {
        Bug.unless(length >= 1 && length <= LONGEST, "a correlation has 1 to 2^24 elements");
        int places = EXPANSION * length;
        int blockLength = Math.max(SHORTEST_BLOCK, Integer.highestOneBit(places / FEWEST_BLOCKS));
        int groups = (places + GROUP * blockLength - 1) / (GROUP * blockLength);
        int blocks = Math.max(FEWEST_BLOCKS, GROUP * groups);
        return new CodeParameters(length, length <= LIGHT_UP_TO ? LIGHT : HEAVY, blocks, blockLength);
    }

    /// Blocks are fewest just after they have become twice as long. The last length before that happened, which took
    /// twice as many; `length` itself while blocks are the shortest.
    static int peak(int length) {
        int blockLength = of(length).blockLength;
        return blockLength == SHORTEST_BLOCK ? length : FEWEST_BLOCKS * blockLength / EXPANSION - 1;
    }

    /// N
    int places() {
        return blocks * blockLength;
    }

    /// The first place of a strip of E; that of strip `weight` is N.
    int stripStart(int strip) {
        return (int) ((long) places() * strip / weight);
    }

    TreeShape tree() {
        return new TreeShape(blockLength);
    }
}
