package poyang.homomorphic.rlwe;

/// Complex numbers to real polynomials and back: slot i is the value at ζ^(3^i), ζ = e^(πi/n).
///
/// A real polynomial of degree n folds into n/2 complex coefficients a_j + i·a_{j + n/2}, whose
/// cyclic Fourier transform, after a twist by ζ^j, gives the values at ζ^(4k + 1). Where 3^i is 3
/// modulo 4 the slot is the conjugate of the value at the opposite exponent.
///
/// - cost: one complex transform of length n/2
/// - source: Cooley and Tukey, Math. Comp. 1965; the folding is the usual one for real inputs
final class CkksEncoder {
    private final int half;
    private final double[] cos;
    private final double[] sin;
    private final int[] place;
    private final boolean[] conjugate;

    CkksEncoder(int degree) {
        half = degree / 2;
        cos = new double[2 * degree];
        sin = new double[2 * degree];
        for (int i = 0; i < cos.length; i++) {
            cos[i] = StrictMath.cos(Math.PI * i / degree);
            sin[i] = StrictMath.sin(Math.PI * i / degree);
        }
        place = new int[half];
        conjugate = new boolean[half];
        int exponent = 1;
        for (int i = 0; i < half; i++) {
            conjugate[i] = exponent % 4 == 3;
            place[i] = (conjugate[i] ? 2 * degree - exponent : exponent) / 4;
            exponent = exponent * RotationKeys.GENERATOR & (2 * degree - 1);
        }
    }

    /// @return n real coefficients, not yet rounded
    double[] coefficients(double[] re, double[] im, double scale) {
        double[] x = new double[half];
        double[] y = new double[half];
        for (int i = 0; i < half; i++) {
            x[place[i]] = re[i];
            y[place[i]] = conjugate[i] ? -im[i] : im[i];
        }
        transform(x, y, -1);
        double[] out = new double[2 * half];
        double factor = scale / half;
        for (int j = 0; j < half; j++) {
            out[j] = (x[j] * cos[j] + y[j] * sin[j]) * factor;
            out[j + half] = (y[j] * cos[j] - x[j] * sin[j]) * factor;
        }
        return out;
    }

    /// @param re receives the slots' real parts
    /// @param im receives the slots' imaginary parts
    void slots(double[] coefficients, double scale, double[] re, double[] im) {
        double[] x = new double[half];
        double[] y = new double[half];
        for (int j = 0; j < half; j++) {
            double a = coefficients[j] / scale;
            double b = coefficients[j + half] / scale;
            x[j] = a * cos[j] - b * sin[j];
            y[j] = a * sin[j] + b * cos[j];
        }
        transform(x, y, 1);
        for (int i = 0; i < half; i++) {
            re[i] = x[place[i]];
            im[i] = conjugate[i] ? -y[place[i]] : y[place[i]];
        }
    }

    /// Σ (x_j + i·y_j)·e^(sign·2πi·jk/half), in place.
    private void transform(double[] x, double[] y, int sign) {
        int bits = Integer.numberOfTrailingZeros(half);
        for (int i = 0; i < half; i++) {
            int other = Integer.reverse(i) >>> (Integer.SIZE - bits);
            if (other > i) {
                double kept = x[i];
                x[i] = x[other];
                x[other] = kept;
                kept = y[i];
                y[i] = y[other];
                y[other] = kept;
            }
        }
        for (int size = 1; size < half; size *= 2) {
            int step = 2 * half / size;
            for (int k = 0; k < size; k++) {
                double c = cos[k * step];
                double s = sign * sin[k * step];
                for (int j = k; j < half; j += 2 * size) {
                    double p = x[j + size] * c - y[j + size] * s;
                    double q = x[j + size] * s + y[j + size] * c;
                    x[j + size] = x[j] - p;
                    y[j + size] = y[j] - q;
                    x[j] += p;
                    y[j] += q;
                }
            }
        }
    }
}
