package poyang.crypto.curve;

import java.math.BigInteger;

/// The prime field of SM2, p = 2^256 − 2^224 − 2^96 + 2^64 − 1, in Montgomery form with R = 2^256.
///
/// An element is four longs, least significant first, fully reduced, at an offset of an array; results
/// may overwrite operands. No branch and no index depends on a value, but those of {@link #power} on
/// its public exponent.
///
/// p ≡ −1 (mod 2^64), so the Montgomery quotient of a limb m is m itself, and
/// m·p + m = m·2^64·(2^192 − 2^160 − 2^32 + 1) needs shifts and additions only.
/// Source: Montgomery, Math. Comp. 44 (1985); the interleaved form is CIOS of Koç, Acar, Kaliski, IEEE
/// Micro 16 (1996).
final class Field {
    static final int LONGS = 4;
    static final BigInteger P = new BigInteger("fffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffff", 16);

    private static final long P0 = 0xffffffffffffffffL;
    private static final long P1 = 0xffffffff00000000L;
    private static final long P2 = 0xffffffffffffffffL;
    private static final long P3 = 0xfffffffeffffffffL;

    private static final BigInteger R = BigInteger.ONE.shiftLeft(256);
    private static final long[] R2 = limbs(R.multiply(R).mod(P));
    private static final long[] R3 = limbs(R.multiply(R).multiply(R).mod(P));
    private static final long[] PLAIN_ONE = {1, 0, 0, 0};

    static final long[] ONE = limbs(R.mod(P));
    private static final BigInteger INVERSE_EXPONENT = P.subtract(BigInteger.TWO);
    private static final BigInteger ROOT_EXPONENT = P.add(BigInteger.ONE).shiftRight(2);

    private Field() {}

    /// The Montgomery form of a public constant.
    static long[] constant(BigInteger value) {
        return limbs(value.mod(P).multiply(R).mod(P));
    }

    /// The value of a public element, for tests and constants.
    static BigInteger value(long[] a, int at) {
        long[] plain = new long[LONGS];
        multiply(plain, 0, a, at, PLAIN_ONE, 0);
        return integer(plain, 0);
    }

    /// r = a·b
    static void multiply(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        long b0 = b[bo];
        long b1 = b[bo + 1];
        long b2 = b[bo + 2];
        long b3 = b[bo + 3];
        long t0 = 0;
        long t1 = 0;
        long t2 = 0;
        long t3 = 0;
        long t4 = 0;
        for (int i = 0; i < LONGS; i++) {
            long x = a[ao + i];
            // t += x·b
            long lo = x * b0;
            long s = t0 + lo;
            long carry = Math.unsignedMultiplyHigh(x, b0) + carry(t0, lo, s);
            t0 = s;
            lo = x * b1;
            s = t1 + lo;
            long hi = Math.unsignedMultiplyHigh(x, b1) + carry(t1, lo, s);
            t1 = s + carry;
            carry = hi + carry(s, carry, t1);
            lo = x * b2;
            s = t2 + lo;
            hi = Math.unsignedMultiplyHigh(x, b2) + carry(t2, lo, s);
            t2 = s + carry;
            carry = hi + carry(s, carry, t2);
            lo = x * b3;
            s = t3 + lo;
            hi = Math.unsignedMultiplyHigh(x, b3) + carry(t3, lo, s);
            t3 = s + carry;
            t4 += hi + carry(s, carry, t3);
            // t = (t + t0·p) / 2^64, with v = t0·(2^192 − 2^160 − 2^32 + 1)
            long m = t0;
            long low = m << 32;
            long high = m >>> 32;
            long v0 = m - low;
            long borrow = borrow(m, low, v0);
            long v1 = -high - borrow;
            borrow = nonZero(high | borrow);
            long v2 = -low - borrow;
            borrow = nonZero(low | borrow);
            long v3 = m - high - borrow;
            t0 = t1 + v0;
            long c = carry(t1, v0, t0);
            s = t2 + v1;
            t1 = s + c;
            c = carry(t2, v1, s) + carry(s, c, t1);
            s = t3 + v2;
            t2 = s + c;
            c = carry(t3, v2, s) + carry(s, c, t2);
            s = t4 + v3;
            t3 = s + c;
            t4 = carry(t4, v3, s) + carry(s, c, t3);
        }
        reduceOnce(r, ro, t0, t1, t2, t3, t4);
    }

