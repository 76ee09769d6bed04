package poyang.homomorphic.rlwe;

import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A public key for BFV or CKKS: (b, a) with b = −a·s + e, a uniform from a seed.
public final class RlwePublicKey {
    private static final String DOMAIN = "poyang.rlwe.public-key.v1";

    private final Bytes parameters;
    private final Bytes seed;
    private final double[][] b;
    private final double[][] a;
    private final int parties;

    private RlwePublicKey(Chain chain, Bytes seed, double[][] b, int parties) {
        parameters = chain.id();
        this.seed = seed;
        this.b = b;
        this.parties = parties;
        a = expand(chain, seed);
    }

    static RlwePublicKey generate(Chain chain, RlweSecretKey secret, RandomSource random) {
        Bytes seed = Bytes.wrap(random.bytes(SeededRandom.SEED_BYTES));
        return of(chain, seed, share(chain, secret, seed, random), 1);
    }

    /// What one holder of a part of the secret adds to b.
    static double[][] share(Chain chain, RlweSecretKey secret, Bytes seed, RandomSource random) {
        Ring ring = chain.ring();
        double[][] a = expand(chain, seed);
        double[][] b = ring.forward(ring.signed(Sampler.noise(chain.degree(), random), chain.levels()));
        double[][] product = ring.multiply(a, secret.values(chain), ring.zero(chain.levels()));
        return ring.subtract(b, product, b);
    }

    /// @param parties how many ternary secrets the secret is the sum of
    static RlwePublicKey of(Chain chain, Bytes seed, double[][] b, int parties) {
        return new RlwePublicKey(chain, seed, b, parties);
    }

    static double[][] expand(Chain chain, Bytes seed) {
        return uniform(chain, seed, "public key", chain.levels());
    }

    /// Uniform rows from a seed.
    static double[][] uniform(Chain chain, Bytes seed, String label, int rows) {
        RandomSource random = new SeededRandom(seed.toArray(), "poyang.rlwe." + label);
        double[][] out = new double[rows][];
        for (int i = 0; i < rows; i++) {
            Modulus modulus = chain.ring().modulus(i);
            out[i] = Sampler.uniform(chain.degree(), modulus, random);
        }
        return out;
    }

    /// An encryption of zero: b·u + e0 and a·u + e1, as values.
    double[][][] zero(Chain chain, RandomSource random) {
        check(chain);
        Ring ring = chain.ring();
        int degree = chain.degree();
        int rows = chain.levels();
        double[][] u = ring.forward(ring.signed(Sampler.ternary(degree, random), rows));
        double[][] c0 = ring.forward(ring.signed(Sampler.noise(degree, random), rows));
        double[][] c1 = ring.forward(ring.signed(Sampler.noise(degree, random), rows));
        ring.multiplyAdd(b, u, c0);
        ring.multiplyAdd(a, u, c1);
        return new double[][][] {c0, c1};
    }

    /// As {@link #zero}, as coefficients: transforms the products back instead of the errors
    /// forward.
    double[][][] zeroCoefficients(Chain chain, RandomSource random) {
        check(chain);
        Ring ring = chain.ring();
        int degree = chain.degree();
        int rows = chain.levels();
        double[][] u = ring.forward(ring.signed(Sampler.ternary(degree, random), rows));
        double[][] c0 = ring.inverse(ring.multiply(b, u, ring.zero(rows)));
        double[][] c1 = ring.inverse(ring.multiply(a, u, u));
        ring.add(c0, ring.signed(Sampler.noise(degree, random), rows), c0);
        ring.add(c1, ring.signed(Sampler.noise(degree, random), rows), c1);
        return new double[][][] {c0, c1};
    }

    private void check(Chain chain) {
        if (!parameters.equals(chain.id())) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_HE_KEY,
                    "the public key belongs to other parameters",
                    "the key that was made for these parameters is needed");
        }
    }

    /// The variance, as a logarithm, of the error of {@link #zero}.
    double variance(Chain chain) {
        return Noise.log2(Sampler.NOISE_VARIANCE * (1 + 2.0 * parties * chain.secretGain()));
    }

    /// How long the canonical bytes are.
    public static int lengthBytes(RlweParameters of) {
        return Codec.headBytes(DOMAIN, of.chain())
                + 1
                + Integer.BYTES
                + SeededRandom.SEED_BYTES
                + Codec.lengthBytes(of.chain(), of.chain().levels());
    }

    /// The canonical bytes: half of the key is a seed.
    public Bytes encode(RlweParameters of) {
        CanonicalWriter writer = Codec.begin(DOMAIN, of.chain()).u8(parties).bytes(seed);
        Codec.writeRows(writer, of.chain(), b);
        return writer.toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_CIPHERTEXT` for anything but the canonical
    ///     bytes of a key of these parameters
    public static RlwePublicKey decode(RlweParameters of, Bytes encoded) {
        CanonicalReader reader = Codec.open(DOMAIN, of.chain(), encoded.toArray());
        int parties = reader.u8();
        if (parties < 1 || parties > Joint.PARTIES_MAX) {
            throw Codec.bad("a public key is of " + parties + " parties");
        }
        Bytes seed = reader.exactly(SeededRandom.SEED_BYTES);
        double[][] b = Codec.readRows(reader, of.chain(), of.chain().levels());
        reader.end();
        return new RlwePublicKey(of.chain(), seed, b, parties);
    }

    @Override
    public String toString() {
        return "RlwePublicKey[" + parameters.hex().substring(0, 8) + "]";
    }
}
