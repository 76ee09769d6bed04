package poyang.crypto;

/// Welch's t between the means of two classes of numbers, without keeping the numbers.
/// Source: Welford's recurrence for mean and variance, Technometrics 4 (1962).
final class Welch {
    private final long[] counts = new long[2];
    private final double[] means = new double[2];
    private final double[] squares = new double[2];

    void add(int kind, double value) {
        double difference = value - means[kind];
        means[kind] += difference / ++counts[kind];
        squares[kind] += difference * (value - means[kind]);
    }

    double mean(int kind) {
        return means[kind];
    }

    /// The standard error of the difference of the means; infinite with fewer than two numbers in a class.
    double error() {
        double sum = 0;
        for (int kind = 0; kind < 2; kind++) {
            if (counts[kind] < 2) {
                return Double.POSITIVE_INFINITY;
            }
            sum += squares[kind] / (counts[kind] - 1) / counts[kind];
        }
        return Math.sqrt(sum);
    }

    /// Positive when class 1 has the larger mean, and 0 when nothing can be said.
    double t() {
        double error = error();
        return error == 0 || Double.isInfinite(error) ? 0 : (means[1] - means[0]) / error;
    }
}
