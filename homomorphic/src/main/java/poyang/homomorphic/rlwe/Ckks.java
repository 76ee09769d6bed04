package poyang.homomorphic.rlwe;

import java.util.Arrays;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Rows;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// CKKS: approximate arithmetic on vectors of complex numbers under encryption.
///
/// - security: indistinguishable under chosen plaintexts at 128 bits. A decryption carries the
///   encryption's error in its last digits, and whoever sees it can find the key: {@link
///   #decryptForRelease} drowns that error and is the only way to a result that others may see
/// - errors: every ciphertext bounds its own error; results that outgrow the primes are refused
/// - threads: immutable, for any number
/// - source: Cheon, Kim, Kim and Song, ASIACRYPT 2017; Li and Micciancio, EUROCRYPT 2021, and Li,
///   Micciancio, Schultz and Sorrell, CRYPTO 2022, for what decryptions tell
public final class Ckks {
    /// A normal value passes six standard deviations of both its parts with probability e^(-36).
    private static final double TAIL = 6;

    private static final double ROUNDING = 0x1p-44;

    private final CkksParameters parameters;
    private final Chain chain;
    private final Ring ring;
    private final CkksEncoder encoder;
    private final int parties;

    public Ckks(CkksParameters parameters) {
        this(parameters, 1);
    }

    /// @param parties how many ternary secrets the secret is the sum of
    Ckks(CkksParameters parameters, int parties) {
        this.parameters = parameters;
        this.parties = parties;
        chain = parameters.chain();
        ring = chain.ring();
        encoder = new CkksEncoder(chain.degree());
    }

    public CkksParameters parameters() {
        return parameters;
    }

    // ---- keys ---------------------------------------------------------------------------------------

