package poyang.homomorphic.rlwe;

import poyang.homomorphic.ring.Ring;

/// The three parts of a product of two ciphertexts: the tensor over the integers, times t/Q.
///
/// - cost: for l primes and m auxiliary ones 4·(l + m) transforms forward (2·(l + m) for a square)
///   and 3·(l + m) back, conversions up, scaling and conversions down
/// - source: Halevi, Polyakov and Shoup, CT-RSA 2019, section 2
final class BfvProduct {
    private BfvProduct() {}

    static double[][][] of(BfvParameters parameters, BfvCiphertext a, BfvCiphertext b) {
        BfvParameters.Level level = parameters.level(a.c0());
        boolean square = a == b;
        Ring wide = level.wide();
        int all = wide.moduli().size();
        double[][] a0 = widened(level, a.c0());
        double[][] a1 = widened(level, a.c1());
        double[][] b0 = square ? a0 : widened(level, b.c0());
        double[][] b1 = square ? a1 : widened(level, b.c1());
        double[][] middle = wide.multiply(a0, b1, wide.zero(all));
        wide.multiplyAdd(a1, b0, middle);
        double[][] first = wide.multiply(a0, b0, square ? wide.zero(all) : b0);
        double[][] last = wide.multiply(a1, b1, square ? wide.zero(all) : b1);
        int rows = a.c0().length;
        return new double[][][] {
            narrowed(level, first, rows), narrowed(level, middle, rows), narrowed(level, last, rows)
        };
    }

    private static double[][] widened(BfvParameters.Level level, double[][] x) {
        int rows = x.length;
        int degree = x[0].length;
        double[][] wide = new double[level.wide().moduli().size()][];
        double[][] high = new double[wide.length - rows][degree];
        level.up().convert(x, high);
        for (int i = 0; i < wide.length; i++) {
            wide[i] = i < rows ? x[i].clone() : high[i - rows];
        }
        return level.wide().forward(wide);
    }

    private static double[][] narrowed(BfvParameters.Level level, double[][] product, int rows) {
        Ring wide = level.wide();
        wide.inverse(product);
        double[][] scaled = new double[product.length - rows][wide.degree()];
        level.scaling().scale(product, scaled);
        double[][] out = wide.zero(rows);
        level.down().convert(scaled, out);
        return out;
    }

    /// The variance of the product's error, before it is brought to two parts: each operand's error
    /// times t times the other's rounding part (c0 + c1·s)/Q and its message, and the rounding of
    /// three parts. The factor ln n is for powers of one ciphertext, whose largest values meet each
    /// other: of n normal values the largest is √(ln n) times the usual one.
    static double variance(BfvParameters parameters, BfvCiphertext a, BfvCiphertext b) {
        Chain chain = parameters.chain();
        double n = chain.degree();
        double t = parameters.plainModulus();
        double parts = (1 + chain.secretGain()) / 12 + 1.0 / 12;
        double gain = Noise.log2(n * t * t * parts * Math.log(n));
        double gains = Noise.joined(a.variance(), b.variance()) + gain;
        double s2 = chain.secretGain() * chain.secretGain();
        double rounding = Noise.log2((1 + chain.secretGain() + s2) / 12);
        double both = Noise.sum(gains, rounding);
        double cross = a.variance() + b.variance() + Noise.log2(n) + 2 * (Noise.log2(t) - chain.bits(a.primes()));
        return Noise.sum(both, cross);
    }
}
