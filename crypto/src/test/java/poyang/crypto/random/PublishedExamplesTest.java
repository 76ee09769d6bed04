package poyang.crypto.random;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The example values of GM/T 0005-2021 annex C (as github.com/Trisia/randomness states them), and those
/// of NIST SP 800-22 appendix B where both standards define the same test.
final class PublishedExamplesTest {
    /// The example of 128 bits, 1100110000010101…, and the first 100 bits of π, 1100100100001111….
    private static final BitSample EXAMPLE = hex("cc156c4ce0024d5113d680d7cce6d8b2", 128);

    private static final BitSample PI = hex("c90fdaa22168c234c4c6628b80", 100);
    private static final BitSample E = e(1_000_000);

    private static BitSample hex(String digits, int length) {
        return BitSample.of(HexFormat.of().parseHex(digits), length);
    }

    /// The first bits of the number e, from its series: `e·k! = k·(e·(k−1)!) + 1`, cut off.
    private static BitSample e(int length) {
        int terms = 90_000;
        BigInteger[] fraction = series(1, terms);
        BigInteger digits = fraction[0]
                .shiftLeft(length + 30)
                .divide(fraction[1])
                .add(BigInteger.ONE.shiftLeft(length + 30))
                .shiftRight(32);
        byte[] octets = digits.toByteArray();
        return BitSample.of(octets.length * 8 == length ? octets : Arrays.copyOfRange(octets, 1, octets.length));
    }

    /// The sum of `1/(a·(a+1)·…·k)` for k from a to b, as a fraction with denominator `a·…·b`.
    private static BigInteger[] series(int a, int b) {
        if (a == b) {
            return new BigInteger[] {BigInteger.ONE, BigInteger.valueOf(a)};
        }
        int middle = (a + b) >>> 1;
        BigInteger[] left = series(a, middle);
        BigInteger[] right = series(middle + 1, b);
        return new BigInteger[] {left[0].multiply(right[1]).add(right[0]), left[1].multiply(right[1])};
    }

    private static void equal(double p, double q, TestValue value) {
        assertEquals(p, value.p(), 5e-7, value.toString());
        assertEquals(q, value.q(), 5e-7, value.toString());
    }

    @Test
    void frequencies() {
        equal(0.215925, 0.892038, FrequencyTests.frequency(EXAMPLE));
        equal(0.706438, 0.706438, FrequencyTests.blockFrequency(PI, 10));
        equal(0.213734, 0.213734, FrequencyTests.poker(EXAMPLE, 4));
        equal(0.221829, 0.221829, FrequencyTests.poker(EXAMPLE, 8));
        assertEquals(0.953749, FrequencyTests.frequency(E).p(), 1e-6, "NIST, e");
    }

    @Test
    void patterns() {
        List<TestValue> both = PatternTests.overlappingPatterns(EXAMPLE, 2);
        equal(0.436868, 0.436868, both.getFirst());
        equal(0.723674, 0.723674, both.getLast());
        equal(0.235301, 0.235301, PatternTests.approximateEntropy(PI, 2));
        equal(0.282568, 0.141284, PatternTests.universal(E));
        assertEquals(0.700073, PatternTests.approximateEntropy(E, 10).p(), 1e-6, "NIST, e");
        assertEquals(
                0.766182, PatternTests.overlappingPatterns(E, 16).getFirst().p(), 1e-6, "NIST, e");
        assertEquals(0.462921, PatternTests.overlappingPatterns(E, 16).getLast().p(), 1e-6, "NIST, e");
    }

    @Test
    void runs() {
        equal(0.620729, 0.310364, RunTests.runs(EXAMPLE));
        equal(0.970152, 0.970152, RunTests.runLengths(EXAMPLE));
        equal(0.180598, 0.180598, RunTests.longestRun(EXAMPLE, 1));
        equal(0.839299, 0.839299, RunTests.longestRun(EXAMPLE, 0));
        assertEquals(0.561917, RunTests.runs(E).p(), 1e-6, "NIST, e");
    }

    @Test
    void shiftsAndWalks() {
        equal(0.039669, 0.980166, FrequencyTests.binaryDerivative(EXAMPLE, 3));
        equal(0.790080, 0.395040, FrequencyTests.autocorrelation(EXAMPLE, 1));
        equal(0.219194, 0.219194, FrequencyTests.cumulativeSums(PI, true));
        equal(0.114866, 0.114866, FrequencyTests.cumulativeSums(PI, false));
        assertEquals(0.669887, FrequencyTests.cumulativeSums(E, true).p(), 1e-6, "NIST, e");
        assertEquals(0.724266, FrequencyTests.cumulativeSums(E, false).p(), 1e-6, "NIST, e");
    }

    @Test
    void algebra() {
        equal(0.307543, 0.307543, AlgebraicTests.matrixRank(E));
        equal(0.844721, 0.844721, AlgebraicTests.linearComplexity(E, 1000));
    }

    @Test
    void spectrum() {
        equal(0.654721, 0.327360, new FourierTest(100).of(PI));
    }

    @Test
    void judgement() {
        double[] q = {
            0.9, 0.91, 0.07, 0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.2, 0.21, 0.22, 0.23, 0.24, 0.25, 0.26, 0.27, 0.3,
                    0.31,
            0.32, 0.33, 0.34, 0.35, 0.36, 0.4, 0.45, 0.5, 0.51, 0.52, 0.53, 0.54, 0.6, 0.61, 0.7, 0.71, 0.72, 0.73,
                    0.74,
            0.75, 0.76, 0.77, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.88
        };
        assertEquals(0.096578, Judgement.uniformity(q), 5e-7);
        assertEquals(981, Judgement.needed(1000));
        assertEquals(48, Judgement.needed(50));
        assertEquals(19, Judgement.needed(20));
        assertEquals(1, Judgement.needed(1));
    }
}
