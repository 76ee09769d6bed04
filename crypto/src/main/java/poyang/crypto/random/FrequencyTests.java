package poyang.crypto.random;

/// Tests of how many ones there are, and where: GM/T 0005-2021, 5.1, 5.2, 5.3, 5.8, 5.9, 5.11.
final class FrequencyTests {
    private FrequencyTests() {}

    static TestValue frequency(BitSample bits) {
        return TestValue.normal(StatisticalTest.FREQUENCY, "", excess(bits));
    }

    /// Ones minus zeros, in standard deviations.
    private static double excess(BitSample bits) {
        return (2.0 * bits.ones() - bits.length()) / Math.sqrt(bits.length());
    }

    static TestValue blockFrequency(BitSample bits, int m) {
        int blocks = bits.length() / m;
        double sum = 0;
        for (int i = 0; i < blocks; i++) {
            double share = (double) bits.ones(i * m, (i + 1) * m) / m - 0.5;
            sum += share * share;
        }
        return TestValue.chiSquare(StatisticalTest.BLOCK_FREQUENCY, "m=" + m, blocks, 4.0 * m * sum);
    }

    static TestValue poker(BitSample bits, int m) {
        int hands = bits.length() / m;
        int[] counts = new int[1 << m];
        for (int i = 0; i < hands; i++) {
            counts[bits.number(i * m, m)]++;
        }
        double squares = 0;
        for (int count : counts) {
            squares += (double) count * count;
        }
        double statistic = squares * counts.length / hands - hands;
        return TestValue.chiSquare(StatisticalTest.POKER, "m=" + m, counts.length - 1.0, statistic);
    }

    static TestValue binaryDerivative(BitSample bits, int k) {
        BitSample derived = bits;
        for (int i = 0; i < k; i++) {
            derived = derived.plusShifted(1);
        }
        return TestValue.normal(StatisticalTest.BINARY_DERIVATIVE, "k=" + k, excess(derived));
    }

    static TestValue autocorrelation(BitSample bits, int d) {
        return TestValue.normal(StatisticalTest.AUTOCORRELATION, "d=" + d, excess(bits.plusShifted(d)));
    }

    /// The farthest that the walk (one step up for a one, down for a zero) gets from its start.
    static TestValue cumulativeSums(BitSample bits, boolean forward) {
        int n = bits.length();
        int height = 0;
        int farthest = 0;
        for (int i = 0; i < n; i++) {
            height += 2 * bits.bit(forward ? i : n - 1 - i) - 1;
            farthest = Math.max(farthest, Math.abs(height));
        }
        return TestValue.oneSided(
                StatisticalTest.CUMULATIVE_SUMS, forward ? "forward" : "backward", walkReaches(n, farthest));
    }

    /// The probability that a random walk of `n` steps gets as far as `z`.
    private static double walkReaches(int n, int z) {
        double root = Math.sqrt(n);
        double turns = (double) n / z;
        double p = 1;
        for (double k = Math.ceil((1 - turns) / 4); k <= Math.floor((turns - 1) / 4); k++) {
            p -= between((4 * k - 1) * z / root, (4 * k + 1) * z / root);
        }
        for (double k = Math.ceil((-turns - 3) / 4); k <= Math.floor((turns - 1) / 4); k++) {
            p += between((4 * k + 1) * z / root, (4 * k + 3) * z / root);
        }
        return Math.clamp(p, 0, 1);
    }

    private static double between(double from, double to) {
        return SpecialFunctions.normal(to) - SpecialFunctions.normal(from);
    }
}