    /// Keys of several parties, none of whom can decrypt alone.
    ///
    /// @param parties 2 to 64
    public JointCkks joint(int parties) {
        return new JointCkks(parameters, parties);
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

    // ---- in -----------------------------------------------------------------------------------------

    /// @param real at most as many as there are slots; the rest are zeros
    /// @throws PoyangException `BAD_PLAINTEXT` when they do not fit
    public CkksCiphertext encrypt(RlwePublicKey key, double[] real, RandomSource random) {
        return encrypt(key, real, new double[real.length], random);
    }

    public CkksCiphertext encrypt(RlwePublicKey key, double[] real, double[] imaginary, RandomSource random) {
        int level = parameters.depth();
        CkksPlaintext plaintext = plaintext(real, imaginary, level);
        double[][][] zero = key.zero(chain, Bfv.fast(random));
        ring.add(zero[0], plaintext.values(), zero[0]);
        double variance = Noise.sum(key.variance(chain), -Noise.log2(12));
        return made(zero[0], zero[1], level, plaintext.magnitude(), slotError(variance, level));
    }

    /// The values repeated to the end of the slots, after zeros up to a power of two: what products
    /// with matrices take.
    public double[] repeated(double... values) {
        int period = Integer.highestOneBit(Math.max(1, 2 * values.length - 1));
        double[] out = new double[parameters.slots()];
        if (values.length > out.length) {
            throw tooMany(values.length);
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = i % period < values.length ? values[i % period] : 0;
        }
        return out;
    }

    CkksPlaintext plaintext(double[] real, double[] imaginary, int level) {
        int slots = parameters.slots();
        if (real.length > slots || imaginary.length != real.length) {
            throw tooMany(real.length);
        }
        double magnitude = 0;
        for (int i = 0; i < real.length; i++) {
            double size = Math.hypot(real[i], imaginary[i]);
            if (!(size < 0x1p60)) {
                throw BfvParameters.badPlaintext("a number is too large or none", "finite numbers are needed");
            }
            magnitude = Math.max(magnitude, size);
        }
        capacity(magnitude, parameters.scale(level), parameters.rows(level));
        double[] coefficients = encoder.coefficients(
                Arrays.copyOf(real, slots), Arrays.copyOf(imaginary, slots), parameters.scale(level));
        for (int j = 0; j < coefficients.length; j++) {
            coefficients[j] = Math.rint(coefficients[j]);
        }
        double[][] values = ring.forward(ring.signed(coefficients, parameters.rows(level)));
        return new CkksPlaintext(values, level, magnitude);
    }

    private PoyangException tooMany(int count) {
        return BfvParameters.badPlaintext(count + " numbers do not fit", "there are " + parameters.slots() + " slots");
    }

    /// The bound on a slot's error from a variance of coefficients, at a level's scale.
    private double slotError(double variance, int level) {
        return TAIL * Math.sqrt(chain.degree()) * Math.pow(2, variance / 2) / parameters.scale(level);
    }

    private void capacity(double magnitude, double scale, int rows) {
        if (Noise.log2(Math.max(magnitude, Double.MIN_NORMAL)) + Noise.log2(scale) + 1 >= chain.bits(rows)) {
            throw new PoyangException(
                    HomomorphicErrors.NOISE_EXHAUSTED,
                    "values up to " + magnitude + " do not fit what is left of the primes",
                    "smaller values, fewer operations or larger parameters are needed");
        }
    }

    private CkksCiphertext made(double[][] c0, double[][] c1, int level, double magnitude, double error) {
        capacity(magnitude + error, parameters.scale(level), parameters.rows(level));
        return new CkksCiphertext(chain.id(), c0, c1, level, magnitude, error);
    }

    // ---- out ----------------------------------------------------------------------------------------

    /// The slots, with the error that gives the secret key away: for the holder of the key alone,
    /// who hands on neither the numbers nor anything computed from their last digits.
    ///
    /// @throws PoyangException `NOISE_EXHAUSTED` when the result does not keep to its bounds
    public CkksResult decryptForKeyHolderOnly(RlweSecretKey key, CkksCiphertext ciphertext) {
        double[] coefficients = coefficients(key, ciphertext);
        return result(coefficients, ciphertext, ciphertext.error());
    }

    /// The slots with normal noise over the error, so that others may see them.
    ///
    /// - computes: with Δ the error's bound, noise of standard deviation 8·2^20·Δ·√`releases` on
    ///   each coefficient: what `releases` results tell of the key is below 2^(-40) in the sense of
    ///   the source
    /// - rejects: `NOISE_EXHAUSTED` when nothing of the result would be left, which is the rule at
    ///   scales of 44 bits and less
    /// - source: Li, Micciancio, Schultz and Sorrell, CRYPTO 2022, section 5
    ///
    /// @param releases how many results under this key are ever released, this one included
    public CkksResult decryptForRelease(
            RlweSecretKey key, CkksCiphertext ciphertext, int releases, RandomSource random) {
        double sigma = releaseSigma(ciphertext, releases, 1);
        double error = releaseError(ciphertext, sigma, 1);
        double[] coefficients = coefficients(key, ciphertext);
        double[] noise =
                Gaussian.samples(coefficients.length, sigma * parameters.scale(ciphertext.level()), Bfv.fast(random));
        for (int j = 0; j < coefficients.length; j++) {
            coefficients[j] += noise[j];
        }
        return result(coefficients, ciphertext, error);
    }

    /// The standard deviation, in the slots' unit, of the noise that one release takes.
    ///
    /// @param sources how many parties add as much
    double releaseSigma(CkksCiphertext ciphertext, int releases, int sources) {
        double sigma = 8 * Math.pow(2, Flood.STATISTICAL_BITS / 2.0) * Math.sqrt(releases) * ciphertext.error();
        if (releases < 1 || !(releaseError(ciphertext, sigma, sources) < ciphertext.magnitude() / 2)) {
            throw Flood.noRoom();
        }
        return sigma;
    }

    double releaseError(CkksCiphertext ciphertext, double sigma, int sources) {
        return ciphertext.error() + TAIL * Math.sqrt(chain.degree()) * sigma * Math.sqrt(sources);
    }

    /// The slots that the parties' shares leave.
    ///
    /// @param shares their sum, given up
    /// @param error the bound on the result's error, the parties' noise included
    CkksResult released(CkksCiphertext ciphertext, double[][] shares, double error) {
        capacity(ciphertext.magnitude() + error, parameters.scale(ciphertext.level()), shares.length);
        ring.inverse(ring.add(shares, ciphertext.c0(), shares));
        double bound = (ciphertext.magnitude() + error) * parameters.scale(ciphertext.level());
        return result(bounded(MixedRadix.integers(ring, shares), bound), ciphertext, error);
    }

    /// Floating point, in encoding and here, adds its own to the error; it tells nothing of the
    /// key.
    private CkksResult result(double[] coefficients, CkksCiphertext from, double error) {
        double[] real = new double[parameters.slots()];
        double[] imaginary = new double[parameters.slots()];
        encoder.slots(coefficients, parameters.scale(from.level()), real, imaginary);
        return new CkksResult(real, imaginary, error + from.magnitude() * ROUNDING);
    }

    /// The largest magnitude of a slot.
    double largestSlot(double[] coefficients, double scale) {
        double[] real = new double[parameters.slots()];
        double[] imaginary = new double[parameters.slots()];
        encoder.slots(coefficients, scale, real, imaginary);
        double largest = 0;
        for (int i = 0; i < real.length; i++) {
            largest = Math.max(largest, Math.hypot(real[i], imaginary[i]));
        }
        return largest;
    }

    private double[] coefficients(RlweSecretKey key, CkksCiphertext ciphertext) {
        check(ciphertext);
        double bound = (ciphertext.magnitude() + ciphertext.error()) * parameters.scale(ciphertext.level());
        int rows = 1;
        while (rows < ciphertext.c0().length && chain.bits(rows) < Noise.log2(bound) + 2) {
            rows++;
        }
        rows = Math.min(rows + 1, ciphertext.c0().length); // one more, to see what is out of bounds
        double[][] phase = ring.multiply(ciphertext.c1(), key.values(chain), ring.zero(rows));
        ring.inverse(ring.add(phase, ciphertext.c0(), phase));
        return bounded(MixedRadix.integers(ring, phase), bound);
    }

    private static double[] bounded(double[] coefficients, double bound) {
        double largest = 0;
        for (double x : coefficients) {
            largest = Math.max(largest, Math.abs(x));
        }
        if (largest > bound * (1 + 0x1p-40) + 1) {
            throw new PoyangException(
                    HomomorphicErrors.NOISE_EXHAUSTED,
                    "the ciphertext cannot be decrypted",
                    "its key, and values within their bounds, are needed");
        }
        return coefficients;
    }

    void check(CkksCiphertext ciphertext) {
        if (!ciphertext.parameters().equals(chain.id())) {
            throw Codec.bad("it belongs to other parameters");
        }
    }

    // ---- arithmetic ---------------------------------------------------------------------------------

    /// The operand of the higher level is brought down first, as in every operation on two.
    public CkksCiphertext add(CkksCiphertext a, CkksCiphertext b) {
        CkksCiphertext x = toLevel(a, Math.min(a.level(), b.level()));
        CkksCiphertext y = toLevel(b, x.level());
        int rows = x.c0().length;
        return made(
                ring.add(x.c0(), y.c0(), ring.zero(rows)),
                ring.add(x.c1(), y.c1(), ring.zero(rows)),
                x.level(),
                x.magnitude() + y.magnitude(),
                x.error() + y.error());
    }

    public CkksCiphertext subtract(CkksCiphertext a, CkksCiphertext b) {
        return add(a, negate(b));
    }

    public CkksCiphertext negate(CkksCiphertext a) {
        check(a);
        int rows = a.c0().length;
        return made(
                ring.negate(a.c0(), ring.zero(rows)),
                ring.negate(a.c1(), ring.zero(rows)),
                a.level(),
                a.magnitude(),
                a.error());
    }

    public CkksCiphertext add(CkksCiphertext a, double... slots) {
        check(a);
        CkksPlaintext b = plaintext(slots, new double[slots.length], a.level());
        return made(
                ring.add(a.c0(), b.values(), ring.zero(a.c0().length)),
                a.c1(),
                a.level(),
                a.magnitude() + b.magnitude(),
                a.error() + slotError(-Noise.log2(12), a.level()));
    }

    /// Slot by slot with public or own numbers; takes one level.
    public CkksCiphertext multiply(CkksCiphertext a, double... slots) {
        return rescale(times(a, plaintext(slots, new double[slots.length], a.level())));
    }

    CkksProduct times(CkksCiphertext a, CkksPlaintext b) {
        check(a);
        if (a.level() == 0) {
            throw noLevel();
        }
        int rows = a.c0().length;
        double error = a.error() * b.magnitude() + (a.magnitude() + a.error()) * slotError(-Noise.log2(12), a.level());
        return new CkksProduct(
                ring.multiply(a.c0(), b.values(), ring.zero(rows)),
                ring.multiply(a.c1(), b.values(), ring.zero(rows)),
                a.level(),
                a.magnitude() * b.magnitude(),
                error);
    }

    CkksProduct sum(CkksProduct a, CkksProduct b) {
        ring.add(a.c0(), b.c0(), a.c0());
        ring.add(a.c1(), b.c1(), a.c1());
        return new CkksProduct(a.c0(), a.c1(), a.level(), a.magnitude() + b.magnitude(), a.error() + b.error());
    }

    private static PoyangException noLevel() {
        return new PoyangException(
                HomomorphicErrors.NOISE_EXHAUSTED,
                "the ciphertext has no level left",
                "fewer multiplications in a row or larger parameters are needed");
    }

    /// Slot by slot; takes one level.
    public CkksCiphertext multiply(CkksCiphertext a, CkksCiphertext b, RelinearisationKey key) {
        CkksCiphertext x = toLevel(a, Math.min(a.level(), b.level()));
        CkksCiphertext y = toLevel(b, x.level());
        return rescale(product(x, y, key));
    }

    CkksProduct product(CkksCiphertext x, CkksCiphertext y, RelinearisationKey key) {
        check(x);
        check(y);
        if (x.level() == 0) {
            throw noLevel();
        }
        int rows = x.c0().length;
        double[][] last = ring.inverse(ring.multiply(x.c1(), y.c1(), ring.zero(rows)));
        double[][][] switched = key.key().apply(chain, last, true);
        ring.multiplyAdd(x.c0(), y.c0(), switched[0]);
        ring.multiplyAdd(x.c0(), y.c1(), switched[1]);
        ring.multiplyAdd(x.c1(), y.c0(), switched[1]);
        double own = slotError(key.key().variance(chain, rows), x.level()) / parameters.scale(x.level());
        double error = (x.magnitude() + x.error()) * y.error() + y.magnitude() * x.error() + own;
        return new CkksProduct(switched[0], switched[1], x.level(), x.magnitude() * y.magnitude(), error);
    }

    /// To the next level, dividing by the primes between.
    CkksCiphertext rescale(CkksProduct a) {
        capacity(a.magnitude() + a.error(), parameters.scale(a.level()) * parameters.scale(a.level()), a.c0().length);
        int to = parameters.rows(a.level() - 1);
        double[][] c0 = a.c0();
        double[][] c1 = a.c1();
        while (c0.length > to) {
            c0 = dropped(c0);
            c1 = dropped(c1);
        }
        double rounding = Noise.log2((1 + parties * chain.secretGain()) / 12) + 1;
        return made(c0, c1, a.level() - 1, a.magnitude(), a.error() + slotError(rounding, a.level() - 1));
    }

    private double[][] dropped(double[][] a) {
        int last = a.length - 1;
        double[] top = a[last].clone();
        ring.transform(last).inverse(top);
        double[][] out = ring.zero(last);
        double[] part = new double[top.length];
        for (int i = 0; i < last; i++) {
            Modulus modulus = ring.modulus(i);
            Rows.reduce(top, part, modulus);
            ring.transform(i).forward(part);
            Rows.subtractScale(a[i], part, Chain.inverse(ring.modulus(last), modulus), out[i], modulus);
        }
        return out;
    }

    /// The same slots at a lower level and its scale.
    ///
    /// @throws PoyangException `BAD_CIPHERTEXT` when the level is above the ciphertext's
    public CkksCiphertext toLevel(CkksCiphertext a, int level) {
        check(a);
        if (level > a.level() || level < 0) {
            throw Codec.bad("level " + level + " is asked for, it has " + a.level());
        }
        CkksCiphertext x = a;
        while (x.level() > level) {
            double[] ones = new double[parameters.slots()];
            Arrays.fill(ones, 1);
            x = multiply(x, ones);
        }
        return x;
    }

    // ---- moving slots -------------------------------------------------------------------------------

    /// Slot i + steps moves to slot i, around the end.
    public CkksCiphertext rotate(CkksCiphertext a, int steps, RotationKeys keys) {
        check(a);
        int left = Math.floorMod(steps, parameters.slots());
        if (left == 0) {
            return a;
        }
        int own = RotationKeys.element(chain, left);
        if (keys.has(own)) {
            return moved(a, own, keys);
        }
        CkksCiphertext out = a;
        for (int step = 1; step <= left; step *= 2) {
            if ((left & step) != 0) {
                out = moved(out, RotationKeys.element(chain, step), keys);
            }
        }
        return out;
    }

    /// Every slot becomes its complex conjugate.
    public CkksCiphertext conjugate(CkksCiphertext a, RotationKeys keys) {
        check(a);
        return moved(a, 2 * chain.degree() - 1, keys);
    }

    /// Every slot becomes the sum of all slots.
    public CkksCiphertext sumSlots(CkksCiphertext a, RotationKeys keys) {
        CkksCiphertext sum = a;
        for (int step = 1; step < parameters.slots(); step *= 2) {
            sum = add(sum, rotate(sum, step, keys));
        }
        return sum;
    }

    private CkksCiphertext moved(CkksCiphertext a, int element, RotationKeys keys) {
        int[] permutation = keys.permutation(element);
        int rows = a.c0().length;
        double[][] c1 = ring.inverse(ring.permuted(a.c1(), permutation));
        double[][][] switched = keys.key(element).apply(chain, c1, true);
        ring.add(switched[0], ring.permuted(a.c0(), permutation), switched[0]);
        double own = slotError(keys.key(element).variance(chain, rows), a.level());
        return made(switched[0], switched[1], a.level(), a.magnitude(), a.error() + own);
    }

    // ---- linear algebra and polynomials -------------------------------------------------------------

    /// The product of a matrix with a vector that {@link #repeated} laid out; takes one level.
    public CkksCiphertext multiply(double[][] matrix, CkksCiphertext vector, RotationKeys keys) {
        return CkksCircuits.matrix(this, matrix, vector, keys);
    }

    /// Σ coefficients_i·x^i in every slot; takes ⌈log2(degree + 1)⌉ levels.
    public CkksCiphertext polynomial(double[] coefficients, CkksCiphertext x, RelinearisationKey key) {
        return CkksCircuits.polynomial(this, coefficients, x, key);
    }
}
