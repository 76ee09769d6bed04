package poyang.mpc.field;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import poyang.kernel.RandomSource;

/// Arithmetic modulo p = 2^64 − 2^32 + 1.
///
/// An element is a `long` read as an unsigned number. {@link #canonical} gives the representative
/// below p; sums and products may be any of the two that some residues have below 2^64, and every
/// operation takes either. Elements that leave a protocol or are compared are canonical.
///
/// Why this field: a whole machine word carries an element, so the base field of a correlation has
/// log2 p > 63.99 bits; a pair of them, {@link Quadratic}, has more than 127.99 bits, as much as a
/// secret key needs. With 2^61 − 1 the pair would have 122. The reduction uses 2^64 ≡ 2^32 − 1 and
/// 2^96 ≡ −1: shifts and additions.
///
/// - secrecy: no branch and no address depends on an element, except that {@link #uniform} tells
///   how many draws it discarded, which says nothing of those that it kept
/// - source: Solinas, "Generalized Mersenne numbers", CORR 99-39; the name is of Hamburg's, for
///   primes φ² − φ + 1
public final class Goldilocks {
    public static final long P = 0xffffffff00000001L;
    public static final int BYTES = 8;

    /// 2^64 − p
    private static final long EPSILON = 0xffffffffL;

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Goldilocks() {}

    /// The representative below p.
    public static long canonical(long a) {
        long reduced = a - P;
        return reduced + (P & borrow(a, P, reduced));
    }

    /// @param a any representative
    /// @param b any representative
    public static long add(long a, long b) {
        long sum = a + b;
        long again = sum + (EPSILON & carry(a, b, sum));
        // two representatives at or above p may carry twice
        return again + (EPSILON & carry(sum, again - sum, again));
    }

    /// a + b for b below p; a is any representative.
    public static long addCanonical(long a, long b) {
        long sum = a + b;
        return sum + (EPSILON & carry(a, b, sum));
    }

    public static long subtract(long a, long b) {
        long difference = a - b;
        long again = difference - (EPSILON & borrow(a, b, difference));
        return again - (EPSILON & borrow(difference, difference - again, again));
    }

    public static long negate(long a) {
        return subtract(0, a);
    }

    /// a·b by one 64 × 64 → 128 bit product: lo + 2^64·(u + 2^32·v) ≡ lo − v + u·(2^32 − 1).
    public static long multiply(long a, long b) {
        long low = a * b;
        long high = Math.unsignedMultiplyHigh(a, b);
        long v = high >>> 32;
        long u = (high << 32) - (high & EPSILON);
        long t = low - v;
        t -= EPSILON & borrow(low, v, t);
        long product = t + u;
        return product + (EPSILON & carry(t, u, product));
    }

    /// a^e for a public exponent.
    public static long power(long a, long e) {
        long result = 1;
        long base = a;
        for (long rest = e; rest != 0; rest >>>= 1) {
            if ((rest & 1) != 0) {
                result = multiply(result, base);
            }
            base = multiply(base, base);
        }
        return result;
    }

    /// 1/a; 0 for 0.
    public static long invert(long a) {
        return power(a, P - 2);
    }

    /// As many elements, uniform: eight little-endian bytes each, drawn again where they are p or
    /// more.
    public static long[] uniform(RandomSource random, int count) {
        byte[] bytes = random.bytes(count * BYTES);
        long[] elements = new long[count];
        for (int i = 0; i < count; i++) {
            long candidate = (long) WORDS.get(bytes, i * BYTES);
            while (Long.compareUnsigned(candidate, P) >= 0) {
                candidate = random.nextLong();
            }
            elements[i] = candidate;
        }
        return elements;
    }

    /// Is each of the elements below p?
    public static boolean areCanonical(long[] elements) {
        long wrong = 0;
        for (long element : elements) {
            wrong |= ~borrow(element, P, element - P);
        }
        return wrong == 0;
    }

    /// All ones where the unsigned a + b = sum overflowed.
    private static long carry(long a, long b, long sum) {
        return ((a & b) | ((a | b) & ~sum)) >> 63;
    }

    /// All ones where a < b, for difference = a − b.
    private static long borrow(long a, long b, long difference) {
        return ((~a & b) | ((~a | b) & difference)) >> 63;
    }
}
