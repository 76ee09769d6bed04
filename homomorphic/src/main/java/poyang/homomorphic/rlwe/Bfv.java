package poyang.homomorphic.rlwe;

import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Rows;
import poyang.homomorphic.ring.Sampler;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// BFV: exact arithmetic on vectors of integers modulo a prime, under encryption. Slots stand in
/// two rows of half the degree; operations work on all of them at once.
///
/// - security: indistinguishable under chosen plaintexts at 128 bits; no protection against who may
///   have altered ciphertexts decrypted for him. A result's noise tells of the operations that made
///   it: who computes for another on secret operands floods it first ({@link #flood})
/// - errors: a ciphertext whose noise leaves no room is refused by {@link #decrypt}: every
///   coefficient must lie within a quarter of its integer. A wrong answer would need one to miss by
///   more than three quarters while none of the thousands of others passes one quarter
/// - threads: immutable, for any number
/// - source: Fan and Vercauteren, ePrint 2012/144; plaintexts scaled as Q·m/t, rounded, and
///   products as in Kim, Polyakov and Zucca, ASIACRYPT 2021, section 3, without their reduced
///   chains
public final class Bfv {
    private static final double REST_MAX = 0.25;
    private static final double MEASURED_BITS_MAX = 48;

    private final BfvParameters parameters;
    private final Chain chain;
    private final Ring ring;
    private final BfvEncoder encoder;

    public Bfv(BfvParameters parameters) {
        this.parameters = parameters;
        chain = parameters.chain();
        ring = chain.ring();
        encoder = new BfvEncoder(parameters);
    }

    public BfvParameters parameters() {
        return parameters;
    }

    // ---- keys ---------------------------------------------------------------------------------------

    /// Keys of several parties, none of whom can decrypt alone.
    ///
    /// @param parties 2 to 64
    public JointBfv joint(int parties) {
        return new JointBfv(this, parties);
    }

    public RlweSecretKey secretKey(RandomSource random) {
        return RlweSecretKey.generate(chain, random);
    }

    public RlwePublicKey publicKey(RlweSecretKey secret, RandomSource random) {
        return RlwePublicKey.generate(chain, secret, random);
    }

    public RelinearisationKey relinearisationKey(RlweSecretKey secret, RandomSource random) {
        return RelinearisationKey.generate(chain, secret, random);
    }

    /// Keys for rotations by any number of slots; those given, and powers of two, take one step.
    public RotationKeys rotationKeys(RlweSecretKey secret, RandomSource random, int... steps) {
        return RotationKeys.generate(chain, secret, random, steps);
    }

    // ---- in and out ---------------------------------------------------------------------------------

    /// @param slots at most as many as there are, each at most half the plaintext prime in
    ///     magnitude; the rest are zeros
    /// @throws PoyangException `BAD_PLAINTEXT` otherwise
    public BfvPlaintext encode(long... slots) {
        return encoder.encode(slots);
    }

    /// All slots, as the representatives of least magnitude.
    public long[] decode(BfvPlaintext plaintext) {
        return encoder.decode(plaintext);
    }

    public BfvCiphertext encrypt(RlwePublicKey key, BfvPlaintext plaintext, RandomSource random) {
        double[][][] zero = key.zeroCoefficients(chain, fast(random));
        ring.add(zero[0], scaled(plaintext, chain.levels()), zero[0]);
        double variance = key.variance(chain);
        return new BfvCiphertext(chain.id(), zero[0], zero[1], variance, null);
    }

    /// Half the size of a public-key encryption on the wire, and less noise.
    public BfvCiphertext encrypt(RlweSecretKey key, BfvPlaintext plaintext, RandomSource random) {
        Bytes seed = Bytes.wrap(random.bytes(SeededRandom.SEED_BYTES));
        int rows = chain.levels();
        double[][] c1 = RlwePublicKey.uniform(chain, seed, "ciphertext", rows);
        double[][] c0 = ring.forward(Ring.copy(c1));
        ring.inverse(ring.multiply(c0, key.values(chain), c0));
        double[][] e = ring.signed(Sampler.noise(chain.degree(), fast(random)), rows);
        ring.subtract(e, c0, c0);
        ring.add(c0, scaled(plaintext, rows), c0);
        return new BfvCiphertext(chain.id(), c0, c1, Noise.log2(Sampler.NOISE_VARIANCE), seed);
    }

    /// A generator of its own for many samples, seeded from the caller's.
    static RandomSource fast(RandomSource random) {
        return new SeededRandom(random.bytes(SeededRandom.SEED_BYTES), "poyang.rlwe.sample");
    }

