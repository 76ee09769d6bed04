package poyang.homomorphic.rlwe;

import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ring;
import poyang.homomorphic.ring.Rows;

/// From residues to the integer of least magnitude, as a double with all its precision: digits to
/// the bases q_0, q_1, ..., each of least magnitude, so that high digits of small integers vanish
/// and nothing cancels.
///
/// - source: Garner, IRE Trans. Electronic Computers 1959
final class MixedRadix {
    private MixedRadix() {}

    /// @param x coefficients; not changed
    static double[] integers(Ring ring, double[][] x) {
        int length = x[0].length;
        double[][] digits = new double[x.length][];
        double[] part = new double[length];
        for (int i = 0; i < x.length; i++) {
            Modulus modulus = ring.modulus(i);
            double[] digit = x[i].clone();
            for (int j = 0; j < i; j++) {
                Rows.reduce(digits[j], part, modulus);
                double inverse = Chain.inverse(ring.modulus(j), modulus);
                Rows.subtractScale(digit, part, inverse, digit, modulus);
            }
            Rows.reduce(digit, digit, modulus);
            digits[i] = digit;
        }
        double[] out = digits[x.length - 1].clone();
        for (int i = x.length - 2; i >= 0; i--) {
            double base = ring.modulus(i).value();
            for (int j = 0; j < length; j++) {
                out[j] = Math.fma(out[j], base, digits[i][j]);
            }
        }
        return out;
    }
}
