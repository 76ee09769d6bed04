package poyang.crypto.curve;

import java.util.Arrays;

/// One point that affine points are added to and that is never doubled: X, Y, ZZ, ZZZ with x = X/ZZ,
/// y = Y/ZZZ and ZZ³ = ZZZ², which makes an addition one squaring cheaper than in {@link Multiplier}.
///
/// The formulas are incomplete: where equal or opposite points meet, ZZ becomes 0 and stays 0, and
/// {@link #toAffine} says that the sum is not known; a careful sum looks for them before each addition.
///
/// Source: Explicit-Formulas Database, short Weierstrass, coordinates "xyzz", madd-2008-s: 8 multiplications
/// and 2 squarings.
final class Sum {
    private static final int L = Field.LONGS;
    private static final int X = 0;
    private static final int Y = L;
    private static final int ZZ = 2 * L;
    private static final int ZZZ = 3 * L;
    // In the room of an addition.
    private static final int P = 0;
    private static final int R = L;
    private static final int PP = 2 * L;
    private static final int Q = 3 * L;
    private static final int U = 4 * L;

    private final long[] acc = new long[4 * L];
    private final long[] t = new long[5 * L];
    private final long[] chosen = new long[2 * L];
    private boolean neutral;
    private boolean careful;

    /// The neutral element.
    void clear() {
        neutral = true;
    }

    void start(long[] points, int at) {
        System.arraycopy(points, at, acc, 0, 2 * L);
        System.arraycopy(Field.ONE, 0, acc, ZZ, L);
        System.arraycopy(Field.ONE, 0, acc, ZZZ, L);
        neutral = false;
    }

    /// What the multiplier holds.
    void start(Multiplier from) {
        neutral = from.storeSum(acc);
    }

    void beCareful() {
        careful = true;
    }

    /// Adds the affine point (x, y).
    void add(long[] points, int at) {
        Field.multiply(t, P, points, at, acc, ZZ);
        Field.multiply(t, R, points, at + L, acc, ZZZ);
        addMultiplied();
    }

    /// The sum of which X, Y, ZZ and ZZZ are given.
    void startSum(long[] sum) {
        System.arraycopy(sum, 0, acc, 0, acc.length);
        neutral = false;
    }

    /// Adds another sum by its X, Y, ZZ and ZZZ: both are brought to the same ZZ and ZZZ first.
    ///
    /// Source: ibid., add-2008-s: 12 multiplications and 2 squarings.
    void addSum(long[] sum) {
        Field.multiply(t, P, sum, X, acc, ZZ);
        Field.multiply(t, R, sum, Y, acc, ZZZ);
        Field.multiply(acc, X, acc, X, sum, ZZ);
        Field.multiply(acc, Y, acc, Y, sum, ZZZ);
        Field.multiply(acc, ZZ, acc, ZZ, sum, ZZ);
        Field.multiply(acc, ZZZ, acc, ZZZ, sum, ZZZ);
        addMultiplied();
    }

    /// Adds the point of which x·ZZ and y·ZZZ stand at P and R.
    private void addMultiplied() {
        Field.looseSubtract(t, P, t, P, acc, X);
        Field.looseSubtract(t, R, t, R, acc, Y);
        Field.square(t, PP, t, P);
        Field.multiply(t, Q, acc, X, t, PP);
        Field.multiply(acc, ZZ, acc, ZZ, t, PP);
        Field.multiply(t, PP, t, PP, t, P);
        Field.multiply(acc, ZZZ, acc, ZZZ, t, PP);
        Field.square(t, U, t, R);
        Field.subtract(t, U, t, U, t, PP);
        Field.combine(acc, X, 1, t, U, -2, t, Q);
        Field.looseSubtract(t, Q, t, Q, acc, X);
        Field.multiply(t, Q, t, R, t, Q);
        Field.multiply(t, U, acc, Y, t, PP);
        Field.subtract(acc, Y, t, Q, t, U);
    }

