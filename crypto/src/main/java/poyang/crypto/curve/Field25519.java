package poyang.crypto.curve;

import java.math.BigInteger;
import poyang.kernel.Bug;

/// The prime field of Curve25519, p = 2^255 − 19, in five limbs of radix 2^51.
///
/// An element is five non-negative longs, least significant first, at an offset of an array; results may
/// overwrite operands. The representation is redundant. A *tight* element has limbs below 2^51 + 2^17;
/// products, {@link #small} and {@link #decode} give tight elements. Factors have limbs below 2^53: a
/// sum of two tight elements, or a difference, which is a + 2p − b, is a factor. Sums and differences
/// take tight elements only.
///
/// The column c_k = Σ a_i·b_(k−i) is had as H·2^51 + L from the high halves H = Σ ⌊a_i·b_(k−i)/2^51⌋ and
/// the wrapped sum of the low ones: L = Σ a_i·b_(k−i) − H·2^51 modulo 2^64, which is below 5·2^51, so
/// nothing is masked. With factors below 2^53 every H is below 5·2^55, and the sum that is carried,
/// L + H + 19·(L + H), below 2^63.
///
/// No branch and no index depends on a value.
///
/// Source: Bernstein, "Curve25519: new Diffie-Hellman speed records", PKC 2006 (the radix); RFC 7748.
final class Field25519 {
    static final int LONGS = 5;
    static final BigInteger P = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));

    private static final int RADIX = 51;
    private static final long MASK = (1L << RADIX) - 1;
    private static final long TWICE_P_LOW = 2 * (MASK - 18);
    private static final long TWICE_P = 2 * MASK;

    private static final long[] POWER_192 = constant(BigInteger.ONE.shiftLeft(192));

    private Field25519() {}

    /// A public constant.
    static long[] constant(BigInteger value) {
        BigInteger rest = value.mod(P);
        long[] limbs = new long[LONGS];
        for (int i = 0; i < LONGS; i++) {
            limbs[i] = rest.shiftRight(RADIX * i).longValue() & MASK;
        }
        return limbs;
    }

    /// The value of a public element, for tests.
    static BigInteger value(long[] a, int at) {
        BigInteger sum = BigInteger.ZERO;
        for (int i = LONGS - 1; i >= 0; i--) {
            sum = sum.shiftLeft(RADIX).add(BigInteger.valueOf(a[at + i]));
        }
        return sum.mod(P);
    }

    /// r = a·b
    static void multiply(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        long a0 = a[ao];
        long a1 = a[ao + 1];
        long a2 = a[ao + 2];
        long a3 = a[ao + 3];
        long a4 = a[ao + 4];
        long b0 = b[bo];
        long b1 = b[bo + 1];
        long b2 = b[bo + 2];
        long b3 = b[bo + 3];
        long b4 = b[bo + 4];
        long s0 = a0 << 6;
        long s1 = a1 << 6;
        long s2 = a2 << 6;
        long s3 = a3 << 6;
        long s4 = a4 << 6;
        long t0 = b0 << 7;
        long t1 = b1 << 7;
        long t2 = b2 << 7;
        long t3 = b3 << 7;
        long t4 = b4 << 7;
        long h0 = Math.multiplyHigh(s0, t0);
        long h1 = Math.multiplyHigh(s0, t1) + Math.multiplyHigh(s1, t0);
        long h2 = Math.multiplyHigh(s0, t2) + Math.multiplyHigh(s1, t1) + Math.multiplyHigh(s2, t0);
        long h3 = Math.multiplyHigh(s0, t3)
                + Math.multiplyHigh(s1, t2)
                + Math.multiplyHigh(s2, t1)
                + Math.multiplyHigh(s3, t0);
        long h4 = Math.multiplyHigh(s0, t4)
                + Math.multiplyHigh(s1, t3)
                + Math.multiplyHigh(s2, t2)
                + Math.multiplyHigh(s3, t1)
                + Math.multiplyHigh(s4, t0);
        long h5 = Math.multiplyHigh(s1, t4)
                + Math.multiplyHigh(s2, t3)
                + Math.multiplyHigh(s3, t2)
                + Math.multiplyHigh(s4, t1);
        long h6 = Math.multiplyHigh(s2, t4) + Math.multiplyHigh(s3, t3) + Math.multiplyHigh(s4, t2);
        long h7 = Math.multiplyHigh(s3, t4) + Math.multiplyHigh(s4, t3);
        long h8 = Math.multiplyHigh(s4, t4);
        long l0 = a0 * b0 - (h0 << RADIX);
        long l1 = a0 * b1 + a1 * b0 - (h1 << RADIX);
        long l2 = a0 * b2 + a1 * b1 + a2 * b0 - (h2 << RADIX);
        long l3 = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 - (h3 << RADIX);
        long l4 = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 - (h4 << RADIX);
        long l5 = a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 - (h5 << RADIX);
        long l6 = a2 * b4 + a3 * b3 + a4 * b2 - (h6 << RADIX);
        long l7 = a3 * b4 + a4 * b3 - (h7 << RADIX);
        long l8 = a4 * b4 - (h8 << RADIX);
        carry(
                r,
                ro,
                l0 + 19 * (l5 + h4),
                l1 + h0 + 19 * (l6 + h5),
                l2 + h1 + 19 * (l7 + h6),
                l3 + h2 + 19 * (l8 + h7),
                l4 + h3 + 19 * h8);
    }

    /// r = a²
    static void square(long[] r, int ro, long[] a, int ao) {
        long a0 = a[ao];
        long a1 = a[ao + 1];
        long a2 = a[ao + 2];
        long a3 = a[ao + 3];
        long a4 = a[ao + 4];
        long d0 = a0 << 1;
        long d1 = a1 << 1;
        long d2 = a2 << 1;
        long d3 = a3 << 1;
        long s0 = a0 << 6;
        long s1 = a1 << 6;
        long s2 = a2 << 6;
        long s3 = a3 << 6;
        long s4 = a4 << 6;
        long t0 = a0 << 7;
        long t1 = a1 << 7;
        long t2 = a2 << 7;
        long t3 = a3 << 7;
        long t4 = a4 << 7;
        long v1 = a1 << 8;
        long v2 = a2 << 8;
        long v3 = a3 << 8;
        long v4 = a4 << 8;
        long h0 = Math.multiplyHigh(s0, t0);
        long h1 = Math.multiplyHigh(s0, v1);
        long h2 = Math.multiplyHigh(s0, v2) + Math.multiplyHigh(s1, t1);
        long h3 = Math.multiplyHigh(s0, v3) + Math.multiplyHigh(s1, v2);
        long h4 = Math.multiplyHigh(s0, v4) + Math.multiplyHigh(s1, v3) + Math.multiplyHigh(s2, t2);
        long h5 = Math.multiplyHigh(s1, v4) + Math.multiplyHigh(s2, v3);
        long h6 = Math.multiplyHigh(s2, v4) + Math.multiplyHigh(s3, t3);
        long h7 = Math.multiplyHigh(s3, v4);
        long h8 = Math.multiplyHigh(s4, t4);
        long l0 = a0 * a0 - (h0 << RADIX);
        long l1 = d0 * a1 - (h1 << RADIX);
        long l2 = d0 * a2 + a1 * a1 - (h2 << RADIX);
        long l3 = d0 * a3 + d1 * a2 - (h3 << RADIX);
        long l4 = d0 * a4 + d1 * a3 + a2 * a2 - (h4 << RADIX);
        long l5 = d1 * a4 + d2 * a3 - (h5 << RADIX);
        long l6 = d2 * a4 + a3 * a3 - (h6 << RADIX);
        long l7 = d3 * a4 - (h7 << RADIX);
        long l8 = a4 * a4 - (h8 << RADIX);
        carry(
                r,
                ro,
                l0 + 19 * (l5 + h4),
                l1 + h0 + 19 * (l6 + h5),
                l2 + h1 + 19 * (l7 + h6),
                l3 + h2 + 19 * (l8 + h7),
                l4 + h3 + 19 * h8);
    }

    /// Carries each column into the next, the last one times 19 into the first.
    private static void carry(long[] r, int ro, long x0, long x1, long x2, long x3, long x4) {
        r[ro] = (x0 & MASK) + 19 * (x4 >>> RADIX);
        r[ro + 1] = (x1 & MASK) + (x0 >>> RADIX);
        r[ro + 2] = (x2 & MASK) + (x1 >>> RADIX);
        r[ro + 3] = (x3 & MASK) + (x2 >>> RADIX);
        r[ro + 4] = (x4 & MASK) + (x3 >>> RADIX);
    }

    /// r = a^(2^times)
    static void squares(long[] r, int ro, long[] a, int ao, int times) {
        square(r, ro, a, ao);
        for (int i = 1; i < times; i++) {
            square(r, ro, r, ro);
        }
    }

    /// r = k·a for a public 0 ≤ k < 2^20.
    static void small(long[] r, int ro, long[] a, int ao, long k) {
        long t = k << 7;
        long h0 = Math.multiplyHigh(a[ao] << 6, t);
        long h1 = Math.multiplyHigh(a[ao + 1] << 6, t);
        long h2 = Math.multiplyHigh(a[ao + 2] << 6, t);
        long h3 = Math.multiplyHigh(a[ao + 3] << 6, t);
        long h4 = Math.multiplyHigh(a[ao + 4] << 6, t);
        carry(
                r,
                ro,
                ((a[ao] * k) & MASK) + 19 * h4,
                ((a[ao + 1] * k) & MASK) + h0,
                ((a[ao + 2] * k) & MASK) + h1,
                ((a[ao + 3] * k) & MASK) + h2,
                ((a[ao + 4] * k) & MASK) + h3);
    }

    /// r = a + b, a factor.
    static void add(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        r[ro] = a[ao] + b[bo];
        r[ro + 1] = a[ao + 1] + b[bo + 1];
        r[ro + 2] = a[ao + 2] + b[bo + 2];
        r[ro + 3] = a[ao + 3] + b[bo + 3];
        r[ro + 4] = a[ao + 4] + b[bo + 4];
    }

    /// r = a − b, a factor.
    static void subtract(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        r[ro] = a[ao] + TWICE_P_LOW - b[bo];
        r[ro + 1] = a[ao + 1] + TWICE_P - b[bo + 1];
        r[ro + 2] = a[ao + 2] + TWICE_P - b[bo + 2];
        r[ro + 3] = a[ao + 3] + TWICE_P - b[bo + 3];
        r[ro + 4] = a[ao + 4] + TWICE_P - b[bo + 4];
    }

    /// Makes a factor tight.
    static void tighten(long[] r, int ro) {
        carry(r, ro, r[ro], r[ro + 1], r[ro + 2], r[ro + 3], r[ro + 4]);
    }

    /// Swaps a and b where the mask is all ones.
    static void swap(long mask, long[] a, int ao, long[] b, int bo) {
        for (int i = 0; i < LONGS; i++) {
            long change = mask & (a[ao + i] ^ b[bo + i]);
            a[ao + i] ^= change;
            b[bo + i] ^= change;
        }
    }

    /// r = a where the mask is all ones; r stays where it is 0.
    static void move(long mask, long[] r, int ro, long[] a, int ao) {
        for (int i = 0; i < LONGS; i++) {
            r[ro + i] ^= mask & (r[ro + i] ^ a[ao + i]);
        }
    }

    /// The one representation below p, as limbs, of an element whose limbs are below 2^54.
    private static long[] canonical(long[] a, int ao) {
        long[] c = new long[LONGS];
        carry(c, 0, a[ao], a[ao + 1], a[ao + 2], a[ao + 3], a[ao + 4]);
        // twice: a carry that runs through all limbs comes round once, and then no more
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i < LONGS - 1; i++) {
                c[i + 1] += c[i] >>> RADIX;
                c[i] &= MASK;
            }
            c[0] += 19 * (c[4] >>> RADIX);
            c[4] &= MASK;
        }
        // now below 2^255: p is taken away exactly when adding 19 reaches 2^255
        long over = c[0] + 19;
        for (int i = 1; i < LONGS; i++) {
            over = c[i] + (over >>> RADIX);
        }
        c[0] += 19 * (over >>> RADIX);
        for (int i = 0; i < LONGS - 1; i++) {
            c[i + 1] += c[i] >>> RADIX;
            c[i] &= MASK;
        }
        c[4] &= MASK;
        return c;
    }

    /// All ones when a = 0, otherwise 0.
    static long isZero(long[] a, int ao) {
        long[] c = canonical(a, ao);
        long any = c[0] | c[1] | c[2] | c[3] | c[4];
        return ((any | -any) >>> 63) - 1;
    }

    /// All ones when a = b, both tight, otherwise 0.
    static long isEqual(long[] a, int ao, long[] b, int bo) {
        long[] difference = new long[LONGS];
        subtract(difference, 0, a, ao, b, bo);
        return isZero(difference, 0);
    }

    /// The least significant bit of the value: RFC 9380 section 4.1, sgn0 for m = 1.
    static long parity(long[] a, int ao) {
        return canonical(a, ao)[0] & 1;
    }

    /// r = a^(2^252 − 3), the exponent (p − 5)/8 of square roots.
    static void rootPower(long[] r, int ro, long[] a, int ao) {
        long[] t = new long[2 * LONGS];
        run250(t, a, ao);
        squares(t, 0, t, 0, 2);
        multiply(r, ro, t, 0, a, ao);
    }

    /// r = 1/a, and 0 for 0.
    static void invert(long[] r, int ro, long[] a, int ao) {
        long[] t = new long[2 * LONGS];
        run250(t, a, ao);
        squares(t, 0, t, 0, 5);
        multiply(r, ro, t, 0, t, LONGS);
    }

    /// t = a^(2^250 − 1), and behind it a^11.
    private static void run250(long[] t, long[] a, int ao) {
        long[] s = new long[5 * LONGS];
        int run5 = LONGS;
        int run10 = 2 * LONGS;
        int run50 = 3 * LONGS;
        int run100 = 4 * LONGS;
        square(s, 0, a, ao);
        squares(s, run5, s, 0, 2);
        multiply(s, run5, s, run5, a, ao);
        multiply(t, LONGS, s, run5, s, 0);
        square(s, 0, t, LONGS);
        multiply(s, run5, s, 0, s, run5);
        join(s, run10, run5, run5, 5);
        join(s, 0, run10, run10, 10);
        join(s, 0, 0, 0, 20);
        join(s, run50, 0, run10, 10);
        join(s, run100, run50, run50, 50);
        join(s, 0, run100, run100, 100);
        squares(s, 0, s, 0, 50);
        multiply(t, 0, s, 0, s, run50);
    }

    /// Writes into s the power 2^times of one element times another: two runs of ones become one.
    private static void join(long[] s, int to, int high, int low, int times) {
        long[] raised = new long[LONGS];
        squares(raised, 0, s, high, times);
        multiply(s, to, raised, 0, s, low);
    }

    /// Inverts `count` tight elements that stand one after the other, none of them 0, with one inversion.
    static void invertAll(long[] a, int count) {
        if (count == 0) {
            return;
        }
        long[] products = new long[count * LONGS];
        System.arraycopy(a, 0, products, 0, LONGS);
        for (int i = 1; i < count; i++) {
            multiply(products, i * LONGS, products, (i - 1) * LONGS, a, i * LONGS);
        }
        long[] inverse = new long[2 * LONGS];
        invert(inverse, 0, products, (count - 1) * LONGS);
        for (int i = count - 1; i > 0; i--) {
            multiply(inverse, LONGS, inverse, 0, products, (i - 1) * LONGS);
            multiply(inverse, 0, inverse, 0, a, i * LONGS);
            System.arraycopy(inverse, LONGS, a, i * LONGS, LONGS);
        }
        System.arraycopy(inverse, 0, a, 0, LONGS);
    }

    /// Writes 32 bytes, least significant first.
    static void encode(long[] a, int ao, byte[] out, int at) {
        long[] c = canonical(a, ao);
        long[] words = {c[0] | c[1] << 51, c[1] >>> 13 | c[2] << 38, c[2] >>> 26 | c[3] << 25, c[3] >>> 39 | c[4] << 12
        };
        for (int i = 0; i < 32; i++) {
            out[at + i] = (byte) (words[i >>> 3] >>> (8 * (i & 7)));
        }
    }

    /// Reads 32 bytes, least significant first, the top bit being 0.
    ///
    /// @return all ones when the bytes are the canonical form of what they encode, otherwise 0
    static long decode(byte[] in, int at, long[] r, int ro) {
        read(in, at, r, ro);
        byte[] again = new byte[32];
        encode(r, ro, again, 0);
        int differ = 0;
        for (int i = 0; i < 32; i++) {
            differ |= again[i] ^ in[at + i];
        }
        return ((long) (differ | -differ) >> 63) ^ -1L;
    }

    private static void read(byte[] in, int at, long[] r, int ro) {
        long[] words = new long[4];
        for (int i = 0; i < 32; i++) {
            words[i >>> 3] |= (in[at + i] & 0xffL) << (8 * (i & 7));
        }
        r[ro] = words[0] & MASK;
        r[ro + 1] = (words[0] >>> 51 | words[1] << 13) & MASK;
        r[ro + 2] = (words[1] >>> 38 | words[2] << 26) & MASK;
        r[ro + 3] = (words[2] >>> 25 | words[3] << 39) & MASK;
        r[ro + 4] = words[3] >>> 12 & MASK;
    }

    /// r = the 48 bytes at `at`, most significant first, modulo p.
    static void reduceWide(byte[] in, int at, long[] r, int ro) {
        Bug.unless(in.length >= at + 48, "48 bytes are needed");
        byte[] low = new byte[32];
        byte[] high = new byte[32];
        for (int i = 0; i < 24; i++) {
            low[i] = in[at + 47 - i];
            high[i] = in[at + 23 - i];
        }
        long[] t = new long[2 * LONGS];
        read(low, 0, t, 0);
        read(high, 0, t, LONGS);
        multiply(t, LONGS, t, LONGS, POWER_192, 0);
        add(r, ro, t, 0, t, LONGS);
        tighten(r, ro);
    }
}
