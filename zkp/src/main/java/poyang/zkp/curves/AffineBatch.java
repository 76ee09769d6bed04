package poyang.zkp.curves;

/// Adds many pairs of affine points with one inversion.
///
/// - computes: leftₖ = leftₖ + rightₖ for k < count; doublings, opposite points and infinity are right too
/// - shapes: `left` and `right` hold `capacity` affine points
/// - secrecy: time depends on whether points are equal, opposite or at infinity
/// - cost: 5 products and a square a pair, and one inversion a call
/// - source: Montgomery's trick, Math. Comp. 48 (1987)
final class AffineBatch {
    private static final byte ORDINARY = 0;
    private static final byte DONE = 1;
    private static final byte DOUBLING = 2;

    final long[] left;
    final long[] right;

    private final Field field;
    private final int n;
    private final long[] slopes;
    private final long[] products;
    private final byte[] kinds;
    private final long[] t;
    private final long[] u;
    private final long[] inverse;

    AffineBatch(Field field, int capacity) {
        this.field = field;
        n = field.longs();
        left = new long[2 * n * capacity];
        right = new long[2 * n * capacity];
        slopes = new long[n * capacity];
        products = new long[n * (capacity + 1)];
        kinds = new byte[capacity];
        t = new long[n];
        u = new long[n];
        inverse = new long[n];
    }

    void addAll(int count) {
        field.one(products, 0);
        for (int k = 0; k < count; k++) {
            int at = 2 * n * k;
            int slope = k * n;
            field.subtract(slopes, slope, right, at, left, at);
            byte kind = kind(at, slope);
            kinds[k] = kind;
            if (kind == DONE) {
                System.arraycopy(products, slope, products, slope + n, n);
            } else {
                if (kind == DOUBLING) {
                    field.add(slopes, slope, left, at + n, left, at + n);
                }
                field.multiply(products, slope + n, products, slope, slopes, slope);
            }
        }
        field.invert(inverse, 0, products, count * n);
        for (int k = count - 1; k >= 0; k--) {
            if (kinds[k] != DONE) {
                finish(k);
            }
        }
    }

    /// Decides, and finishes what needs no slope.
    private byte kind(int at, int slope) {
        boolean sameX = field.isZero(slopes, slope);
        if (!sameX && !infinite(left, at) && !infinite(right, at)) {
            return ORDINARY;
        }
        if (infinite(right, at)) {
            return DONE;
        }
        if (infinite(left, at)) {
            System.arraycopy(right, at, left, at, 2 * n);
            return DONE;
        }
        if (field.equal(left, at + n, right, at + n)) {
            return DOUBLING; // no point here has y = 0: r is odd
        }
        java.util.Arrays.fill(left, at, at + 2 * n, 0);
        return DONE;
    }

    private boolean infinite(long[] a, int at) {
        return a[at] == 0 && field.isZero(a, at) && field.isZero(a, at + n);
    }

    private void finish(int k) {
        int x = 2 * n * k;
        int y = x + n;
        int slope = k * n;
        field.multiply(t, 0, inverse, 0, products, slope);
        field.multiply(inverse, 0, inverse, 0, slopes, slope);
        if (kinds[k] == DOUBLING) {
            field.square(u, 0, left, x);
            field.add(slopes, slope, u, 0, u, 0);
            field.add(u, 0, u, 0, slopes, slope);
        } else {
            field.subtract(u, 0, right, y, left, y);
        }
        field.multiply(t, 0, t, 0, u, 0);
        field.square(u, 0, t, 0);
        field.subtract(u, 0, u, 0, left, x);
        field.subtract(u, 0, u, 0, right, x);
        field.subtract(right, x, left, x, u, 0);
        System.arraycopy(u, 0, left, x, n);
        field.multiply(u, 0, t, 0, right, x);
        field.subtract(left, y, u, 0, left, y);
    }
}
