package poyang.crypto.curve;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.math.BigInteger;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// Four elements of {@link Field} side by side: limb i of the element in lane l stands at 4·i + l of a block of
/// {@link #BLOCK} longs. Every block that is given or made holds values below 2^256.1, limbs in
/// 0 … 2^52−1, for the same Montgomery radix 2^260.
///
/// Registers have no product of two limbs, but of two doubles, added to a third and rounded once. With a and b below
/// 2^52, h = a·b + 2^104 keeps a·b to the nearest multiple of 2^52, since doubles from 2^104 to 2^105 are 2^52 apart;
/// and l = a·b − (h − 2^104), of 52 bits with its sign, is exact. Read as integers, doubles of one exponent differ as
/// their values do: what the exponents of all that comes into a column add up to is taken off beforehand
/// ({@link #COLUMNS}).
///
/// Columns stay positive while they are cleared: each begins with 2^59, of which the next gives 2^7 back.
///
/// All steps are written out: a vector that a method gave came to be an object, and a product took
/// about eight times as long.
///
/// Source: Emmart, Zheng, Weems, "Faster modular exponentiation using double precision floating point arithmetic on
/// the GPU", ARITH 2018, there for rounding towards zero; here l has a sign. Quotient and multiples of p as in
/// {@link Field}.
final class FieldLanes {
    static final int LANES = 4;
    static final int BLOCK = LANES * Field.LONGS;
    static final int BITS = 256;

    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_256;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_256;
    private static final long MASK = (1L << 52) - 1;
    /// A limb read as the low bits of this is itself more than this.
    private static final double UNIT = 0x1p52;

    private static final long UNIT_BITS = Double.doubleToRawLongBits(UNIT);
    private static final double HIGH = 0x1p104;
    /// What is at most 2^51 away from it is among doubles that are 1 apart.
    private static final double LOW = 0x1.8p52;

    private static final long SPARE = 1L << 59;
    private static final long[] COLUMNS = columns();
    /// 4p, with limbs that no limb of a block exceeds.
    private static final long[] MORE = more();

    private static final long[] ZERO = new long[BLOCK];

    private FieldLanes() {}

    private static long[] columns() {
        long[] all = new long[2 * Field.LONGS];
        for (int i = 0; i < Field.LONGS; i++) {
            for (int j = 0; j < Field.LONGS; j++) {
                all[i + j] -= Double.doubleToRawLongBits(LOW);
                all[i + j + 1] -= Double.doubleToRawLongBits(HIGH);
            }
        }
        for (int i = 0; i < all.length - 1; i++) {
            all[i] += SPARE;
            all[i + 1] -= SPARE >>> 52;
        }
        return all;
    }

    private static long[] more() {
        BigInteger value = Field.P.shiftLeft(2);
        long[] limbs = new long[Field.LONGS];
        for (int i = 0; i < Field.LONGS; i++) {
            limbs[i] = value.shiftRight(52 * i).longValue() & MASK;
            limbs[i] += i == Field.LONGS - 1 ? 0 : 1L << 52;
            limbs[i] -= i == 0 ? 0 : 1;
        }
        return limbs;
    }

    /// r = a·b in every lane.
    ///
    /// @param columns room for 40 longs
    static void multiply(long[] r, int ro, long[] a, int ao, long[] b, int bo, long[] columns) {
        products(a, ao, b, bo, columns);
        clear(columns, r, ro);
    }

