package poyang.crypto.curve;

import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// A secret exponent of the SM2 group. Never printed; `close` overwrites it.
///
/// Held as its signed odd digits: the scalar k, or n − k when k is even, is Σ d_i·16^i + 16^64 with odd
/// d_i in −15 … 15, so multiplication has one pattern for all scalars and meets no neutral element.
/// Source: Joye and Tunstall, "Exponent recoding and regular exponentiation algorithms", AFRICACRYPT
/// 2009, algorithm 6.
public final class Sm2Scalar implements AutoCloseable {
    static final int DIGITS = 64;

    private final long[] odd;
    private long negated;

    /// @param value the scalar, below n and far enough from 0 and n
    private Sm2Scalar(long[] value) {
        negated = (value[0] & 1) - 1;
        odd = Order.subtract(new long[Order.LIMBS], value);
        for (int i = 0; i < Order.LIMBS; i++) {
            odd[i] = value[i] ^ (negated & (value[i] ^ odd[i]));
        }
    }

    /// A scalar uniform in 2^64 … n − 2^64; the ends, where incomplete additions could meet, are left
    /// out (2^-191 of all).
    public static Sm2Scalar random(RandomSource random) {
        while (true) {
            byte[] bytes = random.bytes(32);
            long[] value = Order.read(bytes, 0);
            Arrays.fill(bytes, (byte) 0);
            if (inRange(value)) {
                return new Sm2Scalar(value);
            }
        }
    }

    /// The scalar of four limbs of 64 bits, which stay the caller's, in the range of {@link #random}.
    static Sm2Scalar of(long[] value) {
        Bug.unless(inRange(value), "the scalar is too near to 0 or n");
        return new Sm2Scalar(value);
    }

    private static boolean inRange(long[] value) {
        return Order.isBelow(value) && SecretComb.accepts(value);
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
