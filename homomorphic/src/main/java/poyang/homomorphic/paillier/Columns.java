package poyang.homomorphic.paillier;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// Montgomery's product on vectors of doubles, column by column, with limbs of 51 bits.
///
/// For a, b below 2^51, `h = a·b + 2^103` rounded to a double is 2^103 + 2^51·high, and `a·b +
/// (2^103 + 3·2^51 − h)` is 3·2^51 + low without any rounding, low from −2^50 to 2^50. Both lie in
/// one binade whatever the operands, so the bits of such doubles add up as integers. A lane is a
/// column of the product, and sums stay in registers.
///
/// - secrecy: time depends on the number of limbs alone
/// - cost: for L limbs L² + L²/2 + L²/2 products of limbs, each two fused multiplications
/// - source: splitting products by fused multiplications as in Emmart, Zheng and Weems, "Faster
///   modular exponentiation using double precision floating point arithmetic on the GPU", ARITH
///   2018, here rounding to nearest with limbs of 51 bits; the reduction is Montgomery's with the
///   whole quotient at once, Math. Comp. 1985
final class Columns {
    static final int LIMB_BITS = 51;
    private static final long MASK = (1L << LIMB_BITS) - 1;
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Long> LONGS = SPECIES.withLanes(long.class);
    private static final int LANES = SPECIES.length();
    private static final int PAD = 16; // two of the widest vectors
    private static final double HIGH = 0x1p103;
    private static final double LOW = 0x1.8p52;
    private static final double BOTH = HIGH + LOW;
    private static final long HIGH_BITS = Double.doubleToRawLongBits(HIGH);
    private static final long LOW_BITS = Double.doubleToRawLongBits(LOW);

    private Columns() {}

    /// Room for so many limbs between zeros.
    static int padded(int limbs) {
        return limbs + 2 * PAD;
    }

    static void doubles(long[] limbs, double[] out) {
        for (int i = 0; i < limbs.length; i++) {
            out[PAD + i] = limbs[i];
        }
    }

    /// `a·b/R mod n`, below 2n for a, b below 2n.
    ///
    /// @param a overwritten
    /// @param inverse −1/n modulo R
    /// @param room four times a padded length
    static void multiply(double[] a, double[] b, double[] n, double[] inverse, long[] out, long[] room) {
        int limbs = out.length;
        // the product, its lower half settled
        columns(a, b, limbs, 0, 2 * limbs, room);
        long carry = settle(room, a, limbs);
        long below = (long) a[PAD + limbs - 2];
        long last = (long) a[PAD + limbs - 1];
        for (int k = 0; k < limbs; k++) {
            out[k] = room[limbs + k];
        }
        out[0] += carry;
        // the quotient
        columns(a, inverse, limbs, 0, limbs, room);
        settle(room, a, limbs);
        // the quotient times n: with the product's lower half its own is a multiple of R, which the
        // two highest of its columns tell
        int from = limbs - 2;
        columns(a, n, limbs, from, 2 * limbs, room);
        long nearly = room[1] + last + (room[0] + below >> LIMB_BITS);
        carry = nearly + (1L << LIMB_BITS - 1) >> LIMB_BITS;
        for (int k = 0; k < limbs - 1; k++) {
            long sum = out[k] + room[k + 2] + carry;
            out[k] = sum & MASK;
            carry = sum >> LIMB_BITS;
        }
        out[limbs - 1] += room[limbs + 1] + carry;
    }

    private static long settle(long[] columns, double[] out, int limbs) {
        long carry = 0;
        for (int k = 0; k < limbs; k++) {
            long sum = columns[k] + carry;
            out[PAD + k] = sum & MASK;
            carry = sum >> LIMB_BITS;
        }
        return carry;
    }

    /// Columns `from` to `to` of a product, column `from` at `room[0]`.
    private static void columns(double[] a, double[] b, int limbs, int from, int to, long[] room) {
        int highAt = room.length / 2;
        int count = 0;
        // column `from` takes the high halves of the one before: start there
        for (int k = from - 1; k < to; k += 2 * LANES) {
            pair(a, b, limbs, k, room, count, highAt + count);
            count += 2 * LANES;
        }
        for (int k = 0; k < to - from; k++) {
            room[k] = room[k + 1] + room[highAt + k];
        }
    }

    /// Two vectors of columns from `k` on.
    private static void pair(double[] a, double[] b, int limbs, int k, long[] room, int lowAt, int highAt) {
        int first = Math.max(0, k - limbs + 1);
        int end = Math.min(limbs, k + 2 * LANES);
        LongVector zero = LongVector.zero(LONGS);
        LongVector low0 = zero;
        LongVector low1 = zero;
        LongVector high0 = zero;
        LongVector high1 = zero;
        DoubleVector highest = DoubleVector.broadcast(SPECIES, HIGH);
        DoubleVector both = DoubleVector.broadcast(SPECIES, BOTH);
        for (int i = first; i < end; i++) {
            DoubleVector y = DoubleVector.broadcast(SPECIES, b[PAD + i]);
            DoubleVector x0 = DoubleVector.fromArray(SPECIES, a, PAD + k - i);
            DoubleVector x1 = DoubleVector.fromArray(SPECIES, a, PAD + k - i + LANES);
            DoubleVector h0 = x0.fma(y, highest);
            DoubleVector h1 = x1.fma(y, highest);
            high0 = high0.add(h0.reinterpretAsLongs());
            high1 = high1.add(h1.reinterpretAsLongs());
            low0 = low0.add(x0.fma(y, both.sub(h0)).reinterpretAsLongs());
            low1 = low1.add(x1.fma(y, both.sub(h1)).reinterpretAsLongs());
        }
        long count = Math.max(0, end - first);
        low0.sub(count * LOW_BITS).intoArray(room, lowAt);
        low1.sub(count * LOW_BITS).intoArray(room, lowAt + LANES);
        high0.sub(count * HIGH_BITS).intoArray(room, highAt);
        high1.sub(count * HIGH_BITS).intoArray(room, highAt + LANES);
    }
}
