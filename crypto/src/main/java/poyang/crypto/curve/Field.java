package poyang.crypto.curve;

import java.math.BigInteger;

/// The prime field of SM2, p = 2^256 − 2^224 − 2^96 + 2^64 − 1, in Montgomery form with R = 2^260.
///
/// An element is five signed longs of radix 2^52, least significant first, at an offset of an array;
/// results may overwrite operands. The representation is redundant. A *tight* element has a value in
/// (−2^257, 2^257) and limbs below 2^53 in size: every method gives tight results, but for the `loose`
/// ones. A product takes factors with values within ±2^258 and limbs below 2^56, such as a sum or
/// difference of two tight elements: then |a·b|/R + p < 2^257.
///
/// No branch and no index depends on a value, but those of {@link #decode} on its public input.
///
/// A product of limbs is had as h·2^52 + l from one high and one low multiplication; h and l are added up
/// without carries. Fifteen are enough, since a_i·b_j + a_j·b_i = a_i·b_i + a_j·b_j − (a_i − a_j)(b_i − b_j):
/// with factors below 2^56 each column stays below 5·(2^60 + 2^54) + 2^61 < 2^63, and what overflows on the
/// way there comes back.
///
/// p ≡ −1 (mod 2^52), so the Montgomery quotient of a limb m is m itself, and adding m·p takes shifts
/// and additions only: −m clears the limb, and m·(2^64 − 2^96) and m·(2^256 − 2^224) are e·2^52 and
/// −16·e·2^208 with the same e.
///
/// Source: Montgomery, Math. Comp. 44 (1985). Carry-free radix: Bernstein, "Curve25519", PKC 2006. Fifteen
/// products: Weimerskirch, Paar, "Generalizations of the Karatsuba algorithm for efficient
/// implementations", 2003.
final class Field {
    static final int LONGS = 5;
    /// In so many words an element is packed.
    static final int WORDS = 4;
    static final BigInteger P = new BigInteger("fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff", 16);

    private static final int RADIX = 52;
    private static final long MASK = (1L << RADIX) - 1;

    private static final BigInteger R = BigInteger.ONE.shiftLeft(260);
    private static final long[] R2 = limbs(R.multiply(R).mod(P));
    private static final long[] R2_HIGH = limbs(R.multiply(R).shiftLeft(256).mod(P));
    private static final long[] PLAIN_ONE = {1, 0, 0, 0, 0};
    private static final long[] P_LIMBS = limbs(P);

    static final long[] ONE = limbs(R.mod(P));
    private static final Inversion INVERSION = new Inversion(-1L, 0xffffffff00000000L, -1L, 0xfffffffeffffffffL);
    private static final long[] R3 = limbs(R.pow(3).mod(P));

    private Field() {}

    /// The Montgomery form of a public constant.
    static long[] constant(BigInteger value) {
        return limbs(value.mod(P).multiply(R).mod(P));
    }

    /// The value of a public element, for tests and constants.
    static BigInteger value(long[] a, int at) {
        return integer(plain(a, at));
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
        long l0 = low(a0, b0);
        long h0 = high(a0, b0);
        long l1 = low(a1, b1);
        long h1 = high(a1, b1);
        long l2 = low(a2, b2);
        long h2 = high(a2, b2);
        long l3 = low(a3, b3);
        long h3 = high(a3, b3);
        long l4 = low(a4, b4);
        long h4 = high(a4, b4);
        long low = l0 + l1;
        long high = h0 + h1;
        long c1 = low + h0;
        low += l2;
        long c2 = low + high;
        high += h2;
        low += l3;
        long c3 = low + high;
        high += h3;
        low += l4;
        long c4 = low + high;
        high += h4;
        low -= l0;
        long c5 = low + high;
        high -= h0;
        low -= l1;
        long c6 = low + high;
        high -= h1;
        low -= l2;
        long c7 = low + high;
        long c8 = l4 + h3 + h4;
        c1 -= low(a0 - a1, b0 - b1);
        c2 -= high(a0 - a1, b0 - b1);
        c2 -= low(a0 - a2, b0 - b2);
        c3 -= high(a0 - a2, b0 - b2);
        c3 -= low(a0 - a3, b0 - b3);
        c3 -= low(a1 - a2, b1 - b2);
        c4 -= high(a0 - a3, b0 - b3);
        c4 -= low(a0 - a4, b0 - b4);
        c4 -= high(a1 - a2, b1 - b2);
        c4 -= low(a1 - a3, b1 - b3);
        c5 -= high(a0 - a4, b0 - b4);
        c5 -= high(a1 - a3, b1 - b3);
        c5 -= low(a1 - a4, b1 - b4);
        c5 -= low(a2 - a3, b2 - b3);
        c6 -= high(a1 - a4, b1 - b4);
        c6 -= high(a2 - a3, b2 - b3);
        c6 -= low(a2 - a4, b2 - b4);
        c7 -= high(a2 - a4, b2 - b4);
        c7 -= low(a3 - a4, b3 - b4);
        c8 -= high(a3 - a4, b3 - b4);
        reduce(r, ro, l0, c1, c2, c3, c4, c5, c6, c7, c8, h4);
    }

