package poyang.zkp.systems;

import java.util.Arrays;
import java.util.function.IntFunction;
import poyang.kernel.Bug;
import poyang.zkp.curves.Domain;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// Lists of affine points, one after the other, and what set-ups do with them. Time depends on the scalars.
final class PointLists {
    private static final int PART = 256;

    private final Group group;
    private final PrimeField f;
    private final Workers workers;
    private final int width;

    PointLists(Group group, PrimeField scalars, Workers workers) {
        this.group = group;
        this.f = scalars;
        this.workers = workers;
        width = group.affineLongs();
    }

    /// The list with its i-th point multiplied by `factor(i)`, an element that may be overwritten.
    long[] scaled(long[] points, IntFunction<long[]> factor) {
        int count = points.length / width;
        long[] made = new long[points.length];
        int parts = (count + PART - 1) / PART;
        workers.run(parts, part -> {
            Group own = group.fork();
            int size = Math.min(PART, count - part * PART);
            long[] sums = new long[size * own.jacobianLongs()];
            for (int i = 0; i < size; i++) {
                int index = part * PART + i;
                long[] product = own.multiply(points, index * width, f.value(factor.apply(index), 0));
                System.arraycopy(product, 0, sums, i * own.jacobianLongs(), own.jacobianLongs());
            }
            affine(own, sums, size, made, part * PART);
        });
        return made;
    }

    private void affine(Group own, long[] sums, int size, long[] made, int from) {
        long[] flat = new long[size * width];
        own.toAffine(sums, size, flat); // infinity, with Z = 0, becomes zeros
        System.arraycopy(flat, 0, made, from * width, flat.length);
    }

    /// `count` copies of a point.
    static long[] copies(long[] point, int count) {
        long[] all = new long[Math.multiplyExact(point.length, count)];
        for (int i = 0; i < count; i++) {
            System.arraycopy(point, 0, all, i * point.length, point.length);
        }
        return all;
    }

    /// 1, x, x², … as elements one after the other.
    static long[] powers(PrimeField f, long[] x, int count) {
        int n = f.longs();
        long[] all = new long[count * n];
        f.one(all, 0);
        for (int i = n; i < all.length; i += n) {
            f.multiply(all, i, all, i - n, x, 0);
        }
        return all;
    }

    /// From powers of τ to the Lagrange polynomials of the domain at τ, all as points: the inverse transform.
    long[] lagrange(long[] powers, Domain domain) {
        int size = domain.size();
        Bug.unless(powers.length == size * width, "as many points as the domain has");
        int jacobian = group.jacobianLongs();
        long[][] a = new long[size][];
        for (int i = 0; i < size; i++) {
            a[i] = group.toJacobian(powers, i * width);
        }
        long[] inverse = new long[f.longs()];
        f.invert(inverse, 0, domain.root(), 0);
        long[] twiddles = powers(f, inverse, Math.max(1, size / 2));
        for (int half = size / 2; half > 0; half /= 2) {
            layer(a, half, twiddles);
        }
        long[] scale = new long[f.longs()];
        f.invert(scale, 0, f.of(size), 0);
        long[] flat = new long[size * jacobian];
        for (int i = 0; i < size; i++) {
            int j = domain.power() == 0 ? 0 : Integer.reverse(i) >>> 32 - domain.power();
            System.arraycopy(a[i], 0, flat, j * jacobian, jacobian);
        }
        long[] affine = new long[size * width];
        for (int from = 0; from < size; from += PART) {
            int count = Math.min(PART, size - from);
            affine(group, Arrays.copyOfRange(flat, from * jacobian, (from + count) * jacobian), count, affine, from);
        }
        return scaled(affine, _ -> scale);
    }

    /// One layer of Gentleman's and Sande's: natural order in, reversed order out.
    private void layer(long[][] a, int half, long[] twiddles) {
        int pairs = a.length / 2;
        int stride = pairs / half;
        int n = f.longs();
        int parts = (pairs + PART - 1) / PART;
        workers.run(parts, part -> {
            Group own = group.fork();
            long[] negated = new long[width];
            for (int k = part * PART; k < Math.min(pairs, (part + 1) * PART); k++) {
                int i = k % half;
                int x = k / half * 2 * half + i;
                long[] difference = own.toAffine(a[x + half]);
                own.negate(negated, 0, difference, 0);
                long[] sum = a[x].clone();
                own.addJacobian(sum, a[x + half]);
                long[] rest = a[x].clone();
                own.add(rest, negated, 0);
                a[x] = sum;
                a[x + half] = i == 0
                        ? rest
                        : own.multiply(
                                own.toAffine(rest),
                                0,
                                f.value(Arrays.copyOfRange(twiddles, i * stride * n, (i * stride + 1) * n), 0));
            }
        });
    }

    /// The first point that is not of the group or is at infinity, or −1.
    int firstBad(long[] points) {
        return first(points, true);
    }

    /// The first point that is not of the group, or −1.
    int firstOutside(long[] points) {
        return first(points, false);
    }

    private int first(long[] points, boolean infinityIsBad) {
        int count = points.length / width;
        int parts = (count + PART - 1) / PART;
        int[] bad = new int[parts];
        workers.run(parts, part -> {
            Group own = group.fork();
            bad[part] = -1;
            for (int i = part * PART; i < Math.min(count, (part + 1) * PART) && bad[part] < 0; i++) {
                boolean infinite = own.isInfinity(points, i * width);
                if (infinite ? infinityIsBad : !own.contains(points, i * width)) {
                    bad[part] = i;
                }
            }
        });
        return Arrays.stream(bad).filter(i -> i >= 0).findFirst().orElse(-1);
    }
}
