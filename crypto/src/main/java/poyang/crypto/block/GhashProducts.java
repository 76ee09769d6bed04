package poyang.crypto.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// GHASH by integer multiplication: block by block, or up to eight blocks to one reduction,
/// (Y + X1)·H^n + X2·H^(n−1) + … + Xn·H.
///
/// A product is three carry-less products of 64 bits (Karatsuba), the high half of each of which is the low half
/// of the reversed operands' product: six parts. A part is made of integer products of operands in which every
/// fourth bit only is used, so that carries fall into the gaps. Such an operand is a quarter of a number. One
/// product takes all sixteen products of quarters. A sum of several takes nine for each (Karatsuba, twice): what
/// that adds is done once for the sum, as is the clearing of the gaps, or beforehand for the powers of H.
///
/// Source: the gaps: Pornin, "Constant-Time Mul" notes of BearSSL (2016); one reduction for several blocks:
/// Gueron and Kounavis, "Carry-Less Multiplication Instruction" (2010).
final class GhashProducts {
    static final int MOST = 8;

    /// Fewer are not worth the sum.
    private static final int LEAST = 4;

    private static final int BLOCK_BYTES = 16;
    private static final int PARTS = 6;
    private static final int TERMS = 9;
    private static final long FIRST = 0x1111111111111111L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private GhashProducts() {}

    /// What depends on powers of H alone: for each part, for each power from the highest, the eighth, on, the
    /// nine terms.
    ///
    /// @param powers two longs each, the highest power first
    static long[] factors(long[] powers) {
        long[] factors = new long[PARTS * TERMS * MOST];
        long[] parts = new long[PARTS];
        for (int i = 0; i < MOST; i++) {
            split(parts, 0, 1, powers[2 * i], powers[2 * i + 1]);
            for (int part = 0; part < PARTS; part++) {
                terms(factors, TERMS * (part * MOST + i), parts[part]);
            }
        }
        Arrays.fill(parts, 0);
        return factors;
    }

    private static void terms(long[] factors, int at, long part) {
        long a = part & FIRST;
        long b = part >>> 1 & FIRST;
        long c = part >>> 2 & FIRST;
        long d = part >>> 3 & FIRST;
        factors[at] = a;
        factors[at + 1] = b;
        factors[at + 2] = a ^ b;
        factors[at + 3] = c;
        factors[at + 4] = d;
        factors[at + 5] = c ^ d;
        factors[at + 6] = a ^ c;
        factors[at + 7] = b ^ d;
        factors[at + 8] = a ^ b ^ c ^ d;
    }

    /// Takes blocks into the hash y.
    ///
    /// @param factors of H^8 … H, or none
    static void update(byte[] y, long h1, long h0, long[] factors, byte[] data, int at, int blocks) {
        int done = 0;
        if (factors.length > 0) {
            long[] parts = new long[PARTS * MOST];
            while (blocks - done >= LEAST) {
                int count = Math.min(MOST, blocks - done);
                several(y, parts, factors, data, at + done * BLOCK_BYTES, count);
                done += count;
            }
        }
        for (; done < blocks; done++) {
            int from = at + done * BLOCK_BYTES;
            long high = (long) LONGS.get(y, 0) ^ (long) LONGS.get(data, from);
            long low = (long) LONGS.get(y, 8) ^ (long) LONGS.get(data, from + 8);
            times(y, high, low, h1, h0);
        }
    }

    /// y = x·h.
    static void times(byte[] y, long x1, long x0, long h1, long h0) {
        long x1r = Long.reverse(x1);
        long x0r = Long.reverse(x0);
        long h1r = Long.reverse(h1);
        long h0r = Long.reverse(h0);
        long low = carryless(x0, h0);
        long high = carryless(x1, h1);
        long middle = carryless(x0 ^ x1, h0 ^ h1);
        long lowTop = carryless(x0r, h0r);
        long highTop = carryless(x1r, h1r);
        long middleTop = carryless(x0r ^ x1r, h0r ^ h1r);
        put(y, low, high, middle, lowTop, highTop, middleTop);
    }

    /// The low 64 bits of the carry-less product. At most 16 ones meet in a column, which overflow only
    /// out of the highest column used.
    private static long carryless(long x, long y) {
        long x0 = x & FIRST;
        long x1 = x & FIRST << 1;
        long x2 = x & FIRST << 2;
        long x3 = x & FIRST << 3;
        long y0 = y & FIRST;
        long y1 = y & FIRST << 1;
        long y2 = y & FIRST << 2;
        long y3 = y & FIRST << 3;
        long z0 = x0 * y0 ^ x1 * y3 ^ x2 * y2 ^ x3 * y1;
        long z1 = x0 * y1 ^ x1 * y0 ^ x2 * y3 ^ x3 * y2;
        long z2 = x0 * y2 ^ x1 * y1 ^ x2 * y0 ^ x3 * y3;
        long z3 = x0 * y3 ^ x1 * y2 ^ x2 * y1 ^ x3 * y0;
        return z0 & FIRST | z1 & FIRST << 1 | z2 & FIRST << 2 | z3 & FIRST << 3;
    }

