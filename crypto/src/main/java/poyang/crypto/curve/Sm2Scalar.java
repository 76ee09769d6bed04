package poyang.crypto.curve;

import java.util.Arrays;
import poyang.kernel.RandomSource;

/// A secret exponent of the SM2 group. Never printed; `close` overwrites it.
///
/// Held as its signed odd digits: the scalar k, or n − k when k is even, is Σ d_i·16^i + 16^64 with odd
/// d_i in −15 … 15, so multiplication has one pattern for all scalars and meets no neutral element.
/// Source: Joye and Tunstall, "Exponent recoding and regular exponentiation algorithms", AFRICACRYPT
/// 2009, algorithm 6.
public final class Sm2Scalar implements AutoCloseable {
    static final int DIGITS = 64;

    private static final long[] N = {0x53bbf40939d54123L, 0x7203df6b21c6052bL, 0xffffffffffffffffL, 0xfffffffeffffffffL
    };

    private final long[] odd;
    private long negated;

    private Sm2Scalar(long[] value) {
        negated = (value[0] & 1) - 1;
        odd = new long[4];
        long borrow = 0;
        for (int i = 0; i < 4; i++) {
            long d = N[i] - value[i];
            long difference = d - borrow;
            borrow = (((~N[i] & value[i]) | ((~N[i] | value[i]) & d)) >>> 63)
                    + (((~d & borrow) | ((~d | borrow) & difference)) >>> 63);
            odd[i] = value[i] ^ (negated & (value[i] ^ difference));
        }
    }

    /// A scalar uniform in 2^64 … n − 2^64; the ends, where incomplete additions could meet, are left
    /// out (2^-191 of all).
    public static Sm2Scalar random(RandomSource random) {
        while (true) {
            byte[] bytes = random.bytes(32);
            long[] value = new long[4];
            for (int i = 0; i < 32; i++) {
                value[3 - i / 8] = value[3 - i / 8] << 8 | (bytes[i] & 0xff);
            }
            Arrays.fill(bytes, (byte) 0);
            if (inRange(value)) {
                return new Sm2Scalar(value);
            }
        }
    }

    private static boolean inRange(long[] value) {
        boolean notSmall = (value[1] | value[2] | value[3]) != 0;
        for (int i = 3; i > 0; i--) {
            int order = Long.compareUnsigned(value[i], N[i]);
            if (order != 0) {
                return notSmall && order < 0;
            }
        }
        return false;
    }

    /// Digit i, odd, in −15 … 15.
    int digit(int i) {
        int at = i * 4;
        long low = odd[at / 64] >>> (at % 64);
        long next = at % 64 == 60 && at / 64 < 3 ? odd[at / 64 + 1] << 4 : 0;
        return (int) (((low | next | (i == 0 ? 0 : 1)) & 31) - 16);
    }

    /// All ones when the digits are those of n − k, so that the result has to be negated.
    long negated() {
        return negated;
    }

    @Override
    public void close() {
        Arrays.fill(odd, 0);
        negated = 0;
    }

    @Override
    public String toString() {
        return "Sm2Scalar";
    }
}
