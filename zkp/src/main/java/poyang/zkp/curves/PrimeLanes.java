package poyang.zkp.curves;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.D2L;
import static jdk.incubator.vector.VectorOperators.L2D;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.math.BigInteger;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// A prime field eight elements at a time, in Montgomery form with R = 2^(51·limbs), each limb a double that holds
/// an integer.
///
/// A product a·b of limbs is split exactly by two fused multiplications: added to 1.5·2^103, whose last place is
/// 2^51, it rounds to the multiple h of 2^51 that is nearest; added to what takes h away again it leaves the rest,
/// from −2^50 to 2^50. Both stand as integers in the last bits of a double, so sums of them are sums of longs;
/// the constants that come along are taken off once for each place of the result.
///
/// - ranges: operands have limbs below 2^51 in size, the last one too; with values up to A·p and B·p
///   the product is below (A·B·p/R + 1/2)·p in size
/// - secrecy: no branch and no index depends on a value
/// - source: the exact product by fused multiplication of Dekker, Numer. Math. 18 (1971); CIOS as in
///   {@link Field4}
abstract sealed class PrimeLanes extends Lanes permits Lanes5, Lanes8 {
    static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_512;
    static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
    static final int BITS = 51;
    static final long MASK = (1L << BITS) - 1;
    static final double HIGH = 0x1.8p103;
    static final double LOW = 0x1.8p52;
    static final double BOTH = HIGH + LOW;

    /// The modulus.
    final double[] p;
    /// What the places of a product start from.
    final long[] first;
    /// What the places that come in with each reduction start from.
    final long[] next;

    private final long[] modulus;
    private final double inverse;
    private final double perModulus;
    private final int longs;
    private final double[] in;
    private final double[] out;
    private final double[] t;

    PrimeLanes(PrimeField field, int limbs) {
        super(limbs * COUNT);
        longs = field.longs();
        BigInteger m = field.modulus();
        p = new double[limbs];
        modulus = new long[limbs];
        for (int i = 0; i < limbs; i++) {
            modulus[i] = m.shiftRight(BITS * i).longValue() & MASK;
            p[i] = modulus[i];
        }
        inverse = m.negate().modInverse(BigInteger.ONE.shiftLeft(BITS)).longValue();
        perModulus = BigInteger.ONE.shiftLeft(BITS * (limbs - 1)).doubleValue() / m.doubleValue();
        first = new long[limbs + 1];
        next = new long[limbs];
        constants();
        BigInteger radix = BigInteger.ONE.shiftLeft(BITS * limbs);
        BigInteger fieldRadix = BigInteger.ONE.shiftLeft(64 * longs);
        in = same(radix.multiply(radix).multiply(fieldRadix.modInverse(m)).mod(m));
        out = same(fieldRadix.mod(m));
        t = new double[width];
    }

    /// Place k gets, before it is used, two low and two high halves for each pair of limbs that belongs there.
    private void constants() {
        int limbs = p.length;
        long[] places = new long[2 * limbs + 1];
        for (int i = 0; i < limbs; i++) {
            for (int j = 0; j < limbs; j++) {
                places[i + j] -= 2 * Double.doubleToRawLongBits(LOW);
                places[i + j + 1] -= 2 * Double.doubleToRawLongBits(HIGH);
            }
        }
        System.arraycopy(places, 0, first, 0, limbs + 1);
        System.arraycopy(places, limbs + 1, next, 0, limbs);
    }

    /// Eight times the same integer below p.
    private double[] same(BigInteger value) {
        double[] all = new double[width];
        for (int i = 0; i < width; i++) {
            all[i] = value.shiftRight(BITS * (i / COUNT)).longValue() & MASK;
        }
        return all;
    }

    /// What the modulus is to be multiplied by so that its sum with t ends in 51 zeros.
    final DoubleVector factor(LongVector t0) {
        DoubleVector x = (DoubleVector) t0.and(MASK).convert(L2D, 0);
        DoubleVector q = DoubleVector.broadcast(DOUBLES, inverse);
        DoubleVector h = x.fma(q, DoubleVector.broadcast(DOUBLES, HIGH));
        return x.fma(q, DoubleVector.broadcast(DOUBLES, BOTH).sub(h)).sub(LOW);
    }

