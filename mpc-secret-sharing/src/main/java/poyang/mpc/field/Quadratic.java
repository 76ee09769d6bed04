package poyang.mpc.field;

/// The field of p² elements, p that of {@link Goldilocks}: a + b·X with X² = 7. Seven is no square
/// modulo p, as 7^((p−1)/2) = −1, so X² − 7 is irreducible.
///
/// Elements stand in `long[]`, the limbs a and b of one beside each other, so that one look-up
/// fetches both. Limbs are representatives as in {@link Goldilocks}.
///
/// - secrecy: no branch and no address depends on an element
public final class Quadratic {
    public static final int LIMBS = 2;
    public static final int BYTES = LIMBS * Goldilocks.BYTES;
    public static final long NON_SQUARE = 7;

    private Quadratic() {}

    /// Two limbs from `at` on = (a0 + a1·X)·(b0 + b1·X) = a0·b0 + 7·a1·b1 + (a0·b1 + a1·b0)·X
    public static void multiply(long[] out, int at, long a0, long a1, long b0, long b1) {
        long low = Goldilocks.multiply(a0, b0);
        long high = Goldilocks.multiply(a1, b1);
        long cross = Goldilocks.add(Goldilocks.multiply(a0, b1), Goldilocks.multiply(a1, b0));
        out[at] = Goldilocks.add(low, Goldilocks.multiply(NON_SQUARE, high));
        out[at + 1] = cross;
    }

    /// Two limbs from `at` on += k·(a0 + a1·X) for k of the prime field.
    public static void addMultiple(long[] out, int at, long k, long a0, long a1) {
        out[at] = Goldilocks.add(out[at], Goldilocks.multiply(k, a0));
        out[at + 1] = Goldilocks.add(out[at + 1], Goldilocks.multiply(k, a1));
    }

    /// The representatives below p, in place.
    public static void makeCanonical(long[] elements) {
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Goldilocks.canonical(elements[i]);
        }
    }
}
