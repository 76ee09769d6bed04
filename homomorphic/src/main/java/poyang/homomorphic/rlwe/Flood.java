package poyang.homomorphic.rlwe;

import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Rows;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Large uniform errors that drown what a smaller one tells.
final class Flood {
    /// Statistical security: the flood is wider than what it hides by this many bits.
    static final int STATISTICAL_BITS = 40;

    private static final int DIGIT_BITS = 40;

    private Flood() {}

    /// Uniform on 2^(bits + 1) neighbouring integers around zero, modulo the first primes: digits
    /// of 40 bits, each from −2^39 to 2^39 − 1, the highest from −2^h to 2^h − 1.
    static double[][] uniform(Chain chain, int rows, int bits, RandomSource random) {
        Ring ring = chain.ring();
        double[][] out = ring.zero(rows);
        double[] scaled = new double[chain.degree()];
        int position = 0;
        for (int left = bits; left > 0; position++) {
            int taken = left > DIGIT_BITS ? DIGIT_BITS - 1 : left;
            double[] digit = Sampler.flood(chain.degree(), taken, random);
            for (int i = 0; i < rows; i++) {
                Modulus modulus = ring.modulus(i);
                long weight = modulus.power(2, (long) position * DIGIT_BITS);
                Rows.reduce(digit, scaled, modulus);
                Rows.scale(scaled, modulus.centred(weight), scaled, modulus);
                Rows.add(out[i], scaled, out[i], modulus);
            }
            left -= left > DIGIT_BITS ? DIGIT_BITS : left;
        }
        return out;
    }

    /// How many bits a flood over errors of this variance takes.
    static int bits(double variance) {
        return (int) Math.ceil(Noise.bound(variance)) + STATISTICAL_BITS;
    }

    /// The variance, as a logarithm, of a flood.
    static double variance(int bits) {
        return 2.0 * bits - Noise.log2(3);
    }

    static PoyangException noRoom() {
        return new PoyangException(
                HomomorphicErrors.NOISE_EXHAUSTED,
                "there is no room for the noise that hides the operands",
                "fewer operations or larger parameters are needed");
    }

    static BfvCiphertext bfv(Bfv bfv, BfvCiphertext a, RlwePublicKey key, RandomSource random) {
        Chain chain = bfv.parameters().chain();
        Ring ring = chain.ring();
        int bits = bits(Noise.sum(a.variance(), key.variance(chain)));
        double room = chain.bits(a.primes()) - Noise.log2(bfv.parameters().plainModulus()) - 2;
        if (bits + 1 > room) {
            throw noRoom();
        }
        RandomSource fast = Bfv.fast(random);
        double[][][] zero = key.zeroCoefficients(chain, fast);
        double[][] c0 = ring.add(a.c0(), zero[0], ring.zero(a.primes()));
        double[][] c1 = ring.add(a.c1(), zero[1], ring.zero(a.primes()));
        ring.add(c0, uniform(chain, a.primes(), bits, fast), c0);
        double variance = Noise.sum(a.variance(), variance(bits));
        return new BfvCiphertext(chain.id(), c0, c1, variance, null);
    }
}
