package poyang.homomorphic.ring;

import java.math.BigInteger;
import java.util.List;
import poyang.kernel.Bug;

/// The ring Z_Q[X]/(X^n + 1) for a product Q of distinct primes, each of which has a transform.
///
/// An element is a `double[k][n]`: row i holds residues (see {@link Modulus}) modulo the i-th
/// prime, either
/// coefficients or values of {@link Ntt}; which one, the caller knows. Every operation works on as
/// many
/// rows as its output has, so elements modulo the first few primes need no ring of their own.
/// Outputs may
/// be inputs.
///
/// - secrecy: time depends on shapes only, except in {@link #signed} and the automorphisms'
///   exponents
public final class Ring {
    private final int degree;
    private final List<Modulus> moduli;
    private final Ntt[] transforms;

    /// @param degree a power of two
    /// @param moduli distinct primes that are 1 modulo 2·`degree`
    public Ring(int degree, List<Modulus> moduli) {
        Bug.unless(!moduli.isEmpty() && moduli.stream().distinct().count() == moduli.size(), "distinct primes");
        this.degree = degree;
        this.moduli = List.copyOf(moduli);
        transforms = moduli.stream().map(modulus -> Ntt.of(modulus, degree)).toArray(Ntt[]::new);
    }

    public int degree() {
        return degree;
    }

    public List<Modulus> moduli() {
        return moduli;
    }

    public Modulus modulus(int row) {
        return moduli.get(row);
    }

    /// The product of the first `rows` primes.
    public BigInteger product(int rows) {
        BigInteger product = BigInteger.ONE;
        for (Modulus modulus : moduli.subList(0, rows)) {
            product = product.multiply(BigInteger.valueOf(modulus.value()));
        }
        return product;
    }

    public double[][] zero(int rows) {
        return new double[rows][degree];
    }

    public static double[][] copy(double[][] a) {
        double[][] copy = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            copy[i] = a[i].clone();
        }
        return copy;
    }

    /// From coefficients to values, in place.
    public double[][] forward(double[][] a) {
        for (int i = 0; i < a.length; i++) {
            transforms[i].forward(a[i]);
        }
        return a;
    }

    /// From values to coefficients, in place.
    public double[][] inverse(double[][] a) {
        for (int i = 0; i < a.length; i++) {
            transforms[i].inverse(a[i]);
        }
        return a;
    }

    public Ntt transform(int row) {
        return transforms[row];
    }

    public double[][] add(double[][] a, double[][] b, double[][] out) {
        for (int i = 0; i < out.length; i++) {
            Rows.add(a[i], b[i], out[i], moduli.get(i));
        }
        return out;
    }

    public double[][] subtract(double[][] a, double[][] b, double[][] out) {
        for (int i = 0; i < out.length; i++) {
            Rows.subtract(a[i], b[i], out[i], moduli.get(i));
        }
        return out;
    }

    public double[][] negate(double[][] a, double[][] out) {
        for (int i = 0; i < out.length; i++) {
            Rows.negate(a[i], out[i]);
        }
        return out;
    }

    /// Products value by value; both inputs are values.
    public double[][] multiply(double[][] a, double[][] b, double[][] out) {
        for (int i = 0; i < out.length; i++) {
            Rows.multiply(a[i], b[i], out[i], moduli.get(i));
        }
        return out;
    }

    /// Adds products value by value to `sum`.
    public double[][] multiplyAdd(double[][] a, double[][] b, double[][] sum) {
        for (int i = 0; i < sum.length; i++) {
            Rows.multiplyAdd(a[i], b[i], sum[i], moduli.get(i));
        }
        return sum;
    }

    /// Multiplies by an integer, given for each prime in [0, p).
    public double[][] scale(double[][] a, long[] factors, double[][] out) {
        for (int i = 0; i < out.length; i++) {
            Modulus modulus = moduli.get(i);
            Rows.scale(a[i], modulus.centred(factors[i]), out[i], modulus);
        }
        return out;
    }

    /// An element from public or secret small integers, as coefficients.
    ///
    /// @param small magnitudes below 2^52
    public double[][] signed(double[] small, int rows) {
        double[][] out = new double[rows][degree];
        for (int i = 0; i < rows; i++) {
            Rows.reduce(small, out[i], moduli.get(i));
        }
        return out;
    }

    /// The automorphism X → X^g of coefficients, g odd.
    public double[][] automorphism(double[][] a, int g) {
        double[][] out = new double[a.length][degree];
        int mask = 2 * degree - 1;
        int to = 0;
        for (int j = 0; j < degree; j++, to = (to + g) & mask) {
            int at = to & (degree - 1);
            if (to < degree) {
                for (int i = 0; i < a.length; i++) {
                    out[i][at] = a[i][j];
                }
            } else {
                for (int i = 0; i < a.length; i++) {
                    out[i][at] = -a[i][j];
                }
            }
        }
        return out;
    }

    /// The permutation that X → X^g is on values: `out[j] = in[permutation[j]]`.
    public static int[] permutation(int degree, int g) {
        int[] exponents = Ntt.exponents(degree);
        int[] place = new int[2 * degree];
        for (int j = 0; j < degree; j++) {
            place[exponents[j]] = j;
        }
        int[] permutation = new int[degree];
        for (int j = 0; j < degree; j++) {
            permutation[j] = place[exponents[j] * g & (2 * degree - 1)];
        }
        return permutation;
    }

    /// Values in another order, from {@link #permutation}.
    public double[][] permuted(double[][] a, int[] permutation) {
        double[][] out = new double[a.length][degree];
        for (int i = 0; i < a.length; i++) {
            double[] from = a[i];
            double[] to = out[i];
            for (int j = 0; j < degree; j++) {
                to[j] = from[permutation[j]];
            }
        }
        return out;
    }
}