    static void square(long[] r, int ro, long[] a, int ao) {
        multiply(r, ro, a, ao, a, ao);
    }

    /// r = a + b
    static void add(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        long s0 = a[ao] + b[bo];
        long c = carry(a[ao], b[bo], s0);
        long s = a[ao + 1] + b[bo + 1];
        long s1 = s + c;
        c = carry(a[ao + 1], b[bo + 1], s) + carry(s, c, s1);
        s = a[ao + 2] + b[bo + 2];
        long s2 = s + c;
        c = carry(a[ao + 2], b[bo + 2], s) + carry(s, c, s2);
        s = a[ao + 3] + b[bo + 3];
        long s3 = s + c;
        c = carry(a[ao + 3], b[bo + 3], s) + carry(s, c, s3);
        reduceOnce(r, ro, s0, s1, s2, s3, c);
    }

    /// r = a − b
    static void subtract(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        long d0 = a[ao] - b[bo];
        long w = borrow(a[ao], b[bo], d0);
        long d = a[ao + 1] - b[bo + 1];
        long d1 = d - w;
        w = borrow(a[ao + 1], b[bo + 1], d) + borrow(d, w, d1);
        d = a[ao + 2] - b[bo + 2];
        long d2 = d - w;
        w = borrow(a[ao + 2], b[bo + 2], d) + borrow(d, w, d2);
        d = a[ao + 3] - b[bo + 3];
        long d3 = d - w;
        w = borrow(a[ao + 3], b[bo + 3], d) + borrow(d, w, d3);
        // add p back where the difference was negative
        long mask = -w;
        long s0 = d0 + (P0 & mask);
        long c = carry(d0, P0 & mask, s0);
        long s = d1 + (P1 & mask);
        long s1 = s + c;
        c = carry(d1, P1 & mask, s) + carry(s, c, s1);
        s = d2 + (P2 & mask);
        long s2 = s + c;
        c = carry(d2, P2 & mask, s) + carry(s, c, s2);
        r[ro] = s0;
        r[ro + 1] = s1;
        r[ro + 2] = s2;
        r[ro + 3] = d3 + (P3 & mask) + c;
    }

    static void negate(long[] r, int ro, long[] a, int ao) {
        long[] zero = new long[LONGS];
        subtract(r, ro, zero, 0, a, ao);
    }

    /// All ones when a = 0, otherwise 0.
    static long isZero(long[] a, int ao) {
        return nonZero(a[ao] | a[ao + 1] | a[ao + 2] | a[ao + 3]) - 1;
    }

    /// All ones when a = b, otherwise 0.
    static long isEqual(long[] a, int ao, long[] b, int bo) {
        return nonZero((a[ao] ^ b[bo]) | (a[ao + 1] ^ b[bo + 1]) | (a[ao + 2] ^ b[bo + 2]) | (a[ao + 3] ^ b[bo + 3]))
                - 1;
    }

    /// r = a where the mask is all ones; r stays where it is 0.
    static void move(long mask, long[] r, int ro, long[] a, int ao) {
        for (int i = 0; i < LONGS; i++) {
            r[ro + i] ^= mask & (r[ro + i] ^ a[ao + i]);
        }
    }

    /// The least significant bit of the value: RFC 9380 section 4.1, sgn0 for m = 1.
    static long parity(long[] a, int ao) {
        long[] plain = new long[LONGS];
        multiply(plain, 0, a, ao, PLAIN_ONE, 0);
        return plain[0] & 1;
    }

    /// r = a^exponent for a public exponent, four bits at a time.
    static void power(long[] r, int ro, long[] a, int ao, BigInteger exponent) {
        long[] table = new long[16 * LONGS];
        System.arraycopy(ONE, 0, table, 0, LONGS);
        for (int i = 1; i < 16; i++) {
            multiply(table, i * LONGS, table, (i - 1) * LONGS, a, ao);
        }
        long[] result = ONE.clone();
        for (int bit = (exponent.bitLength() + 3) / 4 * 4 - 4; bit >= 0; bit -= 4) {
            for (int k = 0; k < 4; k++) {
                square(result, 0, result, 0);
            }
            int digit = exponent.shiftRight(bit).intValue() & 15;
            if (digit != 0) {
                multiply(result, 0, result, 0, table, digit * LONGS);
            }
        }
        System.arraycopy(result, 0, r, ro, LONGS);
    }

