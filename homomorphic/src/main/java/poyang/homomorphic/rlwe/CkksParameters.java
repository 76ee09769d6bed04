package poyang.homomorphic.rlwe;

import java.util.Arrays;

/// Parameters of CKKS: checked when they are made, immutable, never below 128 bits of security.
///
/// A level has its scale: the highest a power of two, each lower one the square of the one above
/// divided by the primes between. Every ciphertext of a level has that level's scale, so that
/// results add up exactly. A scale of up to 44 bits is one prime a level; one of 60 to 88 bits is
/// two primes a level, which is what results that are handed to others need ({@link
/// Ckks#decryptForRelease}).
public final class CkksParameters extends RlweParameters {
    private static final int KEY_BITS = 49;
    private static final int BASE_BITS = 49;
    private static final int NARROW_MIN = 25;
    private static final int NARROW_MAX = 44;
    private static final int WIDE_MIN = 60;
    private static final int WIDE_MAX = 88;

    private final int stride;
    private final double[] scales;

    private CkksParameters(Chain chain, int stride, int depth, int scaleBits) {
        super(chain);
        this.stride = stride;
        scales = new double[depth + 1];
        scales[depth] = Math.pow(2, scaleBits);
        for (int level = depth; level > 0; level--) {
            double dropped = 1;
            for (int row = rows(level - 1); row < rows(level); row++) {
                dropped *= chain.ring().modulus(row).value();
            }
            scales[level - 1] = scales[level] * scales[level] / dropped;
        }
    }

    /// A scale of 40 bits, and as many levels as 128 bits of security allow: 3 at degree 8,192, 8
    /// at 16,384.
    public static CkksParameters standard(int degree) {
        return of(degree, 40, (Chain.bitsMax(degree) - KEY_BITS - BASE_BITS) / 40);
    }

    /// A scale of 80 bits, for results that others may see: 3 levels at degree 16,384, 9 at 32,768.
    public static CkksParameters wide(int degree) {
        return of(degree, 80, (Chain.bitsMax(degree) - KEY_BITS - 2 * BASE_BITS) / 80);
    }

    /// @param scaleBits 25 to 44, or an even number from 60 to 88
    /// @param depth how many multiplications in a row are possible
    /// @throws poyang.kernel.PoyangException `BAD_PARAMETERS` below 128 bits of security
    public static CkksParameters of(int degree, int scaleBits, int depth) {
        boolean narrow = scaleBits >= NARROW_MIN && scaleBits <= NARROW_MAX;
        boolean wide = scaleBits >= WIDE_MIN && scaleBits <= WIDE_MAX && scaleBits % 2 == 0;
        if (!narrow && !wide) {
            throw Chain.bad("a scale of " + scaleBits + " bits", "25 to 44, or an even 60 to 88, is needed");
        }
        int most = Chain.bitsMax(degree);
        int stride = narrow ? 1 : 2;
        int sum = KEY_BITS + stride * BASE_BITS + depth * scaleBits;
        if (depth < 0 || sum > most) {
            throw Chain.bad(
                    depth + " levels of " + scaleBits + " bits at degree " + degree,
                    "at most " + most + " bits, " + (KEY_BITS + stride * BASE_BITS)
                            + " of them for the lowest level and the keys, give 128 bits of security");
        }
        int[] bits = new int[stride + depth * stride + 1];
        Arrays.fill(bits, scaleBits / stride);
        Arrays.fill(bits, 0, stride, BASE_BITS);
        bits[bits.length - 1] = KEY_BITS;
        Chain chain = Chain.of("ckks", degree, scaleBits, bits);
        return new CkksParameters(chain, stride, depth, scaleBits);
    }

    /// How many complex numbers one ciphertext holds.
    public int slots() {
        return degree() / 2;
    }

    /// How many multiplications in a row a fresh ciphertext allows.
    public int depth() {
        return scales.length - 1;
    }

    /// Primes that a level has.
    int rows(int level) {
        return stride * (level + 1);
    }

    double scale(int level) {
        return scales[level];
    }

    @Override
    public String toString() {
        return "CkksParameters[degree " + degree() + ", depth " + depth() + ", " + Math.round(modulusBits()) + " bits]";
    }
}
