package poyang.zkp.curves;

import static jdk.incubator.vector.VectorOperators.ASHR;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;

/// Eight elements at a time of a prime field of at most 255 bits, as five limbs of 51 bits. Lines are straight on
/// purpose: the sums stay in registers.
final class Lanes5 extends PrimeLanes {
    Lanes5(PrimeField field) {
        super(field, 5);
    }

    @Override
    void multiply(double[] r, int ro, double[] a, int ao, double[] b, int bo) {
        DoubleVector a0 = DoubleVector.fromArray(DOUBLES, a, ao + 0);
        DoubleVector a1 = DoubleVector.fromArray(DOUBLES, a, ao + 8);
        DoubleVector a2 = DoubleVector.fromArray(DOUBLES, a, ao + 16);
        DoubleVector a3 = DoubleVector.fromArray(DOUBLES, a, ao + 24);
        DoubleVector a4 = DoubleVector.fromArray(DOUBLES, a, ao + 32);
        LongVector t0 = LongVector.broadcast(LONGS, first[0]);
        LongVector t1 = LongVector.broadcast(LONGS, first[1]);
        LongVector t2 = LongVector.broadcast(LONGS, first[2]);
        LongVector t3 = LongVector.broadcast(LONGS, first[3]);
        LongVector t4 = LongVector.broadcast(LONGS, first[4]);
        LongVector t5 = LongVector.broadcast(LONGS, first[5]);
        DoubleVector high = DoubleVector.broadcast(DOUBLES, HIGH);
        DoubleVector both = DoubleVector.broadcast(DOUBLES, BOTH);
        for (int i = 0; i < 5; i++) {
            DoubleVector y = DoubleVector.fromArray(DOUBLES, b, bo + 8 * i);
            DoubleVector h = a0.fma(y, high);
            t0 = t0.add(a0.fma(y, both.sub(h)).reinterpretAsLongs());
            t1 = t1.add(h.reinterpretAsLongs());
            h = a1.fma(y, high);
            t1 = t1.add(a1.fma(y, both.sub(h)).reinterpretAsLongs());
            t2 = t2.add(h.reinterpretAsLongs());
            h = a2.fma(y, high);
            t2 = t2.add(a2.fma(y, both.sub(h)).reinterpretAsLongs());
            t3 = t3.add(h.reinterpretAsLongs());
            h = a3.fma(y, high);
            t3 = t3.add(a3.fma(y, both.sub(h)).reinterpretAsLongs());
            t4 = t4.add(h.reinterpretAsLongs());
            h = a4.fma(y, high);
            t4 = t4.add(a4.fma(y, both.sub(h)).reinterpretAsLongs());
            t5 = t5.add(h.reinterpretAsLongs());
            y = factor(t0);
            DoubleVector p0 = DoubleVector.broadcast(DOUBLES, p[0]);
            h = p0.fma(y, high);
            t0 = t0.add(p0.fma(y, both.sub(h)).reinterpretAsLongs());
            t1 = t1.add(h.reinterpretAsLongs());
            DoubleVector p1 = DoubleVector.broadcast(DOUBLES, p[1]);
            h = p1.fma(y, high);
            t1 = t1.add(p1.fma(y, both.sub(h)).reinterpretAsLongs());
            t2 = t2.add(h.reinterpretAsLongs());
            DoubleVector p2 = DoubleVector.broadcast(DOUBLES, p[2]);
            h = p2.fma(y, high);
            t2 = t2.add(p2.fma(y, both.sub(h)).reinterpretAsLongs());
            t3 = t3.add(h.reinterpretAsLongs());
            DoubleVector p3 = DoubleVector.broadcast(DOUBLES, p[3]);
            h = p3.fma(y, high);
            t3 = t3.add(p3.fma(y, both.sub(h)).reinterpretAsLongs());
            t4 = t4.add(h.reinterpretAsLongs());
            DoubleVector p4 = DoubleVector.broadcast(DOUBLES, p[4]);
            h = p4.fma(y, high);
            t4 = t4.add(p4.fma(y, both.sub(h)).reinterpretAsLongs());
            t5 = t5.add(h.reinterpretAsLongs());
            t0 = t1.add(t0.lanewise(ASHR, BITS));
            t1 = t2;
            t2 = t3;
            t3 = t4;
            t4 = t5;
            t5 = LongVector.broadcast(LONGS, next[i]);
        }
        t1 = t1.add(t0.lanewise(ASHR, BITS));
        store(r, ro + 0, t0.and(MASK));
        t2 = t2.add(t1.lanewise(ASHR, BITS));
        store(r, ro + 8, t1.and(MASK));
        t3 = t3.add(t2.lanewise(ASHR, BITS));
        store(r, ro + 16, t2.and(MASK));
        t4 = t4.add(t3.lanewise(ASHR, BITS));
        store(r, ro + 24, t3.and(MASK));
        store(r, ro + 32, t4);
    }
}
