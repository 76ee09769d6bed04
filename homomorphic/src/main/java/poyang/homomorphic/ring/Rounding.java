package poyang.homomorphic.ring;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/// Division of t·x by Q, to the nearest integer modulo t, with what was rounded away.
///
/// With y_i = x_i·(Q/q_i)^(-1) mod q_i it is Σ t·y_i/q_i modulo t; each term is split into
/// quotient and
/// remainder exactly, and only the remainders are divided in floating point.
///
/// - ranges: t below 2^50
/// - secrecy: no branch or index depends on a residue
/// - source: Halevi, Polyakov and Shoup, CT-RSA 2019, section 2.3; exact quotients instead of wide
///   floats
public final class Rounding {
    private final List<Modulus> q;
    private final Modulus t;
    private final double[] weight;

    public Rounding(List<Modulus> q, Modulus t) {
        this.q = List.copyOf(q);
        this.t = t;
        BigInteger product = BigInteger.ONE;
        for (Modulus modulus : q) {
            product = product.multiply(BigInteger.valueOf(modulus.value()));
        }
        weight = new double[q.size()];
        for (int i = 0; i < weight.length; i++) {
            Modulus modulus = q.get(i);
            BigInteger rest = product.divide(BigInteger.valueOf(modulus.value()));
            weight[i] = modulus.centred(modulus.inverse(modulus.of(rest)));
        }
    }

    /// @param x coefficients modulo Q
    /// @param rest receives what was rounded away, from -1/2 to 1/2
    /// @return residues modulo t
    public double[] divide(double[][] x, double[] rest) {
        int length = x[0].length;
        double[] sum = new double[length];
        double[] y = new double[length];
        double[] quotients = new double[length];
        double[] remainders = new double[length];
        Arrays.fill(rest, 0);
        for (int i = 0; i < weight.length; i++) {
            Modulus modulus = q.get(i);
            Rows.scale(x[i], weight[i], y, modulus);
            Rows.divide(y, (double) t.value(), quotients, remainders, modulus);
            Rows.add(sum, quotients, sum, t);
            Rows.accumulate(remainders, modulus.pInverse(), rest);
        }
        double[] whole = rest.clone();
        Rows.round(whole);
        for (int j = 0; j < length; j++) {
            rest[j] -= whole[j];
        }
        Rows.add(sum, whole, sum, t);
        return sum;
    }
}
