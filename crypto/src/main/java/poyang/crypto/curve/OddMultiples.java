package poyang.crypto.curve;

/// The affine odd multiples P, 3P, 5P … of points, with one inversion for all of them.
///
/// 2P and P are brought to one Z, and each next multiple is the last plus 2P, which comes out with the
/// same Z again ("co-Z"): 5 multiplications and 2 squarings. As each Z is the one before times a known
/// factor, the inverse of the last gives all others for a multiplication each. No sum meets equal or
/// opposite points, since 2P = ±kP for odd k below 2^8 would need an order that small. Constant time.
///
/// Source: Meloni, "New point addition formulae for ECC applications", WAIFI 2007; Goundar, Joye, Miyaji,
/// Rivain, Venelli, "Scalar multiplication on Weierstraß elliptic curves from co-Z arithmetic", JCEN 1
/// (2011), algorithms DBLU and ZADDU.
final class OddMultiples {
    private static final int L = Field.LONGS;
    private static final int POINT_LONGS = 2 * L;
    private static final long[] MINUS_THREE = minusThree();

    private final long[] table;

    /// For each entry the factor from the Z before to its own; for the first of a point, Z itself.
    private final long[] factors;

    /// 2P, with the Z of the entry made last.
    private final long[] twice = new long[POINT_LONGS];

    private final long[] t = new long[5 * L];

    private OddMultiples(int entries) {
        table = new long[entries * POINT_LONGS];
        factors = new long[entries * L];
    }

    private static long[] minusThree() {
        long[] three = new long[L];
        Field.combine(three, 0, -3, Field.ONE, 0, 0, Field.ONE, 0);
        return three;
    }

    /// The tables one after the other.
    ///
    /// @param points affine
    /// @param entries how many multiples of each point, at least 2
    static long[] of(long[] points, int[] entries) {
        int all = 0;
        for (int count : entries) {
            all += count;
        }
        OddMultiples made = new OddMultiples(all);
        long[] z = new long[entries.length * L];
        int at = 0;
        for (int i = 0; i < entries.length; i++) {
            made.fill(points, i * POINT_LONGS, at, entries[i]);
            made.product(at, entries[i], z, i * L);
            at += entries[i];
        }
        Field.invertAll(z, entries.length);
        at = 0;
        for (int i = 0; i < entries.length; i++) {
            made.toAffine(points, i * POINT_LONGS, at, entries[i], z, i * L);
            at += entries[i];
        }
        return made.table;
    }

    private void fill(long[] points, int from, int first, int count) {
        doubled(points, from, first);
        for (int k = 1; k < count; k++) {
            next(first + k);
        }
    }

    /// 2P and P with Z = 2y: X(P) = S = 4xy², Y(P) = 8y⁴, X(2P) = M² − 2S, Y(2P) = M(S − X(2P)) − 8y⁴ with
    /// M = 3x² − 3.
    private void doubled(long[] points, int from, int entry) {
        int p = entry * POINT_LONGS;
        int m = 0;
        int yy = L;
        int s = 2 * L;
        int u = 3 * L;
        Field.square(t, m, points, from);
        Field.combine(t, m, 3, t, m, 1, MINUS_THREE, 0);
        Field.square(t, yy, points, from + L);
        Field.multiply(t, s, points, from, t, yy);
        Field.combine(t, s, 4, t, s, 0, t, s);
        Field.square(t, yy, t, yy);
        Field.combine(t, yy, 8, t, yy, 0, t, yy);
        System.arraycopy(t, s, table, p, L);
        System.arraycopy(t, yy, table, p + L, L);
        Field.square(t, u, t, m);
        Field.combine(twice, 0, 1, t, u, -2, t, s);
        Field.looseSubtract(t, u, t, s, twice, 0);
        Field.multiply(t, u, t, m, t, u);
        Field.subtract(twice, L, t, u, t, yy);
        Field.add(factors, entry * L, points, from + L, points, from + L);
    }

    /// Entry k = entry k − 1 + 2P: with f = X(2P) − X, g = Y(2P) − Y: W = X(2P)·f², V = X·f²,
    /// X' = g² − W − V, A = Y(2P)(W − V), Y' = g(W − X') − A, Z' = Z·f; 2P becomes (W, A).
    private void next(int entry) {
        int last = (entry - 1) * POINT_LONGS;
        int p = entry * POINT_LONGS;
        int f = entry * L;
        int ff = 0;
        int g = L;
        int w = 2 * L;
        int v = 3 * L;
        int u = 4 * L;
        Field.subtract(factors, f, twice, 0, table, last);
        Field.square(t, ff, factors, f);
        Field.multiply(t, w, twice, 0, t, ff);
        Field.multiply(t, v, table, last, t, ff);
        Field.looseSubtract(t, g, twice, L, table, last + L);
        Field.square(t, u, t, g);
        Field.subtract(t, u, t, u, t, w);
        Field.subtract(table, p, t, u, t, v);
        Field.looseSubtract(t, u, t, w, t, v);
        Field.multiply(twice, L, twice, L, t, u);
        System.arraycopy(t, w, twice, 0, L);
        Field.looseSubtract(t, u, t, w, table, p);
        Field.multiply(t, u, t, g, t, u);
        Field.subtract(table, p + L, t, u, twice, L);
    }

    /// The Z of a point's last entry.
    private void product(int first, int count, long[] z, int at) {
        System.arraycopy(factors, first * L, z, at, L);
        for (int k = 1; k < count; k++) {
            Field.multiply(z, at, z, at, factors, (first + k) * L);
        }
    }

    /// @param inverse of the Z of the last entry, used up
    private void toAffine(long[] points, int from, int first, int count, long[] inverse, int at) {
        for (int k = count - 1; k > 0; k--) {
            int p = (first + k) * POINT_LONGS;
            Field.square(t, 0, inverse, at);
            Field.multiply(table, p, table, p, t, 0);
            Field.multiply(t, 0, t, 0, inverse, at);
            Field.multiply(table, p + L, table, p + L, t, 0);
            Field.multiply(inverse, at, inverse, at, factors, (first + k) * L);
        }
        System.arraycopy(points, from, table, first * POINT_LONGS, POINT_LONGS);
    }
}