    private static void products(long[] a, int ao, long[] b, int bo, long[] columns) {
        DoubleVector high = DoubleVector.broadcast(DOUBLES, HIGH);
        DoubleVector low = DoubleVector.broadcast(DOUBLES, LOW);
        DoubleVector a0 = LongVector.fromArray(LONGS, a, ao)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        DoubleVector a1 = LongVector.fromArray(LONGS, a, ao + 4)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        DoubleVector a2 = LongVector.fromArray(LONGS, a, ao + 8)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        DoubleVector a3 = LongVector.fromArray(LONGS, a, ao + 12)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        DoubleVector a4 = LongVector.fromArray(LONGS, a, ao + 16)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        LongVector c0 = LongVector.broadcast(LONGS, COLUMNS[0]);
        LongVector c1 = LongVector.broadcast(LONGS, COLUMNS[1]);
        LongVector c2 = LongVector.broadcast(LONGS, COLUMNS[2]);
        LongVector c3 = LongVector.broadcast(LONGS, COLUMNS[3]);
        LongVector c4 = LongVector.broadcast(LONGS, COLUMNS[4]);
        LongVector c5 = LongVector.broadcast(LONGS, COLUMNS[5]);
        LongVector c6 = LongVector.broadcast(LONGS, COLUMNS[6]);
        LongVector c7 = LongVector.broadcast(LONGS, COLUMNS[7]);
        LongVector c8 = LongVector.broadcast(LONGS, COLUMNS[8]);
        LongVector c9 = LongVector.broadcast(LONGS, COLUMNS[9]);
        DoubleVector x;
        DoubleVector h;
        x = LongVector.fromArray(LONGS, b, bo)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        h = a0.fma(x, high);
        c1 = c1.add(h.reinterpretAsLongs());
        c0 = c0.add(a0.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a1.fma(x, high);
        c2 = c2.add(h.reinterpretAsLongs());
        c1 = c1.add(a1.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a2.fma(x, high);
        c3 = c3.add(h.reinterpretAsLongs());
        c2 = c2.add(a2.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a3.fma(x, high);
        c4 = c4.add(h.reinterpretAsLongs());
        c3 = c3.add(a3.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a4.fma(x, high);
        c5 = c5.add(h.reinterpretAsLongs());
        c4 = c4.add(a4.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        x = LongVector.fromArray(LONGS, b, bo + 4)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        h = a0.fma(x, high);
        c2 = c2.add(h.reinterpretAsLongs());
        c1 = c1.add(a0.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a1.fma(x, high);
        c3 = c3.add(h.reinterpretAsLongs());
        c2 = c2.add(a1.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a2.fma(x, high);
        c4 = c4.add(h.reinterpretAsLongs());
        c3 = c3.add(a2.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a3.fma(x, high);
        c5 = c5.add(h.reinterpretAsLongs());
        c4 = c4.add(a3.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a4.fma(x, high);
        c6 = c6.add(h.reinterpretAsLongs());
        c5 = c5.add(a4.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        x = LongVector.fromArray(LONGS, b, bo + 8)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        h = a0.fma(x, high);
        c3 = c3.add(h.reinterpretAsLongs());
        c2 = c2.add(a0.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a1.fma(x, high);
        c4 = c4.add(h.reinterpretAsLongs());
        c3 = c3.add(a1.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a2.fma(x, high);
        c5 = c5.add(h.reinterpretAsLongs());
        c4 = c4.add(a2.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a3.fma(x, high);
        c6 = c6.add(h.reinterpretAsLongs());
        c5 = c5.add(a3.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a4.fma(x, high);
        c7 = c7.add(h.reinterpretAsLongs());
        c6 = c6.add(a4.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        x = LongVector.fromArray(LONGS, b, bo + 12)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        h = a0.fma(x, high);
        c4 = c4.add(h.reinterpretAsLongs());
        c3 = c3.add(a0.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a1.fma(x, high);
        c5 = c5.add(h.reinterpretAsLongs());
        c4 = c4.add(a1.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a2.fma(x, high);
        c6 = c6.add(h.reinterpretAsLongs());
        c5 = c5.add(a2.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a3.fma(x, high);
        c7 = c7.add(h.reinterpretAsLongs());
        c6 = c6.add(a3.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a4.fma(x, high);
        c8 = c8.add(h.reinterpretAsLongs());
        c7 = c7.add(a4.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        x = LongVector.fromArray(LONGS, b, bo + 16)
                .or(UNIT_BITS)
                .reinterpretAsDoubles()
                .sub(UNIT);
        h = a0.fma(x, high);
        c5 = c5.add(h.reinterpretAsLongs());
        c4 = c4.add(a0.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a1.fma(x, high);
        c6 = c6.add(h.reinterpretAsLongs());
        c5 = c5.add(a1.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a2.fma(x, high);
        c7 = c7.add(h.reinterpretAsLongs());
        c6 = c6.add(a2.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a3.fma(x, high);
        c8 = c8.add(h.reinterpretAsLongs());
        c7 = c7.add(a3.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        h = a4.fma(x, high);
        c9 = c9.add(h.reinterpretAsLongs());
        c8 = c8.add(a4.fma(x, high.sub(h)).add(low).reinterpretAsLongs());
        c0.intoArray(columns, 0);
        c1.intoArray(columns, 4);
        c2.intoArray(columns, 8);
        c3.intoArray(columns, 12);
        c4.intoArray(columns, 16);
        c5.intoArray(columns, 20);
        c6.intoArray(columns, 24);
        c7.intoArray(columns, 28);
        c8.intoArray(columns, 32);
        c9.intoArray(columns, 36);
    }

    /// Clears five columns by multiples of p and carries the others.
    private static void clear(long[] columns, long[] r, int ro) {
        LongVector c0 = LongVector.fromArray(LONGS, columns, 0);
        LongVector c1 = LongVector.fromArray(LONGS, columns, 4);
        LongVector c2 = LongVector.fromArray(LONGS, columns, 8);
        LongVector c3 = LongVector.fromArray(LONGS, columns, 12);
        LongVector c4 = LongVector.fromArray(LONGS, columns, 16);
        LongVector c5 = LongVector.fromArray(LONGS, columns, 20);
        LongVector c6 = LongVector.fromArray(LONGS, columns, 24);
        LongVector c7 = LongVector.fromArray(LONGS, columns, 28);
        LongVector c8 = LongVector.fromArray(LONGS, columns, 32);
        LongVector c9 = LongVector.fromArray(LONGS, columns, 36);
        LongVector m;
        LongVector low;
        LongVector high;
        m = c0.and(MASK);
        c1 = c1.add(c0.lanewise(LSHR, 52));
        low = m.lanewise(LSHL, 12).and(MASK).sub(m.lanewise(LSHL, 44).and(MASK));
        high = m.lanewise(LSHR, 40).sub(m.lanewise(LSHR, 8));
        c1 = c1.add(low);
        c2 = c2.add(high);
        c4 = c4.sub(low.lanewise(LSHL, 4));
        c5 = c5.sub(high.lanewise(LSHL, 4));
        m = c1.and(MASK);
        c2 = c2.add(c1.lanewise(LSHR, 52));
        low = m.lanewise(LSHL, 12).and(MASK).sub(m.lanewise(LSHL, 44).and(MASK));
        high = m.lanewise(LSHR, 40).sub(m.lanewise(LSHR, 8));
        c2 = c2.add(low);
        c3 = c3.add(high);
        c5 = c5.sub(low.lanewise(LSHL, 4));
        c6 = c6.sub(high.lanewise(LSHL, 4));
        m = c2.and(MASK);
        c3 = c3.add(c2.lanewise(LSHR, 52));
        low = m.lanewise(LSHL, 12).and(MASK).sub(m.lanewise(LSHL, 44).and(MASK));
        high = m.lanewise(LSHR, 40).sub(m.lanewise(LSHR, 8));
        c3 = c3.add(low);
        c4 = c4.add(high);
        c6 = c6.sub(low.lanewise(LSHL, 4));
        c7 = c7.sub(high.lanewise(LSHL, 4));
        m = c3.and(MASK);
        c4 = c4.add(c3.lanewise(LSHR, 52));
        low = m.lanewise(LSHL, 12).and(MASK).sub(m.lanewise(LSHL, 44).and(MASK));
        high = m.lanewise(LSHR, 40).sub(m.lanewise(LSHR, 8));
        c4 = c4.add(low);
        c5 = c5.add(high);
        c7 = c7.sub(low.lanewise(LSHL, 4));
        c8 = c8.sub(high.lanewise(LSHL, 4));
        m = c4.and(MASK);
        c5 = c5.add(c4.lanewise(LSHR, 52));
        low = m.lanewise(LSHL, 12).and(MASK).sub(m.lanewise(LSHL, 44).and(MASK));
        high = m.lanewise(LSHR, 40).sub(m.lanewise(LSHR, 8));
        c5 = c5.add(low);
        c6 = c6.add(high);
        c8 = c8.sub(low.lanewise(LSHL, 4));
        c9 = c9.sub(high.lanewise(LSHL, 4));
        c6 = c6.add(c5.lanewise(LSHR, 52));
        c7 = c7.add(c6.lanewise(LSHR, 52));
        c8 = c8.add(c7.lanewise(LSHR, 52));
        c9 = c9.add(c8.lanewise(LSHR, 52));
        c5.and(MASK).intoArray(r, ro);
        c6.and(MASK).intoArray(r, ro + 4);
        c7.and(MASK).intoArray(r, ro + 8);
        c8.and(MASK).intoArray(r, ro + 12);
        c9.intoArray(r, ro + 16);
    }

    /// r = a − b in every lane, with 2^256 taken off as often as it fits, each time for 2^224 + 2^96 − 2^64 + 1.
    static void subtract(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        LongVector x0 = LongVector.fromArray(LONGS, a, ao).add(MORE[0]).sub(LongVector.fromArray(LONGS, b, bo));
        LongVector x1 = LongVector.fromArray(LONGS, a, ao + 4).add(MORE[1]).sub(LongVector.fromArray(LONGS, b, bo + 4));
        LongVector x2 = LongVector.fromArray(LONGS, a, ao + 8).add(MORE[2]).sub(LongVector.fromArray(LONGS, b, bo + 8));
        LongVector x3 =
                LongVector.fromArray(LONGS, a, ao + 12).add(MORE[3]).sub(LongVector.fromArray(LONGS, b, bo + 12));
        LongVector x4 =
                LongVector.fromArray(LONGS, a, ao + 16).add(MORE[4]).sub(LongVector.fromArray(LONGS, b, bo + 16));
        LongVector q = x4.lanewise(LSHR, 48);
        x0 = x0.add(q);
        x1 = x1.add(q.lanewise(LSHL, 44)).sub(q.lanewise(LSHL, 12)).add(x0.lanewise(LSHR, 52));
        x2 = x2.add(x1.lanewise(LSHR, 52));
        x3 = x3.add(x2.lanewise(LSHR, 52));
        x4 = x4.and((1L << 48) - 1).add(q.lanewise(LSHL, 16)).add(x3.lanewise(LSHR, 52));
        x0.and(MASK).intoArray(r, ro);
        x1.and(MASK).intoArray(r, ro + 4);
        x2.and(MASK).intoArray(r, ro + 8);
        x3.and(MASK).intoArray(r, ro + 12);
        x4.intoArray(r, ro + 16);
    }

    /// r = −r in the lanes where a mask of four longs is −1 and not 0; secret masks do not show in the time.
    ///
    /// @param spare where −r has room
    static void negate(long[] r, int ro, int spare, long[] masks, int mo) {
        LongVector mask = LongVector.fromArray(LONGS, masks, mo);
        subtract(r, spare, ZERO, 0, r, ro);
        for (int i = 0; i < BLOCK; i += LANES) {
            LongVector own = LongVector.fromArray(LONGS, r, ro + i);
            LongVector other = LongVector.fromArray(LONGS, r, spare + i);
            own.lanewise(XOR, own.lanewise(XOR, other).and(mask)).intoArray(r, ro + i);
        }
    }

    /// Puts an element with limbs in 0 … 2^52−1 into a lane.
    static void put(long[] block, int at, int lane, long[] element, int eo) {
        for (int i = 0; i < Field.LONGS; i++) {
            block[at + LANES * i + lane] = element[eo + i];
        }
    }

    /// Takes the element in a lane out.
    static void get(long[] block, int at, int lane, long[] element, int eo) {
        for (int i = 0; i < Field.LONGS; i++) {
            element[eo + i] = block[at + LANES * i + lane];
        }
    }
}
