package poyang.zkp.curves;

import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import poyang.kernel.Bug;

/// Sums of multiples of many points.
///
/// - computes: Σ kᵢ·Pᵢ
/// - shapes: affine points one after the other; scalars as plain limbs, below r
/// - secrecy: time and memory access depend on the scalars
/// - cost: about n·⌈(bits + 1)/c⌉ affine additions of six products, with windows of c bits
/// - source: Pippenger, SIAM J. Comput. 9 (1980), with signed digits. The points of a bucket are summed
///   up as a tree, all buckets' pairs of one layer in batches with one inversion each, so equal and
///   few-valued scalars are no worse than random ones
public final class MultiScalar {
    private static final int WINDOW_MAX = 16;
    private static final int BATCH = 1024;
    private static final int LANES_MIN = 1 << 13; // fewer are done before vector code is compiled
    private static final int LANES_MAX = 1 << 18; // bounds the memory that the points' other form takes
    private static final int BUCKET_COST = 5;
    private static final int LANES_BUCKET_COST = 2;

    private final Group group;
    private final long[] points;
    private final int pointsFrom;
    private final int count;
    private final int window;
    private final int windows;
    private final short[] digits;
    private final boolean lanes;

    private MultiScalar(
            Group group,
            PrimeField scalarField,
            long[] points,
            int from,
            long[] scalars,
            int scalarsFrom,
            int count,
            boolean lanes) {
        this.group = group;
        this.lanes = lanes;
        this.points = points;
        this.pointsFrom = from * group.affineLongs();
        this.count = count;
        int bits = scalarField.modulus().bitLength() + 1;
        window = window(bits, count, lanes ? LANES_BUCKET_COST : BUCKET_COST);
        windows = (bits + window - 1) / window;
        digits = digits(scalars, scalarsFrom, scalarField.longs());
    }

    /// The Jacobian sum of kᵢ·Pᵢ for `count` points from the `from`-th on, with the scalars from the
    /// `scalarsFrom`-th on.
    public static long[] sum(
            Group group,
            PrimeField scalarField,
            long[] points,
            int from,
            long[] scalars,
            int scalarsFrom,
            int count,
            Workers workers) {
        Bug.unless((from + count) * (long) group.affineLongs() <= points.length, "too few points");
        Bug.unless((scalarsFrom + count) * (long) scalarField.longs() <= scalars.length, "too few scalars");
        if (count <= Interleaved.MOST) {
            int longs = scalarField.longs();
            for (int i = scalarsFrom; i < scalarsFrom + count; i++) {
                Bug.unless(scalarField.isBelowModulus(scalars, i * longs), "a scalar is not below r");
            }
            return Interleaved.sum(
                    group, points, from * group.affineLongs(), scalars, scalarsFrom * longs, longs, count);
        }
        if (count < LANES_MIN || !WideRegisters.there()) {
            return new MultiScalar(group, scalarField, points, from, scalars, scalarsFrom, count, false).sum(workers);
        }
        return byLanes(group, scalarField, points, from, scalars, scalarsFrom, count, workers);
    }

    /// The same by vector code, whatever the machine.
    @SuppressWarnings("ParameterNumber") // those of `sum`
    static long[] byLanes(
            Group group,
            PrimeField scalarField,
            long[] points,
            int from,
            long[] scalars,
            int scalarsFrom,
            int count,
            Workers workers) {
        long[] sum = group.infinity();
        for (int i = 0; i < count; i += LANES_MAX) {
            int part = Math.min(LANES_MAX, count - i);
            group.addJacobian(
                    sum,
                    new MultiScalar(group, scalarField, points, from + i, scalars, scalarsFrom + i, part, true)
                            .sum(workers));
        }
        return sum;
    }

    /// The window with the least work, when a bucket costs so many additions.
    private static int window(int bits, int count, int bucketCost) {
        int best = 2;
        long least = Long.MAX_VALUE;
        for (int c = 2; c <= WINDOW_MAX; c++) {
            long work = ((bits + c - 1) / c) * (count + (long) bucketCost * (1L << c - 1));
            if (work < least) {
                least = work;
                best = c;
            }
        }
        return best;
    }

    /// Signed digits from −2^(c−1) to 2^(c−1), window by window; all zero for points at infinity.
    private short[] digits(long[] scalars, int scalarsFrom, int longs) {
        short[] all = new short[windows * count];
        int half = 1 << window - 1;
        long mask = (1L << window) - 1;
        for (int i = 0; i < count; i++) {
            if (group.isInfinity(points, pointsFrom + i * group.affineLongs())) {
                continue;
            }
            int at = (scalarsFrom + i) * longs;
            int carry = 0;
            for (int w = 0; w < windows; w++) {
                int bit = w * window;
                int limb = bit >>> 6;
                int shift = bit & 63;
                long value = limb < longs ? scalars[at + limb] >>> shift : 0;
                if (shift + window > 64 && limb + 1 < longs) {
                    value |= scalars[at + limb + 1] << 64 - shift;
                }
                int digit = (int) (value & mask) + carry;
                carry = digit >= half && w < windows - 1 ? 1 : 0;
                all[w * count + i] = (short) (digit - (carry << window));
                Bug.unless(digit <= Math.min(half, Short.MAX_VALUE) || carry == 1, "a scalar is not below r");
            }
        }
        return all;
    }

