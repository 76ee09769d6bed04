package poyang.crypto.random;

/// The functions that turn a statistic into a probability.
final class SpecialFunctions {
    private static final double PRECISION = 1e-16;
    private static final int ROUNDS_MAX = 100_000;
    private static final double TINY = 1e-300;
    private static final double STIRLING_FROM = 15;
    /// Bernoulli numbers over 2k(2k−1): the asymptotic series of ln Γ.
    private static final double[] STIRLING = {
        1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360, 1.0 / 156
    };

    private SpecialFunctions() {}

    /// ln Γ(x) for x > 0: Stirling's series, after x was raised to where it converges.
    static double lnGamma(double x) {
        double product = 1;
        double raised = x;
        while (raised < STIRLING_FROM) {
            product *= raised;
            raised++;
        }
        double series = 0;
        double power = raised;
        for (double coefficient : STIRLING) {
            series += coefficient / power;
            power *= raised * raised;
        }
        return (raised - 0.5) * Math.log(raised) - raised + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
    }

    /// The regularised upper incomplete gamma function Q(a, x) = Γ(a, x)/Γ(a), for a > 0: a power series
    /// where x is small, a continued fraction (evaluated by Lentz's method) where it is large.
    static double igamc(double a, double x) {
        if (Double.isNaN(x)) {
            return 0;
        }
        if (x <= 0) {
            return 1;
        }
        double scale = Math.exp(a * Math.log(x) - x - lnGamma(a));
        return x < a + 1 ? 1 - scale * lowerSeries(a, x) : scale * upperFraction(a, x);
    }

    private static double lowerSeries(double a, double x) {
        double term = 1 / a;
        double sum = term;
        for (int k = 1; k < ROUNDS_MAX && term > sum * PRECISION; k++) {
            term *= x / (a + k);
            sum += term;
        }
        return sum;
    }

    private static double upperFraction(double a, double x) {
        double b = x + 1 - a;
        double c = 1 / TINY;
        double d = 1 / b;
        double fraction = d;
        for (int k = 1; k < ROUNDS_MAX; k++) {
            double numerator = -k * (k - a);
            b += 2;
            d = 1 / nonZero(numerator * d + b);
            c = nonZero(b + numerator / c);
            double factor = c * d;
            fraction *= factor;
            if (Math.abs(factor - 1) < PRECISION) {
                break;
            }
        }
        return fraction;
    }

    private static double nonZero(double x) {
        return Math.abs(x) < TINY ? TINY : x;
    }

    static double erfc(double x) {
        if (Double.isNaN(x)) {
            return 0;
        }
        return x < 0 ? 2 - igamc(0.5, x * x) : igamc(0.5, x * x);
    }

    /// Φ(x), the standard normal distribution.
    static double normal(double x) {
        return erfc(-x / Math.sqrt(2)) / 2;
    }

    /// P(Binomial(n, p) = k), for 0 < p < 1.
    static double binomial(int n, int k, double p) {
        double ways = lnGamma(n + 1.0) - lnGamma(k + 1.0) - lnGamma(n - k + 1.0);
        return Math.exp(ways + k * Math.log(p) + (n - k) * Math.log1p(-p));
    }
}
