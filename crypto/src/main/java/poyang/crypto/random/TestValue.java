package poyang.crypto.random;

/// What one test with one parameter says about one sample.
///
/// @param test the test
/// @param parameter in the standard's letters, for example `m=4`; empty where there is none
/// @param p the probability that a random sample is at least as odd as this one
/// @param q the probability whose distribution over many samples is to be even; other than `p` where
///     the test has two sides
public record TestValue(StatisticalTest test, String parameter, double p, double q) {
    /// Of a statistic that follows the standard normal distribution.
    static TestValue normal(StatisticalTest test, String parameter, double statistic) {
        double x = statistic / Math.sqrt(2);
        return new TestValue(test, parameter, SpecialFunctions.erfc(Math.abs(x)), SpecialFunctions.erfc(x) / 2);
    }

    /// Of a statistic that follows the chi-square distribution.
    static TestValue chiSquare(StatisticalTest test, String parameter, double freedom, double statistic) {
        return oneSided(test, parameter, SpecialFunctions.igamc(freedom / 2, statistic / 2));
    }

    static TestValue oneSided(StatisticalTest test, String parameter, double p) {
        return new TestValue(test, parameter, p, p);
    }
}
