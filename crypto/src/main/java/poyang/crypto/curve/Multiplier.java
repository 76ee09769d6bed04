package poyang.crypto.curve;

/// One point in Jacobian coordinates (x = X/Z², y = Y/Z³) that is doubled and added to.
///
/// The formulas are incomplete: a sum of equal or opposite points is wrong. The digits of
/// {@link Sm2Scalar} never meet one: before digit i the accumulator is c·P with 16^(63−i) ≤ |c|·1 < n, so it
/// equals no ±d·P with |d| ≤ 15 except near the ends of the range, which scalars leave out.
/// Source: Explicit-Formulas Database, short Weierstrass a = −3: dbl-2001-b, madd-2007-bl.
final class Multiplier {
    private static final int L = Field.LONGS;
    private static final int X = 0;
    private static final int Y = L;
    private static final int Z = 2 * L;

    private final long[] acc = new long[3 * L];
    private final long[] t = new long[8 * L];
    private final long[] chosen = new long[2 * L];

    /// acc = the affine point.
    void start(long[] points, int at) {
        System.arraycopy(points, at, acc, 0, 2 * L);
        System.arraycopy(Field.ONE, 0, acc, Z, L);
    }

    /// acc = 2·acc: 4 multiplications, 4 squarings.
    void twice() {
        int delta = 0;
        int gamma = L;
        int beta = 2 * L;
        int alpha = 3 * L;
        int u = 4 * L;
        Field.square(t, delta, acc, Z);
        Field.square(t, gamma, acc, Y);
        Field.multiply(t, beta, acc, X, t, gamma);
        Field.subtract(t, alpha, acc, X, t, delta);
        Field.add(t, u, acc, X, t, delta);
        Field.multiply(t, alpha, t, alpha, t, u);
        Field.add(t, u, t, alpha, t, alpha);
        Field.add(t, alpha, t, alpha, t, u);
        Field.add(acc, Z, acc, Y, acc, Z);
        Field.square(acc, Z, acc, Z);
        Field.subtract(acc, Z, acc, Z, t, gamma);
        Field.subtract(acc, Z, acc, Z, t, delta);
        Field.add(t, beta, t, beta, t, beta);
        Field.add(t, beta, t, beta, t, beta);
        Field.square(acc, X, t, alpha);
        Field.subtract(acc, X, acc, X, t, beta);
        Field.subtract(acc, X, acc, X, t, beta);
        Field.subtract(t, u, t, beta, acc, X);
        Field.multiply(acc, Y, t, alpha, t, u);
        Field.square(t, gamma, t, gamma);
        Field.add(t, gamma, t, gamma, t, gamma);
        Field.add(t, gamma, t, gamma, t, gamma);
        Field.add(t, gamma, t, gamma, t, gamma);
        Field.subtract(acc, Y, acc, Y, t, gamma);
    }

    /// acc = acc + the affine point: 7 multiplications, 4 squarings.
    void add(long[] points, int at) {
        int zz = 0;
        int h = L;
        int hh = 2 * L;
        int i = 3 * L;
        int j = 4 * L;
        int r = 5 * L;
        int v = 6 * L;
        Field.square(t, zz, acc, Z);
        Field.multiply(t, h, points, at, t, zz);
        Field.subtract(t, h, t, h, acc, X);
        Field.multiply(t, r, points, at + L, acc, Z);
        Field.multiply(t, r, t, r, t, zz);
        Field.subtract(t, r, t, r, acc, Y);
        Field.add(t, r, t, r, t, r);
        Field.square(t, hh, t, h);
        Field.add(t, i, t, hh, t, hh);
        Field.add(t, i, t, i, t, i);
        Field.multiply(t, j, t, h, t, i);
        Field.multiply(t, v, acc, X, t, i);
        Field.add(acc, Z, acc, Z, t, h);
        Field.square(acc, Z, acc, Z);
        Field.subtract(acc, Z, acc, Z, t, zz);
        Field.subtract(acc, Z, acc, Z, t, hh);
        Field.square(acc, X, t, r);
        Field.subtract(acc, X, acc, X, t, j);
        Field.subtract(acc, X, acc, X, t, v);
        Field.subtract(acc, X, acc, X, t, v);
        Field.subtract(t, v, t, v, acc, X);
        Field.multiply(t, v, t, r, t, v);
        Field.multiply(t, j, acc, Y, t, j);
        Field.add(t, j, t, j, t, j);
        Field.subtract(acc, Y, t, v, t, j);
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

    /// Writes X and Y to one array and Z to the other.
    void store(long[] points, int at, long[] z, int zAt) {
        System.arraycopy(acc, 0, points, at, 2 * L);
        System.arraycopy(acc, Z, z, zAt, L);
    }
}