    private static void several(byte[] y, long[] parts, long[] factors, byte[] data, int at, int count) {
        long high = (long) LONGS.get(y, 0) ^ (long) LONGS.get(data, at);
        long low = (long) LONGS.get(y, 8) ^ (long) LONGS.get(data, at + 8);
        split(parts, 0, MOST, high, low);
        for (int i = 1; i < count; i++) {
            int from = at + i * BLOCK_BYTES;
            split(parts, i, MOST, (long) LONGS.get(data, from), (long) LONGS.get(data, from + 8));
        }
        put(
                y,
                sum(0, parts, factors, count),
                sum(1, parts, factors, count),
                sum(2, parts, factors, count),
                sum(3, parts, factors, count),
                sum(4, parts, factors, count),
                sum(5, parts, factors, count));
    }

    private static void split(long[] parts, int i, int stride, long high, long low) {
        long highReversed = Long.reverse(high);
        long lowReversed = Long.reverse(low);
        parts[i] = low;
        parts[stride + i] = high;
        parts[2 * stride + i] = low ^ high;
        parts[3 * stride + i] = lowReversed;
        parts[4 * stride + i] = highReversed;
        parts[5 * stride + i] = lowReversed ^ highReversed;
    }

    /// y = the product whose six parts are given.
    private static void put(byte[] y, long low, long high, long middle, long lowTop, long highTop, long middleTop) {
        long v1 = Long.reverse(lowTop) >>> 1 ^ middle ^ low ^ high;
        long v2 = Long.reverse(middleTop ^ lowTop ^ highTop) >>> 1 ^ high;
        long v3 = Long.reverse(highTop) >>> 1;
        reduce(y, v3 << 1 | v2 >>> 63, v2 << 1 | v1 >>> 63, v1 << 1 | low >>> 63, low << 1);
    }

    /// One part of the sum of the products of `count` blocks with the lowest powers.
    private static long sum(int part, long[] parts, long[] factors, int count) {
        int from = part * MOST;
        int at = TERMS * (from + MOST - count);
        long aa = 0;
        long bb = 0;
        long ab = 0;
        long cc = 0;
        long dd = 0;
        long cd = 0;
        long ac = 0;
        long bd = 0;
        long all = 0;
        for (int i = 0; i < count; i++) {
            long x = parts[from + i];
            long a = x & FIRST;
            long b = x >>> 1 & FIRST;
            long c = x >>> 2 & FIRST;
            long d = x >>> 3 & FIRST;
            aa ^= a * factors[at];
            bb ^= b * factors[at + 1];
            ab ^= (a ^ b) * factors[at + 2];
            cc ^= c * factors[at + 3];
            dd ^= d * factors[at + 4];
            cd ^= (c ^ d) * factors[at + 5];
            ac ^= (a ^ c) * factors[at + 6];
            bd ^= (b ^ d) * factors[at + 7];
            all ^= (a ^ b ^ c ^ d) * factors[at + 8];
            at += TERMS;
        }
        long second = ab ^ aa ^ bb;
        long sixth = cd ^ cc ^ dd;
        long inner = bb ^ cc;
        long z0 = aa ^ (inner ^ bd ^ dd) << 4;
        long z1 = second ^ sixth << 4;
        long z2 = inner ^ ac ^ aa ^ dd << 4;
        long z3 = all ^ ac ^ bd ^ second ^ sixth;
        return z0 & FIRST | (z1 & FIRST) << 1 | (z2 & FIRST) << 2 | (z3 & FIRST) << 3;
    }

    /// y = the 256 bits modulo x^128 + x^7 + x^2 + x + 1; the highest bit of the first is the coefficient of x^0.
    static void reduce(byte[] y, long first, long second, long third, long fourth) {
        long v2 = third;
        long v1 = second;
        v1 ^= fourth ^ fourth >>> 1 ^ fourth >>> 2 ^ fourth >>> 7;
        v2 ^= fourth << 63 ^ fourth << 62 ^ fourth << 57;
        LONGS.set(y, 0, first ^ v2 ^ v2 >>> 1 ^ v2 >>> 2 ^ v2 >>> 7);
        LONGS.set(y, 8, v1 ^ v2 << 63 ^ v2 << 62 ^ v2 << 57);
    }
}
