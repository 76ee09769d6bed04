package poyang.crypto.random;

import java.util.List;

/// Tests of patterns that come back: GM/T 0005-2021, 5.4, 5.12, 5.14.
final class PatternTests {
    private static final int UNIVERSAL_BITS = 7;
    private static final int UNIVERSAL_FIRST_BLOCKS = 1280;
    // For blocks of 7 bits: Coron and Naccache, "An accurate evaluation of Maurer's universal test" (1998).
    private static final double UNIVERSAL_MEAN = 6.1962507;
    private static final double UNIVERSAL_VARIANCE = 3.125;

    private PatternTests() {}

    /// The two differences of the statistic ψ² over patterns of `m`, `m − 1` and `m − 2` bits.
    static List<TestValue> overlappingPatterns(BitSample bits, int m) {
        double one = squares(bits, m);
        double two = squares(bits, m - 1);
        double three = squares(bits, m - 2);
        return List.of(
                TestValue.chiSquare(
                        StatisticalTest.OVERLAPPING_PATTERNS, "m=" + m + " P1", Math.pow(2, m - 1), one - two),
                TestValue.chiSquare(
                        StatisticalTest.OVERLAPPING_PATTERNS,
                        "m=" + m + " P2",
                        Math.pow(2, m - 2),
                        one - 2 * two + three));
    }

    private static double squares(BitSample bits, int m) {
        if (m == 0) {
            return 0;
        }
        double squares = 0;
        for (int count : bits.ringCounts(m)) {
            squares += (double) count * count;
        }
        return squares * Math.pow(2, m) / bits.length() - bits.length();
    }

    static TestValue approximateEntropy(BitSample bits, int m) {
        double gain = phi(bits, m) - phi(bits, m + 1);
        return TestValue.chiSquare(
                StatisticalTest.APPROXIMATE_ENTROPY,
                "m=" + m,
                Math.pow(2, m),
                2.0 * bits.length() * (Math.log(2) - gain));
    }

    private static double phi(BitSample bits, int m) {
        double sum = 0;
        for (int count : bits.ringCounts(m)) {
            if (count > 0) {
                double share = (double) count / bits.length();
                sum += share * Math.log(share);
            }
        }
        return sum;
    }

    /// The mean logarithm of the distance to the same block before: how well the sample compresses.
    static TestValue universal(BitSample bits) {
        int[] lastSeen = new int[1 << UNIVERSAL_BITS];
        int blocks = bits.length() / UNIVERSAL_BITS;
        int measured = blocks - UNIVERSAL_FIRST_BLOCKS;
        double sum = 0;
        for (int i = 1; i <= blocks; i++) {
            int block = bits.number((i - 1) * UNIVERSAL_BITS, UNIVERSAL_BITS);
            if (i > UNIVERSAL_FIRST_BLOCKS) {
                sum += Math.log(i - lastSeen[block]);
            }
            lastSeen[block] = i;
        }
        double length = UNIVERSAL_BITS;
        double factor = 0.7 - 0.8 / length + (4 + 32 / length) * Math.pow(measured, -3 / length) / 15;
        double deviation = factor * Math.sqrt(UNIVERSAL_VARIANCE / measured);
        return TestValue.normal(
                StatisticalTest.UNIVERSAL,
                "L=" + UNIVERSAL_BITS + " Q=" + UNIVERSAL_FIRST_BLOCKS,
                (sum / Math.log(2) / measured - UNIVERSAL_MEAN) / deviation);
    }
}
