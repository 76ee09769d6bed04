package poyang.homomorphic.rlwe;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Rows;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Turns an encryption of d·s' into one of d under s: for each prime q_i of the ciphertext a pair
/// (−a_i·s + e_i + P·δ_i·s', a_i) modulo Q·P, where δ_i is 1 modulo q_i and 0 modulo the others and
/// P is the keys' prime.
///
/// - computes: the sum of key_i times the residue of d modulo q_i, divided by P and rounded
/// - cost: for l primes l·(l + 1) transforms and 2·l·(l + 1) products of rows, 2·(l + 1) transforms
///   back
/// - source: the hybrid of Gentry, Halevi and Smart, CRYPTO 2012, with one prime a digit as in
///   Cheon et al., SAC 2018
final class SwitchKey {
    private static final int LAZY_MAX = 5;

    private final Bytes parameters;
    private final @Nullable Bytes seed;
    private final double[][][] b;
    private final double[][][] a;

    private final int parties;

    /// @param seed of a, or null where a is what two rounds left
    private SwitchKey(Chain chain, @Nullable Bytes seed, double[][][] b, double[][][] a, int parties) {
        this.parties = parties;
        parameters = chain.id();
        this.seed = seed;
        this.b = b;
        this.a = a;
    }

    /// @param source values of s' modulo every prime of the chain
    static SwitchKey generate(Chain chain, RlweSecretKey secret, double[][] source, RandomSource random) {
        Bytes seed = Bytes.wrap(random.bytes(32));
        return of(chain, seed, share(chain, secret, source, seed, random), 1);
    }

    /// @param parties how many ternary secrets the secret is the sum of
    static SwitchKey of(Chain chain, Bytes seed, double[][][] b, int parties) {
        return new SwitchKey(chain, seed, b, expand(chain, seed), parties);
    }

    /// From both halves of the pairs, as two rounds of all parties leave them.
    static SwitchKey of(Chain chain, double[][][] b, double[][][] a, int parties) {
        return new SwitchKey(chain, null, b, a, parties);
    }

    /// What one holder of parts of s and s' adds to the first halves of the pairs.
    static double[][][] share(Chain chain, RlweSecretKey secret, double[][] source, Bytes seed, RandomSource random) {
        Ring ring = chain.ring();
        int rows = chain.levels() + 1;
        double[][][] a = expand(chain, seed);
        double[][][] b = new double[chain.levels()][][];
        for (int i = 0; i < b.length; i++) {
            b[i] = ring.forward(ring.signed(Sampler.noise(chain.degree(), random), rows));
            ring.subtract(b[i], ring.multiply(a[i], secret.values(chain), ring.zero(rows)), b[i]);
            Modulus modulus = ring.modulus(i);
            double[] lifted = new double[chain.degree()];
            double p = modulus.centred(chain.special().value() % modulus.value());
            Rows.scale(source[i], p, lifted, modulus);
            Rows.add(b[i][i], lifted, b[i][i], modulus);
        }
        return b;
    }

    static double[][][] expand(Chain chain, Bytes seed) {
        double[][][] a = new double[chain.levels()][][];
        for (int i = 0; i < a.length; i++) {
            a[i] = RlwePublicKey.uniform(chain, seed, "switch key " + i, chain.levels() + 1);
        }
        return a;
    }

    /// @param d coefficients modulo the first primes
    /// @return two elements modulo the same primes: values if `asValues`, else coefficients
    double[][][] apply(Chain chain, double[][] d, boolean asValues) {
        check(chain);
        int levels = d.length;
        int special = chain.levels();
        Ring ring = chain.ring();
        double[][] sum0 = new double[levels][];
        double[][] sum1 = new double[levels][];
        double[][] last = {new double[chain.degree()], new double[chain.degree()]};
        accumulate(chain, d, special, last[0], last[1]);
        ring.transform(special).inverse(last[0]);
        ring.transform(special).inverse(last[1]);
        double[] part = new double[chain.degree()];
        for (int j = 0; j < levels; j++) {
            sum0[j] = new double[chain.degree()];
            sum1[j] = new double[chain.degree()];
            accumulate(chain, d, j, sum0[j], sum1[j]);
            divide(chain, j, sum0[j], last[0], part, asValues);
            divide(chain, j, sum1[j], last[1], part, asValues);
        }
        return new double[][][] {sum0, sum1};
    }

