package poyang.pir;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The vector form of {@link Scan}: eight accumulators a limb stay in registers over a span.
final class VectorScan {
    private static final VectorSpecies<Double> DOUBLES =
            DoubleVector.SPECIES_PREFERRED.length() > 8 ? DoubleVector.SPECIES_512 : DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = DOUBLES.length();
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, LANES * Short.SIZE)));
    private static final int GROUP = 8 * LANES;

    private VectorScan() {}

    static int lanes() {
        return LANES;
    }

    static void span(short[] block, int from, int to, double[] limbs, double[] partial) {
        for (int group = 0; group < Scan.COLUMNS; group += GROUP) {
            group(block, group, from, to, limbs, partial);
        }
    }

    private static DoubleVector words(short[] block, int at) {
        return (DoubleVector) ShortVector.fromArray(SHORTS, block, at).convertShape(VectorOperators.S2D, DOUBLES, 0);
    }

    private static void group(short[] block, int group, int from, int to, double[] limbs, double[] partial) {
        DoubleVector a0 = DoubleVector.zero(DOUBLES);
        DoubleVector a1 = a0;
        DoubleVector a2 = a0;
        DoubleVector a3 = a0;
        DoubleVector a4 = a0;
        DoubleVector a5 = a0;
        DoubleVector a6 = a0;
        DoubleVector a7 = a0;
        DoubleVector b0 = a0;
        DoubleVector b1 = a0;
        DoubleVector b2 = a0;
        DoubleVector b3 = a0;
        DoubleVector b4 = a0;
        DoubleVector b5 = a0;
        DoubleVector b6 = a0;
        DoubleVector b7 = a0;
        for (int row = from, at = from * Scan.COLUMNS + group; row < to; row++, at += Scan.COLUMNS) {
            DoubleVector low = DoubleVector.broadcast(DOUBLES, limbs[2 * row]);
            DoubleVector high = DoubleVector.broadcast(DOUBLES, limbs[2 * row + 1]);
            DoubleVector x = words(block, at);
            a0 = x.fma(low, a0);
            b0 = x.fma(high, b0);
            x = words(block, at + LANES);
            a1 = x.fma(low, a1);
            b1 = x.fma(high, b1);
            x = words(block, at + 2 * LANES);
            a2 = x.fma(low, a2);
            b2 = x.fma(high, b2);
            x = words(block, at + 3 * LANES);
            a3 = x.fma(low, a3);
            b3 = x.fma(high, b3);
            x = words(block, at + 4 * LANES);
            a4 = x.fma(low, a4);
            b4 = x.fma(high, b4);
            x = words(block, at + 5 * LANES);
            a5 = x.fma(low, a5);
            b5 = x.fma(high, b5);
            x = words(block, at + 6 * LANES);
            a6 = x.fma(low, a6);
            b6 = x.fma(high, b6);
            x = words(block, at + 7 * LANES);
            a7 = x.fma(low, a7);
            b7 = x.fma(high, b7);
        }
        put(partial, group, a0, a1, a2, a3);
        put(partial, group + 4 * LANES, a4, a5, a6, a7);
        put(partial, Scan.COLUMNS + group, b0, b1, b2, b3);
        put(partial, Scan.COLUMNS + group + 4 * LANES, b4, b5, b6, b7);
    }

    private static void put(double[] out, int at, DoubleVector v0, DoubleVector v1, DoubleVector v2, DoubleVector v3) {
        v0.intoArray(out, at);
        v1.intoArray(out, at + LANES);
        v2.intoArray(out, at + 2 * LANES);
        v3.intoArray(out, at + 3 * LANES);
    }
}
