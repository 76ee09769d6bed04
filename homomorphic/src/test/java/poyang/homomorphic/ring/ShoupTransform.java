package poyang.homomorphic.ring;

import java.math.BigInteger;

/// The same transform with 64-bit integers and Shoup's quotients, for primes up to 60 bits: what
/// the
/// floating-point forms are compared with, in tests and in the bench.
final class ShoupTransform {
    private final long prime;
    private final int degree;
    private final long[] root;
    private final long[] rootQuotient;

    ShoupTransform(long prime, long psi, int degree) {
        this.prime = prime;
        this.degree = degree;
        root = new long[degree];
        rootQuotient = new long[degree];
        int bits = Integer.numberOfTrailingZeros(degree);
        long power = 1;
        for (int i = 0; i < degree; i++) {
            int at = Integer.reverse(i) >>> (Integer.SIZE - bits);
            root[at] = power;
            rootQuotient[at] = quotient(power);
            power = product(power, psi);
        }
    }

    /// ⌊w·2^64/p⌋.
    private long quotient(long w) {
        return BigInteger.valueOf(w)
                .shiftLeft(Long.SIZE)
                .divide(BigInteger.valueOf(prime))
                .longValue();
    }

    private long product(long x, long y) {
        return BigInteger.valueOf(x)
                .multiply(BigInteger.valueOf(y))
                .mod(BigInteger.valueOf(prime))
                .longValue();
    }

    /// Canonical coefficients to canonical values in bit-reversed order, lazily reduced below 4p
    /// inside.
    void forward(long[] a) {
        long twice = 2 * prime;
        int half = degree / 2;
        for (int blocks = 1; blocks < degree; blocks *= 2, half /= 2) {
            for (int block = 0; block < blocks; block++) {
                long w = root[blocks + block];
                long q = rootQuotient[blocks + block];
                int from = 2 * block * half;
                for (int j = from; j < from + half; j++) {
                    long x = a[j];
                    x = x >= twice ? x - twice : x;
                    long y = a[j + half];
                    y = y * w - Math.unsignedMultiplyHigh(y, q) * prime;
                    a[j] = x + y;
                    a[j + half] = x - y + twice;
                }
            }
        }
        for (int j = 0; j < degree; j++) {
            long x = a[j] >= twice ? a[j] - twice : a[j];
            a[j] = x >= prime ? x - prime : x;
        }
    }
}