    private static long low(long x, long y) {
        return (x * y) & MASK;
    }

    /// ⌊x·y/2^52⌋ for factors below 2^57.
    private static long high(long x, long y) {
        return Math.multiplyHigh(x << 6, y << 6);
    }

    /// r = a²
    static void square(long[] r, int ro, long[] a, int ao) {
        long a0 = a[ao];
        long a1 = a[ao + 1];
        long a2 = a[ao + 2];
        long a3 = a[ao + 3];
        long a4 = a[ao + 4];
        long s0 = a0 << 6;
        long s1 = a1 << 6;
        long s2 = a2 << 6;
        long s3 = a3 << 6;
        long s4 = a4 << 6;
        long c0 = ((a0 * a0) & MASK);
        long c1 = Math.multiplyHigh(s0, s0) + (((a0 * a1) & MASK) << 1);
        long c2 = (Math.multiplyHigh(s0, s1) << 1) + (((a0 * a2) & MASK) << 1) + ((a1 * a1) & MASK);
        long c3 = (Math.multiplyHigh(s0, s2) << 1)
                + (((a0 * a3) & MASK) << 1)
                + Math.multiplyHigh(s1, s1)
                + (((a1 * a2) & MASK) << 1);
        long c4 = (Math.multiplyHigh(s0, s3) << 1)
                + (((a0 * a4) & MASK) << 1)
                + (Math.multiplyHigh(s1, s2) << 1)
                + (((a1 * a3) & MASK) << 1)
                + ((a2 * a2) & MASK);
        long c5 = (Math.multiplyHigh(s0, s4) << 1)
                + (Math.multiplyHigh(s1, s3) << 1)
                + (((a1 * a4) & MASK) << 1)
                + Math.multiplyHigh(s2, s2)
                + (((a2 * a3) & MASK) << 1);
        long c6 = (Math.multiplyHigh(s1, s4) << 1)
                + (Math.multiplyHigh(s2, s3) << 1)
                + (((a2 * a4) & MASK) << 1)
                + ((a3 * a3) & MASK);
        long c7 = (Math.multiplyHigh(s2, s4) << 1) + Math.multiplyHigh(s3, s3) + (((a3 * a4) & MASK) << 1);
        long c8 = (Math.multiplyHigh(s3, s4) << 1) + ((a4 * a4) & MASK);
        long c9 = Math.multiplyHigh(s4, s4);
        reduce(r, ro, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
    }

    /// Adds the multiples of p that clear the five low columns, and writes the five high ones.
    private static void reduce(
            long[] r,
            int ro,
            long c0,
            long c1,
            long c2,
            long c3,
            long c4,
            long c5,
            long c6,
            long c7,
            long c8,
            long c9) {
        long m = c0 & MASK;
        long e = ((m << 12) & MASK) - ((m << 44) & MASK);
        c1 += (c0 >> RADIX) + e;
        c4 -= e << 4;
        e = (m >>> 40) - (m >>> 8);
        m = c1 & MASK;
        e += ((m << 12) & MASK) - ((m << 44) & MASK);
        c2 += (c1 >> RADIX) + e;
        c5 -= e << 4;
        e = (m >>> 40) - (m >>> 8);
        m = c2 & MASK;
        e += ((m << 12) & MASK) - ((m << 44) & MASK);
        c3 += (c2 >> RADIX) + e;
        c6 -= e << 4;
        e = (m >>> 40) - (m >>> 8);
        m = c3 & MASK;
        e += ((m << 12) & MASK) - ((m << 44) & MASK);
        c4 += (c3 >> RADIX) + e;
        c7 -= e << 4;
        e = (m >>> 40) - (m >>> 8);
        m = c4 & MASK;
        e += ((m << 12) & MASK) - ((m << 44) & MASK);
        c5 += (c4 >> RADIX) + e;
        c8 -= e << 4;
        e = (m >>> 40) - (m >>> 8);
        c6 += e;
        c9 -= e << 4;
        c6 += c5 >> RADIX;
        c7 += c6 >> RADIX;
        c8 += c7 >> RADIX;
        r[ro] = c5 & MASK;
        r[ro + 1] = c6 & MASK;
        r[ro + 2] = c7 & MASK;
        r[ro + 3] = c8 & MASK;
        r[ro + 4] = c9 + (c8 >> RADIX);
    }

    /// r = a + b
    static void add(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        tighten(
                r,
                ro,
                a[ao] + b[bo],
                a[ao + 1] + b[bo + 1],
                a[ao + 2] + b[bo + 2],
                a[ao + 3] + b[bo + 3],
                a[ao + 4] + b[bo + 4]);
    }

    /// r = a − b
    static void subtract(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        tighten(
                r,
                ro,
                a[ao] - b[bo],
                a[ao + 1] - b[bo + 1],
                a[ao + 2] - b[bo + 2],
                a[ao + 3] - b[bo + 3],
                a[ao + 4] - b[bo + 4]);
    }

    /// r = k·a + m·b for small public k and m, at most 8 in size.
    static void combine(long[] r, int ro, long k, long[] a, int ao, long m, long[] b, int bo) {
        tighten(
                r,
                ro,
                k * a[ao] + m * b[bo],
                k * a[ao + 1] + m * b[bo + 1],
                k * a[ao + 2] + m * b[bo + 2],
                k * a[ao + 3] + m * b[bo + 3],
                k * a[ao + 4] + m * b[bo + 4]);
    }

    /// r = a + b, a factor of a product and nothing else.
    static void looseAdd(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        for (int i = 0; i < LONGS; i++) {
            r[ro + i] = a[ao + i] + b[bo + i];
        }
    }

    /// r = a − b, a factor of a product and nothing else.
    static void looseSubtract(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        for (int i = 0; i < LONGS; i++) {
            r[ro + i] = a[ao + i] - b[bo + i];
        }
    }

    /// Carries, and takes away the multiple of p that the bits from 2^256 on name.
    private static void tighten(long[] r, int ro, long x0, long x1, long x2, long x3, long x4) {
        x1 += x0 >> RADIX;
        x2 += x1 >> RADIX;
        x3 += x2 >> RADIX;
        x4 += x3 >> RADIX;
        long q = x4 >> 48;
        r[ro] = (x0 & MASK) + q;
        r[ro + 1] = (x1 & MASK) + (q << 44) - (q << 12);
        r[ro + 2] = x2 & MASK;
        r[ro + 3] = x3 & MASK;
        r[ro + 4] = x4 - (q << 48) + (q << 16);
    }

    static void negate(long[] r, int ro, long[] a, int ao) {
        tighten(r, ro, -a[ao], -a[ao + 1], -a[ao + 2], -a[ao + 3], -a[ao + 4]);
    }

    /// All ones when a = 0, otherwise 0.
    static long isZero(long[] a, int ao) {
        long[] c = canonical(a, ao);
        return nonZero(c[0] | c[1] | c[2] | c[3] | c[4]) - 1;
    }

    /// All ones when a = b, otherwise 0.
    static long isEqual(long[] a, int ao, long[] b, int bo) {
        long[] difference = new long[LONGS];
        subtract(difference, 0, a, ao, b, bo);
        return isZero(difference, 0);
    }

    /// r = a where the mask is all ones; r stays where it is 0.
    static void move(long mask, long[] r, int ro, long[] a, int ao) {
        for (int i = 0; i < LONGS; i++) {
            r[ro + i] ^= mask & (r[ro + i] ^ a[ao + i]);
        }
    }

    /// The least significant bit of the value: RFC 9380 section 4.1, sgn0 for m = 1.
    static long parity(long[] a, int ao) {
        return plain(a, ao)[0] & 1;
    }

    /// r = 1/a, and 0 for 0.
    static void invert(long[] r, int ro, long[] a, int ao) {
        long[] x = words(a, ao);
        INVERSION.invert(x);
        long[] limbs = {
            x[0] & MASK,
            (x[0] >>> 52 | x[1] << 12) & MASK,
            (x[1] >>> 40 | x[2] << 24) & MASK,
            (x[2] >>> 28 | x[3] << 36) & MASK,
            x[3] >>> 16
        };
        multiply(r, ro, limbs, 0, R3, 0);
    }

    /// The one representation of a·R modulo p in four limbs of 64 bits.
    private static long[] words(long[] a, int ao) {
        long[] c = canonical(a, ao);
        return new long[] {
            c[0] | c[1] << 52, c[1] >>> 12 | c[2] << 40, c[2] >>> 24 | c[3] << 28, c[3] >>> 36 | c[4] << 16
        };
    }

    /// Writes an element in so many words as it needs; its value may show in the time.
    static void pack(long[] a, int ao, long[] to, int at) {
        System.arraycopy(words(a, ao), 0, to, at, WORDS);
    }

    /// r = what was packed
    static void unpack(long[] from, int at, long[] r, int ro) {
        long w0 = from[at];
        long w1 = from[at + 1];
        long w2 = from[at + 2];
        long w3 = from[at + 3];
        r[ro] = w0 & MASK;
        r[ro + 1] = (w0 >>> 52 | w1 << 12) & MASK;
        r[ro + 2] = (w1 >>> 40 | w2 << 24) & MASK;
        r[ro + 3] = (w2 >>> 28 | w3 << 36) & MASK;
        r[ro + 4] = w3 >>> 16;
    }

    /// r = p − r for what was unpacked and is not 0; all limbs are in 0 … 2^52−1 again.
    static void complement(long[] r, int ro) {
        long borrow = 0;
        for (int i = 0; i < LONGS; i++) {
            long limb = P_LIMBS[i] - r[ro + i] + borrow;
            r[ro + i] = limb & MASK;
            borrow = limb >> RADIX;
        }
    }

    /// The value itself in four limbs of 64 bits, below p.
    static long[] integer(long[] a, int ao) {
        long[] product = new long[LONGS];
        multiply(product, 0, a, ao, PLAIN_ONE, 0);
        return words(product, 0);
    }

    /// r = a^((p+1)/4), a square root of a when there is one: the exponent's bits are 31 ones, a zero,
    /// 128 ones, 31 zeros, a one, 62 zeros.
    static void root(long[] r, int ro, long[] a, int ao) {
        long[] x = onesThenOnes(a, ao);
        squares(x, 32);
        multiply(x, 0, x, 0, a, ao);
        squares(x, 62);
        System.arraycopy(x, 0, r, ro, LONGS);
    }

    /// r = a^((p−3)/4): 31 ones, a zero, 128 ones, 32 zeros, 62 ones.
    static void ratioPower(long[] r, int ro, long[] a, int ao) {
        long[] x = onesThenOnes(a, ao);
        squares(x, 32);
        long[] ones30 = ones(a, ao, 30);
        long[] ones32 = ones30.clone();
        squares(ones32, 2);
        long[] three = ones(a, ao, 2);
        multiply(ones32, 0, ones32, 0, three, 0);
        squares(x, 32);
        multiply(x, 0, x, 0, ones32, 0);
        squares(x, 30);
        multiply(x, 0, x, 0, ones30, 0);
        System.arraycopy(x, 0, r, ro, LONGS);
    }

    /// a to the power of 31 ones, a zero and 128 ones.
    private static long[] onesThenOnes(long[] a, int ao) {
        long[] x = ones(a, ao, 31);
        long[] ones32 = x.clone();
        squares(ones32, 1);
        multiply(ones32, 0, ones32, 0, a, ao);
        squares(x, 1);
        for (int i = 0; i < 4; i++) {
            squares(x, 32);
            multiply(x, 0, x, 0, ones32, 0);
        }
        return x;
    }

    /// a^(2^count − 1) for a public count, by doubling the run of ones.
    private static long[] ones(long[] a, int ao, int count) {
        long[] x = new long[LONGS];
        System.arraycopy(a, ao, x, 0, LONGS);
        int have = 1;
        for (int bit = 30 - Integer.numberOfLeadingZeros(count); bit >= 0; bit--) {
            long[] shifted = x.clone();
            squares(shifted, have);
            multiply(x, 0, shifted, 0, x, 0);
            have *= 2;
            if ((count >>> bit & 1) == 1) {
                squares(x, 1);
                multiply(x, 0, x, 0, a, ao);
                have++;
            }
        }
        return x;
    }

    private static void squares(long[] x, int count) {
        for (int i = 0; i < count; i++) {
            square(x, 0, x, 0);
        }
    }

    /// Replaces each of the `count` elements of `a` by its inverse, with one inversion in all; none may
    /// be 0. Source: Montgomery's trick, Math. Comp. 48 (1987), section 10.3.1.
    static void invertAll(long[] a, int count) {
        if (count == 0) {
            return;
        }
        long[] prefix = new long[count * LONGS];
        System.arraycopy(a, 0, prefix, 0, LONGS);
        for (int i = 1; i < count; i++) {
            multiply(prefix, i * LONGS, prefix, (i - 1) * LONGS, a, i * LONGS);
        }
        long[] inverse = new long[LONGS];
        long[] next = new long[LONGS];
        invert(inverse, 0, prefix, (count - 1) * LONGS);
        for (int i = count - 1; i > 0; i--) {
            multiply(next, 0, inverse, 0, a, i * LONGS);
            multiply(a, i * LONGS, inverse, 0, prefix, (i - 1) * LONGS);
            System.arraycopy(next, 0, inverse, 0, LONGS);
        }
        System.arraycopy(inverse, 0, a, 0, LONGS);
    }

    /// Writes the value in 32 bytes, big-endian.
    static void encode(long[] a, int ao, byte[] out, int at) {
        long[] plain = plain(a, ao);
        for (int i = 0; i < 32; i++) {
            int bit = 8 * (31 - i);
            int limb = bit / RADIX;
            long value = plain[limb] >>> bit % RADIX;
            if (bit % RADIX > RADIX - 8) {
                value |= plain[limb + 1] << RADIX - bit % RADIX;
            }
            out[at + i] = (byte) value;
        }
    }

    /// Reads 32 public big-endian bytes; false, and nothing written, when they are not below p.
    static boolean decode(byte[] in, int at, long[] r, int ro) {
        long[] plain = load(in, at, 32);
        int limb = LONGS - 1;
        while (limb > 0 && plain[limb] == P_LIMBS[limb]) {
            limb--;
        }
        if (plain[limb] >= P_LIMBS[limb]) {
            return false;
        }
        multiply(r, ro, plain, 0, R2, 0);
        return true;
    }

    /// r = the 384-bit big-endian number at `in[at .. at+48)` modulo p: hash_to_field with L = 48.
    static void reduceWide(byte[] in, int at, long[] r, int ro) {
        long[] high = load(in, at, 16);
        long[] low = load(in, at + 16, 32);
        multiply(high, 0, high, 0, R2_HIGH, 0);
        multiply(low, 0, low, 0, R2, 0);
        add(r, ro, high, 0, low, 0);
    }

    private static long[] load(byte[] in, int at, int count) {
        long[] plain = new long[LONGS];
        for (int i = 0; i < count; i++) {
            int bit = 8 * (count - 1 - i);
            int limb = bit / RADIX;
            long octet = in[at + i] & 0xff;
            plain[limb] |= octet << bit % RADIX & MASK;
            if (bit % RADIX > RADIX - 8) {
                plain[limb + 1] |= octet >>> RADIX - bit % RADIX;
            }
        }
        return plain;
    }

    /// The one representation of the value itself in 0 … p−1, all limbs below 2^52.
    private static long[] plain(long[] a, int ao) {
        long[] product = new long[LONGS];
        multiply(product, 0, a, ao, PLAIN_ONE, 0);
        return canonical(product, 0);
    }

    /// The one representation of a in 0 … p−1, all limbs below 2^52: a tight value lies above −2p and
    /// below 3p.
    private static long[] canonical(long[] a, int ao) {
        long[] x = new long[LONGS];
        for (int i = 0; i < LONGS; i++) {
            x[i] = a[ao + i] + 3 * P_LIMBS[i];
        }
        carry(x);
        long[] less = new long[LONGS];
        for (int turn = 0; turn < 5; turn++) {
            for (int i = 0; i < LONGS; i++) {
                less[i] = x[i] - P_LIMBS[i];
            }
            carry(less);
            long fits = ~(less[LONGS - 1] >> 63);
            move(fits, x, 0, less, 0);
        }
        return x;
    }

    /// Brings all limbs but the highest into 0 … 2^52−1.
    private static void carry(long[] x) {
        for (int i = 0; i < LONGS - 1; i++) {
            x[i + 1] += x[i] >> RADIX;
            x[i] &= MASK;
        }
    }

    private static long nonZero(long a) {
        return (a | -a) >>> 63;
    }

    private static long[] limbs(BigInteger value) {
        long[] limbs = new long[LONGS];
        for (int i = 0; i < LONGS; i++) {
            limbs[i] = value.shiftRight(RADIX * i).longValue() & MASK;
        }
        return limbs;
    }

    private static BigInteger integer(long[] limbs) {
        BigInteger value = BigInteger.ZERO;
        for (int i = LONGS - 1; i >= 0; i--) {
            value = value.shiftLeft(RADIX).add(BigInteger.valueOf(limbs[i]));
        }
        return value;
    }
}