    static void store(double[] r, int at, LongVector limb) {
        ((DoubleVector) limb.convert(L2D, 0)).intoArray(r, at);
    }

    @Override
    final int longs() {
        return longs;
    }

    @Override
    final void square(double[] r, int ro, double[] a, int ao) {
        multiply(r, ro, a, ao, a, ao);
    }

    /// Takes the multiple q·p off that brings the value nearest to zero, and the limbs into their range. No limb
    /// of the value less q·p may pass 2^53.
    final void centre(double[] a, int at) {
        DoubleVector q = quotient(a, at);
        LongVector carry = LongVector.zero(LONGS);
        int last = width - COUNT;
        for (int j = 0; j < last; j += COUNT) {
            LongVector u = less(a, at + j, q, j).add(carry);
            carry = u.lanewise(ASHR, BITS);
            store(a, at + j, u.and(MASK));
        }
        store(a, at + last, less(a, at + last, q, last).add(carry));
    }

    private DoubleVector quotient(double[] a, int at) {
        return DoubleVector.fromArray(DOUBLES, a, at + width - COUNT)
                .mul(-perModulus)
                .add(LOW)
                .sub(LOW);
    }

    private LongVector less(double[] a, int at, DoubleVector q, int j) {
        return (LongVector) q.fma(DoubleVector.broadcast(DOUBLES, p[j / COUNT]), DoubleVector.fromArray(DOUBLES, a, at))
                .convert(D2L, 0);
    }

    @Override
    final void canonical(double[] a, int at) {
        centre(a, at);
        int last = width - COUNT;
        DoubleVector top = DoubleVector.fromArray(DOUBLES, a, at + last);
        LongVector negative = ((LongVector) top.convert(D2L, 0)).lanewise(ASHR, 63);
        LongVector carry = LongVector.zero(LONGS);
        for (int j = 0; j <= last; j += COUNT) {
            LongVector u =
                    (LongVector) DoubleVector.fromArray(DOUBLES, a, at + j).convert(D2L, 0);
            u = u.add(negative.and(modulus[j / COUNT])).add(carry);
            carry = u.lanewise(ASHR, BITS);
            store(a, at + j, u.and(MASK));
        }
    }

    @Override
    final void load(double[] r, int ro, long[] from, int[] offsets) {
        for (int j = 0; j < width / COUNT; j++) {
            int limb = BITS * j / 64;
            int shift = BITS * j % 64;
            LongVector u = LongVector.zero(LONGS);
            if (limb < longs) {
                u = LongVector.fromArray(LONGS, from, limb, offsets, 0).lanewise(LSHR, shift);
            }
            if (shift + BITS > 64 && limb + 1 < longs) {
                u = u.or(LongVector.fromArray(LONGS, from, limb + 1, offsets, 0).lanewise(LSHL, 64 - shift));
            }
            store(t, COUNT * j, u.and(MASK));
        }
        multiply(r, ro, t, 0, in, 0);
        canonical(r, ro);
    }

    @Override
    final void unload(double[] a, int ao, long[] to, int[] offsets) {
        multiply(t, 0, a, ao, out, 0);
        canonical(t, 0);
        for (int i = 0; i < longs; i++) {
            LongVector u = LongVector.zero(LONGS);
            for (int j = 0; j < width / COUNT; j++) {
                int shift = BITS * j - 64 * i;
                if (shift > -BITS && shift < 64) {
                    LongVector limb = (LongVector)
                            DoubleVector.fromArray(DOUBLES, t, COUNT * j).convert(D2L, 0);
                    u = u.or(shift >= 0 ? limb.lanewise(LSHL, shift) : limb.lanewise(LSHR, -shift));
                }
            }
            u.intoArray(to, i, offsets, 0);
        }
    }
}
