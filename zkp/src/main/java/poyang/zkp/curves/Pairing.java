package poyang.zkp.curves;

import java.math.BigInteger;
import java.util.Arrays;

/// The optimal ate pairing of both curves, as a product over pairs of points.
///
/// - computes: Π e(Pᵢ, Qᵢ), to a fixed power that is prime to r, in the field of {@link Tower}
/// - shapes: affine points of G1 and G2; pairs with a point at infinity count as 1
/// - ranges: points of the groups; this is not checked here
/// - secrecy: public inputs only, time depends on them
/// - cost: for three pairs about 13,000 products of the base field in the Miller loops, 9,000 in the
///   final power
/// - source: Vercauteren, "Optimal pairings", IEEE Trans. Inf. Theory 56 (2010); lines of Costello, Lange,
///   Naehrig, PKC 2010; final powers of Fuentes-Castañeda, Knapp, Rodríguez-Henríquez, SAC 2011 (BN) and
///   Hayashida, Hayasaka, Teruya, ePrint 2020/875 (BLS)
public final class Pairing {
    private final Tower tower;
    private final QuadraticField f;
    private final int m;
    private final boolean multiplicativeTwist;
    private final BigInteger parameter;
    private final BigInteger loop;
    private final long[] twist;
    private final long[] half;

    Pairing(Tower.Shape shape, BigInteger parameter) {
        tower = new Tower(shape);
        f = tower.quadratic();
        m = f.longs();
        multiplicativeTwist = shape.multiplicativeTwist();
        this.parameter = parameter;
        loop = multiplicativeTwist
                ? parameter.abs()
                : parameter.multiply(BigInteger.valueOf(6)).add(BigInteger.TWO);
        twist = shape.twistConstant(multiplicativeTwist ? 4 : 3);
        PrimeField base = shape.base();
        half = base.of(BigInteger.TWO.modInverse(base.modulus()));
    }

    /// The product of the pairings of the i-th points of `p` and `q`.
    public long[] product(long[][] p, long[][] q) {
        return finalPower(miller(p, q));
    }

    /// Is the product of the pairings of the i-th points one?
    public boolean productIsOne(long[][] p, long[][] q) {
        return Arrays.equals(product(p, q), tower.one());
    }

    /// Is the product of two values of pairings one?
    public boolean isInverse(long[] a, long[] b) {
        return Arrays.equals(multiply(a, b), tower.one());
    }

    /// The product of two values of pairings.
    public long[] multiply(long[] a, long[] b) {
        long[] r = new long[6 * m];
        tower.multiply(r, a, b);
        return r;
    }

    /// A value of a pairing to the power k ≥ 0.
    public long[] power(long[] a, BigInteger k) {
        long[] y = tower.one();
        for (int i = k.bitLength() - 1; i >= 0; i--) {
            tower.square(y, y);
            if (k.testBit(i)) {
                tower.multiply(y, y, a);
            }
        }
        return y;
    }

    private long[] miller(long[][] p, long[][] q) {
        Step[] steps = new Step[p.length];
        int used = 0;
        for (int i = 0; i < p.length; i++) {
            if (!zero(p[i]) && !zero(q[i])) {
                steps[used++] = new Step(p[i], q[i]);
            }
        }
        long[] value = tower.one();
        for (int bit = loop.bitLength() - 2; bit >= 0; bit--) {
            tower.square(value, value);
            for (int i = 0; i < used; i++) {
                steps[i].twice();
                tower.multiply(value, value, steps[i].line);
                if (loop.testBit(bit)) {
                    steps[i].add(steps[i].q);
                    tower.multiply(value, value, steps[i].line);
                }
            }
        }
        if (multiplicativeTwist) {
            return tower.conjugate(value); // the parameter is negative
        }
        for (int i = 0; i < used; i++) {
            long[] q1 = frobenius(steps[i].q);
            long[] q2 = frobenius(q1);
            f.negate(q2, m, q2, m);
            steps[i].add(q1);
            tower.multiply(value, value, steps[i].line);
            steps[i].add(q2);
            tower.multiply(value, value, steps[i].line);
        }
        return value;
    }

    private static boolean zero(long[] point) {
        return Arrays.stream(point).allMatch(limb -> limb == 0);
    }

    /// The p-th power, on the twist.
    private long[] frobenius(long[] q) {
        long[] r = new long[2 * m];
        f.conjugate(r, 0, q, 0);
        f.multiply(r, 0, r, 0, tower.frobenius(), 2 * m);
        f.conjugate(r, m, q, m);
        f.multiply(r, m, r, m, tower.frobenius(), 3 * m);
        return r;
    }

    private long[] finalPower(long[] value) {
        long[] r = new long[6 * m];
        tower.multiply(r, tower.conjugate(value), tower.invert(value));
        tower.multiply(r, tower.frobenius(r, 2), r);
        return multiplicativeTwist ? hardPartBls(r) : hardPartBn(r);
    }

    private long[] byParameter(long[] a) {
        long[] y = power(a, parameter.abs());
        return parameter.signum() < 0 ? tower.conjugate(y) : y;
    }

    /// a^((x − 1)²·(x + p)·(x² + p² − 1) + 3), which is a^(3·(p⁴ − p² + 1)/r)
    private long[] hardPartBls(long[] a) {
        long[] y = multiply(byParameter(a), tower.conjugate(a));
        y = multiply(byParameter(y), tower.conjugate(y));
        y = multiply(byParameter(y), tower.frobenius(y, 1));
        long[] z = byParameter(byParameter(y));
        z = multiply(z, tower.frobenius(y, 2));
        z = multiply(z, tower.conjugate(y));
        return multiply(z, multiply(multiply(a, a), a));
    }

