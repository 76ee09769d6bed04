package poyang.homomorphic.ring;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// A prime below 2^50 and the arithmetic modulo it, on integers that are held in doubles.
///
/// A residue is a double with an integral value of magnitude at most 3p/4: not canonical, so that
/// no
/// operation has to compare and every loop is straight multiply-add code. {@link #canonical} gives
/// the
/// representative in [0, p).
///
/// A product h + l = x·y is exact in two doubles (h rounded, l by fused multiply-add). The
/// quotient is
/// rounded by adding 1.5·2^52, which is exact to one integer while it stays below 2^51 in
/// magnitude; the
/// remainder (h − q·p) + l is then exact, because it is an integer below 2^53.
///
/// - secrecy: no operation on residues branches on or indexes by a value; {@link #power}, {@link
///   #inverse}
///   and the choice of primes are for public numbers
/// - source: the fused multiply-add reduction of van der Hoeven, Lecerf and Quintin, "Modular SIMD
///   arithmetic in Mathemagix", ACM TOMS 2016, section 3; here with signed remainders
public final class Modulus {
    public static final int BITS_MAX = 50;
    static final int BITS_MIN = 14;
    static final double ROUND = 0x1.8p52;
    private static final int CERTAINTY = 64;

    private final long value;
    private final double p;
    private final double pInverse;

    private Modulus(long value) {
        this.value = value;
        p = value;
        pInverse = 1.0 / p;
    }

    /// @throws PoyangException `BAD_PARAMETERS` unless `value` is a prime of 14 to 50 bits
    public static Modulus of(long value) {
        if (value < 1L << (BITS_MIN - 1)
                || value >= 1L << BITS_MAX
                || !BigInteger.valueOf(value).isProbablePrime(CERTAINTY)) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PARAMETERS,
                    value + " cannot be a modulus",
                    "a prime of " + BITS_MIN + " to " + BITS_MAX + " bits is needed");
        }
        return new Modulus(value);
    }

    /// The largest distinct primes of the given sizes that are 1 modulo twice the degree, so that
    /// the
    /// ring of that degree has a number-theoretic transform modulo each. The same arguments give
    /// the
    /// same primes.
    ///
    /// @throws PoyangException `BAD_PARAMETERS` when there are not as many primes of a size
    public static List<Modulus> chain(int degree, int... bits) {
        return chainWithout(List.of(), degree, bits);
    }

    /// As {@link #chain}, leaving out primes that are taken already.
    public static List<Modulus> chainWithout(List<Modulus> taken, int degree, int... bits) {
        List<Modulus> chosen = new ArrayList<>();
        for (int size : bits) {
            if (size < BITS_MIN || size > BITS_MAX) {
                throw new PoyangException(
                        HomomorphicErrors.BAD_PARAMETERS,
                        "a prime of " + size + " bits is asked for",
                        BITS_MIN + " to " + BITS_MAX + " bits are possible");
            }
            chosen.add(next(taken, chosen, degree, size));
        }
        return List.copyOf(chosen);
    }

    private static Modulus next(List<Modulus> taken, List<Modulus> chosen, int degree, int bits) {
        long step = 2L * degree;
        long least = 1L << (bits - 1);
        for (long candidate = ((1L << bits) - 1) / step * step + 1; candidate > least; candidate -= step) {
            if (candidate < 1L << bits && BigInteger.valueOf(candidate).isProbablePrime(CERTAINTY)) {
                Modulus modulus = new Modulus(candidate);
                if (!taken.contains(modulus) && !chosen.contains(modulus)) {
                    return modulus;
                }
            }
        }
        throw new PoyangException(
                HomomorphicErrors.BAD_PARAMETERS,
                "there are not enough primes of " + bits + " bits that are 1 modulo " + step,
                "larger or fewer primes are needed");
    }

    public long value() {
        return value;
    }

    public int bits() {
        return Long.SIZE - Long.numberOfLeadingZeros(value);
    }

    double p() {
        return p;
    }

    double pInverse() {
        return pInverse;
    }

    // ---- public integers in [0, p) ------------------------------------------------------------------

    /// `a·b mod p` for 0 ≤ a, b < p.
    public long multiply(long a, long b) {
        long quotient = (long) ((double) a * (double) b * pInverse);
        long remainder = a * b - quotient * value;
        if (remainder < 0) {
            remainder += value;
        }
        return remainder >= value ? remainder - value : remainder;
    }

    /// `base^exponent mod p`; time depends on the exponent.
    public long power(long base, long exponent) {
        long result = 1;
        long square = base;
        for (long rest = exponent; rest > 0; rest >>= 1) {
            if ((rest & 1) == 1) {
                result = multiply(result, square);
            }
            square = multiply(square, square);
        }
        return result;
    }

    /// `a^(-1) mod p` for 0 < a < p.
    public long inverse(long a) {
        Bug.unless(a > 0 && a < value, "only a number from 1 to p - 1 has an inverse");
        return power(a, value - 2);
    }

    /// The representative in [0, p) of any integer.
    public long of(BigInteger integer) {
        return integer.mod(BigInteger.valueOf(value)).longValueExact();
    }

    /// A primitive root of unity of order `order`, a power of two that divides p - 1; always the
    /// same one.
    public long root(long order) {
        Bug.unless((value - 1) % order == 0, "there is no root of order " + order + " modulo " + value);
        for (long base = 2; ; base++) {
            long root = power(base, (value - 1) / order);
            if (power(root, order / 2) == value - 1) {
                return root;
            }
        }
    }

    // ---- residues in doubles ------------------------------------------------------------------------

    /// The residue with the least magnitude of an integer in [0, p).
    public double centred(long canonical) {
        return canonical > value / 2 ? canonical - value : canonical;
    }

    /// The representative in [0, p) of a residue of magnitude below 2^51·p.
    public long canonical(double residue) {
        double quotient = residue * pInverse + ROUND - ROUND;
        long least = (long) Math.fma(-quotient, p, residue);
        return least + (value & (least >> 63));
    }

    /// A residue of magnitude about p/2 at most, congruent to an integer of magnitude up to 2^100.
    double reduce(double x) {
        double quotient = Math.fma(x, pInverse, ROUND) - ROUND;
        return Math.fma(-quotient, p, x);
    }

    /// A residue congruent to `x·y` where |x·y| ≤ 2^100 and |x·y| ≤ 2^51·p.
    double multiply(double x, double y) {
        double high = x * y;
        double low = Math.fma(x, y, -high);
        double quotient = Math.fma(high, pInverse, ROUND) - ROUND;
        return Math.fma(-quotient, p, high) + low;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Modulus modulus && modulus.value == value;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
