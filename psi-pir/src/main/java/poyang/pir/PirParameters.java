package poyang.pir;

import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Ntt;

/// The one parameter set of the scheme.
///
/// - ring: Z_q[X]/(X^2048 + 1), q the largest prime of 50 bits that is 1 modulo 4096; secrets
///   uniform in {-1, 0, 1}; errors centred binomial of 42 coins, deviation √10.5 = 3.24
/// - security: the Homomorphic Encryption Standard (M. Albrecht et al., 2018, table 1) allows 54
///   bits of q at degree 2048 for 128 bits of classical security with ternary secrets and deviation
///   3.19; 50 are used
/// - plaintext: 16 bits a coefficient, so a stored word is used whole
/// - noise, in units of q/2^26 of which a right answer allows 512: packing sums 2047·2048 products
///   of digits (two of 17 bits, one of 16, balanced) and errors, a deviation of 22.4; the first
///   pass below 0.1 up to 2^22 rows; rounding the mask to 26 bits 10.7; rounding the body to 20
///   bits at most 32. A coefficient is wrong when a sum of deviation 24.9 exceeds 480, that is 19
///   deviations: below 2^-260 for a Gaussian, and below 2^-230 for a whole answer of 2^21
///   coefficients. The bound asked for is 2^-40. {@code PirNoiseTest} measures the deviation
public final class PirParameters {
    static final int DEGREE = 2048;
    static final int MODULUS_BITS = 50;
    static final int WORD_BITS = 16;
    static final int DIGITS = 3;
    static final int DIGIT_BITS = 17;
    static final int COINS = 21;
    /// What an answer's two halves are rounded to.
    static final int MASK_BITS = 26;

    static final int BODY_BITS = 20;
    static final Modulus Q = Modulus.chain(DEGREE, MODULUS_BITS).getFirst();
    static final Ntt NTT = Ntt.of(Q, DEGREE);
    /// How much of q one unit of plaintext is: q/2^16, rounded.
    static final long SCALE = (Q.value() + (1L << (WORD_BITS - 1))) >> WORD_BITS;

    public static final int SEED_BYTES = 32;
    /// Plaintext bytes in one packed polynomial.
    public static final int OUTPUT_BYTES = DEGREE * WORD_BITS / Byte.SIZE;

    /// Rows that a matrix has at most: the first pass sums without loss, and its noise stays below
    /// packing's.
    public static final int ROWS_MAX = 1 << 22;

    /// Outputs (polynomials of an answer) at most: rows of 4 MiB.
    public static final int OUTPUTS_MAX = 1 << 10;

    private PirParameters() {}
}
