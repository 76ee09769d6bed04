package poyang.homomorphic.rlwe;

/// Encoded slots: a polynomial modulo the plaintext prime. Not a secret type; who has one may read
/// it.
public final class BfvPlaintext {
    private final double[] coefficients;

    BfvPlaintext(double[] coefficients) {
        this.coefficients = coefficients;
    }

    /// Residues modulo the plaintext prime, centred; not to be changed.
    double[] coefficients() {
        return coefficients;
    }

    @Override
    public String toString() {
        return "BfvPlaintext[" + coefficients.length + " coefficients]";
    }
}
