package poyang.zkp.curves;

import java.math.BigInteger;

/// The field of the pairing's values: F_p² with v, a third root of ξ, and w, a square root of v.
///
/// An element is six elements of F_p², the coefficients of 1, v, v², w, v·w, v²·w. An instance keeps scratch
/// space and is for one thread at a time.
///
/// Source: Devegili, Ó hÉigeartaigh, Scott, Dahab, "Multiplication and squaring on pairing-friendly fields",
/// ePrint 2006/471: Karatsuba for both extensions, complex squaring.
final class Tower {
    /// How the tower of a curve stands: ξ = `nonResidue` + u; an M-twist has y² = x³ + b·ξ, a D-twist b/ξ.
    record Shape(PrimeField base, int nonResidue, boolean multiplicativeTwist) {
        QuadraticField quadratic() {
            return new QuadraticField(base);
        }

        long[] xi() {
            long[] xi = new long[2 * base.longs()];
            System.arraycopy(base.of(nonResidue), 0, xi, 0, base.longs());
            base.one(xi, base.longs());
            return xi;
        }

        long[] twistConstant(long b) {
            QuadraticField quadratic = quadratic();
            long[] factor = xi();
            if (!multiplicativeTwist) {
                quadratic.invert(factor, 0, factor, 0);
            }
            quadratic.scale(factor, 0, factor, 0, base.of(b), 0);
            return factor;
        }
    }

    private final QuadraticField f;
    private final int m;
    private final int nonResidue;
    private final long[] xiScratch;
    private final long[][] s = new long[8][];
    private final long[][] t = new long[5][];
    private final long[] frobenius;

    Tower(Shape shape) {
        f = shape.quadratic();
        m = f.longs();
        nonResidue = shape.nonResidue();
        xiScratch = new long[m];
        for (int i = 0; i < s.length; i++) {
            s[i] = new long[m];
        }
        for (int i = 0; i < t.length; i++) {
            t[i] = new long[3 * m];
        }
        frobenius = frobeniusConstants(shape);
    }

    /// ξ^(i·(p − 1)/6) for i = 0 … 5, the factors of wⁱ.
    private long[] frobeniusConstants(Shape shape) {
        BigInteger e = shape.base().modulus().subtract(BigInteger.ONE).divide(BigInteger.valueOf(6));
        long[] step = power(shape.xi(), e);
        long[] all = new long[6 * m];
        f.one(all, 0);
        for (int i = 1; i < 6; i++) {
            f.multiply(all, i * m, all, (i - 1) * m, step, 0);
        }
        return all;
    }

    private long[] power(long[] a, BigInteger e) {
        long[] y = new long[m];
        f.one(y, 0);
        for (int i = e.bitLength() - 1; i >= 0; i--) {
            f.square(y, 0, y, 0);
            if (e.testBit(i)) {
                f.multiply(y, 0, y, 0, a, 0);
            }
        }
        return y;
    }

    QuadraticField quadratic() {
        return f;
    }

    long[] one() {
        long[] one = new long[6 * m];
        f.one(one, 0);
        return one;
    }

    /// The factor that the p-th power gives to the coefficient of wⁱ, at i·2·limbs.
    long[] frobenius() {
        return frobenius;
    }

    /// r = ξ·a
    void timesXi(long[] r, int ro, long[] a, int ao) {
        PrimeField base = f.base();
        int n = m / 2;
        long[] x = xiScratch;
        System.arraycopy(a, ao, x, 0, m);
        for (int bit = Integer.highestOneBit(nonResidue) >> 1; bit > 0; bit >>= 1) {
            f.add(x, 0, x, 0, x, 0);
            if ((nonResidue & bit) != 0) {
                f.add(x, 0, x, 0, a, ao);
            }
        }
        base.subtract(x, 0, x, 0, a, ao + n);
        base.add(x, n, x, n, a, ao);
        System.arraycopy(x, 0, r, ro, m);
    }

    /// r = a·b in the sextic field
    void multiply6(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        long[] v0 = s[0];
        long[] v1 = s[1];
        long[] v2 = s[2];
        f.multiply(v0, 0, a, ao, b, bo);
        f.multiply(v1, 0, a, ao + m, b, bo + m);
        f.multiply(v2, 0, a, ao + 2 * m, b, bo + 2 * m);
        cross(s[3], a, ao + m, ao + 2 * m, b, bo + m, bo + 2 * m, v1, v2);
        cross(s[4], a, ao, ao + m, b, bo, bo + m, v0, v1);
        cross(s[5], a, ao, ao + 2 * m, b, bo, bo + 2 * m, v0, v2);
        timesXi(s[3], 0, s[3], 0);
        f.add(r, ro, s[3], 0, v0, 0);
        f.add(r, ro + 2 * m, s[5], 0, v1, 0);
        timesXi(v2, 0, v2, 0);
        f.add(r, ro + m, s[4], 0, v2, 0);
    }

