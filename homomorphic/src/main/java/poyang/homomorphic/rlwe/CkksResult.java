package poyang.homomorphic.rlwe;

/// Decrypted slots. Results for the key holder alone depend on the secret key in their last digits;
/// those for release do not.
public final class CkksResult {
    private final double[] real;
    private final double[] imaginary;
    private final double error;

    CkksResult(double[] real, double[] imaginary, double error) {
        this.real = real;
        this.imaginary = imaginary;
        this.error = error;
    }

    /// The caller owns the array.
    public double[] real() {
        return real.clone();
    }

    /// The caller owns the array.
    public double[] imaginary() {
        return imaginary.clone();
    }

    /// A bound on the distance of each slot from the exact result, but for a probability below
    /// 2^(-40).
    public double error() {
        return error;
    }

    @Override
    public String toString() {
        return "CkksResult[" + real.length + " slots]";
    }
}