    /// Q·m/t rounded, modulo the first primes: −[Q·m]_t/t.
    private double[][] scaled(BfvPlaintext plaintext, int rows) {
        Modulus t = parameters.plain();
        double[] rest = new double[chain.degree()];
        Rows.scale(plaintext.coefficients(), t.centred(t.of(ring.product(rows))), rest, t);
        double[][] out = ring.zero(rows);
        for (int i = 0; i < rows; i++) {
            Modulus modulus = ring.modulus(i);
            Rows.scale(rest, -Chain.inverse(t, modulus), out[i], modulus);
        }
        return out;
    }

    /// @throws PoyangException `NOISE_EXHAUSTED` when the noise leaves no room for a reliable
    ///     answer
    public BfvPlaintext decrypt(RlweSecretKey key, BfvCiphertext ciphertext) {
        return round(phase(key, ciphertext));
    }

    /// Q·m/t + e, whose noise tests measure exactly.
    double[][] phase(RlweSecretKey key, BfvCiphertext ciphertext) {
        check(ciphertext);
        double[][] phase = ring.forward(Ring.copy(ciphertext.c1()));
        ring.inverse(ring.multiply(phase, key.values(chain), phase));
        return ring.add(phase, ciphertext.c0(), phase);
    }

    /// Rounds Q·m/t + e to m.
    BfvPlaintext round(double[][] phase) {
        double[] rest = new double[chain.degree()];
        double[] message = parameters.level(phase).rounding().divide(phase, rest);
        if (largest(rest) >= REST_MAX) {
            throw new PoyangException(
                    HomomorphicErrors.NOISE_EXHAUSTED,
                    "the ciphertext cannot be decrypted",
                    "its key, and fewer operations or larger parameters, are needed");
        }
        Modulus t = parameters.plain();
        for (int i = 0; i < message.length; i++) {
            message[i] = t.centred(t.canonical(message[i]));
        }
        return new BfvPlaintext(message);
    }

    private static double largest(double[] rest) {
        double largest = 0;
        for (double x : rest) {
            largest = Math.max(largest, Math.abs(x));
        }
        return largest;
    }

    /// The bits of noise budget that are left, measured with the secret key, up to 48; below 1
    /// nothing is decrypted.
    public double measuredBudgetBits(RlweSecretKey key, BfvCiphertext ciphertext) {
        double[][] phase = phase(key, ciphertext);
        double[] rest = new double[chain.degree()];
        parameters.level(phase).rounding().divide(phase, rest);
        return Math.clamp(-1 - Noise.log2(largest(rest)), 0, MEASURED_BITS_MAX);
    }

    /// The bits of noise budget that are left at least, estimated without any key.
    public double budgetBits(BfvCiphertext ciphertext) {
        double room = chain.bits(ciphertext.primes()) - Noise.log2(parameters.plainModulus()) - 1;
        return Math.max(0, room - Noise.bound(ciphertext.variance()));
    }

    void check(BfvCiphertext ciphertext) {
        if (!ciphertext.parameters().equals(chain.id())) {
            throw Codec.bad("it belongs to other parameters");
        }
    }

    private void check(BfvCiphertext a, BfvCiphertext b) {
        check(a);
        check(b);
        if (a.primes() != b.primes()) {
            throw Codec.bad("one has " + a.primes() + " primes, the other " + b.primes());
        }
    }

    // ---- arithmetic ---------------------------------------------------------------------------------

    public BfvCiphertext add(BfvCiphertext a, BfvCiphertext b) {
        check(a, b);
        return new BfvCiphertext(
                chain.id(),
                ring.add(a.c0(), b.c0(), ring.zero(a.primes())),
                ring.add(a.c1(), b.c1(), ring.zero(a.primes())),
                Noise.joined(a.variance(), b.variance()),
                null);
    }

    public BfvCiphertext subtract(BfvCiphertext a, BfvCiphertext b) {
        check(a, b);
        return new BfvCiphertext(
                chain.id(),
                ring.subtract(a.c0(), b.c0(), ring.zero(a.primes())),
                ring.subtract(a.c1(), b.c1(), ring.zero(a.primes())),
                Noise.joined(a.variance(), b.variance()),
                null);
    }

    public BfvCiphertext negate(BfvCiphertext a) {
        check(a);
        return new BfvCiphertext(
                chain.id(),
                ring.negate(a.c0(), ring.zero(a.primes())),
                ring.negate(a.c1(), ring.zero(a.primes())),
                a.variance(),
                null);
    }

    public BfvCiphertext add(BfvCiphertext a, BfvPlaintext b) {
        check(a);
        double[][] c0 = scaled(b, a.primes());
        return new BfvCiphertext(chain.id(), ring.add(a.c0(), c0, c0), a.c1(), a.variance(), null);
    }