    /// a^(2x·(6x² + 3x + 1)·(p⁴ − p² + 1)/r)
    private long[] hardPartBn(long[] a) {
        long[] ax = byParameter(a);
        long[] a2x = multiply(ax, ax);
        long[] a6x = multiply(a2x, multiply(a2x, a2x));
        long[] a6xx = byParameter(a6x);
        long[] a12xx = multiply(a6xx, a6xx);
        long[] a12xxx = byParameter(a12xx);
        long[] sum = multiply(multiply(a12xxx, a6xx), a6x); // 12x³ + 6x² + 6x
        long[] less = multiply(sum, tower.conjugate(a2x)); // 12x³ + 6x² + 4x
        long[] low = multiply(multiply(sum, a6xx), a); // 12x³ + 12x² + 6x + 1
        long[] y = multiply(low, tower.frobenius(less, 1));
        y = multiply(y, tower.frobenius(sum, 2));
        return multiply(y, tower.frobenius(multiply(less, tower.conjugate(a)), 3));
    }

    /// One pair on its way through the loop: the running point in homogeneous coordinates, and the line of
    /// the last step, evaluated at P.
    private final class Step {
        private final long[] p;
        private final long[] q;
        private final long[] line = new long[6 * m];
        private final long[] x = new long[m];
        private final long[] y = new long[m];
        private final long[] z = new long[m];
        private final long[][] s = new long[8][m];

        Step(long[] p, long[] q) {
            this.p = p;
            this.q = q;
            System.arraycopy(q, 0, x, 0, m);
            System.arraycopy(q, m, y, 0, m);
            f.one(z, 0);
        }

        void twice() {
            long[] a = s[0];
            long[] b = s[1];
            long[] c = s[2];
            long[] e = s[3];
            long[] e3 = s[4];
            long[] g = s[5];
            long[] h = s[6];
            long[] j = s[7];
            f.multiply(a, 0, x, 0, y, 0);
            f.scale(a, 0, a, 0, half, 0);
            f.square(b, 0, y, 0);
            f.square(c, 0, z, 0);
            f.add(h, 0, y, 0, z, 0);
            f.square(h, 0, h, 0);
            f.subtract(h, 0, h, 0, b, 0);
            f.subtract(h, 0, h, 0, c, 0);
            threefold(e, c);
            f.multiply(e, 0, e, 0, twist, 0);
            threefold(e3, e);
            f.add(g, 0, b, 0, e3, 0);
            f.scale(g, 0, g, 0, half, 0);
            f.square(j, 0, x, 0);
            threefold(j, j);
            f.subtract(c, 0, b, 0, e3, 0);
            f.multiply(x, 0, a, 0, c, 0);
            f.multiply(z, 0, b, 0, h, 0);
            f.square(c, 0, e, 0);
            threefold(c, c);
            f.square(y, 0, g, 0);
            f.subtract(y, 0, y, 0, c, 0);
            f.subtract(e, 0, e, 0, b, 0);
            f.negate(h, 0, h, 0);
            line(e, j, h);
        }

        private void threefold(long[] r, long[] a) {
            long[] copy = a.clone();
            f.add(r, 0, copy, 0, copy, 0);
            f.add(r, 0, r, 0, copy, 0);
        }

        void add(long[] other) {
            long[] theta = s[0];
            long[] lambda = s[1];
            long[] c = s[2];
            long[] d = s[3];
            long[] e = s[4];
            long[] g = s[5];
            f.multiply(theta, 0, other, m, z, 0);
            f.subtract(theta, 0, y, 0, theta, 0);
            f.multiply(lambda, 0, other, 0, z, 0);
            f.subtract(lambda, 0, x, 0, lambda, 0);
            f.square(c, 0, theta, 0);
            f.square(d, 0, lambda, 0);
            f.multiply(e, 0, lambda, 0, d, 0);
            f.multiply(c, 0, c, 0, z, 0);
            f.multiply(g, 0, x, 0, d, 0);
            f.add(c, 0, c, 0, e, 0);
            f.subtract(c, 0, c, 0, g, 0);
            f.subtract(c, 0, c, 0, g, 0);
            f.multiply(x, 0, lambda, 0, c, 0);
            f.subtract(g, 0, g, 0, c, 0);
            f.multiply(g, 0, g, 0, theta, 0);
            f.multiply(y, 0, y, 0, e, 0);
            f.subtract(y, 0, g, 0, y, 0);
            f.multiply(z, 0, z, 0, e, 0);
            f.multiply(c, 0, theta, 0, other, 0);
            f.multiply(d, 0, lambda, 0, other, m);
            f.subtract(c, 0, c, 0, d, 0);
            f.negate(theta, 0, theta, 0);
            line(c, theta, lambda);
        }

        /// Puts `free` + `ofX`·x(P) + `ofY`·y(P) at the places that the twist gives them.
        private void line(long[] free, long[] ofX, long[] ofY) {
            int n = m / 2;
            int freeAt = multiplicativeTwist ? 0 : 4;
            int xAt = multiplicativeTwist ? 1 : 3;
            int yAt = multiplicativeTwist ? 4 : 0;
            System.arraycopy(free, 0, line, freeAt * m, m);
            f.scale(line, xAt * m, ofX, 0, p, 0);
            f.scale(line, yAt * m, ofY, 0, p, n);
        }
    }
}
