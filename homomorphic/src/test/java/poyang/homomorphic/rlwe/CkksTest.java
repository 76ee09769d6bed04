package poyang.homomorphic.rlwe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;

/// Every operation is within the bound that it states, and what is out of bounds, foreign or
/// damaged is refused.
final class CkksTest {
    private static final Ckks CKKS = new Ckks(CkksParameters.standard(8192));
    private static final int SLOTS = CKKS.parameters().slots();
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "ckks");

    @SuppressWarnings("NullAway.Init")
    private static RlweSecretKey secret;

    @SuppressWarnings("NullAway.Init")
    private static RlwePublicKey publicKey;

    @SuppressWarnings("NullAway.Init")
    private static RelinearisationKey relinearisation;

    @SuppressWarnings("NullAway.Init")
    private static RotationKeys rotations;

    @BeforeAll
    static void keys() {
        secret = CKKS.secretKey(RANDOM);
        publicKey = CKKS.publicKey(secret, RANDOM);
        relinearisation = CKKS.relinearisationKey(secret, RANDOM);
        rotations = CKKS.rotationKeys(secret, RANDOM);
    }

    private static double[] values(Random random) {
        double[] values = new double[SLOTS];
        int kind = random.nextInt(4);
        double size = Math.pow(2, random.nextInt(8) - 4);
        Arrays.setAll(values, i -> switch (kind) {
            case 0 -> size;
            case 1 -> i % 2 == 0 ? size : -size;
            default -> size * (2 * random.nextDouble() - 1);
        });
        return values;
    }

    private static double[] map(double[] a, double[] b, DoubleBinaryOperator operation) {
        double[] out = new double[a.length];
        Arrays.setAll(out, i -> operation.applyAsDouble(a[i], b[i]));
        return out;
    }

    private static void assertNear(double[] expected, CkksCiphertext found) {
        CkksResult result = CKKS.decryptForKeyHolderOnly(secret, found);
        double[] real = result.real();
        double[] imaginary = result.imaginary();
        for (int i = 0; i < expected.length; i++) {
            double off = Math.hypot(real[i] - expected[i], imaginary[i]);
            assertTrue(off <= result.error(), "slot " + i + " is off by " + off + ", bound " + result.error());
        }
    }

    private static CkksCiphertext encrypted(double[] values) {
        return CKKS.encrypt(publicKey, values, RANDOM);
    }

    @Test
    void operationsKeepToTheirBounds() {
        Property.seeds(6).check(seed -> {
            Random random = new Random(seed);
            double[] a = values(random);
            double[] b = values(random);
            CkksCiphertext x = encrypted(a);
            CkksCiphertext y = encrypted(b);
            assertNear(a, x);
            assertNear(map(a, b, Double::sum), CKKS.add(x, y));
            assertNear(map(a, b, (p, q) -> p - q), CKKS.subtract(x, y));
            assertNear(map(a, b, Double::sum), CKKS.add(x, b));
            assertNear(map(a, b, Double::sum), CKKS.add(x, CKKS.toLevel(y, 1)));
            assertNear(map(a, b, (p, q) -> p * q), CKKS.multiply(x, b));
            assertNear(map(a, b, (p, q) -> p * q), CKKS.multiply(x, y, relinearisation));
            assertNear(map(a, b, (p, q) -> p * q), CKKS.multiply(x, CKKS.toLevel(y, 2), relinearisation));
            double[] turned = new double[SLOTS];
            Arrays.setAll(turned, i -> a[(i + 11) % SLOTS]);
            assertNear(turned, CKKS.rotate(x, 11, rotations));
            assertNear(a, CKKS.conjugate(x, rotations));
        });
    }

    @Test
    void depthIsAsPromised() {
        double[] a = new double[SLOTS];
        Arrays.setAll(a, i -> Math.sin(i));
        CkksCiphertext x = encrypted(a);
        double[] expected = a;
        for (int i = 0; i < CKKS.parameters().depth(); i++) {
            x = CKKS.multiply(x, x, relinearisation);
            expected = map(expected, expected, (p, q) -> p * q);
            assertNear(expected, x);
        }
        CkksCiphertext last = x;
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> CKKS.multiply(last, last, relinearisation));
    }

    @Test
    void complexSlotsConjugate() {
        double[] re = {1.5, -2};
        double[] im = {0.25, 3};
        CkksCiphertext x = CKKS.encrypt(publicKey, re, im, RANDOM);
        CkksResult turned = CKKS.decryptForKeyHolderOnly(secret, CKKS.conjugate(x, rotations));
        assertEquals(-0.25, turned.imaginary()[0], turned.error());
        assertEquals(-3, turned.imaginary()[1], turned.error());
        assertEquals(-2, turned.real()[1], turned.error());
    }

    @Test
    void matricesPolynomialsAndSums() {
        Random random = new Random(4);
        double[] vector = new double[30];
        Arrays.setAll(vector, i -> random.nextDouble() - 0.5);
        double[][] matrix = new double[20][30];
        double[] expected = new double[20];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < vector.length; j++) {
                matrix[i][j] = random.nextDouble() - 0.5;
                expected[i] += matrix[i][j] * vector[j];
            }
        }
        assertNear(expected, CKKS.multiply(matrix, encrypted(CKKS.repeated(vector)), rotations));
        double[] x = new double[SLOTS];
        Arrays.setAll(x, i -> random.nextDouble() * 2 - 1);
        double[] coefficients = {0.5, 0.25, 0, -1.0 / 48, 0, 1.0 / 480};
        double[] values = new double[SLOTS];
        Arrays.setAll(values, i -> {
            double sum = 0;
            for (int k = coefficients.length - 1; k >= 0; k--) {
                sum = sum * x[i] + coefficients[k];
            }
            return sum;
        });
        CkksCiphertext sigmoid = CKKS.polynomial(coefficients, encrypted(x), relinearisation);
        assertEquals(0, sigmoid.level());
        assertNear(values, sigmoid);
        double[] sums = new double[SLOTS];
        Arrays.fill(sums, Arrays.stream(vector).sum());
        assertNear(sums, CKKS.sumSlots(encrypted(vector), rotations));
    }

    @Test
    void releasedResultsHideTheError() {
        assertRefused(
                HomomorphicErrors.NOISE_EXHAUSTED,
                () -> CKKS.decryptForRelease(secret, encrypted(new double[] {1}), 1, RANDOM));
        Ckks wide = new Ckks(CkksParameters.wide(16384));
        RlweSecretKey key = wide.secretKey(RANDOM);
        RlwePublicKey open = wide.publicKey(key, RANDOM);
        double[] a = {0.5, -0.25, 1};
        CkksCiphertext x = wide.multiply(wide.encrypt(open, a, RANDOM), 2, 2, 2);
        CkksResult released = wide.decryptForRelease(key, x, 100, RANDOM);
        CkksResult again = wide.decryptForRelease(key, x, 100, RANDOM);
        double spread = 0;
        for (int i = 0; i < a.length; i++) {
            assertEquals(2 * a[i], released.real()[i], released.error());
            spread += Math.abs(released.real()[i] - again.real()[i]);
        }
        assertTrue(released.error() < 1e-5, "bound " + released.error());
        // the noise is many times the error that it hides
        assertTrue(spread > Math.pow(2, 20) * x.error(), spread + " against " + x.error());
    }

    @Test
    void whatOutgrowsThePrimesIsRefused() {
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> {
            CkksCiphertext x = encrypted(new double[] {200});
            for (int i = 0; i < 3; i++) {
                x = CKKS.multiply(x, x, relinearisation);
            }
        });
        assertRefused(HomomorphicErrors.BAD_PLAINTEXT, () -> encrypted(new double[] {Double.NaN}));
        assertRefused(HomomorphicErrors.BAD_PLAINTEXT, () -> encrypted(new double[] {Double.POSITIVE_INFINITY}));
        assertRefused(HomomorphicErrors.BAD_PLAINTEXT, () -> encrypted(new double[SLOTS + 1]));
        // one that lies about its bounds
        CkksCiphertext x = encrypted(new double[] {8, 8, 8});
        CkksCiphertext liar = new CkksCiphertext(x.parameters(), x.c0(), x.c1(), x.level(), 1e-5, x.error());
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> CKKS.decryptForKeyHolderOnly(secret, liar));
        RlweSecretKey stranger = CKKS.secretKey(RANDOM);
        for (int level = 0; level <= CKKS.parameters().depth(); level++) {
            CkksCiphertext low = CKKS.toLevel(x, level);
            assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> CKKS.decryptForKeyHolderOnly(stranger, low));
        }
    }

    private static void assertRefused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(PoyangException.class, call::run).code());
    }

    @Test
    void weakParametersCannotBeMade() {
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> CkksParameters.of(8192, 40, 4));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> CkksParameters.of(8192, 50, 1));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> CkksParameters.of(5000, 40, 1));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> CkksParameters.wide(4096));
        assertEquals(8, CkksParameters.standard(16384).depth());
        assertEquals(3, CkksParameters.wide(16384).depth());
    }

    @Test
    void ciphertextsSurviveTheWireAndNothingElseIsOne() {
        CkksParameters parameters = CKKS.parameters();
        double[] a = {1, 2, 3};
        CkksCiphertext x = CKKS.toLevel(encrypted(a), 0);
        Bytes encoded = x.encode(parameters);
        CkksCiphertext back = CkksCiphertext.decode(parameters, encoded);
        assertNear(a, back);
        assertEquals(encoded, back.encode(parameters));
        assertRefused(
                HomomorphicErrors.BAD_CIPHERTEXT, () -> CkksCiphertext.decode(CkksParameters.standard(16384), encoded));
        byte[] bytes = encoded.toArray();
        Property.seeds(100).check(seed -> {
            Random random = new Random(seed);
            byte[] damaged =
                    random.nextInt(3) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
            if (damaged.length == bytes.length) {
                damaged[random.nextInt(random.nextBoolean() ? 120 : bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                CkksCiphertext read = CkksCiphertext.decode(parameters, Bytes.wrap(damaged));
                assertEquals(Bytes.copyOf(damaged), read.encode(parameters), "two forms of one ciphertext");
            } catch (PoyangException e) {
                assertTrue(e.code().number() == 7602 || e.code().number() < 2000, e.toString());
            }
        });
    }
}
