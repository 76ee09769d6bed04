package poyang.crypto.curve;

import java.math.BigInteger;
import java.util.Arrays;

/// Integers modulo ℓ = 2^252 + 27742317777372353535851937790883648493, the order of Curve25519's large subgroup, in
/// eight limbs of 32 bits.
///
/// No branch and no index depends on a value.
///
/// Source: Montgomery, Math. Comp. 44 (1985), the form of Koç, Acar, Kaliski, IEEE Micro 16 (1996), "CIOS".
final class Order25519 {
    static final BigInteger L =
            BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));

    private static final int LIMBS = 8;
    private static final long MASK = 0xffffffffL;
    private static final long[] MODULUS = limbs(L);
    private static final long[] R_SQUARE = limbs(BigInteger.ONE.shiftLeft(512).mod(L));
    private static final long NEGATIVE_INVERSE =
            L.negate().modInverse(BigInteger.ONE.shiftLeft(32)).longValue();
    private static final BigInteger EXPONENT = L.subtract(BigInteger.TWO);

    private Order25519() {}

    private static long[] limbs(BigInteger value) {
        long[] limbs = new long[LIMBS];
        for (int i = 0; i < LIMBS; i++) {
            limbs[i] = value.shiftRight(32 * i).longValue() & MASK;
        }
        return limbs;
    }

    /// 1/a for the 32 bytes of a, least significant first, as 32 bytes; 0 for a multiple of ℓ.
    static byte[] invert(byte[] value) {
        long[] a = new long[LIMBS];
        for (int i = 0; i < 32; i++) {
            a[i >>> 2] |= (value[i] & 0xffL) << (8 * (i & 3));
        }
        multiply(a, a, R_SQUARE);
        long[] power = a.clone();
        for (int bit = EXPONENT.bitLength() - 2; bit >= 0; bit--) {
            multiply(power, power, power);
            if (EXPONENT.testBit(bit)) {
                multiply(power, power, a);
            }
        }
        long[] one = new long[LIMBS];
        one[0] = 1;
        multiply(power, power, one);
        byte[] out = new byte[32];
        for (int i = 0; i < 32; i++) {
            out[i] = (byte) (power[i >>> 2] >>> (8 * (i & 3)));
        }
        Arrays.fill(a, 0);
        Arrays.fill(power, 0);
        return out;
    }

    /// r = a·b/2^256 below ℓ, for a below 2^256 and b below ℓ.
    private static void multiply(long[] r, long[] a, long[] b) {
        long[] t = new long[LIMBS + 2];
        for (int i = 0; i < LIMBS; i++) {
            long carry = 0;
            for (int j = 0; j < LIMBS; j++) {
                long sum = t[j] + a[i] * b[j] + carry;
                t[j] = sum & MASK;
                carry = sum >>> 32;
            }
            long top = t[LIMBS] + carry;
            t[LIMBS] = top & MASK;
            t[LIMBS + 1] = top >>> 32;
            long m = (t[0] * NEGATIVE_INVERSE) & MASK;
            carry = (t[0] + m * MODULUS[0]) >>> 32;
            for (int j = 1; j < LIMBS; j++) {
                long sum = t[j] + m * MODULUS[j] + carry;
                t[j - 1] = sum & MASK;
                carry = sum >>> 32;
            }
            top = t[LIMBS] + carry;
            t[LIMBS - 1] = top & MASK;
            t[LIMBS] = t[LIMBS + 1] + (top >>> 32);
        }
        reduce(r, t);
    }

    /// r = t, less ℓ where t is at least ℓ.
    private static void reduce(long[] r, long[] t) {
        long[] difference = new long[LIMBS];
        long borrow = 0;
        for (int i = 0; i < LIMBS; i++) {
            long d = t[i] - MODULUS[i] - borrow;
            difference[i] = d & MASK;
            borrow = d >>> 63;
        }
        long below = -((borrow & ~t[LIMBS]) & 1);
        for (int i = 0; i < LIMBS; i++) {
            r[i] = difference[i] ^ (below & (difference[i] ^ t[i]));
        }
    }
}
