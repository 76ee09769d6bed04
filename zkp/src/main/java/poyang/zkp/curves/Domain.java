package poyang.zkp.curves;

import java.math.BigInteger;
import java.util.function.IntConsumer;
import poyang.kernel.Bug;

/// The group of the 2^power-th roots of unity of a scalar field, and the transforms over it.
///
/// A vector is `size` elements one after the other in one array. The roots are those that snarkjs takes:
/// powers of q^t, with q the least quadratic non-residue and r − 1 = t·2^s.
///
/// - computes: values of a polynomial at the roots (`transform`) from its coefficients, and back
/// - secrecy: time depends on the size only, but for what {@link Field4} says
/// - cost: size/2·power butterflies of one product each
/// - source: Cooley and Tukey, Math. Comp. 19 (1965); Gentleman and Sande, AFIPS 1966
public final class Domain {
    /// The roots of unity of order 2^i for all i.
    static final class Roots {
        private final long[][] byPower;

        Roots(PrimeField field) {
            BigInteger order = field.modulus().subtract(BigInteger.ONE);
            int powerMax = order.getLowestSetBit();
            BigInteger q = BigInteger.TWO;
            while (q.modPow(order.shiftRight(1), field.modulus()).equals(BigInteger.ONE)) {
                q = q.add(BigInteger.ONE);
            }
            byPower = new long[powerMax + 1][];
            byPower[powerMax] = field.of(q.modPow(order.shiftRight(powerMax), field.modulus()));
            for (int i = powerMax - 1; i >= 0; i--) {
                byPower[i] = new long[field.longs()];
                field.square(byPower[i], 0, byPower[i + 1], 0);
            }
        }

        int powerMax() {
            return byPower.length - 1;
        }
    }

    private static final int LEAF = 1 << 10;
    private static final int LANES_MIN = 1 << 13; // fewer are done before vector code is compiled

    private final PrimeField field;
    private final int power;
    private final int size;
    private final int n;
    private final Roots roots;
    private final long[] forward;
    private final long[] backward;
    private final long[] sizeInverse;
    private final boolean wide;
    private final LaneTransform[] lanes = new LaneTransform[2];

    Domain(PrimeField field, Roots roots, int power) {
        this(field, roots, power, WideRegisters.there() && 1 << power >= LANES_MIN);
    }

    /// @param wide by vector code, whatever the machine
    Domain(PrimeField field, Roots roots, int power, boolean wide) {
        this.wide = wide;
        Bug.unless(power >= 0 && power <= roots.powerMax(), "no root of unity of order 2^" + power);
        this.field = field;
        this.roots = roots;
        this.power = power;
        size = 1 << power;
        n = field.longs();
        long[] root = roots.byPower[power];
        forward = powers(root, Math.max(1, size / 2));
        long[] inverse = new long[n];
        field.invert(inverse, 0, root, 0);
        backward = powers(inverse, Math.max(1, size / 2));
        sizeInverse = new long[n];
        field.invert(sizeInverse, 0, field.of(size), 0);
    }

    private long[] powers(long[] base, int count) {
        long[] all = new long[count * n];
        field.one(all, 0);
        for (int i = 1; i < count; i++) {
            field.multiply(all, i * n, all, (i - 1) * n, base, 0);
        }
        return all;
    }

    public int size() {
        return size;
    }

    public int power() {
        return power;
    }

    /// The root that generates the domain.
    public long[] root() {
        return roots.byPower[power].clone();
    }

    /// The root of twice the order, by which the odd coset is shifted.
    public long[] oddShift() {
        Bug.unless(power < roots.powerMax(), "the field has no root of twice the order");
        return roots.byPower[power + 1].clone();
    }

    /// Coefficients to values, both in natural order; in place.
    public void transform(long[] a) {
        transform(a, Workers.CALLER);
    }

    /// Values to coefficients, both in natural order; in place.
    public void interpolate(long[] a) {
        interpolate(a, Workers.CALLER);
    }

    public void transform(long[] a, Workers workers) {
        decimate(a, false, workers);
        reorder(a);
    }

    public void interpolate(long[] a, Workers workers) {
        decimate(a, true, workers);
        reorder(a);
        for (int i = 0; i < size; i++) {
            field.multiply(a, i * n, a, i * n, sizeInverse, 0);
        }
    }

    /// Values at the roots to values at `shift` times the roots; in place, without putting the
    /// coefficients in order in between.
    public void moveToCoset(long[] a, long[] shift, Workers workers) {
        decimate(a, true, workers);
        long[] factors = new long[size * n];
        System.arraycopy(sizeInverse, 0, factors, 0, n);
        for (int i = 1; i < size; i++) {
            field.multiply(factors, i * n, factors, (i - 1) * n, shift, 0);
        }
        for (int i = 0; i < size; i++) {
            int j = reversed(i);
            field.multiply(a, i * n, a, i * n, factors, j * n);
        }
        gather(a, workers);
    }

    private int reversed(int i) {
        return power == 0 ? 0 : Integer.reverse(i) >>> 32 - power;
    }

    /// The larger layers by vector code, made when first needed.
    private synchronized LaneTransform lanes(boolean back) {
        int direction = back ? 1 : 0;
        if (lanes[direction] == null) {
            lanes[direction] = new LaneTransform(field, back ? backward : forward, size);
        }
        return lanes[direction];
    }

    /// The layers within eight elements.
    private void small(Workers workers, IntConsumer block) {
        workers.run(8, part -> {
            for (int from = size / 8 * part; from < size / 8 * (part + 1); from += Lanes.COUNT) {
                block.accept(from);
            }
        });
    }

