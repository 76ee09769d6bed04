package poyang.homomorphic.ring;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import poyang.kernel.Bug;

/// The negacyclic number-theoretic transform of one degree modulo one prime: polynomials modulo
/// X^n + 1 to
/// and from their values at the odd powers of a root ψ of order 2n.
///
/// - shapes: arrays of n residues (see {@link Modulus}), transformed in place
/// - ranges: magnitudes up to p going in, up to 3p/4 coming out
/// - order: the value at ψ^e stands at {@link #exponents}; always the same, on every machine
/// - secrecy: no branch or index depends on a residue
/// - cost: n/2·log n multiplications; vectors of doubles once they are compiled, their scalar twin
///   before
/// - source: the merged transforms of Longa and Naehrig, CANS 2016, algorithms 1 and 2, two stages
///   a pass;
///   Harvey's lazy reduction, J. Symbolic Computation 2014, with signed residues
public final class Ntt {
    public static final int DEGREE_MIN = Twiddles.TILE;
    public static final int DEGREE_MAX = 1 << 16;

    private static final Pace FORWARD = new Pace();
    private static final Pace INVERSE = new Pace();
    private static final Map<Key, Ntt> MADE = new ConcurrentHashMap<>();

    private record Key(long prime, int degree) {}

    private final Twiddles twiddles;

    private Ntt(Twiddles twiddles) {
        this.twiddles = twiddles;
    }

    /// The transform, whose tables are made once for each prime and degree.
    ///
    /// @param degree a power of two from 64 to 65,536 with `modulus` 1 modulo 2·`degree`
    public static Ntt of(Modulus modulus, int degree) {
        Bug.unless(
                Integer.bitCount(degree) == 1 && degree >= DEGREE_MIN && degree <= DEGREE_MAX,
                "no transform of degree " + degree);
        return MADE.computeIfAbsent(new Key(modulus.value(), degree), key -> new Ntt(new Twiddles(modulus, degree)));
    }

    public Modulus modulus() {
        return twiddles.modulus;
    }

    public int degree() {
        return twiddles.degree;
    }

    /// From coefficients to values.
    public void forward(double[] a) {
        FORWARD.run(ScalarTransform::forward, Ntt::vectorForward, twiddles, a, a.length);
    }

    /// From values to coefficients.
    public void inverse(double[] a) {
        INVERSE.run(ScalarTransform::inverse, Ntt::vectorInverse, twiddles, a, a.length);
    }

    /// Where the virtual machine has no vectors their class cannot be loaded, and a reference to its method would
    /// load it.
    private static void vectorForward(Twiddles twiddles, double[] a) {
        VectorTransform.forward(twiddles, a);
    }

    private static void vectorInverse(Twiddles twiddles, double[] a) {
        VectorTransform.inverse(twiddles, a);
    }

    /// At index i the odd number e from 1 to 2n - 1 with which position i holds the value at ψ^e.
    public static int[] exponents(int degree) {
        int bits = Integer.numberOfTrailingZeros(degree);
        int[] exponents = new int[degree];
        for (int i = 0; i < degree; i++) {
            int row = i / Twiddles.BLOCK % Twiddles.BLOCK;
            int standard = i / Twiddles.TILE * Twiddles.TILE + i % Twiddles.BLOCK * Twiddles.BLOCK + row;
            exponents[i] = 2 * (Integer.reverse(standard) >>> (Integer.SIZE - bits)) + 1;
        }
        return exponents;
    }

    Twiddles twiddles() {
        return twiddles;
    }
}
