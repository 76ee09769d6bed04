package poyang.homomorphic.ring;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;

/// From residues modulo the primes of one product to residues modulo other primes, of the integer
/// of least
/// magnitude that has them.
///
/// With y_i = x_i·(Q/q_i)^(-1) mod q_i the integer is Σ y_i·Q/q_i − v·Q where v is Σ y_i/q_i
/// rounded. The
/// sum is in floating point: where x/Q is within about k·2^(-52) of one half, the result may be the
/// neighbour x ± Q, still one of magnitude about Q/2.
///
/// - shapes: `from.size()` rows in, `to.size()` rows out, coefficients, any length
/// - secrecy: no branch or index depends on a residue
/// - cost: k·(1 + m) multiplications a coefficient for k and m primes
/// - source: Halevi, Polyakov and Shoup, CT-RSA 2019, section 2.2
public final class Conversion {
    private static final int PIECE = 1024;
    private static final int LAZY_MAX = 6;

    private final List<Modulus> from;
    private final List<Modulus> to;
    private final double[] weight;
    private final double[][] factor;
    private final double[] whole;

    public Conversion(List<Modulus> from, List<Modulus> to) {
        this(from, to, BigInteger.ONE, BigInteger.ONE);
    }

    /// The conversion of `before`·x, times `after`: both integers that fold into its constants.
    Conversion(List<Modulus> from, List<Modulus> to, BigInteger before, BigInteger after) {
        this.from = List.copyOf(from);
        this.to = List.copyOf(to);
        BigInteger product = product(from);
        weight = new double[from.size()];
        factor = new double[to.size()][from.size()];
        whole = new double[to.size()];
        for (int i = 0; i < weight.length; i++) {
            Modulus modulus = from.get(i);
            BigInteger rest = product.divide(BigInteger.valueOf(modulus.value()));
            long inverse = modulus.inverse(modulus.of(rest));
            weight[i] = modulus.centred(modulus.multiply(inverse, modulus.of(before)));
            for (int j = 0; j < to.size(); j++) {
                factor[j][i] = to.get(j).centred(to.get(j).of(rest.multiply(after)));
            }
        }
        for (int j = 0; j < to.size(); j++) {
            whole[j] = to.get(j).centred(to.get(j).of(product.multiply(after).negate()));
        }
    }

    private static BigInteger product(List<Modulus> moduli) {
        return moduli.stream().map(m -> BigInteger.valueOf(m.value())).reduce(BigInteger.ONE, BigInteger::multiply);
    }

    /// @param out as many rows as there are primes to convert to; no row of `x`
    public void convert(double[][] x, double[][] out) {
        int length = x[0].length;
        int piece = Math.min(PIECE, length);
        double[][] y = new double[from.size()][piece];
        double[] v = new double[piece];
        double[] sum = new double[piece];
        double[] part = new double[piece];
        for (int at = 0; at < length; at += piece) {
            Arrays.fill(v, 0);
            for (int i = 0; i < y.length; i++) {
                System.arraycopy(x[i], at, part, 0, piece);
                Rows.scale(part, weight[i], y[i], from.get(i));
                Rows.accumulate(y[i], from.get(i).pInverse(), v);
            }
            Rows.round(v);
            for (int j = 0; j < out.length; j++) {
                Modulus modulus = to.get(j);
                Rows.scale(v, whole[j], sum, modulus);
                for (int i = 0; i < y.length; i++) {
                    if (i % LAZY_MAX == LAZY_MAX - 1) {
                        Rows.reduce(sum, sum, modulus);
                    }
                    Rows.scaleAddLazily(y[i], factor[j][i], sum, modulus);
                }
                Rows.reduce(sum, sum, modulus);
                System.arraycopy(sum, 0, out[j], at, piece);
            }
        }
    }
}
