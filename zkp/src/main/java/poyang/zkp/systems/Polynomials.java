package poyang.zkp.systems;

import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.zkp.curves.PrimeField;

/// Arithmetic of polynomials given by their coefficients, lowest first.
final class Polynomials {
    private final PrimeField f;
    private final int n;

    Polynomials(PrimeField f) {
        this.f = f;
        n = f.longs();
    }

    /// p + factor·q, as long as the longer one.
    long[] plusScaled(long[] p, long[] factor, long[] q) {
        long[] sum = Arrays.copyOf(p, Math.max(p.length, q.length));
        long[] t = new long[n];
        for (int i = 0; i < q.length; i += n) {
            f.multiply(t, 0, q, i, factor, 0);
            f.add(sum, i, sum, i, t, 0);
        }
        return sum;
    }

    /// Adds a constant, in place.
    void addConstant(long[] p, long[] value) {
        f.add(p, 0, p, 0, value, 0);
    }

    /// p + (b₀ + b₁x + …)·(x^size − 1) for blinding factors b.
    long[] blinded(long[] p, int size, long[]... b) {
        Bug.unless(p.length == size * n, "a polynomial of the domain");
        long[] blinded = Arrays.copyOf(p, p.length + b.length * n);
        for (int i = 0; i < b.length; i++) {
            f.subtract(blinded, i * n, blinded, i * n, b[i], 0);
            System.arraycopy(b[i], 0, blinded, (size + i) * n, n);
        }
        return blinded;
    }

    long[] at(long[] p, long[] x) {
        long[] value = new long[n];
        for (int i = p.length - n; i >= 0; i -= n) {
            f.multiply(value, 0, value, 0, x, 0);
            f.add(value, 0, value, 0, p, i);
        }
        return value;
    }

    /// p/(x − root), which must leave no rest.
    long[] dividedByRoot(long[] p, long[] root) {
        long[] quotient = new long[p.length - n];
        long[] carry = new long[n];
        for (int i = quotient.length - n; i >= 0; i -= n) {
            f.multiply(carry, 0, carry, 0, root, 0);
            f.add(carry, 0, carry, 0, p, i + n);
            System.arraycopy(carry, 0, quotient, i, n);
        }
        f.multiply(carry, 0, carry, 0, root, 0);
        f.add(carry, 0, carry, 0, p, 0);
        if (!f.isZero(carry, 0)) {
            throw new Refused("a division leaves a rest");
        }
        return quotient;
    }

    /// p(shift·x), padded to `size` coefficients.
    long[] shifted(long[] p, long[] shift, int size) {
        long[] shifted = Arrays.copyOf(p, size * n);
        long[] factor = f.of(1);
        for (int i = 0; i < p.length; i += n) {
            f.multiply(shifted, i, shifted, i, factor, 0);
            f.multiply(factor, 0, factor, 0, shift, 0);
        }
        return shifted;
    }
}
