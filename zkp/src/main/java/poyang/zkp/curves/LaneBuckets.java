package poyang.zkp.curves;

import java.util.Arrays;

/// One window of a sum of multiples, eight additions at a time.
///
/// - computes: Σ b·(sum of the points of bucket b), as a Jacobian point of the group
/// - shapes: points are x, y and −y, limb after limb, as {@link #points} makes them
/// - cost: an affine addition a point and two a bucket: a bucket's number is cut in two, and the buckets with
///   one lower or upper half are added up first
/// - source: Pippenger, FOCS 1976; additions as in {@link LaneBatch}
final class LaneBuckets {
    private static final int LIMBS_IN_BATCH = 20480;
    private static final int PART = 1024;

    private final Group group;
    private final Lanes lanes;
    private final int limbs;
    private final int pairsMax;
    private final LaneBatch batch;
    private final int[] leftX;
    private final int[] leftY;
    private final int[] rightX;
    private final int[] rightY;
    private final int[] targets;
    private final double[][] scratch = {new double[0], new double[0], new double[0]};

    /// For one thread.
    LaneBuckets(Group group) {
        this.group = group;
        lanes = Lanes.of(group.field());
        limbs = lanes.limbs();
        pairsMax = LIMBS_IN_BATCH / limbs & -Lanes.COUNT;
        batch = new LaneBatch(group.field(), pairsMax / Lanes.COUNT);
        leftX = new int[pairsMax];
        leftY = new int[pairsMax];
        rightX = new int[pairsMax];
        rightY = new int[pairsMax];
        targets = new int[pairsMax];
    }

    /// The points from the long at `from` on, as x, y and −y.
    static double[] points(Group group, long[] points, int from, int count, Workers workers) {
        Lanes all = Lanes.of(group.field());
        double[] made = new double[Math.multiplyExact(3 * all.limbs(), count)];
        workers.run((count + PART - 1) / PART, part -> {
            Lanes lanes = Lanes.of(group.field());
            int end = Math.min(count, (part + 1) * PART);
            for (int i = part * PART; i < end; i += Lanes.COUNT) {
                convert(lanes, points, from, made, i, end);
            }
        });
        return made;
    }

    private static void convert(Lanes lanes, long[] points, int from, double[] made, int first, int end) {
        int limbs = lanes.limbs();
        int longs = lanes.longs();
        int[] x = new int[Lanes.COUNT];
        int[] y = new int[Lanes.COUNT];
        int[] to = new int[Lanes.COUNT];
        for (int i = 0; i < Lanes.COUNT; i++) {
            int index = Math.min(first + i, end - 1);
            x[i] = from + 2 * longs * index;
            y[i] = x[i] + longs;
            to[i] = 3 * limbs * index;
        }
        double[] element = new double[lanes.width];
        double[] negative = new double[lanes.width];
        lanes.load(element, 0, points, x);
        LaneMoves.scatter(element, 0, made, to, 0, 0, limbs);
        lanes.load(element, 0, points, y);
        LaneMoves.scatter(element, 0, made, to, 0, limbs, limbs);
        lanes.subtract(negative, 0, negative, 0, element, 0);
        lanes.canonical(negative, 0);
        LaneMoves.scatter(negative, 0, made, to, 0, 2 * limbs, limbs);
    }

    /// The window's sum. `order` has the points bucket by bucket as 2·index + (1 if to be negated), `lengths` how
    /// many each bucket has; bucket 0 has none.
    long[] sum(double[] points, int[] order, int[] lengths) {
        int[] filled = lengths.clone();
        int level = reduced(points, -1, 3 * limbs, order, filled);
        int half = (Integer.SIZE - Integer.numberOfLeadingZeros(lengths.length - 1)) / 2;
        long[] sum = weighted(level, filled, half, true);
        for (int i = 0; i < half; i++) {
            group.twice(sum);
        }
        group.addJacobian(sum, weighted(level, filled, half, false));
        return sum;
    }

    /// Adds up the buckets with one upper or lower half of their numbers, and weights the sums with it.
    private long[] weighted(int level, int[] filled, int half, boolean upper) {
        int classes = upper ? (filled.length - 1 >> half) + 1 : 1 << half;
        int[] lengths = new int[classes];
        for (int b = 0; b < filled.length; b++) {
            lengths[upper ? b >> half : b & (1 << half) - 1] += filled[b];
        }
        lengths[0] = 0;
        int[] next = new int[classes];
        int total = 0;
        for (int i = 0; i < classes; i++) {
            next[i] = total;
            total += lengths[i];
        }
        int[] order = new int[total];
        int at = 0;
        for (int b = 0; b < filled.length; b++) {
            int number = upper ? b >> half : b & (1 << half) - 1;
            if (filled[b] == 1 && number > 0) {
                order[next[number]++] = 2 * at;
            }
            at += filled[b];
        }
        int sums = reduced(scratch[level], level, 2 * limbs, order, lengths);
        return running(scratch[sums], lengths);
    }

