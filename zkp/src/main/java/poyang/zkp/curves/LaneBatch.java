package poyang.zkp.curves;

/// {@link AffineBatch} eight pairs at a time.
///
/// - computes: left = left + right for all pairs; doublings, opposite points and infinity are right too
/// - shapes: `left` and `right` hold groups of eight canonical points, x then y as {@link Lanes} has them; all
///   zeros stand for infinity
/// - secrecy: time depends on whether points are equal, opposite or at infinity
/// - cost: 5 products and a square a pair, and one inversion a call
final class LaneBatch {
    private static final int CHAINS = 2; // a product waits for the one before: two chains keep the units busy

    final double[] left;
    final double[] right;

    private final Field field;
    private final Lanes lanes;
    private final int w;
    private final double[] slopes;
    private final double[] products;
    private final long[] done;
    private final long[] doubled;
    private final double[] one;
    private final double[] zero;
    private final double[] inverse;
    private final double[] t;
    private final double[] u;
    private final double[] v;

    LaneBatch(Field field, int groups) {
        this.field = field;
        lanes = Lanes.of(field);
        w = lanes.width;
        left = new double[2 * w * groups];
        right = new double[2 * w * groups];
        slopes = new double[w * groups];
        products = new double[w * (groups + CHAINS)];
        done = new long[groups];
        doubled = new long[groups];
        zero = new double[w];
        one = new double[w];
        long[] unit = new long[field.longs()];
        field.one(unit, 0);
        lanes.load(one, 0, unit, new int[Lanes.COUNT]);
        inverse = new double[CHAINS * w];
        t = new double[w];
        u = new double[w];
        v = new double[w];
    }

    void addAll(int groups) {
        for (int c = 0; c < CHAINS; c++) {
            System.arraycopy(one, 0, products, c * w, w);
        }
        for (int g = 0; g < groups; g++) {
            int x = 2 * w * g;
            lanes.subtract(slopes, g * w, right, x, left, x);
            long odd = LaneMoves.zeros(slopes, g * w, w) | LaneMoves.zeros(left, x, w) | LaneMoves.zeros(right, x, w);
            done[g] = 0;
            doubled[g] = 0;
            if (odd != 0) {
                decide(g, odd);
            }
            lanes.multiply(products, (g + CHAINS) * w, products, g * w, slopes, g * w);
        }
        invert(groups);
        for (int g = groups - 1; g >= 0; g--) {
            finish(g);
        }
    }

    /// Inverts the chains' last products.
    private void invert(int groups) {
        int n = field.longs();
        long[] all = new long[CHAINS * Lanes.COUNT * n];
        for (int c = 0; c < CHAINS; c++) {
            lanes.unload(products, (groups + c) * w, all, offsets(c, n));
        }
        field.invertAll(all, CHAINS * Lanes.COUNT);
        for (int c = 0; c < CHAINS; c++) {
            lanes.load(inverse, (groups + c) % CHAINS * w, all, offsets(c, n));
        }
    }

    private static int[] offsets(int chain, int n) {
        int[] offsets = new int[Lanes.COUNT];
        for (int i = 0; i < Lanes.COUNT; i++) {
            offsets[i] = (chain * Lanes.COUNT + i) * n;
        }
        return offsets;
    }

    /// Finishes what needs no slope, and finds the doublings, among the lanes whose bits are set.
    private void decide(int g, long odd) {
        int x = 2 * w * g;
        int y = x + w;
        long leftInfinite = odd & LaneMoves.zeros(left, x, w) & LaneMoves.zeros(left, y, w);
        long rightInfinite = odd & LaneMoves.zeros(right, x, w) & LaneMoves.zeros(right, y, w);
        LaneMoves.copy(leftInfinite, left, x, right, x, 2 * w);
        long sameX = odd & LaneMoves.zeros(slopes, g * w, w) & ~leftInfinite & ~rightInfinite;
        lanes.subtract(t, 0, right, y, left, y);
        doubled[g] = sameX & LaneMoves.zeros(t, 0, w); // no point here has y = 0: r is odd
        long opposite = sameX & ~doubled[g];
        LaneMoves.copy(opposite, left, x, zero, 0, w);
        LaneMoves.copy(opposite, left, y, zero, 0, w);
        if (doubled[g] != 0) {
            lanes.subtract(t, 0, zero, 0, left, y);
            lanes.subtract(t, 0, left, y, t, 0);
            lanes.canonical(t, 0);
            LaneMoves.copy(doubled[g], slopes, g * w, t, 0, w);
        }
        done[g] = leftInfinite | rightInfinite | opposite;
        LaneMoves.copy(done[g], slopes, g * w, one, 0, w);
    }

    private void finish(int g) {
        int x = 2 * w * g;
        int y = x + w;
        int chain = g % CHAINS * w;
        lanes.multiply(t, 0, inverse, chain, products, g * w);
        lanes.multiply(inverse, chain, inverse, chain, slopes, g * w);
        lanes.subtract(u, 0, right, y, left, y);
        if (doubled[g] != 0) {
            tangents(g, x);
        }
        lanes.multiply(t, 0, t, 0, u, 0);
        lanes.square(u, 0, t, 0);
        lanes.subtract(u, 0, u, 0, left, x);
        lanes.subtract(u, 0, u, 0, right, x);
        lanes.canonical(u, 0);
        lanes.subtract(v, 0, left, x, u, 0);
        lanes.multiply(v, 0, t, 0, v, 0);
        lanes.subtract(v, 0, v, 0, left, y);
        lanes.canonical(v, 0);
        LaneMoves.copy(done[g], u, 0, left, x, w);
        LaneMoves.copy(done[g], v, 0, left, y, w);
        System.arraycopy(u, 0, left, x, w);
        System.arraycopy(v, 0, left, y, w);
    }

    /// u = 3·x² in the lanes of doublings
    private void tangents(int g, int x) {
        double[] three = new double[w];
        lanes.square(v, 0, left, x);
        lanes.canonical(v, 0);
        lanes.subtract(three, 0, zero, 0, v, 0);
        lanes.subtract(three, 0, three, 0, v, 0);
        lanes.subtract(three, 0, v, 0, three, 0);
        lanes.canonical(three, 0);
        LaneMoves.copy(doubled[g], u, 0, three, 0, w);
    }
}
