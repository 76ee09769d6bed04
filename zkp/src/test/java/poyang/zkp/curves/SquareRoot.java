package poyang.zkp.curves;

import java.math.BigInteger;

/// Square roots for tests; both base fields have p ≡ 3 (mod 4).
final class SquareRoot {
    private SquareRoot() {}

    /// A root of `a`, or an empty array when it has none.
    static long[] of(Field f, PrimeField base, long[] a) {
        return f instanceof QuadraticField ? quadratic(base, a) : prime(base, a);
    }

    private static long[] prime(PrimeField f, long[] a) {
        long[] root = new long[f.longs()];
        f.power(root, 0, a, 0, f.modulus().add(BigInteger.ONE).shiftRight(2));
        long[] square = new long[f.longs()];
        f.square(square, 0, root, 0);
        return f.equal(square, 0, a, 0) ? root : new long[0];
    }

    /// By the norm: with n² = a₀² + a₁², x² = (a₀ ± n)/2 and y = a₁/(2x).
    private static long[] quadratic(PrimeField base, long[] a) {
        int n = base.longs();
        BigInteger p = base.modulus();
        BigInteger a0 = base.value(a, 0);
        BigInteger a1 = base.value(a, n);
        long[] norm = prime(base, base.of(a0.multiply(a0).add(a1.multiply(a1))));
        if (norm.length == 0) {
            return norm;
        }
        BigInteger half = BigInteger.TWO.modInverse(p);
        for (BigInteger sign : new BigInteger[] {BigInteger.ONE, BigInteger.ONE.negate()}) {
            BigInteger square = a0.add(sign.multiply(base.value(norm, 0))).multiply(half);
            long[] x = prime(base, base.of(square));
            if (x.length > 0 && !base.isZero(x, 0)) {
                long[] root = new long[2 * n];
                System.arraycopy(x, 0, root, 0, n);
                BigInteger y = a1.multiply(half).multiply(base.value(x, 0).modInverse(p));
                System.arraycopy(base.of(y), 0, root, n, n);
                return root;
            }
        }
        return new long[0];
    }
}
