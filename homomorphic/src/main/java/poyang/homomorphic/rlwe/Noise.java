package poyang.homomorphic.rlwe;

/// Estimates of errors as base-2 logarithms of variances of one coefficient, under the usual
/// heuristic that coefficients behave like independent normal variables. A bound is eight standard
/// deviations: a single coefficient passes it with a probability below 2^(-49).
final class Noise {
    static final double BOUND_BITS = 3;

    private Noise() {}

    static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    static double log2(long x) {
        return log2((double) x);
    }

    /// The logarithm of a sum of variances.
    static double sum(double a, double b) {
        double larger = Math.max(a, b);
        double smaller = Math.min(a, b);
        return larger + log2(1 + Math.pow(2, smaller - larger));
    }

    /// The logarithm of the variance of a sum whose operands may come from each other, as in
    /// x + σ(x): deviations add. Over all automorphisms errors do pile up in one coefficient,
    /// Σ σ(e) = n·e_0.
    static double joined(double a, double b) {
        double larger = Math.max(a, b);
        double smaller = Math.min(a, b);
        return larger + 2 * log2(1 + Math.pow(2, (smaller - larger) / 2));
    }

    /// The logarithm of the bound that belongs to a variance.
    static double bound(double variance) {
        return variance / 2 + BOUND_BITS;
    }
}
