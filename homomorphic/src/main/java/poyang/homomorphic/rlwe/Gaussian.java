package poyang.homomorphic.rlwe;

import poyang.kernel.RandomSource;

/// Normal samples, by the method of Box and Muller (Ann. Math. Statist. 1958) on 53-bit uniform
/// numbers.
final class Gaussian {
    private Gaussian() {}

    /// @param count even
    static double[] samples(int count, double sigma, RandomSource random) {
        double[] out = new double[count];
        for (int i = 0; i < count; i += 2) {
            double u = ((random.nextLong() >>> 11) + 1) * 0x1p-53;
            double v = (random.nextLong() >>> 11) * 0x1p-53;
            double radius = sigma * Math.sqrt(-2 * Math.log(u));
            out[i] = radius * Math.cos(2 * Math.PI * v);
            out[i + 1] = radius * Math.sin(2 * Math.PI * v);
        }
        return out;
    }
}