    /// r = (aᵢ + aⱼ)·(bᵢ + bⱼ) − vᵢ − vⱼ
    private void cross(long[] r, long[] a, int ai, int aj, long[] b, int bi, int bj, long[] vi, long[] vj) {
        f.add(s[6], 0, a, ai, a, aj);
        f.add(s[7], 0, b, bi, b, bj);
        f.multiply(r, 0, s[6], 0, s[7], 0);
        f.subtract(r, 0, r, 0, vi, 0);
        f.subtract(r, 0, r, 0, vj, 0);
    }

    private void add6(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        for (int i = 0; i < 3; i++) {
            f.add(r, ro + i * m, a, ao + i * m, b, bo + i * m);
        }
    }

    private void subtract6(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        for (int i = 0; i < 3; i++) {
            f.subtract(r, ro + i * m, a, ao + i * m, b, bo + i * m);
        }
    }

    /// r = v·a
    private void timesV(long[] r, int ro, long[] a, int ao) {
        long[] top = new long[m];
        timesXi(top, 0, a, ao + 2 * m);
        System.arraycopy(a, ao + m, r, ro + 2 * m, m);
        System.arraycopy(a, ao, r, ro + m, m);
        System.arraycopy(top, 0, r, ro, m);
    }

    private void invert6(long[] r, long[] a, int ao) {
        long[] c = new long[3 * m];
        long[] u = new long[m];
        f.square(c, 0, a, ao);
        f.multiply(u, 0, a, ao + m, a, ao + 2 * m);
        timesXi(u, 0, u, 0);
        f.subtract(c, 0, c, 0, u, 0);
        f.square(u, 0, a, ao + 2 * m);
        timesXi(c, m, u, 0);
        f.multiply(u, 0, a, ao, a, ao + m);
        f.subtract(c, m, c, m, u, 0);
        f.square(c, 2 * m, a, ao + m);
        f.multiply(u, 0, a, ao, a, ao + 2 * m);
        f.subtract(c, 2 * m, c, 2 * m, u, 0);
        long[] norm = new long[m];
        f.multiply(norm, 0, a, ao + 2 * m, c, m);
        f.multiply(u, 0, a, ao + m, c, 2 * m);
        f.add(norm, 0, norm, 0, u, 0);
        timesXi(norm, 0, norm, 0);
        f.multiply(u, 0, a, ao, c, 0);
        f.add(norm, 0, norm, 0, u, 0);
        f.invert(norm, 0, norm, 0);
        for (int i = 0; i < 3; i++) {
            f.multiply(r, i * m, c, i * m, norm, 0);
        }
    }

    /// r = a·b
    void multiply(long[] r, long[] a, long[] b) {
        int h = 3 * m;
        multiply6(t[0], 0, a, 0, b, 0);
        multiply6(t[1], 0, a, h, b, h);
        add6(t[2], 0, a, 0, a, h);
        add6(t[3], 0, b, 0, b, h);
        multiply6(t[2], 0, t[2], 0, t[3], 0);
        subtract6(t[2], 0, t[2], 0, t[0], 0);
        subtract6(r, h, t[2], 0, t[1], 0);
        timesV(t[1], 0, t[1], 0);
        add6(r, 0, t[0], 0, t[1], 0);
    }

    /// r = a²
    void square(long[] r, long[] a) {
        int h = 3 * m;
        multiply6(t[0], 0, a, 0, a, h);
        timesV(t[1], 0, a, h);
        add6(t[1], 0, t[1], 0, a, 0);
        add6(t[2], 0, a, 0, a, h);
        multiply6(t[1], 0, t[1], 0, t[2], 0);
        subtract6(t[1], 0, t[1], 0, t[0], 0);
        timesV(t[2], 0, t[0], 0);
        subtract6(r, 0, t[1], 0, t[2], 0);
        add6(r, h, t[0], 0, t[0], 0);
    }

    /// a conjugated over the sextic field, which for the pairing's values is 1/a
    long[] conjugate(long[] a) {
        long[] r = a.clone();
        subtract6(r, 3 * m, new long[3 * m], 0, a, 3 * m);
        return r;
    }

    long[] invert(long[] a) {
        int h = 3 * m;
        multiply6(t[0], 0, a, 0, a, 0);
        multiply6(t[1], 0, a, h, a, h);
        timesV(t[1], 0, t[1], 0);
        subtract6(t[0], 0, t[0], 0, t[1], 0);
        invert6(t[2], t[0], 0);
        long[] r = new long[6 * m];
        multiply6(r, 0, a, 0, t[2], 0);
        multiply6(t[0], 0, a, h, t[2], 0);
        subtract6(r, h, new long[h], 0, t[0], 0);
        return r;
    }

    /// a^(p^times)
    long[] frobenius(long[] a, int times) {
        long[] r = a.clone();
        for (int round = 0; round < times; round++) {
            for (int i = 0; i < 6; i++) {
                int powerOfW = i < 3 ? 2 * i : 2 * (i - 3) + 1;
                f.conjugate(r, i * m, r, i * m);
                f.multiply(r, i * m, r, i * m, frobenius, powerOfW * m);
            }
        }
        return r;
    }
}