    /// Natural order in, reversed order out (Gentleman and Sande).
    private void decimate(long[] a, boolean back, Workers workers) {
        long[] twiddles = back ? backward : forward;
        Bug.unless(a.length == size * n, "a vector of another size");
        if (wide) {
            lanes(back).down(a, workers);
            small(workers, from -> decimateBlock(a, from, Lanes.COUNT, size / Lanes.COUNT, twiddles));
            return;
        }
        int split = Math.min(power, 2);
        for (int level = 0; level < split; level++) {
            int half = size >> level + 1;
            for (int from = 0; from < size; from += 2 * half) {
                int start = from;
                int stride = 1 << level;
                int parts = half >= LEAF ? 4 : 1;
                workers.run(
                        parts,
                        part -> butterfliesDown(
                                a, start, half, half / parts * part, half / parts * (part + 1), stride, twiddles));
            }
        }
        int blocks = 1 << split;
        int block = size >> split;
        workers.run(blocks, i -> decimateBlock(a, i * block, block, blocks, twiddles));
    }

    private void decimateBlock(long[] a, int from, int length, int stride, long[] twiddles) {
        if (length <= LEAF) {
            int step = stride;
            for (int half = length / 2; half > 0; half >>= 1) {
                for (int start = from; start < from + length; start += 2 * half) {
                    butterfliesDown(a, start, half, 0, half, step, twiddles);
                }
                step *= 2;
            }
        } else {
            int half = length / 2;
            butterfliesDown(a, from, half, 0, half, stride, twiddles);
            decimateBlock(a, from, half, 2 * stride, twiddles);
            decimateBlock(a, from + half, half, 2 * stride, twiddles);
        }
    }

    private void butterfliesDown(long[] a, int start, int half, int from, int to, int stride, long[] twiddles) {
        long[] t = new long[n];
        for (int i = from; i < to; i++) {
            int x = (start + i) * n;
            int y = x + half * n;
            field.subtract(t, 0, a, x, a, y);
            field.add(a, x, a, x, a, y);
            field.multiply(a, y, t, 0, twiddles, i * stride * n);
        }
    }

    /// Reversed order in, natural order out (Cooley and Tukey), forward.
    private void gather(long[] a, Workers workers) {
        if (wide) {
            small(workers, from -> gatherBlock(a, from, Lanes.COUNT, size / Lanes.COUNT));
            lanes(false).up(a, workers);
            return;
        }
        int split = Math.min(power, 2);
        int blocks = 1 << split;
        int block = size >> split;
        workers.run(blocks, i -> gatherBlock(a, i * block, block, blocks));
        for (int level = split - 1; level >= 0; level--) {
            int half = size >> level + 1;
            int stride = 1 << level;
            for (int from = 0; from < size; from += 2 * half) {
                int start = from;
                int parts = half >= LEAF ? 4 : 1;
                workers.run(
                        parts,
                        part -> butterfliesUp(a, start, half, half / parts * part, half / parts * (part + 1), stride));
            }
        }
    }

    private void gatherBlock(long[] a, int from, int length, int stride) {
        if (length <= LEAF) {
            int step = stride * length / 2;
            for (int half = 1; half < length; half *= 2) {
                for (int start = from; start < from + length; start += 2 * half) {
                    butterfliesUp(a, start, half, 0, half, step);
                }
                step /= 2;
            }
        } else {
            int half = length / 2;
            gatherBlock(a, from, half, 2 * stride);
            gatherBlock(a, from + half, half, 2 * stride);
            butterfliesUp(a, from, half, 0, half, stride);
        }
    }

    private void butterfliesUp(long[] a, int start, int half, int from, int to, int stride) {
        long[] t = new long[n];
        for (int i = from; i < to; i++) {
            int x = (start + i) * n;
            int y = x + half * n;
            field.multiply(t, 0, a, y, forward, i * stride * n);
            field.subtract(a, y, a, x, t, 0);
            field.add(a, x, a, x, t, 0);
        }
    }

    private void reorder(long[] a) {
        long[] t = new long[n];
        for (int i = 0; i < size; i++) {
            int j = reversed(i);
            if (i < j) {
                System.arraycopy(a, i * n, t, 0, n);
                System.arraycopy(a, j * n, a, i * n, n);
                System.arraycopy(t, 0, a, j * n, n);
            }
        }
    }

    /// The root of unity of order 2^power.
    public static long[] root(Curve curve, int power) {
        return curve.roots().byPower[power].clone();
    }

    /// The values at `x` of the first `count` Lagrange polynomials of the roots of order 2^power, for an x
    /// that is none of them.
    public static long[] lagrange(Curve curve, int power, long[] x, int count) {
        PrimeField field = curve.scalars();
        int n = field.longs();
        long[] all = new long[count * n];
        long[] differences = new long[count * n];
        long[] root = field.of(1);
        long[] factor = new long[n];
        field.invert(factor, 0, field.of(1L << power), 0);
        field.multiply(factor, 0, factor, 0, vanishing(field, x, power), 0);
        for (int i = 0; i < count; i++) {
            field.subtract(differences, i * n, x, 0, root, 0);
            field.multiply(all, i * n, factor, 0, root, 0);
            field.multiply(root, 0, root, 0, curve.roots().byPower[power], 0);
        }
        field.invertAll(differences, count);
        for (int i = 0; i < count; i++) {
            field.multiply(all, i * n, all, i * n, differences, i * n);
        }
        return all;
    }

    /// x^(2^power) − 1
    public static long[] vanishing(PrimeField field, long[] x, int power) {
        long[] y = x.clone();
        for (int i = 0; i < power; i++) {
            field.square(y, 0, y, 0);
        }
        field.subtract(y, 0, y, 0, field.of(1), 0);
        return y;
    }
}
