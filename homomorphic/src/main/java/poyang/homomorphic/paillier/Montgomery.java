package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.Arrays;
import poyang.kernel.Bug;

/// Products modulo an odd number in Montgomery's form, with 60-bit limbs in longs.
///
/// The halves of a product of two limbs are below 2^60 each, so sixteen of them add up in a long:
/// carries are settled every third row only, and the inner loop is multiplications and additions.
/// With R = 2^(60·limbs) above 4n, products of numbers below 2n are below 2n: no comparison, no
/// subtraction.
///
/// - secrecy: time depends on the number of limbs, and of exponents on the given length
/// - source: Montgomery, Math. Comp. 1985; Koç, Acar and Kaliski, IEEE Micro 1996 (finely
///   integrated operand scanning); Walter, Electronics Letters 1999, for doing without the last
///   subtraction
final class Montgomery {
    static final int LIMB_BITS = 60;
    private static final long MASK = (1L << LIMB_BITS) - 1;
    private static final int SPARE = Long.SIZE - LIMB_BITS;
    private static final int ROWS_MAX = 3;
    private static final int WINDOW = 5;

    private final BigInteger modulus;
    private final long[] n;
    private final long inverse;
    private final long[] square;
    private final long[] one;

    Montgomery(BigInteger modulus) {
        Bug.unless(modulus.testBit(0) && modulus.bitLength() > LIMB_BITS, "an odd modulus of two limbs or more");
        this.modulus = modulus;
        int limbs = (modulus.bitLength() + 2 + LIMB_BITS - 1) / LIMB_BITS;
        n = limbs(modulus, limbs);
        long x = n[0]; // Newton's iteration: three bits right, then twice as many each time
        for (int i = 0; i < 5; i++) {
            x *= 2 - n[0] * x;
        }
        inverse = -x & MASK;
        BigInteger r = BigInteger.ONE.shiftLeft(LIMB_BITS * limbs);
        square = limbs(r.multiply(r).mod(modulus), limbs);
        one = limbs(r.mod(modulus), limbs);
    }

    int limbs() {
        return n.length;
    }

    BigInteger modulus() {
        return modulus;
    }

    /// R mod n: one, in this form. Not to be changed.
    long[] one() {
        return one;
    }

    private static long[] limbs(BigInteger value, int count) {
        byte[] bytes = value.toByteArray(); // big-endian
        long[] limbs = new long[count];
        for (int i = 0; i < bytes.length * 8; i += 4) {
            long octet = bytes[bytes.length - 1 - i / 8] & 0xffL;
            long nibble = octet >>> (i % 8) & 15;
            if (i / LIMB_BITS < count) {
                limbs[i / LIMB_BITS] |= nibble << (i % LIMB_BITS);
            }
        }
        Arrays.fill(bytes, (byte) 0);
        return limbs;
    }

    /// A number from 0 to n - 1 into this form.
    long[] in(BigInteger value) {
        long[] out = new long[n.length];
        multiply(limbs(value, n.length), square, out, new long[n.length]);
        return out;
    }

    /// Out of this form, to 0 to n - 1.
    BigInteger out(long[] value) {
        long[] unit = new long[n.length];
        unit[0] = 1;
        long[] plain = new long[n.length];
        multiply(value, unit, plain, new long[n.length]);
        byte[] bytes = new byte[(n.length * LIMB_BITS + 7) / 8 + 1];
        for (int i = 0; i < n.length * LIMB_BITS; i += 4) {
            long nibble = plain[i / LIMB_BITS] >>> (i % LIMB_BITS) & 15;
            bytes[bytes.length - 1 - i / 8] |= (byte) (nibble << (i % 8));
        }
        BigInteger result = new BigInteger(bytes);
        return result.compareTo(modulus) >= 0 ? result.subtract(modulus) : result;
    }

    /// `a·b/R mod n`, below 2n for a, b below 2n.
    ///
    /// @param out may be `a` or `b`
    /// @param t scratch of as many limbs, neither of the others
    void multiply(long[] a, long[] b, long[] out, long[] t) {
        int last = n.length - 1;
        Arrays.fill(t, 0);
        int rows = 0;
        for (int i = 0; i <= last; i++) {
            row(a, b[i], t);
            if (++rows == ROWS_MAX) {
                settle(t, t);
                rows = 0;
            }
        }
        settle(t, out);
    }

    private void row(long[] a, long factor, long[] t) {
        long[] modulusLimbs = n;
        long shifted = factor << SPARE;
        long low = t[0] + (a[0] * factor & MASK);
        long quotient = low * inverse & MASK;
        long quotientShifted = quotient << SPARE;
        long carry = (low + (quotient * modulusLimbs[0] & MASK) >>> LIMB_BITS)
                + Math.unsignedMultiplyHigh(a[0], shifted)
                + Math.unsignedMultiplyHigh(modulusLimbs[0], quotientShifted);
        int last = t.length - 1;
        for (int j = 1; j <= last; j++) {
            t[j - 1] = t[j] + (a[j] * factor & MASK) + (quotient * modulusLimbs[j] & MASK) + carry;
            carry = Math.unsignedMultiplyHigh(a[j], shifted)
                    + Math.unsignedMultiplyHigh(modulusLimbs[j], quotientShifted);
        }
        t[last] = carry;
    }

    private static void settle(long[] t, long[] out) {
        long carry = 0;
        for (int j = 0; j < t.length - 1; j++) {
            long sum = t[j] + carry;
            out[j] = sum & MASK;
            carry = sum >>> LIMB_BITS;
        }
        out[t.length - 1] = t[t.length - 1] + carry;
    }

    /// `base^exponent`, in time that depends on `bits` alone.
    ///
    /// @param bits at least the exponent's length
    long[] power(long[] base, BigInteger exponent, int bits) {
        int size = 1 << WINDOW;
        long[] table = new long[size * n.length];
        long[] t = new long[n.length];
        long[] current = one.clone();
        for (int i = 0; i < size; i++) {
            System.arraycopy(current, 0, table, i * n.length, n.length);
            multiply(current, base, current, t);
        }
        long[] result = one.clone();
        for (int at = (bits + WINDOW - 1) / WINDOW * WINDOW - WINDOW; at >= 0; at -= WINDOW) {
            for (int i = 0; i < WINDOW; i++) {
                multiply(result, result, result, t);
            }
            select(table, 0, size, window(exponent, at, WINDOW), current);
            multiply(result, current, result, t);
        }
        Arrays.fill(table, 0);
        return result;
    }

    static int window(BigInteger exponent, int at, int width) {
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= (exponent.testBit(at + i) ? 1 : 0) << i;
        }
        return value;
    }

    /// Entry `index` of a table of `size`, reading all of them.
    static void select(long[] table, int from, int size, int index, long[] out) {
        Arrays.fill(out, 0);
        for (int i = 0; i < size; i++) {
            long mask = (i ^ index) - 1L >> 63; // all ones where equal
            int at = from + i * out.length;
            for (int j = 0; j < out.length; j++) {
                out[j] |= table[at + j] & mask;
            }
        }
    }
}
