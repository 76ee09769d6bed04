package poyang.crypto.random;

import java.util.List;

/// Tests of runs of equal bits: GM/T 0005-2021, 5.5, 5.6, 5.7.
final class RunTests {
    private static final double EXPECTED_MIN = 5;

    /// How long the longest run of a block is: the probabilities of `shortest`, `shortest + 1` and so on,
    /// the first and the last taking what is below and above.
    private record Lengths(int blockBits, int shortest, List<Double> shares) {}

    // GM/T 0005-2021, 5.7, tables for K = 3, 5 and 6.
    private static final Lengths SHORT = new Lengths(8, 1, List.of(0.2148, 0.3672, 0.2305, 0.1875));
    private static final Lengths MIDDLE = new Lengths(128, 4, List.of(0.1174, 0.2430, 0.2494, 0.1752, 0.1027, 0.1124));
    private static final Lengths LONG =
            new Lengths(10_000, 10, List.of(0.086632, 0.208201, 0.248419, 0.193913, 0.121458, 0.068011, 0.073366));

    private RunTests() {}

    static TestValue runs(BitSample bits) {
        double n = bits.length();
        double ones = bits.ones() / n;
        double runs = 1.0 + bits.plusShifted(1).ones();
        double expected = 2 * n * ones * (1 - ones);
        if (expected == 0) { // all bits are equal
            return TestValue.oneSided(StatisticalTest.RUNS, "", 0);
        }
        return TestValue.normal(StatisticalTest.RUNS, "", (runs - expected) / (2 * Math.sqrt(n) * ones * (1 - ones)));
    }

    /// Runs of ones and of zeros by length, up to the greatest length of which five are expected.
    static TestValue runLengths(BitSample bits) {
        int n = bits.length();
        int longest = 0;
        while ((n - longest + 2) / Math.pow(2, longest + 3) >= EXPECTED_MIN) {
            longest++;
        }
        double[][] counts = new double[2][longest];
        int start = 0;
        double runs = 0;
        for (int i = 1; i <= n; i++) {
            if (i == n || bits.bit(i) != bits.bit(start)) {
                counts[bits.bit(start)][Math.min(i - start, longest) - 1]++;
                start = i;
                runs++;
            }
        }
        double statistic = 0;
        for (int i = 0; i < longest; i++) {
            double expected = runs / Math.pow(2, i + (i < longest - 1 ? 2 : 1));
            for (double[] ofBit : counts) {
                statistic += (ofBit[i] - expected) * (ofBit[i] - expected) / expected;
            }
        }
        return TestValue.chiSquare(StatisticalTest.RUN_LENGTHS, "", 2.0 * longest - 2, statistic);
    }

    /// The longest run of `bit` in each block, against the probabilities.
    static TestValue longestRun(BitSample bits, int bit) {
        Lengths lengths = lengths(bits.length());
        int m = lengths.blockBits;
        int blocks = bits.length() / m;
        int last = lengths.shares.size() - 1;
        int[] counts = new int[last + 1];
        for (int block = 0; block < blocks; block++) {
            counts[Math.clamp(longestRun(bits, bit, block * m, (block + 1) * m) - lengths.shortest, 0, last)]++;
        }
        double statistic = 0;
        for (int i = 0; i <= last; i++) {
            double expected = blocks * lengths.shares.get(i);
            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        return TestValue.chiSquare(StatisticalTest.LONGEST_RUN, "m=" + m + " of " + bit, last, statistic);
    }

    private static Lengths lengths(int bits) {
        if (bits < 6272) {
            return SHORT;
        }
        return bits < 750_000 ? MIDDLE : LONG;
    }

    private static int longestRun(BitSample bits, int bit, int from, int to) {
        int longest = 0;
        int run = 0;
        for (int i = from; i < to; i++) {
            run = bits.bit(i) == bit ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }
}
