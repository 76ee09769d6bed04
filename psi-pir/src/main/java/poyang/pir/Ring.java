package poyang.pir;

import java.util.Arrays;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4;
import poyang.homomorphic.ring.Ntt;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// Polynomials of the one ring, as 2048 doubles: residues of magnitude at most 3q/4, either
/// coefficients or values at the odd powers of the root ("transformed").
///
/// Loops are plain multiply-add code that the compiler turns into vectors. None branches on a
/// residue.
final class Ring {
    static final int N = PirParameters.DEGREE;
    private static final int ORDER = 2 * N;
    private static final double Q = PirParameters.Q.value();
    private static final double Q_INVERSE = 1.0 / Q;
    private static final double ROUND = 0x1.8p52;
    private static final int[] EXPONENTS = Ntt.exponents(N);
    private static final int[] PLACES = places();
    private static final long DIGIT_MASK = (1L << PirParameters.DIGIT_BITS) - 1;
    private static final long DIGIT_HALF = 1L << (PirParameters.DIGIT_BITS - 1);

    private Ring() {}

    private static int[] places() {
        int[] places = new int[ORDER];
        for (int i = 0; i < N; i++) {
            places[EXPONENTS[i]] = i;
        }
        return places;
    }

    static void forward(double[] a) {
        PirParameters.NTT.forward(a);
    }

    static void inverse(double[] a) {
        PirParameters.NTT.inverse(a);
    }

    /// At i the place of the value at ψ^(e·k), where place i holds the value at ψ^e: how σ_k: X →
    /// X^k moves the values of a transformed polynomial.
    static int[] automorphism(int k) {
        int[] places = new int[N];
        for (int i = 0; i < N; i++) {
            places[i] = PLACES[EXPONENTS[i] * k & ORDER - 1];
        }
        return places;
    }

    /// 5^exponent modulo 4096.
    static int powerOfFive(int exponent) {
        int power = 1;
        for (int i = 0; i < exponent; i++) {
            power = power * 5 & ORDER - 1;
        }
        return power;
    }

    static void permute(double[] a, int[] places, double[] out) {
        for (int i = 0; i < N; i++) {
            out[i] = a[places[i]];
        }
    }

    /// `sum += x·y` place by place; each call adds at most 3q/4 to a magnitude, the caller reduces
    /// every fourth time.
    static void multiplyAdd(double[] sum, double[] x, double[] y) {
        for (int i = 0; i < N; i++) {
            double high = x[i] * y[i];
            double low = Math.fma(x[i], y[i], -high);
            double quotient = Math.fma(high, Q_INVERSE, ROUND) - ROUND;
            sum[i] += Math.fma(-quotient, Q, high) + low;
        }
    }

    static void multiply(double[] x, double[] y, double[] out) {
        for (int i = 0; i < N; i++) {
            double high = x[i] * y[i];
            double low = Math.fma(x[i], y[i], -high);
            double quotient = Math.fma(high, Q_INVERSE, ROUND) - ROUND;
            out[i] = Math.fma(-quotient, Q, high) + low;
        }
    }

    static void scale(double[] a, double factor) {
        for (int i = 0; i < N; i++) {
            double high = a[i] * factor;
            double low = Math.fma(a[i], factor, -high);
            double quotient = Math.fma(high, Q_INVERSE, ROUND) - ROUND;
            a[i] = Math.fma(-quotient, Q, high) + low;
        }
    }

    static void add(double[] sum, double[] x) {
        for (int i = 0; i < N; i++) {
            sum[i] += x[i];
        }
    }

    /// Magnitudes back to about q/2.
    static void reduce(double[] a) {
        for (int i = 0; i < N; i++) {
            double quotient = Math.fma(a[i], Q_INVERSE, ROUND) - ROUND;
            a[i] = Math.fma(-quotient, Q, a[i]);
        }
    }

