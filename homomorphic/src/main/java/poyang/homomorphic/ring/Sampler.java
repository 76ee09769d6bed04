package poyang.homomorphic.ring;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import poyang.kernel.RandomSource;

/// Random ring elements.
///
/// - secrecy: ternary and noise samples take time that depends on their number alone; {@link
///   #uniform} is
///   for public randomness and for masks, whose rejected candidates say nothing of the accepted
/// ones
/// - source: ternary secrets and an error of standard deviation about 3.2 are those of the
///   Homomorphic
///   Encryption Standard (2018), section 2.1. The error is centred binomial, the sum of 21
/// differences of
///   bits: variance 21/2, σ = 3.24, magnitude 21 at most
public final class Sampler {
    public static final double NOISE_VARIANCE = 10.5;
    public static final double TERNARY_VARIANCE = 2.0 / 3.0;

    private static final int NOISE_BITS = 21;
    private static final int SAMPLE_BYTES = 6;
    private static final int CANDIDATES = 1024;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Sampler() {}

    /// Uniform on −1, 0, 1: the high part of 3·u for 48 random bits u, 2^(-46) from uniform.
    public static double[] ternary(int count, RandomSource random) {
        byte[] bytes = random.bytes(count * SAMPLE_BYTES);
        double[] out = new double[count];
        for (int i = 0; i < count; i++) {
            out[i] = (int) (bits48(bytes, i * SAMPLE_BYTES) * 3 >>> 48) - 1;
        }
        Arrays.fill(bytes, (byte) 0);
        return out;
    }

    public static double[] noise(int count, RandomSource random) {
        byte[] bytes = random.bytes(count * SAMPLE_BYTES);
        double[] out = new double[count];
        for (int i = 0; i < count; i++) {
            long bits = bits48(bytes, i * SAMPLE_BYTES);
            int plus = (int) bits & ((1 << NOISE_BITS) - 1);
            int minus = (int) (bits >>> NOISE_BITS) & ((1 << NOISE_BITS) - 1);
            out[i] = Integer.bitCount(plus) - Integer.bitCount(minus);
        }
        Arrays.fill(bytes, (byte) 0);
        return out;
    }

    /// Uniform on −2^bits to 2^bits − 1.
    ///
    /// @param bits 1 to 46
    public static double[] flood(int count, int bits, RandomSource random) {
        byte[] bytes = random.bytes(count * SAMPLE_BYTES);
        double[] out = new double[count];
        for (int i = 0; i < count; i++) {
            long value = bits48(bytes, i * SAMPLE_BYTES) >>> (47 - bits);
            out[i] = value - (1L << bits);
        }
        Arrays.fill(bytes, (byte) 0);
        return out;
    }

    /// One row, uniform modulo a prime: candidates of as many bits as the prime has, those from
    /// the prime on
    /// dropped. The same source gives the same row, on every machine: seeds stand for rows in keys
    /// and
    /// ciphertexts.
    public static double[] uniform(int count, Modulus modulus, RandomSource random) {
        int bits = modulus.bits();
        long mask = (1L << bits) - 1;
        long prime = modulus.value();
        double[] out = new double[count];
        byte[] bytes = new byte[CANDIDATES / Byte.SIZE * bits];
        byte[] room = new byte[bytes.length + Long.BYTES]; // a candidate is read out of eight bytes
        int at = CANDIDATES;
        for (int i = 0; i < count; ) {
            if (at == CANDIDATES) {
                random.fill(bytes);
                System.arraycopy(bytes, 0, room, 0, bytes.length);
                at = 0;
            }
            int from = at * bits;
            long candidate = (long) LONGS.get(room, from >>> 3) >>> (from & 7) & mask;
            at++;
            if (candidate < prime) {
                out[i++] = modulus.centred(candidate);
            }
        }
        return out;
    }

    private static long bits48(byte[] bytes, int at) {
        long low = (int) INTS.get(bytes, at) & 0xffff_ffffL;
        return low | (bytes[at + 4] & 0xffL) << 32 | (bytes[at + 5] & 0xffL) << 40;
    }
}
