package poyang.zkp.curves;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// What is the same for all lanes whatever their field: moves, differences, tests for zero.
final class LaneMoves {
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_512;

    private LaneMoves() {}

    /// The width of register that the machine is fastest with.
    static int preferredBits() {
        return DoubleVector.SPECIES_PREFERRED.vectorBitSize();
    }

    static void subtract(double[] r, int ro, double[] a, int ao, double[] b, int bo, int width) {
        for (int j = 0; j < width; j += Lanes.COUNT) {
            DoubleVector.fromArray(DOUBLES, a, ao + j)
                    .sub(DoubleVector.fromArray(DOUBLES, b, bo + j))
                    .intoArray(r, ro + j);
        }
    }

    static void add(double[] r, int ro, double[] a, int ao, double[] b, int bo, int width) {
        for (int j = 0; j < width; j += Lanes.COUNT) {
            DoubleVector.fromArray(DOUBLES, a, ao + j)
                    .add(DoubleVector.fromArray(DOUBLES, b, bo + j))
                    .intoArray(r, ro + j);
        }
    }

    /// The lanes, as bits, whose elements have zeros only.
    static long zeros(double[] a, int at, int width) {
        DoubleVector all = DoubleVector.fromArray(DOUBLES, a, at).abs();
        for (int j = Lanes.COUNT; j < width; j += Lanes.COUNT) {
            all = all.add(DoubleVector.fromArray(DOUBLES, a, at + j).abs());
        }
        VectorMask<Double> zero = all.eq(0.0);
        return zero.toLong();
    }

    /// Takes eight elements that stand limb after limb, each at its offset.
    static void gather(double[] r, int ro, double[] from, int[] offsets, int oo, int plus, int limbs) {
        for (int j = 0; j < limbs; j++) {
            DoubleVector.fromArray(DOUBLES, from, plus + j, offsets, oo).intoArray(r, ro + Lanes.COUNT * j);
        }
    }

    /// Gives eight elements to where they stand limb after limb, each at its offset.
    static void scatter(double[] a, int ao, double[] to, int[] offsets, int oo, int plus, int limbs) {
        for (int j = 0; j < limbs; j++) {
            DoubleVector.fromArray(DOUBLES, a, ao + Lanes.COUNT * j).intoArray(to, plus + j, offsets, oo);
        }
    }

    /// Copies the elements of the lanes whose bits are set.
    static void copy(long lanes, double[] r, int ro, double[] a, int ao, int width) {
        for (long left = lanes; left != 0; left &= left - 1) {
            int lane = Long.numberOfTrailingZeros(left);
            for (int j = lane; j < width; j += Lanes.COUNT) {
                r[ro + j] = a[ao + j];
            }
        }
    }
}