    /// Σ b·point(b), from the top down: each point joins a running sum that is added every time.
    private long[] running(double[] sums, int[] filled) {
        int count = Arrays.stream(filled).sum();
        long[] affine = standard(sums, count);
        long[] running = group.infinity();
        long[] sum = group.infinity();
        int at = count;
        for (int b = filled.length - 1; b >= 1; b--) {
            if (filled[b] > 0) {
                at--;
                group.add(running, affine, at * group.affineLongs());
            }
            group.addJacobian(sum, running);
        }
        return sum;
    }

    /// Points as the group has them.
    private long[] standard(double[] points, int count) {
        int longs = lanes.longs();
        long[] made = new long[2 * longs * count];
        int[] from = new int[Lanes.COUNT];
        int[] to = new int[Lanes.COUNT];
        double[] element = new double[lanes.width];
        for (int first = 0; first < count; first += Lanes.COUNT) {
            for (int xy = 0; xy < 2; xy++) {
                for (int i = 0; i < Lanes.COUNT; i++) {
                    int index = Math.min(first + i, count - 1);
                    from[i] = 2 * limbs * index;
                    to[i] = 2 * longs * index + xy * longs;
                }
                LaneMoves.gather(element, 0, points, from, 0, xy * limbs, limbs);
                lanes.unload(element, 0, made, to);
            }
        }
        return made;
    }

    /// Adds up each list of points until one is left of it; writes one for each list that is not empty.
    ///
    /// @param own which of the scratch arrays `source` is, or −1; it stays as it is
    /// @return the scratch array of the sums
    private int reduced(double[] source, int own, int stride, int[] order, int[] lengths) {
        int at = layer(source, free(own, own), stride, order, lengths);
        int longest = Arrays.stream(lengths).max().orElse(0);
        for (int length = longest; length > 1; length = (length + 1) / 2) {
            at = layer(scratch[at], free(own, at), 2 * limbs, null, lengths);
        }
        return at;
    }

    /// A scratch array that is neither.
    private static int free(int one, int other) {
        int free = 0;
        while (free == one || free == other) {
            free++;
        }
        return free;
    }

    /// Adds the pairs of each list into a scratch array.
    private int layer(
            double[] source, int to, int stride, int @org.jspecify.annotations.Nullable [] order, int[] lengths) {
        int left = 0;
        for (int length : lengths) {
            left += (length + 1) / 2;
        }
        if (scratch[to].length < left * 2 * limbs) {
            scratch[to] = new double[left * 2 * limbs];
        }
        double[] made = scratch[to];
        int in = 0;
        int out = 0;
        int pairs = 0;
        for (int b = 0; b < lengths.length; b++) {
            int length = lengths[b];
            for (int i = 0; i + 1 < length; i += 2) {
                place(order, in++, stride, leftX, leftY, pairs);
                place(order, in++, stride, rightX, rightY, pairs);
                targets[pairs++] = 2 * limbs * out++;
                if (pairs == pairsMax) {
                    add(source, made, pairs);
                    pairs = 0;
                }
            }
            if ((length & 1) == 1) {
                place(order, in++, stride, leftX, leftY, pairs);
                System.arraycopy(source, leftX[pairs], made, 2 * limbs * out, limbs);
                System.arraycopy(source, leftY[pairs], made, 2 * limbs * out + limbs, limbs);
                out++;
            }
            lengths[b] = (length + 1) / 2;
        }
        add(source, made, pairs);
        return to;
    }

    /// Notes where a point's coordinates stand.
    private void place(
            int @org.jspecify.annotations.Nullable [] order, int index, int stride, int[] x, int[] y, int pair) {
        int code = order == null ? 2 * index : order[index];
        x[pair] = (code >>> 1) * stride;
        y[pair] = x[pair] + ((code & 1) + 1) * limbs;
    }

    private void add(double[] source, double[] made, int pairs) {
        if (pairs == 0) {
            return;
        }
        int groups = (pairs + Lanes.COUNT - 1) / Lanes.COUNT;
        for (int k = pairs; k < groups * Lanes.COUNT; k++) {
            leftX[k] = leftX[0]; // fills the last group with what the first pair gives
            leftY[k] = leftY[0];
            rightX[k] = rightX[0];
            rightY[k] = rightY[0];
            targets[k] = targets[0];
        }
        int w = lanes.width;
        for (int g = 0; g < groups; g++) {
            int k = g * Lanes.COUNT;
            LaneMoves.gather(batch.left, 2 * g * w, source, leftX, k, 0, limbs);
            LaneMoves.gather(batch.left, (2 * g + 1) * w, source, leftY, k, 0, limbs);
            LaneMoves.gather(batch.right, 2 * g * w, source, rightX, k, 0, limbs);
            LaneMoves.gather(batch.right, (2 * g + 1) * w, source, rightY, k, 0, limbs);
        }
        batch.addAll(groups);
        for (int g = 0; g < groups; g++) {
            int k = g * Lanes.COUNT;
            LaneMoves.scatter(batch.left, 2 * g * w, made, targets, k, 0, limbs);
            LaneMoves.scatter(batch.left, (2 * g + 1) * w, made, targets, k, limbs, limbs);
        }
    }
}