    private void accumulate(Chain chain, double[][] d, int row, double[] sum0, double[] sum1) {
        Modulus modulus = chain.ring().modulus(row);
        double[] digit = new double[chain.degree()];
        for (int i = 0; i < d.length; i++) {
            Rows.reduce(d[i], digit, modulus);
            chain.ring().transform(row).forward(digit);
            Rows.multiplyAddLazily(digit, b[i][row], sum0, modulus);
            Rows.multiplyAddLazily(digit, a[i][row], sum1, modulus);
            if (i % LAZY_MAX == LAZY_MAX - 1 || i == d.length - 1) {
                Rows.reduce(sum0, sum0, modulus);
                Rows.reduce(sum1, sum1, modulus);
            }
        }
    }

    private static void divide(Chain chain, int row, double[] sum, double[] last, double[] part, boolean asValues) {
        Ring ring = chain.ring();
        Modulus modulus = ring.modulus(row);
        double inverse = Chain.inverse(chain.special(), modulus);
        if (asValues) {
            Rows.reduce(last, part, modulus);
            ring.transform(row).forward(part);
            Rows.subtractScale(sum, part, inverse, sum, modulus);
        } else {
            ring.transform(row).inverse(sum);
            Rows.subtractScale(sum, last, inverse, sum, modulus);
        }
    }

    private void check(Chain chain) {
        if (!parameters.equals(chain.id())) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_HE_KEY,
                    "the evaluation key belongs to other parameters",
                    "the key that was made for these parameters is needed");
        }
    }

    /// The variance, as a logarithm, that a switch adds at a level.
    double variance(Chain chain, int levels) {
        double digits = 0;
        double special = chain.special().value();
        for (int i = 0; i < levels; i++) {
            double q = chain.ring().modulus(i).value() / special;
            digits += chain.degree() * q * q / 12 * noise(chain);
        }
        return Noise.log2(digits + (1 + parties * chain.secretGain()) / 12);
    }

    /// The variance of the pairs' errors: where a came out of two rounds, errors of the first meet
    /// secrets.
    private double noise(Chain chain) {
        double each = Sampler.NOISE_VARIANCE * parties;
        return seed != null ? each : each * 2 * (1 + parties * chain.secretGain());
    }

    void write(CanonicalWriter to, Chain chain) {
        to.u8(parties).flag(seed != null);
        if (seed != null) {
            to.bytes(seed);
        } else {
            writePairs(to, chain, a);
        }
        writePairs(to, chain, b);
    }

    private static void writePairs(CanonicalWriter to, Chain chain, double[][][] halves) {
        List<double[][]> all = List.of(halves);
        to.list(all, (each, rows) -> Codec.writeRows(each, chain, rows));
    }

    static SwitchKey read(CanonicalReader from, Chain chain) {
        int parties = from.u8();
        if (parties < 1 || parties > Joint.PARTIES_MAX) {
            throw Codec.bad("an evaluation key is of " + parties + " parties");
        }
        Bytes seed = from.flag() ? from.exactly(SeededRandom.SEED_BYTES) : null;
        double[][][] a = seed == null ? readPairs(from, chain) : expand(chain, seed);
        return new SwitchKey(chain, seed, readPairs(from, chain), a, parties);
    }

    private static double[][][] readPairs(CanonicalReader from, Chain chain) {
        List<double[][]> halves =
                new ArrayList<>(from.list(chain.levels(), each -> Codec.readRows(each, chain, chain.levels() + 1)));
        if (halves.size() != chain.levels()) {
            throw Codec.bad("an evaluation key has " + halves.size() + " pairs");
        }
        return halves.toArray(double[][][]::new);
    }
}