    private long[] sum(Workers workers) {
        long[][] sums = new long[windows][];
        double[] wide = lanes ? LaneBuckets.points(group, points, pointsFrom, count, workers) : new double[0];
        Queue<LaneBuckets> idle = new ConcurrentLinkedQueue<>(); // their memory serves again
        workers.run(windows, w -> {
            int top = windows - 1 - w;
            int[] lengths = new int[(1 << window - 1) + 1];
            int[] order = sorted(top, lengths);
            Group own = group.fork();
            if (lanes) {
                LaneBuckets buckets = Objects.requireNonNullElseGet(idle.poll(), () -> new LaneBuckets(own));
                sums[top] = buckets.sum(wide, order, lengths);
                idle.add(buckets);
            } else {
                sums[top] = new Buckets(own, lengths).sum(order);
            }
        });
        long[] sum = sums[windows - 1];
        for (int w = windows - 2; w >= 0; w--) {
            for (int i = 0; i < window; i++) {
                group.twice(sum);
            }
            group.addJacobian(sum, sums[w]);
        }
        return sum;
    }

    /// The points that fall into buckets, bucket by bucket, as 2·index + (1 if to be negated).
    private int[] sorted(int w, int[] lengths) {
        int from = w * count;
        for (int i = 0; i < count; i++) {
            lengths[Math.abs(digits[from + i])]++;
        }
        int[] next = new int[lengths.length];
        int total = 0;
        for (int b = 1; b < next.length; b++) {
            next[b] = total;
            total += lengths[b];
        }
        lengths[0] = 0;
        int[] order = new int[total];
        for (int i = 0; i < count; i++) {
            int digit = digits[from + i];
            if (digit != 0) {
                order[next[Math.abs(digit)]++] = digit < 0 ? 2 * i + 1 : 2 * i;
            }
        }
        return order;
    }

    /// One window's work.
    private final class Buckets {
        private final Group own;
        private final Field field;
        private final int width;
        private final AffineBatch batch;
        private final int[] lengths;
        private long[] level = new long[0];

        Buckets(Group own, int[] lengths) {
            this.own = own;
            this.lengths = lengths;
            field = own.field();
            width = own.affineLongs();
            batch = new AffineBatch(field, BATCH);
        }

        long[] sum(int[] order) {
            int left = 0;
            int longest = 0;
            for (int length : lengths) {
                left += (length + 1) / 2;
                longest = Math.max(longest, length);
            }
            level = new long[left * width];
            layer(order);
            for (int length = (longest + 1) / 2; length > 1; length = (length + 1) / 2) {
                layer(null);
            }
            return weighted();
        }

        /// Adds the pairs of each bucket; the first layer reads the points through `order`, the others read
        /// and overwrite `level`, whose place to write never passes the place to read.
        private void layer(int @org.jspecify.annotations.Nullable [] order) {
            int in = 0;
            int out = 0;
            int pairs = 0;
            int[] targets = new int[BATCH];
            for (int b = 1; b < lengths.length; b++) {
                int length = lengths[b];
                for (int i = 0; i + 1 < length; i += 2) {
                    load(order, in++, batch.left, pairs * width);
                    load(order, in++, batch.right, pairs * width);
                    targets[pairs++] = out++;
                    if (pairs == BATCH) {
                        store(targets, pairs);
                        pairs = 0;
                    }
                }
                if ((length & 1) == 1) {
                    load(order, in++, level, out++ * width);
                }
                lengths[b] = (length + 1) / 2;
            }
            store(targets, pairs);
        }

        private void load(int @org.jspecify.annotations.Nullable [] order, int index, long[] to, int at) {
            if (order == null) {
                System.arraycopy(level, index * width, to, at, width);
            } else {
                int code = order[index];
                int from = pointsFrom + (code >>> 1) * width;
                if ((code & 1) == 0) {
                    System.arraycopy(points, from, to, at, width);
                } else {
                    own.negate(to, at, points, from);
                }
            }
        }

        private void store(int[] targets, int pairs) {
            if (pairs > 0) {
                batch.addAll(pairs);
                for (int k = 0; k < pairs; k++) {
                    System.arraycopy(batch.left, k * width, level, targets[k] * width, width);
                }
            }
        }

        /// Σ b·bucket(b), from the top down: each bucket joins a running sum that is added every time.
        private long[] weighted() {
            int at = Arrays.stream(lengths).sum();
            long[] running = own.infinity();
            long[] sum = own.infinity();
            for (int b = lengths.length - 1; b >= 1; b--) {
                if (lengths[b] > 0) {
                    at--;
                    own.add(running, level, at * width);
                }
                own.addJacobian(sum, running);
            }
            return sum;
        }
    }
}
