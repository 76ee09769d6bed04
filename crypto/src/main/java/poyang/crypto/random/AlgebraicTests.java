package poyang.crypto.random;

/// Tests of linear dependence between bits: GM/T 0005-2021, 5.10, 5.13.
final class AlgebraicTests {
    private static final int MATRIX = 32;
    /// The probabilities of rank 32, 31 and less.
    private static final double[] RANK_SHARES = {0.2888, 0.5776, 0.1336};

    private static final double[] COMPLEXITY_SHARES = {0.010417, 0.03125, 0.12500, 0.5000, 0.25000, 0.06250, 0.020833};

    private AlgebraicTests() {}

    static TestValue matrixRank(BitSample bits) {
        int matrices = bits.length() / (MATRIX * MATRIX);
        int[] counts = new int[RANK_SHARES.length];
        int[] rows = new int[MATRIX];
        for (int i = 0; i < matrices; i++) {
            for (int row = 0; row < MATRIX; row++) {
                rows[row] = bits.number((i * MATRIX + row) * MATRIX, MATRIX);
            }
            counts[Math.min(MATRIX - rank(rows), RANK_SHARES.length - 1)]++;
        }
        return TestValue.chiSquare(
                StatisticalTest.MATRIX_RANK, "", RANK_SHARES.length - 1.0, distance(counts, RANK_SHARES, matrices));
    }

    private static double distance(int[] counts, double[] shares, int total) {
        double statistic = 0;
        for (int i = 0; i < counts.length; i++) {
            double expected = shares[i] * total;
            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
        }
        return statistic;
    }

    /// The rank over GF(2); uses up `rows`.
    static int rank(int[] rows) {
        int rank = 0;
        for (int column = 0; column < Integer.SIZE && rank < rows.length; column++) {
            int bit = 1 << column;
            int pivot = rank;
            while (pivot < rows.length && (rows[pivot] & bit) == 0) {
                pivot++;
            }
            if (pivot == rows.length) {
                continue;
            }
            int row = rows[pivot];
            rows[pivot] = rows[rank];
            rows[rank] = row;
            for (int i = rank + 1; i < rows.length; i++) {
                if ((rows[i] & bit) != 0) {
                    rows[i] ^= row;
                }
            }
            rank++;
        }
        return rank;
    }

    static TestValue linearComplexity(BitSample bits, int m) {
        double sign = m % 2 == 0 ? 1 : -1;
        double mean = m / 2.0 + (9 + sign) / 36 - (m / 3.0 + 2.0 / 9) / Math.pow(2, m);
        int blocks = bits.length() / m;
        int[] counts = new int[COMPLEXITY_SHARES.length];
        for (int block = 0; block < blocks; block++) {
            double t = sign * (complexity(bits, block * m, m) - mean) + 2.0 / 9;
            counts[(int) Math.clamp(Math.ceil(t + 2.5), 0, counts.length - 1.0)]++;
        }
        return TestValue.chiSquare(
                StatisticalTest.LINEAR_COMPLEXITY,
                "m=" + m,
                COMPLEXITY_SHARES.length - 1.0,
                distance(counts, COMPLEXITY_SHARES, blocks));
    }

    /// The length of the shortest linear feedback shift register that gives bits `from .. from+m`:
    /// Berlekamp-Massey, sixty-four coefficients at a time.
    static int complexity(BitSample bits, int from, int m) {
        int words = m / Long.SIZE + 1;
        long[] connection = new long[words]; // coefficient i is bit i
        long[] before = new long[words];
        long[] kept = new long[words];
        long[] past = new long[words]; // bit i is the sample's bit i places ago
        connection[0] = 1;
        before[0] = 1;
        int length = 0;
        int changedAt = -1;
        for (int n = 0; n < m; n++) {
            long parity = 0;
            long carry = bits.bit(from + n);
            for (int w = 0; w <= n / Long.SIZE; w++) {
                long shifted = past[w] << 1 | carry;
                carry = past[w] >>> 63;
                past[w] = shifted;
                parity ^= shifted & connection[w];
            }
            if ((Long.bitCount(parity) & 1) == 0) {
                continue;
            }
            boolean longer = 2 * length <= n;
            if (longer) {
                System.arraycopy(connection, 0, kept, 0, words);
            }
            addShifted(connection, before, n - changedAt);
            if (longer) {
                length = n + 1 - length;
                changedAt = n;
                long[] free = before;
                before = kept;
                kept = free;
            }
        }
        return length;
    }

    /// `sum += x^shift · term`; what grows out of the array is zero or never used.
    private static void addShifted(long[] sum, long[] term, int shift) {
        int skip = shift / Long.SIZE;
        int left = shift % Long.SIZE;
        for (int w = sum.length - 1; w >= skip; w--) {
            long moved = term[w - skip] << left;
            if (left > 0 && w > skip) {
                moved |= term[w - skip - 1] >>> (Long.SIZE - left);
            }
            sum[w] ^= moved;
        }
    }
}
