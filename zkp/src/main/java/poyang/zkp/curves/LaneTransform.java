package poyang.zkp.curves;

import poyang.kernel.Bug;

/// The larger layers of a {@link Domain}'s transforms, eight butterflies at a time; the layers within eight elements
/// are left to the scalar code.
///
/// - shapes: eight consecutive elements stand together as {@link Lanes} has them; twiddles layer by layer, those for
///   halves of h elements from element size − 2·h on
/// - ranges: elements stay within ±p/2 but where they come in; a difference of two is within ±p
/// - secrecy: time depends on the size only
final class LaneTransform {
    private static final int PART = 1 << 12;
    private static final int SPLIT = 2;

    private final PrimeField field;
    private final int size;
    private final int w;
    private final double[] twiddles;

    /// @param roots the first size/2 powers of the root
    LaneTransform(PrimeField field, long[] roots, int size) {
        Bug.unless(size >= 8 * Lanes.COUNT, "too few elements");
        this.field = field;
        this.size = size;
        PrimeLanes lanes = Lanes.prime(field);
        w = lanes.width;
        twiddles = new double[size / Lanes.COUNT * w];
        int n = field.longs();
        int[] offsets = new int[Lanes.COUNT];
        for (int half = size / 2; half >= Lanes.COUNT; half /= 2) {
            int stride = size / 2 / half;
            for (int i = 0; i < half; i += Lanes.COUNT) {
                for (int k = 0; k < Lanes.COUNT; k++) {
                    offsets[k] = (i + k) * stride * n;
                }
                int at = at(size - 2 * half + i);
                lanes.load(twiddles, at, roots, offsets);
                lanes.centre(twiddles, at);
            }
        }
    }

    private int at(int element) {
        return element / Lanes.COUNT * w;
    }

    private double[] load(long[] a, Workers workers) {
        double[] all = new double[at(size)];
        int n = field.longs();
        workers.run((size + PART - 1) / PART, part -> {
            PrimeLanes lanes = Lanes.prime(field);
            int[] offsets = new int[Lanes.COUNT];
            for (int i = part * PART; i < Math.min(size, (part + 1) * PART); i += Lanes.COUNT) {
                offsets(offsets, i, n);
                lanes.load(all, at(i), a, offsets);
            }
        });
        return all;
    }

    private void unload(double[] all, long[] a, Workers workers) {
        int n = field.longs();
        workers.run((size + PART - 1) / PART, part -> {
            PrimeLanes lanes = Lanes.prime(field);
            int[] offsets = new int[Lanes.COUNT];
            for (int i = part * PART; i < Math.min(size, (part + 1) * PART); i += Lanes.COUNT) {
                offsets(offsets, i, n);
                lanes.unload(all, at(i), a, offsets);
            }
        });
    }

    private static void offsets(int[] offsets, int first, int n) {
        for (int k = 0; k < Lanes.COUNT; k++) {
            offsets[k] = (first + k) * n;
        }
    }

    /// Natural order in; the layers of halves of at least eight elements (Gentleman and Sande).
    void down(long[] a, Workers workers) {
        double[] all = load(a, workers);
        for (int level = 0; level < SPLIT; level++) {
            int half = size >> level + 1;
            for (int from = 0; from < size; from += 2 * half) {
                split(all, from, half, true, workers);
            }
        }
        int block = size >> SPLIT;
        workers.run(1 << SPLIT, i -> down(Lanes.prime(field), all, i * block, block, new double[w]));
        unload(all, a, workers);
    }

    /// The layers of halves of at least eight elements, natural order out (Cooley and Tukey).
    void up(long[] a, Workers workers) {
        double[] all = load(a, workers);
        int block = size >> SPLIT;
        workers.run(1 << SPLIT, i -> up(Lanes.prime(field), all, i * block, block, new double[w]));
        for (int level = SPLIT - 1; level >= 0; level--) {
            int half = size >> level + 1;
            for (int from = 0; from < size; from += 2 * half) {
                split(all, from, half, false, workers);
            }
        }
        unload(all, a, workers);
    }

    private void split(double[] all, int from, int half, boolean down, Workers workers) {
        int parts = half / Lanes.COUNT % 4 == 0 ? 4 : 1;
        workers.run(parts, part -> {
            PrimeLanes lanes = Lanes.prime(field);
            double[] t = new double[w];
            int start = half / parts * part;
            int end = half / parts * (part + 1);
            if (down) {
                layerDown(lanes, all, from, half, start, end, t);
            } else {
                layerUp(lanes, all, from, half, start, end, t);
            }
        });
    }

    private void down(PrimeLanes lanes, double[] all, int from, int length, double[] t) {
        int half = length / 2;
        if (half >= Lanes.COUNT) {
            layerDown(lanes, all, from, half, 0, half, t);
            down(lanes, all, from, half, t);
            down(lanes, all, from + half, half, t);
        }
    }

    private void up(PrimeLanes lanes, double[] all, int from, int length, double[] t) {
        int half = length / 2;
        if (half >= Lanes.COUNT) {
            up(lanes, all, from, half, t);
            up(lanes, all, from + half, half, t);
            layerUp(lanes, all, from, half, 0, half, t);
        }
    }

    private void layerDown(PrimeLanes lanes, double[] all, int from, int half, int start, int end, double[] t) {
        for (int i = start; i < end; i += Lanes.COUNT) {
            int x = at(from + i);
            int y = at(from + i + half);
            lanes.subtract(t, 0, all, x, all, y);
            LaneMoves.add(all, x, all, x, all, y, w);
            lanes.centre(all, x);
            lanes.multiply(all, y, t, 0, twiddles, at(size - 2 * half + i));
            lanes.centre(all, y);
        }
    }

    private void layerUp(PrimeLanes lanes, double[] all, int from, int half, int start, int end, double[] t) {
        for (int i = start; i < end; i += Lanes.COUNT) {
            int x = at(from + i);
            int y = at(from + i + half);
            lanes.multiply(t, 0, all, y, twiddles, at(size - 2 * half + i));
            lanes.subtract(all, y, all, x, t, 0);
            lanes.centre(all, y);
            LaneMoves.add(all, x, all, x, t, 0, w);
            lanes.centre(all, x);
        }
    }
}
