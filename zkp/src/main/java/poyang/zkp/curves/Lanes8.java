package poyang.zkp.curves;

import static jdk.incubator.vector.VectorOperators.ASHR;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;

/// Eight elements at a time of a prime field of at most 381 bits, as eight limbs of 51 bits. The sums lie in memory
/// and a product is made of small methods: a larger one is more than the compiler takes in one piece. For one
/// thread at a time.
final class Lanes8 extends PrimeLanes {
    private final long[] start = new long[72];
    private final long[] t = new long[72];

    Lanes8(PrimeField field) {
        super(field, 8);
        for (int i = 0; i < start.length; i++) {
            start[i] = first[i / 8];
        }
    }

    @Override
    void multiply(double[] r, int ro, double[] a, int ao, double[] b, int bo) {
        System.arraycopy(start, 0, t, 0, t.length);
        for (int i = 0; i < 8; i++) {
            row(a, ao, b, bo + 8 * i);
            reduce(next[i]);
        }
        LongVector u = LongVector.fromArray(LONGS, t, 0);
        for (int j = 0; j < 56; j += 8) {
            store(r, ro + j, u.and(MASK));
            u = u.lanewise(ASHR, BITS).add(LongVector.fromArray(LONGS, t, j + 8));
        }
        store(r, ro + 56, u);
    }

    /// t = t + a·b for one limb of b.
    private void row(double[] a, int ao, double[] b, int bo) {
        DoubleVector high = DoubleVector.broadcast(DOUBLES, HIGH);
        DoubleVector both = DoubleVector.broadcast(DOUBLES, BOTH);
        DoubleVector y = DoubleVector.fromArray(DOUBLES, b, bo);
        DoubleVector x = DoubleVector.fromArray(DOUBLES, a, ao);
        DoubleVector h = x.fma(y, high);
        LongVector u = LongVector.fromArray(LONGS, t, 0);
        u.add(x.fma(y, both.sub(h)).reinterpretAsLongs()).intoArray(t, 0);
        u = LongVector.fromArray(LONGS, t, 8).add(h.reinterpretAsLongs());
        x = DoubleVector.fromArray(DOUBLES, a, ao + 8);
        h = x.fma(y, high);
        u.add(x.fma(y, both.sub(h)).reinterpretAsLongs()).intoArray(t, 8);
        u = LongVector.fromArray(LONGS, t, 16).add(h.reinterpretAsLongs());
        x = DoubleVector.fromArray(DOUBLES, a, ao + 16);
        h = x.fma(y, high);
        u.add(x.fma(y, both.sub(h)).reinterpretAsLongs()).intoArray(t, 16);
        u = LongVector.fromArray(LONGS, t, 24).add(h.reinterpretAsLongs());
        x = DoubleVector.fromArray(DOUBLES, a, ao + 24);
        h = x.fma(y, high);
        u.add(x.fma(y, both.sub(h)).reinterpretAsLongs()).intoArray(t, 24);
        u = LongVector.fromArray(LONGS, t, 32).add(h.reinterpretAsLongs());
        x = DoubleVector.fromArray(DOUBLES, a, ao + 32);
        h = x.fma(y, high);
        u.add(x.fma(y, both.sub(h)).reinterpretAsLongs()).intoArray(t, 32);
        u = LongVector.fromArray(LONGS, t, 40).add(h.reinterpretAsLongs());
        x = DoubleVector.fromArray(DOUBLES, a, ao + 40);
        h = x.fma(y, high);
        u.add(x.fma(y, both.sub(h)).reinterpretAsLongs()).intoArray(t, 40);
        u = LongVector.fromArray(LONGS, t, 48).add(h.reinterpretAsLongs());
        x = DoubleVector.fromArray(DOUBLES, a, ao + 48);
        h = x.fma(y, high);
        u.add(x.fma(y, both.sub(h)).reinterpretAsLongs()).intoArray(t, 48);
        u = LongVector.fromArray(LONGS, t, 56).add(h.reinterpretAsLongs());
        x = DoubleVector.fromArray(DOUBLES, a, ao + 56);
        h = x.fma(y, high);
        u.add(x.fma(y, both.sub(h)).reinterpretAsLongs()).intoArray(t, 56);
        u = LongVector.fromArray(LONGS, t, 64).add(h.reinterpretAsLongs());
        u.intoArray(t, 64);
    }

    /// t = (t + m·p)/2^51 for the m that leaves no rest.
    private void reduce(long comingIn) {
        DoubleVector high = DoubleVector.broadcast(DOUBLES, HIGH);
        DoubleVector both = DoubleVector.broadcast(DOUBLES, BOTH);
        LongVector u = LongVector.fromArray(LONGS, t, 0);
        DoubleVector y = factor(u);
        DoubleVector x = DoubleVector.broadcast(DOUBLES, p[0]);
        DoubleVector h = x.fma(y, high);
        u = u.add(x.fma(y, both.sub(h)).reinterpretAsLongs());
        u = u.lanewise(ASHR, BITS).add(h.reinterpretAsLongs()).add(LongVector.fromArray(LONGS, t, 8));
        x = DoubleVector.broadcast(DOUBLES, p[1]);
        h = x.fma(y, high);
        u = u.add(x.fma(y, both.sub(h)).reinterpretAsLongs());
        u.intoArray(t, 0);
        u = LongVector.fromArray(LONGS, t, 16).add(h.reinterpretAsLongs());
        x = DoubleVector.broadcast(DOUBLES, p[2]);
        h = x.fma(y, high);
        u = u.add(x.fma(y, both.sub(h)).reinterpretAsLongs());
        u.intoArray(t, 8);
        u = LongVector.fromArray(LONGS, t, 24).add(h.reinterpretAsLongs());
        x = DoubleVector.broadcast(DOUBLES, p[3]);
        h = x.fma(y, high);
        u = u.add(x.fma(y, both.sub(h)).reinterpretAsLongs());
        u.intoArray(t, 16);
        u = LongVector.fromArray(LONGS, t, 32).add(h.reinterpretAsLongs());
        x = DoubleVector.broadcast(DOUBLES, p[4]);
        h = x.fma(y, high);
        u = u.add(x.fma(y, both.sub(h)).reinterpretAsLongs());
        u.intoArray(t, 24);
        u = LongVector.fromArray(LONGS, t, 40).add(h.reinterpretAsLongs());
        x = DoubleVector.broadcast(DOUBLES, p[5]);
        h = x.fma(y, high);
        u = u.add(x.fma(y, both.sub(h)).reinterpretAsLongs());
        u.intoArray(t, 32);
        u = LongVector.fromArray(LONGS, t, 48).add(h.reinterpretAsLongs());
        x = DoubleVector.broadcast(DOUBLES, p[6]);
        h = x.fma(y, high);
        u = u.add(x.fma(y, both.sub(h)).reinterpretAsLongs());
        u.intoArray(t, 40);
        u = LongVector.fromArray(LONGS, t, 56).add(h.reinterpretAsLongs());
        x = DoubleVector.broadcast(DOUBLES, p[7]);
        h = x.fma(y, high);
        u = u.add(x.fma(y, both.sub(h)).reinterpretAsLongs());
        u.intoArray(t, 48);
        u = LongVector.fromArray(LONGS, t, 64).add(h.reinterpretAsLongs());
        u.intoArray(t, 56);
        LongVector.broadcast(LONGS, comingIn).intoArray(t, 64);
    }
}
