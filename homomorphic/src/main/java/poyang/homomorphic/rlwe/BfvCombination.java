package poyang.homomorphic.rlwe;

import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Rows;
import poyang.kernel.RandomSource;

/// A sum of another's fresh ciphertexts times secret integers, made so that the ciphertexts' owner, who decrypts it,
/// learns the sum and nothing else of the integers.
///
/// - computes: Σ aᵢ·cᵢ + d, slot by slot; secret are the aᵢ and d
/// - ranges: |aᵢ| at most half the plaintext prime t
/// - rejects: ciphertexts that are not fresh from their owner's secret key (`BAD_CIPHERTEXT`), whose noise has the
///   bound that is reckoned with; `NOISE_EXHAUSTED` where there is no room for the flood
/// - secrecy: the owner knows its errors eᵢ and would read Σ aᵢ·eᵢ off the noise. With m terms at degree n the noise
///   is at most B = m·(t/2)·(21 + 1/2) + 1/2 + n·21 + 21 + n·21: an error of at most 21, the rounding of Q·m/t of at
///   most 1/2, and an encryption of zero under the public key, (u·e, e', s·e'') with ternary u and s. A uniform
///   error on 2^(h+1) integers shifted by at most B is B/2^(h+1) from one that is not; with
///   h = ⌈log2 B⌉ + log2 n + σ all n coefficients together are below 2^(−σ). The second part is Σ aᵢ·c1ᵢ plus
///   a·u + e'', which is random under the ring learning with errors assumption with secret u. Bounds, sizes and
///   the estimate that the result carries depend on m, t, n and σ only; so does the time
/// - cost: two row operations a prime and term, no transform; one encryption of zero
/// - source: circuit privacy by flooding: Gentry, "A fully homomorphic encryption scheme", 2009, section 2.2; the
///   bound is worked out here
public final class BfvCombination {
    /// The largest magnitude of a sampled error, and of Q·m/t's rounding.
    private static final double ERROR_MAX = 21;

    private static final double ROUNDING_MAX = 0.5;
    /// What a result that has lost primes keeps of its budget at least.
    private static final double SPARE_BITS = 4;

    private final Bfv bfv;
    private final Chain chain;
    private final Ring ring;
    private final double[][] c0;
    private final double[][] c1;
    private final double[] product;
    private int terms;

    public BfvCombination(Bfv bfv) {
        this.bfv = bfv;
        chain = bfv.parameters().chain();
        ring = chain.ring();
        c0 = ring.zero(chain.levels());
        c1 = ring.zero(chain.levels());
        product = new double[chain.degree()];
    }

    /// Adds `factor` times `fresh`.
    public void add(BfvCiphertext fresh, long factor) {
        Modulus t = bfv.parameters().plain();
        if (!fresh.parameters().equals(chain.id()) || !fresh.seeded() || fresh.primes() != chain.levels()) {
            throw Codec.bad("it is not fresh from its owner's secret key");
        }
        if (factor > t.value() / 2 || factor < -(t.value() / 2)) {
            throw BfvParameters.badPlaintext("a factor is out of range", "half the plaintext prime is its bound");
        }
        terms++;
        for (int i = 0; i < chain.levels(); i++) {
            Modulus modulus = ring.modulus(i);
            Rows.scale(fresh.c0()[i], (double) factor, product, modulus);
            Rows.add(c0[i], product, c0[i], modulus);
            Rows.scale(fresh.c1()[i], (double) factor, product, modulus);
            Rows.add(c1[i], product, c1[i], modulus);
        }
    }

    /// The sum, and `added`, under noise that hides the factors, modulo as few primes as leave it readable.
    ///
    /// @param termsMax the public bound on how often {@link #add} was called
    /// @param statisticalBits σ
    public BfvCiphertext hidden(
            BfvPlaintext added, int termsMax, RlwePublicKey key, int statisticalBits, RandomSource random) {
        if (terms > termsMax) {
            throw BfvParameters.badPlaintext(terms + " terms were added", "at most " + termsMax + " were announced");
        }
        int bits = floodBits(bfv.parameters(), termsMax, statisticalBits);
        if (bits + 1 > room(chain.levels())) {
            throw Flood.noRoom();
        }
        RandomSource fast = Bfv.fast(random);
        double[][][] zero = key.zeroCoefficients(chain, fast);
        ring.add(zero[0], c0, zero[0]);
        ring.add(zero[1], c1, zero[1]);
        ring.add(zero[0], Flood.uniform(chain, chain.levels(), bits, fast), zero[0]);
        BfvCiphertext sum =
                bfv.add(new BfvCiphertext(chain.id(), zero[0], zero[1], Flood.variance(bits) + 1, null), added);
        for (int left = primes(bfv.parameters(), termsMax, statisticalBits); sum.primes() > left; ) {
            sum = bfv.dropPrime(sum);
        }
        return sum;
    }

    /// Bits between the plaintext and the noise that a decryption still takes, which wants it within a quarter.
    private double room(int primes) {
        return chain.bits(primes) - Noise.log2(bfv.parameters().plainModulus()) - 2;
    }

    private static int floodBits(BfvParameters parameters, int terms, int statisticalBits) {
        int degree = parameters.degree();
        double bound = terms * (parameters.plainModulus() / 2.0) * (ERROR_MAX + ROUNDING_MAX)
                + ROUNDING_MAX
                + (2.0 * degree + 1) * ERROR_MAX;
        return (int) Math.ceil(Noise.log2(bound)) + Integer.numberOfTrailingZeros(degree) + statisticalBits;
    }

    /// Whether a sum of so many terms can be hidden.
    public static boolean fits(BfvParameters parameters, int termsMax, int statisticalBits) {
        double room = parameters.chain().bits(parameters.chain().levels()) - Noise.log2(parameters.plainModulus()) - 2;
        return floodBits(parameters, termsMax, statisticalBits) + 1 <= room;
    }

    /// How many primes a result has.
    public static int primes(BfvParameters parameters, int termsMax, int statisticalBits) {
        Chain chain = parameters.chain();
        double variance = Flood.variance(floodBits(parameters, termsMax, statisticalBits)) + 1;
        int left = chain.levels();
        while (left > 1) {
            double prime = Noise.log2(chain.ring().modulus(left - 1).value());
            variance = Noise.sum(variance - 2 * prime, Bfv.droppedVariance(chain));
            double room = chain.bits(left - 1) - Noise.log2(parameters.plainModulus()) - 1;
            if (room - Noise.bound(variance) < SPARE_BITS) {
                return left;
            }
            left--;
        }
        return left;
    }
}
