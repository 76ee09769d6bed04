package poyang.homomorphic.ring;

import poyang.kernel.Bug;

/// The roots that the transforms multiply by, each with its quotient by the prime, for one prime
/// and degree.
///
/// The last three stages of the forward transform work on blocks of eight neighbours; their roots
/// stand a
/// second time in the order in which eight blocks side by side need them.
final class Twiddles {
    static final int BLOCK = 8;
    static final int TILE = BLOCK * BLOCK;

    final Modulus modulus;
    final int degree;

    /// ψ^brv(i) for i in 1 to n - 1, and its quotient.
    final double[] root;

    final double[] rootQuotient;

    /// The inverses of the same.
    final double[] back;

    final double[] backQuotient;

    /// For each tile the seven roots of its blocks: 7 rows of 8 for stages 4, 2, 2, 1, 1, 1, 1.
    final double[] tileRoot;

    final double[] tileRootQuotient;
    final double[] tileBack;
    final double[] tileBackQuotient;

    /// n^(-1), and n^(-1) times the root of the last backward stage.
    final double scale;

    final double scaleQuotient;
    final double scaledBack;
    final double scaledBackQuotient;

    Twiddles(Modulus modulus, int degree) {
        Bug.unless(Integer.bitCount(degree) == 1 && degree >= TILE, "the degree is a power of two from 64 on");
        this.modulus = modulus;
        this.degree = degree;
        root = new double[degree];
        rootQuotient = new double[degree];
        back = new double[degree];
        backQuotient = new double[degree];
        long psi = modulus.root(2L * degree);
        long psiInverse = modulus.inverse(psi);
        int bits = Integer.numberOfTrailingZeros(degree);
        long power = 1;
        long powerInverse = 1;
        for (int i = 0; i < degree; i++) {
            int at = Integer.reverse(i) >>> (Integer.SIZE - bits);
            set(root, rootQuotient, at, power);
            set(back, backQuotient, at, powerInverse);
            power = modulus.multiply(power, psi);
            powerInverse = modulus.multiply(powerInverse, psiInverse);
        }
        tileRoot = new double[7 * (degree / BLOCK)];
        tileRootQuotient = new double[tileRoot.length];
        tileBack = new double[tileRoot.length];
        tileBackQuotient = new double[tileRoot.length];
        tiles(root, rootQuotient, tileRoot, tileRootQuotient);
        tiles(back, backQuotient, tileBack, tileBackQuotient);
        long inverse = modulus.inverse(degree % modulus.value());
        scale = modulus.centred(inverse);
        scaleQuotient = scale / modulus.p();
        scaledBack = modulus.centred(modulus.multiply(inverse, modulus.canonical(back[1])));
        scaledBackQuotient = scaledBack / modulus.p();
    }

    private void set(double[] values, double[] quotients, int at, long value) {
        values[at] = modulus.centred(value);
        quotients[at] = values[at] / modulus.p();
    }

    private void tiles(double[] from, double[] fromQuotient, double[] to, double[] toQuotient) {
        int blocks = degree / BLOCK;
        for (int block = 0; block < blocks; block++) {
            int at = block / BLOCK * 7 * BLOCK + block % BLOCK;
            for (int row = 0; row < 7; row++) {
                int stage = Integer.highestOneBit(row + 1); // 1, 2, 4 roots of a block in stages 4, 2, 1
                int source = stage * (blocks + block) + row + 1 - stage;
                to[at + row * BLOCK] = from[source];
                toQuotient[at + row * BLOCK] = fromQuotient[source];
            }
        }
    }
}
