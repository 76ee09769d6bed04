package poyang.crypto.curve;

/// One point in Jacobian coordinates (x = X/Z², y = Y/Z³) that is doubled and added to.
///
/// The formulas are incomplete: a sum of equal or opposite points is wrong. The digits of
/// {@link Sm2Scalar} never meet one: before digit i the accumulator is c·P with |c| ≥ 16 and |c| < n, so it
/// equals no ±d·P with |d| ≤ 15 except near the ends of the range, which scalars leave out. Z is a loose sum.
/// Source: Explicit-Formulas Database, short Weierstrass a = −3: dbl-2001-b (with Z' = 2YZ), and the mixed
/// addition of Cohen, Miyaji, Ono, ASIACRYPT 1998.
final class Multiplier {
    private static final int L = Field.LONGS;
    private static final int X = 0;
    private static final int Y = L;
    private static final int Z = 2 * L;

    private final long[] acc = new long[3 * L];
    private final long[] t = new long[6 * L];
    private final long[] chosen = new long[2 * L];
    private boolean neutral;
    private boolean careful;

    /// acc = the affine point.
    void start(long[] points, int at) {
        System.arraycopy(points, at, acc, 0, 2 * L);
        System.arraycopy(Field.ONE, 0, acc, Z, L);
    }

    /// acc = 2·acc: 4 multiplications, 4 squarings. α = 3(X − Z²)(X + Z²), β = X·Y²,
    /// X' = α² − 8β, Y' = α(4β − X') − 8Y⁴, Z' = 2YZ.
    void twice() {
        int delta = 0;
        int gamma = L;
        int beta = 2 * L;
        int alpha = 3 * L;
        int u = 4 * L;
        Field.square(t, delta, acc, Z);
        Field.square(t, gamma, acc, Y);
        Field.multiply(acc, Z, acc, Y, acc, Z);
        Field.looseAdd(acc, Z, acc, Z, acc, Z);
        Field.multiply(t, beta, acc, X, t, gamma);
        Field.combine(t, beta, 4, t, beta, 0, t, beta);
        Field.looseSubtract(t, alpha, acc, X, t, delta);
        Field.looseAdd(t, u, acc, X, t, delta);
        Field.multiply(t, alpha, t, alpha, t, u);
        Field.combine(t, alpha, 3, t, alpha, 0, t, alpha);
        Field.square(t, u, t, alpha);
        Field.combine(acc, X, 1, t, u, -2, t, beta);
        Field.looseSubtract(t, beta, t, beta, acc, X);
        Field.multiply(t, beta, t, alpha, t, beta);
        Field.square(t, gamma, t, gamma);
        Field.combine(acc, Y, 1, t, beta, -8, t, gamma);
    }

    /// acc = acc + the affine point (x, y): 8 multiplications, 3 squarings. H = x·Z² − X,
    /// R = y·Z³ − Y, X' = R² − H³ − 2X·H², Y' = R(X·H² − X') − Y·H³, Z' = Z·H.
    void add(long[] points, int at) {
        int zz = 0;
        int h = L;
        int hh = 2 * L;
        int r = 3 * L;
        int v = 4 * L;
        int u = 5 * L;
        Field.square(t, zz, acc, Z);
        Field.multiply(t, h, points, at, t, zz);
        Field.looseSubtract(t, h, t, h, acc, X);
        Field.multiply(t, r, points, at + L, acc, Z);
        Field.multiply(t, r, t, r, t, zz);
        Field.looseSubtract(t, r, t, r, acc, Y);
        Field.square(t, hh, t, h);
        Field.multiply(t, v, acc, X, t, hh);
        Field.multiply(acc, Z, acc, Z, t, h);
        Field.multiply(t, hh, t, hh, t, h);
        Field.square(t, u, t, r);
        Field.subtract(t, u, t, u, t, hh);
        Field.combine(acc, X, 1, t, u, -2, t, v);
        Field.looseSubtract(t, v, t, v, acc, X);
        Field.multiply(t, v, t, r, t, v);
        Field.multiply(t, u, acc, Y, t, hh);
        Field.subtract(acc, Y, t, v, t, u);
    }

    /// acc = acc + digit·P, where the table at `at` holds 1·P, 3·P … 15·P: every entry is read.
    void addFrom(long[] tables, int at, int digit) {
        int sign = digit >> 31;
        int wanted = ((digit ^ sign) - sign) >> 1;
        for (int k = 0; k < 8; k++) {
            long different = k ^ wanted;
            long mask = ((different | -different) >>> 63) - 1;
            int entry = at + k * 2 * L;
            for (int n = 0; n < 2 * L; n++) {
                chosen[n] ^= mask & (chosen[n] ^ tables[entry + n]);
            }
        }
        Field.negate(t, 0, chosen, L);
        Field.move(sign, chosen, L, t, 0);
        add(chosen, 0);
    }

    /// acc = the neutral element, for public points and scalars only.
    void clear() {
        neutral = true;
    }

    /// acc = acc ± the affine point, in a time that depends on what is added. Where equal or opposite
    /// points meet, Z becomes 0 and stays 0: {@link #toAffine} then says that the sum is not known.
    void addPublic(long[] points, int at, boolean negative) {
        long[] from = points;
        int offset = at;
        if (negative) {
            System.arraycopy(points, at, chosen, 0, L);
            Field.negate(chosen, L, points, at + L);
            from = chosen;
            offset = 0;
        }
        if (neutral) {
            neutral = false;
            start(from, offset);
        } else if (!careful || !meets(from, offset)) {
            add(from, offset);
        }
    }

    /// From now on equal and opposite points are looked for before each public addition.
    void beCareful() {
        careful = true;
    }

    /// Handles a sum of equal or opposite points.
    private boolean meets(long[] points, int at) {
        Field.square(t, 0, acc, Z);
        Field.multiply(t, L, points, at, t, 0);
        if (Field.isEqual(t, L, acc, X) == 0) {
            return false;
        }
        Field.multiply(t, L, points, at + L, acc, Z);
        Field.multiply(t, L, t, L, t, 0);
        if (Field.isEqual(t, L, acc, Y) != 0) {
            twice();
        } else {
            neutral = true;
        }
        return true;
    }

    /// Writes X, Y, Z² and Z³; true when acc is the neutral element.
    boolean storeSum(long[] sum) {
        System.arraycopy(acc, 0, sum, 0, 2 * L);
        Field.square(sum, 2 * L, acc, Z);
        Field.multiply(sum, 3 * L, sum, 2 * L, acc, Z);
        return neutral;
    }

    /// acc = 2·acc where it is not the neutral element.
    void twicePublic() {
        if (!neutral) {
            twice();
        }
    }

    /// Writes x and y; false when acc is the neutral element or was lost by an addition that the
    /// formulas leave out.
    boolean toAffine(long[] point, int at) {
        if (neutral || Field.isZero(acc, Z) != 0) {
            return false;
        }
        long[] z = new long[L];
        Field.invert(z, 0, acc, Z);
        Field.square(t, 0, z, 0);
        Field.multiply(point, at, acc, X, t, 0);
        Field.multiply(t, 0, t, 0, z, 0);
        Field.multiply(point, at + L, acc, Y, t, 0);
        return true;
    }

    /// Writes X and Y to one array and Z to the other.
    void store(long[] points, int at, long[] z, int zAt) {
        System.arraycopy(acc, 0, points, at, 2 * L);
        System.arraycopy(acc, Z, z, zAt, L);
    }
}