    /// Adds ± the affine point, in a time that depends on what is added.
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
            start(from, offset);
        } else if (!careful || !meets(from, offset)) {
            add(from, offset);
        }
    }

    /// Handles a sum of equal or opposite points.
    private boolean meets(long[] points, int at) {
        Field.multiply(t, 0, points, at, acc, ZZ);
        if (Field.isEqual(t, 0, acc, X) == 0) {
            return false;
        }
        Field.multiply(t, 0, points, at + L, acc, ZZZ);
        if (Field.isEqual(t, 0, acc, Y) != 0) {
            Multiplier twice = new Multiplier();
            twice.start(points, at);
            twice.twice();
            start(twice);
        } else {
            neutral = true;
        }
        return true;
    }

    /// Adds digit·P, where the table at `at` holds the odd multiples P, 3P … : every entry is read.
    void addSecret(long[] table, int at, int entries, int digit) {
        int sign = digit >> 31;
        int wanted = ((digit ^ sign) - sign) >> 1;
        long x0 = 0;
        long x1 = 0;
        long x2 = 0;
        long x3 = 0;
        long x4 = 0;
        long y0 = 0;
        long y1 = 0;
        long y2 = 0;
        long y3 = 0;
        long y4 = 0;
        for (int k = 0; k < entries; k++) {
            long different = k ^ wanted;
            long mask = ((different | -different) >>> 63) - 1;
            int entry = at + k * 2 * L;
            x0 |= mask & table[entry];
            x1 |= mask & table[entry + 1];
            x2 |= mask & table[entry + 2];
            x3 |= mask & table[entry + 3];
            x4 |= mask & table[entry + 4];
            y0 |= mask & table[entry + 5];
            y1 |= mask & table[entry + 6];
            y2 |= mask & table[entry + 7];
            y3 |= mask & table[entry + 8];
            y4 |= mask & table[entry + 9];
        }
        long negate = sign;
        chosen[0] = x0;
        chosen[1] = x1;
        chosen[2] = x2;
        chosen[3] = x3;
        chosen[4] = x4;
        chosen[5] = (y0 ^ negate) - negate;
        chosen[6] = (y1 ^ negate) - negate;
        chosen[7] = (y2 ^ negate) - negate;
        chosen[8] = (y3 ^ negate) - negate;
        chosen[9] = (y4 ^ negate) - negate;
        add(chosen, 0);
    }

    /// Writes x and y; false when the sum is the neutral element or not known.
    boolean toAffine(long[] point, int at) {
        if (neutral || Field.isZero(acc, ZZZ) != 0) {
            return false;
        }
        Field.invert(t, 0, acc, ZZZ);
        Field.multiply(point, at + L, acc, Y, t, 0);
        Field.multiply(t, L, t, 0, acc, ZZ);
        Field.square(t, L, t, L);
        Field.multiply(point, at, acc, X, t, L);
        return true;
    }

    /// Is the sum known to be −(the affine point)?
    boolean isNegativeOf(long[] point) {
        if (neutral || Field.isZero(acc, ZZZ) != 0) {
            return false;
        }
        Field.multiply(t, 0, point, 0, acc, ZZ);
        Field.multiply(t, L, point, L, acc, ZZZ);
        Field.negate(t, L, t, L);
        return Field.isEqual(t, 0, acc, X) != 0 && Field.isEqual(t, L, acc, Y) != 0;
    }

    /// Are both sums known, and not the neutral element?
    static boolean known(Sum a, Sum b) {
        return !a.neutral && !b.neutral && Field.isZero(a.acc, ZZZ) == 0 && Field.isZero(b.acc, ZZZ) == 0;
    }

    /// Is a known sum −(the other known sum)?
    boolean isNegativeOf(Sum other) {
        Field.multiply(t, 0, acc, X, other.acc, ZZ);
        Field.multiply(t, L, other.acc, X, acc, ZZ);
        if (Field.isEqual(t, 0, t, L) == 0) {
            return false;
        }
        Field.multiply(t, 0, acc, Y, other.acc, ZZZ);
        Field.multiply(t, L, other.acc, Y, acc, ZZZ);
        Field.negate(t, L, t, L);
        return Field.isEqual(t, 0, t, L) != 0;
    }

    /// Overwrites what is left of a secret multiplication.
    void erase() {
        Arrays.fill(acc, 0);
        Arrays.fill(t, 0);
        Arrays.fill(chosen, 0);
    }
}
