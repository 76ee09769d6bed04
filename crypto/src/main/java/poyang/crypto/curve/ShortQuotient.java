package poyang.crypto.curve;

/// A public number t modulo n as ±u/w with u and w below 2^128, 1 ≤ t < n.
///
/// Euclid's algorithm on n and t, stopped at the first remainder below 2^128: u is that remainder and w the
/// size of its coefficient of t. The coefficient that goes with a remainder is at most n over the remainder
/// before, which is at least 2^128. Their signs alternate. Time depends on t.
///
/// Source: Antipa, Brown, Gallant, Lambert, Struik, Vanstone, "Accelerated verification of ECDSA
/// signatures", SAC 2005, section 3.
final class ShortQuotient {
    private static final int LIMBS = Order.LIMBS;

    private long[] numerator;
    private long[] denominator = {1, 0, 0, 0};
    private boolean negative;

    ShortQuotient(long[] t) {
        long[] before = Order.N.clone();
        long[] coefficientBefore = new long[LIMBS];
        numerator = t.clone();
        while ((numerator[2] | numerator[3]) != 0) {
            divide(before, coefficientBefore);
            long[] swap = before;
            before = numerator;
            numerator = swap;
            swap = coefficientBefore;
            coefficientBefore = denominator;
            denominator = swap;
            negative = !negative;
        }
    }

    /// `before` modulo the numerator, in place, with the coefficient taken along: shifted multiples are
    /// subtracted, of which a quotient has few.
    private void divide(long[] before, long[] coefficient) {
        int bits = bits(numerator);
        for (int shift = bits(before) - bits; shift >= 0; shift = bits(before) - bits) {
            if (!subtract(before, numerator, shift)) {
                if (shift == 0) {
                    return;
                }
                shift--;
                subtract(before, numerator, shift);
            }
            add(coefficient, denominator, shift);
        }
    }

    private static int bits(long[] value) {
        for (int i = LIMBS - 1; i >= 0; i--) {
            if (value[i] != 0) {
                return 64 * i + 64 - Long.numberOfLeadingZeros(value[i]);
            }
        }
        return 0;
    }

    /// Limb i of value·2^shift.
    private static long limb(long[] value, int i, int shift) {
        int from = i - (shift >>> 6);
        int bits = shift & 63;
        long low = from > 0 && bits > 0 ? value[from - 1] >>> 64 - bits : 0;
        return from < 0 ? 0 : value[from] << bits | low;
    }

    /// a −= b·2^shift, which is below 2^256; false, and a unchanged, where a is less.
    private static boolean subtract(long[] a, long[] b, int shift) {
        long[] c = {limb(b, 0, shift), limb(b, 1, shift), limb(b, 2, shift), limb(b, 3, shift)};
        for (int i = LIMBS - 1; i >= 0; i--) {
            int order = Long.compareUnsigned(a[i], c[i]);
            if (order < 0) {
                return false;
            }
            if (order > 0) {
                break;
            }
        }
        long borrow = 0;
        for (int i = 0; i < LIMBS; i++) {
            long difference = a[i] - c[i];
            long next = Long.compareUnsigned(a[i], c[i]) < 0 || difference == 0 && borrow == 1 ? 1 : 0;
            a[i] = difference - borrow;
            borrow = next;
        }
        return true;
    }

    /// a += b·2^shift, which stays below 2^128.
    private static void add(long[] a, long[] b, int shift) {
        long low = a[0] + limb(b, 0, shift);
        long carry = Long.compareUnsigned(low, a[0]) < 0 ? 1 : 0;
        a[0] = low;
        a[1] += limb(b, 1, shift) + carry;
    }

    long[] numerator() {
        return numerator;
    }

    long[] denominator() {
        return denominator;
    }

    boolean negative() {
        return negative;
    }
}