    /// Slot by slot with public or own numbers.
    public BfvCiphertext multiply(BfvCiphertext a, BfvPlaintext b) {
        check(a);
        double[][] factor = ring.forward(ring.signed(b.coefficients(), a.primes()));
        double squares = 1;
        for (double x : b.coefficients()) {
            squares += x * x;
        }
        return new BfvCiphertext(
                chain.id(),
                multiply(a.c0(), factor),
                multiply(a.c1(), factor),
                a.variance() + Noise.log2(squares),
                null);
    }

    private double[][] multiply(double[][] a, double[][] factor) {
        double[][] product = ring.forward(Ring.copy(a));
        return ring.inverse(ring.multiply(product, factor, product));
    }

    /// Slot by slot, brought back to two parts.
    public BfvCiphertext multiply(BfvCiphertext a, BfvCiphertext b, RelinearisationKey key) {
        check(a, b);
        double[][][] parts = BfvProduct.of(parameters, a, b);
        double[][][] switched = key.key().apply(chain, parts[2], false);
        ring.add(parts[0], switched[0], parts[0]);
        ring.add(parts[1], switched[1], parts[1]);
        double variance =
                Noise.sum(BfvProduct.variance(parameters, a, b), key.key().variance(chain, a.primes()));
        return new BfvCiphertext(chain.id(), parts[0], parts[1], variance, null);
    }

    /// Goes on modulo fewer primes: smaller, faster, with less noise in less room.
    ///
    /// @throws PoyangException `NOISE_EXHAUSTED` when one prime is left
    public BfvCiphertext dropPrime(BfvCiphertext a) {
        check(a);
        if (a.primes() == 1) {
            throw new PoyangException(
                    HomomorphicErrors.NOISE_EXHAUSTED,
                    "the ciphertext has one prime left",
                    "larger parameters are needed");
        }
        double bits = Noise.log2(ring.modulus(a.primes() - 1).value());
        return new BfvCiphertext(
                chain.id(),
                dropped(a.c0()),
                dropped(a.c1()),
                Noise.sum(a.variance() - 2 * bits, droppedVariance(chain)),
                null);
    }

    /// What rounding adds when a prime is dropped.
    static double droppedVariance(Chain chain) {
        return Noise.log2((1 + chain.secretGain()) / 12) + 2;
    }

    private double[][] dropped(double[][] a) {
        int last = a.length - 1;
        double[][] out = ring.zero(last);
        for (int i = 0; i < last; i++) {
            Modulus modulus = ring.modulus(i);
            double inverse = Chain.inverse(ring.modulus(last), modulus);
            Rows.subtractScale(a[i], a[last], inverse, out[i], modulus);
        }
        return out;
    }

    // ---- moving slots -------------------------------------------------------------------------------

    /// Slot i + steps of each row moves to slot i, around the row's end.
    public BfvCiphertext rotateRows(BfvCiphertext a, int steps, RotationKeys keys) {
        check(a);
        int left = Math.floorMod(steps, chain.degree() / 2);
        int own = RotationKeys.element(chain, left);
        if (left == 0) {
            return a;
        }
        if (keys.has(own)) {
            return moved(a, own, keys);
        }
        BfvCiphertext out = a;
        for (int step = 1; step <= left; step *= 2) {
            if ((left & step) != 0) {
                out = moved(out, RotationKeys.element(chain, step), keys);
            }
        }
        return out;
    }

    /// The two rows change places.
    public BfvCiphertext swapRows(BfvCiphertext a, RotationKeys keys) {
        check(a);
        return moved(a, 2 * chain.degree() - 1, keys);
    }

    /// Every slot becomes the sum of all slots.
    public BfvCiphertext sumSlots(BfvCiphertext a, RotationKeys keys) {
        BfvCiphertext sum = add(a, swapRows(a, keys));
        for (int step = 1; step < chain.degree() / 2; step *= 2) {
            sum = add(sum, rotateRows(sum, step, keys));
        }
        return sum;
    }

    private BfvCiphertext moved(BfvCiphertext a, int element, RotationKeys keys) {
        double[][][] switched = keys.key(element).apply(chain, ring.automorphism(a.c1(), element), false);
        ring.add(switched[0], ring.automorphism(a.c0(), element), switched[0]);
        double variance = Noise.sum(a.variance(), keys.key(element).variance(chain, a.primes()));
        return new BfvCiphertext(chain.id(), switched[0], switched[1], variance, null);
    }

    /// A fresh encryption of the same slots whose noise hides what the old noise told: adds an
    /// encryption of zero and a uniform error that is 2^40 times the estimated bound.
    ///
    /// - secrecy: statistical distance n·2^(-40) from noise that does not depend on the operands
    /// - rejects: `NOISE_EXHAUSTED` when there is no room for the flood
    /// - source: noise flooding as in Gentry, "Fully homomorphic encryption using ideal lattices",
    ///   2009
    public BfvCiphertext flood(BfvCiphertext a, RlwePublicKey key, RandomSource random) {
        check(a);
        return Flood.bfv(this, a, key, random);
    }
}
