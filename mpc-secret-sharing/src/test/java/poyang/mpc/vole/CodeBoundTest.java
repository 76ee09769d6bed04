package poyang.mpc.vole;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// Computes the bound that {@link CodeParameters} states.
final class CodeBoundTest {
    private static final double LN2 = Math.log(2);
    private static final int EACH = 2_000;

    /// log2 of n! by Stirling's series; exact to 1e-9 from n = 8 on, and by multiplication below.
    private static double factorial(double n) {
        if (n < 8) {
            double product = 1;
            for (int i = 2; i <= n; i++) {
                product *= i;
            }
            return Math.log(product) / LN2;
        }
        double x = n + 1;
        double series = 1 / (12 * x) - 1 / (360 * x * x * x) + 1 / (1260 * Math.pow(x, 5));
        return ((x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series) / LN2;
    }

    private static double choose(double n, double k) {
        return factorial(n) - factorial(k) - factorial(n - k);
    }

    /// log2 of the bound on the probability that the code has a linear test of advantage above
    /// 2^-128.
    private static double bound(int length, int weight, int blocks) {
        double distance = 1 - Math.pow(2, -128.0 / blocks);
        double total = 0;
        double scale = -40;
        double last = Double.POSITIVE_INFINITY;
        int next;
        for (int r = 1; r <= length; r = next) {
            // one by one up to EACH; then runs of r, whose terms fall, by their first term
            next = r < EACH ? r + 1 : r + r / 64;
            double term = term(length, weight, blocks, distance, r);
            if (r > EACH && last < -40) {
                assertTrue(term < last, "terms fall from " + EACH + " on");
            }
            last = term;
            total += (next - r) * Math.pow(2, term - scale);
        }
        return scale + Math.log(total) / LN2;
    }

    /// log2 of the expected number of bad tests on r rows.
    private static double term(int length, int weight, int blocks, double distance, int r) {
        double points = (double) weight * r;
        double share = Math.min(distance, 2.0 * r / blocks);
        double gaps = choose(points, r - 1);
        double covered = Math.min(0, gaps + (points + 1 - r) * Math.log(share) / LN2);
        double strips = points * Math.log(weight) / LN2 + weight * factorial(r) - factorial(points);
        return choose(length, r) + gaps + covered + strips;
    }

    @Test
    void noLinearTestHasMoreThanTwoToTheMinus128ButWithTwoToTheMinus40() {
        for (int length : new int[] {1, 1 << 10, 1 << 16, 1_342_177, 1 << 21, 1 << 24}) {
            CodeParameters code = CodeParameters.of(length);
            double bits = bound(length, code.weight(), code.blocks());
            assertTrue(bits < -40, length + " outputs: 2^" + bits);
        }
    }

    /// The bound tells good parameters from bad ones: fewer blocks, or lighter rows, fail it.
    @Test
    void weakerParametersFailTheBound() {
        assertTrue(bound(1_342_177, 7, 600) > 0);
        assertTrue(bound(1_342_177, 11, 400) > 0);
        assertTrue(bound(1 << 24, 11, 600) > -40, "long outputs need heavier rows");
    }
}
