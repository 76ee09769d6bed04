package poyang.crypto.random;

import poyang.kernel.Bug;

/// The discrete Fourier test for samples of one even length: GM/T 0005-2021, 5.15.
///
/// - computes: the moduli of the first half of the transform of `±1` bits, and how many stay below
///   `√(2.995732274·n)`, which 95 in 100 do
/// - shapes: the transform has exactly `n` points; a sample filled up with zeros to a power of two has
///   another spectrum. The real transform is a complex one of half the length, and that is a
///   convolution (Bluestein), for which powers of two suffice
/// - cost: two transforms of the next power of two from `n` on, about 56 n bytes
///
/// Not thread-safe; an instance serves one sample after another.
final class FourierTest {
    private static final double THRESHOLD = 2.995732274;
    private static final double BELOW = 0.95;
    private static final double VARIANCE_DIVISOR = 3.8;

    private final int bits;
    private final int half;
    private final int size;
    /// cos and sin of 2πk/size, for k below size/2.
    private final double[] cos;
    private final double[] sin;
    /// The transform of the chirp `e^(iπk²/half)`.
    private final double[] chirpRe;
    private final double[] chirpIm;
    /// cos and sin of πk²/half, and of 2πk/bits, for k below half.
    private final double[] squareCos;
    private final double[] squareSin;
    private final double[] turnCos;
    private final double[] turnSin;
    private final double[] re;
    private final double[] im;

    FourierTest(int bits) {
        Bug.unless(bits % 2 == 0 && bits >= 4, "a sample for the Fourier test has an even length");
        this.bits = bits;
        half = bits / 2;
        size = Integer.highestOneBit(2 * half - 2) * 2;
        cos = new double[size / 2];
        sin = new double[size / 2];
        for (int k = 0; k < size / 2; k++) {
            cos[k] = Math.cos(2 * Math.PI * k / size);
            sin[k] = Math.sin(2 * Math.PI * k / size);
        }
        chirpRe = new double[size];
        chirpIm = new double[size];
        squareCos = new double[half];
        squareSin = new double[half];
        turnCos = new double[half];
        turnSin = new double[half];
        for (int k = 0; k < half; k++) {
            double angle = Math.PI * ((long) k * k % (2L * half)) / half;
            squareCos[k] = Math.cos(angle);
            squareSin[k] = Math.sin(angle);
            turnCos[k] = Math.cos(2 * Math.PI * k / bits);
            turnSin[k] = Math.sin(2 * Math.PI * k / bits);
            int mirrored = (size - k) % size;
            chirpRe[k] = squareCos[k];
            chirpIm[k] = squareSin[k];
            chirpRe[mirrored] = squareCos[k];
            chirpIm[mirrored] = squareSin[k];
        }
        transform(chirpRe, chirpIm);
        re = new double[size];
        im = new double[size];
    }

    TestValue of(BitSample sample) {
        Bug.unless(sample.length() == bits, "the sample has another length");
        spectrum(sample);
        double limit = THRESHOLD * bits;
        int below = 0;
        for (int k = 0; k < half; k++) {
            below += squaredModulus(k) < limit ? 1 : 0;
        }
        double expected = BELOW * bits / 2;
        double deviation = Math.sqrt(BELOW * (1 - BELOW) * bits / VARIANCE_DIVISOR);
        return TestValue.normal(StatisticalTest.FOURIER, "", (below - expected) / deviation);
    }

    /// Leaves in `re` and `im` the half-length transform of even bits plus `i` times odd bits.
    private void spectrum(BitSample sample) {
        for (int k = 0; k < size; k++) {
            if (k < half) {
                double even = 2.0 * sample.bit(2 * k) - 1;
                double odd = 2.0 * sample.bit(2 * k + 1) - 1;
                double c = squareCos[k];
                double s = squareSin[k];
                re[k] = even * c + odd * s;
                im[k] = odd * c - even * s;
            } else {
                re[k] = 0;
                im[k] = 0;
            }
        }
        transform(re, im);
        for (int k = 0; k < size; k++) {
            double r = re[k] * chirpRe[k] - im[k] * chirpIm[k];
            im[k] = re[k] * chirpIm[k] + im[k] * chirpRe[k];
            re[k] = r;
        }
        transform(im, re); // the inverse, up to the factor 1/size
        for (int k = 0; k < half; k++) {
            double c = squareCos[k] / size;
            double s = squareSin[k] / size;
            double r = re[k] * c + im[k] * s;
            im[k] = im[k] * c - re[k] * s;
            re[k] = r;
        }
    }

    /// |X_k|² of the full real transform, from the half-length one.
    private double squaredModulus(int k) {
        int mirrored = k == 0 ? 0 : half - k;
        double evenRe = (re[k] + re[mirrored]) / 2;
        double evenIm = (im[k] - im[mirrored]) / 2;
        double oddRe = (im[k] + im[mirrored]) / 2;
        double oddIm = (re[mirrored] - re[k]) / 2;
        double c = turnCos[k];
        double s = turnSin[k];
        double x = evenRe + oddRe * c + oddIm * s;
        double y = evenIm + oddIm * c - oddRe * s;
        return x * x + y * y;
    }

    /// In place, radix 2: `X_k = Σ x_j e^(−2πijk/size)`.
    private void transform(double[] real, double[] imaginary) {
        int shift = Integer.numberOfLeadingZeros(size) + 1;
        for (int i = 0; i < size; i++) {
            int j = Integer.reverse(i) >>> shift;
            if (i < j) {
                swap(real, i, j);
                swap(imaginary, i, j);
            }
        }
        for (int width = 1; width < size; width *= 2) {
            int step = size / (2 * width);
            for (int start = 0; start < size; start += 2 * width) {
                for (int k = 0; k < width; k++) {
                    int low = start + k;
                    int high = low + width;
                    double c = cos[k * step];
                    double s = sin[k * step];
                    double r = real[high] * c + imaginary[high] * s;
                    double i = imaginary[high] * c - real[high] * s;
                    real[high] = real[low] - r;
                    imaginary[high] = imaginary[low] - i;
                    real[low] += r;
                    imaginary[low] += i;
                }
            }
        }
    }

    private static void swap(double[] values, int i, int j) {
        double value = values[i];
        values[i] = values[j];
        values[j] = value;
    }
}
