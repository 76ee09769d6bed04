package poyang.crypto.curve;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Integers modulo n, the order of the SM2 group: four unsigned 64-bit limbs, least significant first,
/// always in 0 … n−1 but where said otherwise. Products are Montgomery products with R = 2^256.
///
/// Nothing branches or indexes on a value, but {@link #isBelow} whose answer is public.
/// Source: Montgomery, Math. Comp. 44 (1985), in the interleaved form (CIOS) of Koç, Acar, Kaliski,
/// IEEE Micro 16 (1996).
final class Order {
    static final int LIMBS = 4;
    static final long[] N = {0x53bbf40939d54123L, 0x7203df6b21c6052bL, 0xffffffffffffffffL, 0xfffffffeffffffffL};

    /// −1/n modulo 2^64.
    private static final long N_INVERSE = 0x327f9e8872350975L;

    /// 2^512 modulo n.
    private static final long[] R2 = {0x901192af7c114f20L, 0x3464504ade6fa2faL, 0x620fc84c3affe0d4L, 0x1eb5e412a22b3d3bL
    };
    private static final Inversion INVERSION = new Inversion(N);
    private static final VarHandle BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Order() {}

    /// The 256-bit number in 32 big-endian bytes, not reduced.
    static long[] read(byte[] in, int at) {
        long[] value = new long[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            value[LIMBS - 1 - i] = (long) BIG_ENDIAN.get(in, at + 8 * i);
        }
        return value;
    }

    static void write(long[] value, byte[] out, int at) {
        for (int i = 0; i < LIMBS; i++) {
            BIG_ENDIAN.set(out, at + 8 * i, value[LIMBS - 1 - i]);
        }
    }

    /// Is the unreduced number below n? The answer is public.
    static boolean isBelow(long[] value) {
        return subtractBorrow(new long[LIMBS], value, N) != 0;
    }

    static boolean isZero(long[] value) {
        return (value[0] | value[1] | value[2] | value[3]) == 0;
    }

    static boolean isEqual(long[] a, long[] b) {
        return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) == 0;
    }

    /// A number below 2^256 modulo n: n > 2^255, so one subtraction is enough.
    static long[] reduce(long[] value) {
        long[] less = new long[LIMBS];
        long keep = -subtractBorrow(less, value, N);
        for (int i = 0; i < LIMBS; i++) {
            less[i] ^= keep & (less[i] ^ value[i]);
        }
        return less;
    }

    /// a + b mod n
    static long[] add(long[] a, long[] b) {
        long[] sum = new long[LIMBS];
        long carry = addCarry(sum, a, b);
        long[] less = new long[LIMBS];
        long borrow = subtractBorrow(less, sum, N);
        long keep = -(borrow & (carry ^ 1));
        for (int i = 0; i < LIMBS; i++) {
            less[i] ^= keep & (less[i] ^ sum[i]);
        }
        return less;
    }

    /// a − b mod n
    static long[] subtract(long[] a, long[] b) {
        long[] difference = new long[LIMBS];
        long mask = -subtractBorrow(difference, a, b);
        long[] masked = {N[0] & mask, N[1] & mask, N[2] & mask, N[3] & mask};
        addCarry(difference, difference, masked);
        return difference;
    }

    /// a·b mod n
    static long[] multiply(long[] a, long[] b) {
        return montgomery(montgomery(a, b), R2);
    }

    /// a·2^256 mod n, a factor that makes {@link #montgomery} an ordinary product.
    static long[] toMontgomery(long[] a) {
        return montgomery(a, R2);
    }

    /// 1/a mod n, and 0 for 0.
    static long[] invert(long[] a) {
        long[] inverse = a.clone();
        INVERSION.invert(inverse);
        return inverse;
    }

    /// a·b/2^256 mod n
    static long[] montgomery(long[] a, long[] b) {
        long t0 = 0;
        long t1 = 0;
        long t2 = 0;
        long t3 = 0;
        long t4 = 0;
        for (int i = 0; i < LIMBS; i++) {
            long x = a[i];
            // t += x·b, five limbs and a carry that the reduction takes up
            long carry = 0;
            long low = x * b[0];
            long high = Math.unsignedMultiplyHigh(x, b[0]);
            t0 += low;
            carry = high + less(t0, low);
            low = x * b[1];
            high = Math.unsignedMultiplyHigh(x, b[1]);
            low += carry;
            high += less(low, carry);
            t1 += low;
            carry = high + less(t1, low);
            low = x * b[2];
            high = Math.unsignedMultiplyHigh(x, b[2]);
            low += carry;
            high += less(low, carry);
            t2 += low;
            carry = high + less(t2, low);
            low = x * b[3];
            high = Math.unsignedMultiplyHigh(x, b[3]);
            low += carry;
            high += less(low, carry);
            t3 += low;
            carry = high + less(t3, low);
            t4 += carry;
            long t5 = less(t4, carry);
            // t = (t + m·n) / 2^64
            long m = t0 * N_INVERSE;
            low = m * N[0];
            high = Math.unsignedMultiplyHigh(m, N[0]);
            t0 += low;
            carry = high + less(t0, low);
            low = m * N[1];
            high = Math.unsignedMultiplyHigh(m, N[1]);
            low += carry;
            high += less(low, carry);
            t1 += low;
            carry = high + less(t1, low);
            t0 = t1;
            low = m * N[2];
            high = Math.unsignedMultiplyHigh(m, N[2]);
            low += carry;
            high += less(low, carry);
            t2 += low;
            carry = high + less(t2, low);
            t1 = t2;
            low = m * N[3];
            high = Math.unsignedMultiplyHigh(m, N[3]);
            low += carry;
            high += less(low, carry);
            t3 += low;
            carry = high + less(t3, low);
            t2 = t3;
            t4 += carry;
            t3 = t4;
            t4 = t5 + less(t4, carry);
        }
        long[] sum = {t0, t1, t2, t3};
        long[] less = new long[LIMBS];
        long borrow = subtractBorrow(less, sum, N);
        long keep = -(borrow & (t4 ^ 1));
        for (int i = 0; i < LIMBS; i++) {
            less[i] ^= keep & (less[i] ^ sum[i]);
        }
        return less;
    }

    /// 1 when a < b as unsigned numbers, otherwise 0, without a branch.
    private static long less(long a, long b) {
        return ((~a & b) | ((~a | b) & (a - b))) >>> 63;
    }

    private static long addCarry(long[] r, long[] a, long[] b) {
        long carry = 0;
        for (int i = 0; i < LIMBS; i++) {
            long sum = a[i] + b[i];
            long first = less(sum, a[i]);
            long total = sum + carry;
            carry = first | less(total, sum);
            r[i] = total;
        }
        return carry;
    }

    private static long subtractBorrow(long[] r, long[] a, long[] b) {
        long borrow = 0;
        for (int i = 0; i < LIMBS; i++) {
            long difference = a[i] - b[i];
            long first = less(a[i], b[i]);
            long total = difference - borrow;
            borrow = first | less(difference, borrow);
            r[i] = total;
        }
        return borrow;
    }
}
