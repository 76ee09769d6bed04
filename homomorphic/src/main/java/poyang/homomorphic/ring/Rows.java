package poyang.homomorphic.ring;

/// Loops over rows of residues modulo one prime, plain so that the compiler turns them into vector
/// code
/// itself: no comparison, no call that it does not know.
public final class Rows {
    private Rows() {}

    public static void add(double[] a, double[] b, double[] out, Modulus modulus) {
        double p = modulus.p();
        double pInverse = modulus.pInverse();
        for (int j = 0; j < out.length; j++) {
            double x = a[j] + b[j];
            double quotient = Math.fma(x, pInverse, Modulus.ROUND) - Modulus.ROUND;
            out[j] = Math.fma(-quotient, p, x);
        }
    }

    public static void subtract(double[] a, double[] b, double[] out, Modulus modulus) {
        double p = modulus.p();
        double pInverse = modulus.pInverse();
        for (int j = 0; j < out.length; j++) {
            double x = a[j] - b[j];
            double quotient = Math.fma(x, pInverse, Modulus.ROUND) - Modulus.ROUND;
            out[j] = Math.fma(-quotient, p, x);
        }
    }

    public static void negate(double[] a, double[] out) {
        for (int j = 0; j < out.length; j++) {
            out[j] = -a[j];
        }
    }

    /// Residues of integers of magnitude below 2^100 that doubles hold exactly.
    public static void reduce(double[] a, double[] out, Modulus modulus) {
        double p = modulus.p();
        double pInverse = modulus.pInverse();
        for (int j = 0; j < out.length; j++) {
            double x = a[j];
            double quotient = Math.fma(x, pInverse, Modulus.ROUND) - Modulus.ROUND;
            out[j] = Math.fma(-quotient, p, x);
        }
    }

    public static void multiply(double[] a, double[] b, double[] out, Modulus modulus) {
        double p = modulus.p();
        double pInverse = modulus.pInverse();
        for (int j = 0; j < out.length; j++) {
            double high = a[j] * b[j];
            double quotient = Math.fma(high, pInverse, Modulus.ROUND) - Modulus.ROUND;
            double low = Math.fma(a[j], b[j], -high);
            out[j] = Math.fma(-quotient, p, high) + low;
        }
    }

    public static void multiplyAdd(double[] a, double[] b, double[] sum, Modulus modulus) {
        double p = modulus.p();
        double pInverse = modulus.pInverse();
        for (int j = 0; j < sum.length; j++) {
            double high = a[j] * b[j];
            double quotient = Math.fma(high, pInverse, Modulus.ROUND) - Modulus.ROUND;
            double low = Math.fma(a[j], b[j], -high);
            double x = Math.fma(-quotient, p, high) + low + sum[j];
            double more = Math.fma(x, pInverse, Modulus.ROUND) - Modulus.ROUND;
            sum[j] = Math.fma(-more, p, x);
        }
    }

    /// Adds products without reducing the sum: up to eight times on residues, then {@link #reduce}.
    public static void multiplyAddLazily(double[] a, double[] b, double[] sum, Modulus modulus) {
        double p = modulus.p();
        double pInverse = modulus.pInverse();
        for (int j = 0; j < sum.length; j++) {
            double high = a[j] * b[j];
            double quotient = Math.fma(high, pInverse, Modulus.ROUND) - Modulus.ROUND;
            double low = Math.fma(a[j], b[j], -high);
            sum[j] = Math.fma(-quotient, p, high) + low + sum[j];
        }
    }

    public static void scale(double[] a, double factor, double[] out, Modulus modulus) {
        double p = modulus.p();
        double factorQuotient = factor / p;
        for (int j = 0; j < out.length; j++) {
            double high = a[j] * factor;
            double quotient = Math.fma(a[j], factorQuotient, Modulus.ROUND) - Modulus.ROUND;
            double low = Math.fma(a[j], factor, -high);
            out[j] = Math.fma(-quotient, p, high) + low;
        }
    }

    /// Adds `a·factor` to `sum` without reducing the sum.
    static void scaleAddLazily(double[] a, double factor, double[] sum, Modulus modulus) {
        double p = modulus.p();
        double factorQuotient = factor / p;
        for (int j = 0; j < sum.length; j++) {
            double high = a[j] * factor;
            double quotient = Math.fma(a[j], factorQuotient, Modulus.ROUND) - Modulus.ROUND;
            double low = Math.fma(a[j], factor, -high);
            sum[j] = Math.fma(-quotient, p, high) + low + sum[j];
        }
    }

    /// `(a − b)·factor`.
    public static void subtractScale(double[] a, double[] b, double factor, double[] out, Modulus modulus) {
        double p = modulus.p();
        double factorQuotient = factor / p;
        for (int j = 0; j < out.length; j++) {
            double x = a[j] - b[j];
            double high = x * factor;
            double quotient = Math.fma(x, factorQuotient, Modulus.ROUND) - Modulus.ROUND;
            double low = Math.fma(x, factor, -high);
            out[j] = Math.fma(-quotient, p, high) + low;
        }
    }

    /// Quotients and remainders of `a·factor` by p: `a·factor = quotients·p + remainders`, the
    /// quotients
    /// rounded to the nearest integer or its neighbour.
    static void divide(double[] a, double factor, double[] quotients, double[] remainders, Modulus modulus) {
        double p = modulus.p();
        double factorQuotient = factor / p;
        for (int j = 0; j < a.length; j++) {
            double high = a[j] * factor;
            double quotient = Math.fma(a[j], factorQuotient, Modulus.ROUND) - Modulus.ROUND;
            double low = Math.fma(a[j], factor, -high);
            quotients[j] = quotient;
            remainders[j] = Math.fma(-quotient, p, high) + low;
        }
    }

    /// Adds `a·factor` in floating point.
    static void accumulate(double[] a, double factor, double[] sum) {
        for (int j = 0; j < sum.length; j++) {
            sum[j] = Math.fma(a[j], factor, sum[j]);
        }
    }

    /// The nearest integers, magnitudes below 2^51.
    static void round(double[] a) {
        for (int j = 0; j < a.length; j++) {
            a[j] = a[j] + Modulus.ROUND - Modulus.ROUND;
        }
    }
}
