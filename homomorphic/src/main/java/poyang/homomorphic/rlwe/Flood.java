package poyang.homomorphic.rlwe;

import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Ring;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Large uniform errors that drown what a smaller one tells.
final class Flood {
    /// Statistical security: the flood is wider than what it hides by this many bits.
    static final int STATISTICAL_BITS = 40;

    private Flood() {}

    /// Uniform on 2^(bits + 1) neighbouring integers around zero, modulo the first primes.
    static double[][] uniform(Chain chain, int rows, int bits, RandomSource random) {
        return Wide.uniform(chain.degree(), bits, random).rows(chain.ring(), rows);
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
