package poyang.homomorphic.ring;

/// The transforms one number at a time: the twin of {@link VectorTransform}, with the same
/// operations on
/// each number in the same order, hence the same bits.
///
/// Magnitudes are written in units of p. Forward, a stage adds at most 3/4 to what is not
/// multiplied; every
/// fourth stage reduces first, so that a factor never exceeds 4 and a quotient stays below 2^51.
/// Backward, every second stage reduces its sums.
final class ScalarTransform {
    private ScalarTransform() {}

    private static double product(double x, double w, double wQuotient, double p) {
        double high = x * -w;
        double quotient = Math.fma(x, wQuotient, Modulus.ROUND) - Modulus.ROUND;
        return Math.fma(x, w, high) - Math.fma(quotient, p, high);
    }

    private static double reduced(double x, double p, double pInverse) {
        double quotient = Math.fma(x, pInverse, Modulus.ROUND) - Modulus.ROUND;
        return Math.fma(-quotient, p, x);
    }

    static void forward(Twiddles t, double[] a) {
        double p = t.modulus.p();
        double pInverse = t.modulus.pInverse();
        int half = t.degree / 2;
        int blocks = 1;
        boolean reduces = false;
        if (Integer.numberOfTrailingZeros(t.degree) % 2 == 0) {
            forwardStage(t, a, blocks, half, p);
            blocks *= 2;
            half /= 2;
            reduces = true;
        }
        for (; half >= 2 * Twiddles.BLOCK; blocks *= 4, half /= 4) {
            if (reduces) {
                for (int block = 0; block < blocks; block++) {
                    for (int j = 2 * block * half; j < (2 * block + 1) * half; j++) {
                        a[j] = reduced(a[j], p, pInverse);
                    }
                }
            }
            forwardStage(t, a, blocks, half, p);
            forwardStage(t, a, 2 * blocks, half / 2, p);
            reduces = !reduces;
        }
        for (int block = 0; block < blocks; block++) {
            for (int j = 2 * block * half; j < (2 * block + 1) * half; j++) {
                a[j] = reduced(a[j], p, pInverse);
            }
        }
        for (; half >= 1; blocks *= 2, half /= 2) {
            forwardStage(t, a, blocks, half, p);
        }
        for (int j = 0; j < a.length; j++) {
            a[j] = reduced(a[j], p, pInverse);
        }
        transposeTiles(a);
    }

    private static void forwardStage(Twiddles t, double[] a, int blocks, int half, double p) {
        for (int block = 0; block < blocks; block++) {
            double w = t.root[blocks + block];
            double wQuotient = t.rootQuotient[blocks + block];
            for (int j = 2 * block * half; j < (2 * block + 1) * half; j++) {
                double x = a[j];
                double y = product(a[j + half], w, wQuotient, p);
                a[j] = x + y;
                a[j + half] = x - y;
            }
        }
    }

    static void inverse(Twiddles t, double[] a) {
        double p = t.modulus.p();
        transposeTiles(a);
        int half = 1;
        int blocks = t.degree / 2;
        boolean reduces = true;
        for (; blocks > 1; half *= 2, blocks /= 2) {
            inverseStage(t, a, blocks, half, reduces);
            reduces = !reduces;
        }
        for (int j = 0; j < half; j++) {
            double x = a[j];
            double y = a[j + half];
            a[j] = product(x + y, t.scale, t.scaleQuotient, p);
            a[j + half] = product(x - y, t.scaledBack, t.scaledBackQuotient, p);
        }
    }

    private static void inverseStage(Twiddles t, double[] a, int blocks, int half, boolean reduces) {
        double p = t.modulus.p();
        double pInverse = t.modulus.pInverse();
        for (int block = 0; block < blocks; block++) {
            double w = t.back[blocks + block];
            double wQuotient = t.backQuotient[blocks + block];
            for (int j = 2 * block * half; j < (2 * block + 1) * half; j++) {
                double x = a[j];
                double y = a[j + half];
                a[j] = reduces ? reduced(x + y, p, pInverse) : x + y;
                a[j + half] = product(x - y, w, wQuotient, p);
            }
        }
    }

    /// Exchanges rows and columns of each tile of eight blocks of eight.
    static void transposeTiles(double[] a) {
        for (int tile = 0; tile < a.length; tile += Twiddles.TILE) {
            for (int row = 0; row < Twiddles.BLOCK; row++) {
                for (int column = 0; column < row; column++) {
                    int one = tile + row * Twiddles.BLOCK + column;
                    int other = tile + column * Twiddles.BLOCK + row;
                    double kept = a[one];
                    a[one] = a[other];
                    a[other] = kept;
                }
            }
        }
    }
}