    /// Coefficients as integers of least magnitude.
    static long[] centred(double[] coefficients) {
        long[] out = new long[N];
        long half = PirParameters.Q.value() / 2;
        for (int i = 0; i < N; i++) {
            long canonical = PirParameters.Q.canonical(coefficients[i]);
            out[i] = canonical - (PirParameters.Q.value() & (half - canonical) >> (Long.SIZE - 1));
        }
        return out;
    }

    /// The balanced digits of integers of magnitude below 2^50: v = d0 + d1·2^17 + d2·2^34 with
    /// digits in [-2^16, 2^16).
    static void split(long[] values, double[][] digits) {
        double[] d0 = digits[0];
        double[] d1 = digits[1];
        double[] d2 = digits[2];
        for (int i = 0; i < N; i++) {
            long raised = values[i] + DIGIT_HALF + (DIGIT_HALF << PirParameters.DIGIT_BITS);
            d0[i] = (raised & DIGIT_MASK) - DIGIT_HALF;
            d1[i] = (raised >> PirParameters.DIGIT_BITS & DIGIT_MASK) - DIGIT_HALF;
            d2[i] = raised >> 2 * PirParameters.DIGIT_BITS;
        }
    }

    /// A uniform transformed polynomial that anyone can make from the seed: SM4 in counter mode
    /// under a key that SM3 makes of seed, purpose and number; 50 bits of 7 bytes each, numbers
    /// from q on left out.
    static double[] uniform(byte[] seed, String purpose, int number) {
        byte[] digest = Sm3.digest(
                Bytes.utf8("poyang.pir.uniform.v1:" + purpose + ":" + number).toArray(), seed);
        double[] out = new double[N];
        try (Sm4 cipher = new Sm4(Arrays.copyOf(digest, Sm4.KEY_BYTES))) {
            byte[] counter = Arrays.copyOfRange(digest, Sm4.KEY_BYTES, 2 * Sm4.BLOCK_BYTES);
            byte[] zeros = new byte[Sm4.BLOCK_BYTES * N / 2];
            byte[] stream = new byte[zeros.length];
            int at = stream.length;
            for (int i = 0; i < N; ) {
                if (at + Long.BYTES > stream.length) {
                    cipher.unauthenticatedCtr(counter, zeros, 0, stream, 0, zeros.length);
                    at = 0;
                }
                long value = 0;
                for (int b = 0; b < 7; b++) {
                    value = value << 8 | stream[at++] & 0xff;
                }
                value &= (1L << PirParameters.MODULUS_BITS) - 1;
                if (value < PirParameters.Q.value()) {
                    out[i++] = PirParameters.Q.centred(value);
                }
            }
        }
        return out;
    }

    /// Coefficients of an error polynomial: the difference of two sums of 21 coins, in constant
    /// time.
    static double[] error(RandomSource random) {
        byte[] coins = random.bytes(N * Long.BYTES);
        double[] out = new double[N];
        long mask = (1L << PirParameters.COINS) - 1;
        for (int i = 0; i < N; i++) {
            long word = 0;
            for (int b = 0; b < Long.BYTES; b++) {
                word = word << 8 | coins[i * Long.BYTES + b] & 0xff;
            }
            out[i] = Long.bitCount(word & mask) - Long.bitCount(word >>> 32 & mask);
        }
        Arrays.fill(coins, (byte) 0);
        return out;
    }

    /// Coefficients uniform in {-1, 0, 1}: floor(3·w/2^64) - 1 for 64 random bits w, 2^-62 from
    /// uniform.
    static double[] ternary(RandomSource random) {
        byte[] words = random.bytes(N * Long.BYTES);
        double[] out = new double[N];
        for (int i = 0; i < N; i++) {
            long word = 0;
            for (int b = 0; b < Long.BYTES; b++) {
                word = word << 8 | words[i * Long.BYTES + b] & 0xff;
            }
            out[i] = Math.unsignedMultiplyHigh(word, 3) - 1;
        }
        Arrays.fill(words, (byte) 0);
        return out;
    }
}