    /// r = 1/a by Fermat, and 0 for 0.
    static void invert(long[] r, int ro, long[] a, int ao) {
        power(r, ro, a, ao, INVERSE_EXPONENT);
    }

    /// r = a^((p+1)/4), a square root of a when there is one.
    static void root(long[] r, int ro, long[] a, int ao) {
        power(r, ro, a, ao, ROOT_EXPONENT);
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
        long[] plain = new long[LONGS];
        multiply(plain, 0, a, ao, PLAIN_ONE, 0);
        for (int i = 0; i < 32; i++) {
            out[at + i] = (byte) (plain[3 - i / 8] >>> (56 - 8 * (i % 8)));
        }
    }

    /// Reads 32 big-endian bytes; false, and nothing written, when they are not below p.
    static boolean decode(byte[] in, int at, long[] r, int ro) {
        long[] plain = load(in, at);
        long below = borrowOfP(plain[0], plain[1], plain[2], plain[3]);
        if (below == 0) {
            return false;
        }
        multiply(r, ro, plain, 0, R2, 0);
        return true;
    }

    /// r = the 384-bit big-endian number at `in[at .. at+48)` modulo p: hash_to_field with L = 48.
    static void reduceWide(byte[] in, int at, long[] r, int ro) {
        long[] high = {0, 0, 0, 0};
        for (int i = 0; i < 16; i++) {
            high[1 - i / 8] = high[1 - i / 8] << 8 | (in[at + i] & 0xff);
        }
        long[] low = load(in, at + 16);
        multiply(high, 0, high, 0, R3, 0);
        multiply(low, 0, low, 0, R2, 0);
        add(r, ro, high, 0, low, 0);
    }

    private static long[] load(byte[] in, int at) {
        long[] plain = new long[LONGS];
        for (int i = 0; i < 32; i++) {
            plain[3 - i / 8] = plain[3 - i / 8] << 8 | (in[at + i] & 0xff);
        }
        return plain;
    }

    /// r = t − p where t ≥ p, otherwise t; t < 2p in five limbs.
    private static void reduceOnce(long[] r, int ro, long t0, long t1, long t2, long t3, long t4) {
        long d0 = t0 - P0;
        long w = borrow(t0, P0, d0);
        long d = t1 - P1;
        long d1 = d - w;
        w = borrow(t1, P1, d) + borrow(d, w, d1);
        d = t2 - P2;
        long d2 = d - w;
        w = borrow(t2, P2, d) + borrow(d, w, d2);
        d = t3 - P3;
        long d3 = d - w;
        w = borrow(t3, P3, d) + borrow(d, w, d3);
        long keep = -(w & (t4 ^ 1));
        r[ro] = d0 ^ (keep & (d0 ^ t0));
        r[ro + 1] = d1 ^ (keep & (d1 ^ t1));
        r[ro + 2] = d2 ^ (keep & (d2 ^ t2));
        r[ro + 3] = d3 ^ (keep & (d3 ^ t3));
    }

    /// 1 when the four limbs are below p.
    private static long borrowOfP(long t0, long t1, long t2, long t3) {
        long d = t0 - P0;
        long w = borrow(t0, P0, d);
        d = t1 - P1;
        w = borrow(t1, P1, d) + borrow(d, w, d - w);
        d = t2 - P2;
        w = borrow(t2, P2, d) + borrow(d, w, d - w);
        d = t3 - P3;
        return borrow(t3, P3, d) + borrow(d, w, d - w);
    }

    /// The carry out of s = a + b.
    private static long carry(long a, long b, long s) {
        return ((a & b) | ((a | b) & ~s)) >>> 63;
    }

    /// The borrow out of d = a − b.
    private static long borrow(long a, long b, long d) {
        return ((~a & b) | ((~a | b) & d)) >>> 63;
    }

    private static long nonZero(long a) {
        return (a | -a) >>> 63;
    }

    private static long[] limbs(BigInteger value) {
        long[] limbs = new long[LONGS];
        for (int i = 0; i < LONGS; i++) {
            limbs[i] = value.shiftRight(64 * i).longValue();
        }
        return limbs;
    }

    private static BigInteger integer(long[] limbs, int at) {
        BigInteger value = BigInteger.ZERO;
        for (int i = LONGS - 1; i >= 0; i--) {
            value = value.shiftLeft(64).or(new BigInteger(Long.toUnsignedString(limbs[at + i])));
        }
        return value;
    }
}
