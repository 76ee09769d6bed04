package poyang.homomorphic.ring;

import java.math.BigInteger;
import java.util.List;

/// Multiplication by t/Q with rounding, from residues modulo Q and P to residues modulo P:
/// `(t·x − [t·x]_Q)/Q`, exact but for the rounding.
///
/// - shapes: rows modulo the primes of Q, then of P
/// - ranges: |t·x/Q| below P/2 for the result to be the integer itself
/// - source: the scaling of Halevi, Polyakov and Shoup, CT-RSA 2019, section 2.4, written as a
///   subtraction
///   of the converted remainder
public final class Scaling {
    private final List<Modulus> to;
    private final Conversion remainder;
    private final double[] scale;
    private final int rowsQ;

    public Scaling(List<Modulus> q, List<Modulus> to, long t) {
        this.to = List.copyOf(to);
        rowsQ = q.size();
        BigInteger product = BigInteger.ONE;
        for (Modulus modulus : q) {
            product = product.multiply(BigInteger.valueOf(modulus.value()));
        }
        // The converted remainder must be divided by Q modulo each prime: fold Q^(-1) mod P into the factors.
        BigInteger p = BigInteger.ONE;
        for (Modulus modulus : to) {
            p = p.multiply(BigInteger.valueOf(modulus.value()));
        }
        remainder = new Conversion(q, to, BigInteger.valueOf(t), product.modInverse(p));
        scale = new double[to.size()];
        for (int j = 0; j < scale.length; j++) {
            Modulus modulus = to.get(j);
            long inverse = modulus.inverse(modulus.of(product));
            scale[j] = modulus.centred(modulus.multiply(inverse, t % modulus.value()));
        }
    }

    /// @param x rows modulo Q, then modulo P
    /// @param out rows modulo P; none of `x`
    public void scale(double[][] x, double[][] out) {
        double[][] low = new double[rowsQ][];
        System.arraycopy(x, 0, low, 0, rowsQ);
        remainder.convert(low, out);
        for (int j = 0; j < out.length; j++) {
            Modulus modulus = to.get(j);
            double[] product = new double[out[j].length];
            Rows.scale(x[rowsQ + j], scale[j], product, modulus);
            Rows.subtract(product, out[j], out[j], modulus);
        }
    }
}
