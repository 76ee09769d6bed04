package poyang.homomorphic.rlwe;

import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Rows;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.RandomSource;

/// Polynomials whose coefficients are integers of more bits than a double has: digits to the base
/// 2^40, each from −2^39 to 2^39 − 1 once they are in order, the highest with the rest of the bits.
///
/// - secrecy: no branch or index depends on a coefficient
final class Wide {
    static final int DIGIT_BITS = 40;
    static final int BITS_MAX = 240;

    private final double[][] digits;

    private Wide(double[][] digits) {
        this.digits = digits;
    }

    /// Uniform on 2^(bits + 1) neighbouring integers around zero: digits of 40 bits, the highest
    /// from −2^h to 2^h − 1.
    static Wide uniform(int degree, int bits, RandomSource random) {
        double[][] digits = new double[count(bits)][];
        for (int position = 0, left = bits; left > 0; position++, left -= DIGIT_BITS) {
            digits[position] = Sampler.flood(degree, left > DIGIT_BITS ? DIGIT_BITS - 1 : left, random);
        }
        return new Wide(digits);
    }

    /// @param integers that doubles hold exactly, of magnitude below 2^110
    static Wide of(double[] integers) {
        double[][] digits = new double[3][integers.length];
        double base = Math.scalb(1.0, DIGIT_BITS);
        for (int j = 0; j < integers.length; j++) {
            double one = Math.rint(integers[j] / base);
            double two = Math.rint(one / base);
            digits[0][j] = Math.fma(-one, base, integers[j]);
            digits[1][j] = Math.fma(-two, base, one);
            digits[2][j] = two;
        }
        return new Wide(digits);
    }

    private static int count(int bits) {
        return (bits + DIGIT_BITS - 1) / DIGIT_BITS;
    }

    /// This and X^shift times the other, in order, as integers of some width.
    ///
    /// @param width bits of the integers, with the sign; what does not fit shows in {@link #fits}
    Wide plus(Wide other, int shift, int width) {
        int degree = digits.length > 0 ? digits[0].length : other.digits[0].length;
        double[][] sum = new double[Math.max(count(width), Math.max(digits.length, other.digits.length))][degree];
        for (int i = 0; i < digits.length; i++) {
            System.arraycopy(digits[i], 0, sum[i], 0, degree);
        }
        for (int i = 0; i < other.digits.length; i++) {
            ShareRelation.addShifted(other.digits[i], shift, sum[i]);
        }
        double base = Math.scalb(1.0, DIGIT_BITS);
        for (int i = 0; i + 1 < sum.length; i++) {
            for (int j = 0; j < degree; j++) {
                double carry = Math.floor(sum[i][j] / base + 0.5);
                sum[i][j] -= carry * base;
                sum[i + 1][j] += carry;
            }
        }
        return new Wide(sum);
    }

    /// Whether all coefficients are integers of this width, in order.
    boolean fits(int degree, int width) {
        boolean fits = digits.length >= count(width);
        for (int i = 0; i < digits.length; i++) {
            double limit = i < count(width) ? Math.scalb(1.0, digitBits(i, width) - 1) : 0.5; // or zeros alone
            fits &= digits[i].length == degree && within(digits[i], limit);
        }
        return fits;
    }

    /// Whether all integers are from −limit to limit − 1, with −limit rounded up.
    static boolean within(double[] integers, double limit) {
        double largest = 0;
        for (double x : integers) {
            largest = Math.max(largest, Math.abs(x + 0.5));
        }
        return largest <= Math.max(limit - 0.5, 0.5);
    }

    private static int digitBits(int position, int width) {
        return Math.min(DIGIT_BITS, width - position * DIGIT_BITS);
    }

    /// Modulo the first primes, as coefficients.
    double[][] rows(Ring ring, int rows) {
        double[][] out = ring.zero(rows);
        double[] scaled = new double[ring.degree()];
        for (int position = 0; position < digits.length; position++) {
            for (int i = 0; i < rows; i++) {
                Modulus modulus = ring.modulus(i);
                long weight = modulus.power(2, (long) position * DIGIT_BITS);
                Rows.reduce(digits[position], scaled, modulus);
                Rows.scale(scaled, modulus.centred(weight), scaled, modulus);
                Rows.add(out[i], scaled, out[i], modulus);
            }
        }
        return out;
    }

    /// The nearest doubles, or their neighbours.
    double[] doubles(int degree) {
        double[] out = new double[degree];
        double base = Math.scalb(1.0, DIGIT_BITS);
        for (int i = digits.length - 1; i >= 0; i--) {
            for (int j = 0; j < degree; j++) {
                out[j] = Math.fma(out[j], base, digits[i][j]);
            }
        }
        return out;
    }

    void write(CanonicalWriter to, int width) {
        for (int i = 0; i < count(width); i++) {
            to.bytes(pack(digits[i], digitBits(i, width)));
        }
    }

    static Wide read(CanonicalReader from, int degree, int width) {
        double[][] digits = new double[count(width)][];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = read(from, degree, digitBits(i, width), DIGIT_BITS);
        }
        return new Wide(digits);
    }

    /// Integers from −2^(bits − 1) on, `bits` bits each, lowest first, without gaps.
    static byte[] pack(double[] integers, int bits) {
        byte[] out = new byte[packedBytes(integers.length, bits)];
        long least = 1L << (bits - 1);
        long buffer = 0;
        int filled = 0;
        int at = 0;
        for (double each : integers) {
            buffer |= ((long) each + least) << filled;
            for (filled += bits; filled >= Byte.SIZE; filled -= Byte.SIZE, buffer >>>= Byte.SIZE) {
                out[at++] = (byte) buffer;
            }
        }
        return out;
    }

    private static int packedBytes(int count, int bits) {
        return (int) ((long) count * bits / Byte.SIZE); // degrees are multiples of eight
    }

    /// @throws poyang.kernel.PoyangException `BAD_CIPHERTEXT` for other widths than 1 to `most`
    static double[] read(CanonicalReader from, int degree, int bits, int most) {
        if (bits < 1 || bits > most) {
            throw Codec.bad("its integers have " + bits + " bits");
        }
        byte[] packed = from.exactly(packedBytes(degree, bits)).toArray();
        double[] out = new double[degree];
        long least = 1L << (bits - 1);
        long mask = (1L << bits) - 1;
        long buffer = 0;
        int filled = 0;
        int at = 0;
        for (int j = 0; j < degree; j++) {
            for (; filled < bits; filled += Byte.SIZE) {
                buffer |= (packed[at++] & 0xffL) << filled;
            }
            out[j] = (buffer & mask) - least;
            buffer >>>= bits;
            filled -= bits;
        }
        return out;
    }

    @Override
    public String toString() {
        return "Wide[" + digits.length + " digits]";
    }
}
