package poyang.zkp.curves;

import java.math.BigInteger;

/// A prime field of 4 limbs of 64 bits, in Montgomery form with R = 2^256; the modulus leaves the
/// highest bit of the highest limb free. Elements are canonical, that is, below the modulus.
///
/// A row of the product and a row of the reduction are added up together; because of the free bit the
/// two carries of a row fit one limb, so there is no further limb to care for.
///
/// No branch and no index depends on a value, but those of the carries where the compiler makes no
/// conditional move of them; provers are not constant in time (package description).
///
/// Source: Koç, Acar, Kaliski, "Analyzing and comparing Montgomery multiplication algorithms", IEEE
/// Micro 16 (1996), CIOS. Lines are straight on purpose: loops cost a third.
final class Field4 extends PrimeField {
    private final long p0;
    private final long p1;
    private final long p2;
    private final long p3;
    private final long inverse;

    Field4(BigInteger modulus) {
        super(modulus, 4);
        p0 = modulus.shiftRight(0).longValue();
        p1 = modulus.shiftRight(64).longValue();
        p2 = modulus.shiftRight(128).longValue();
        p3 = modulus.shiftRight(192).longValue();
        inverse = modulus.negate().modInverse(BigInteger.ONE.shiftLeft(64)).longValue();
    }

    @Override
    public void multiply(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        long a0 = a[ao + 0];
        long a1 = a[ao + 1];
        long a2 = a[ao + 2];
        long a3 = a[ao + 3];
        long y = b[bo];
        long h;
        long l;
        long t0 = a0 * y;
        long d = Math.unsignedMultiplyHigh(a0, y);
        long m = t0 * inverse;
        long c = Math.unsignedMultiplyHigh(m, p0) + (t0 != 0 ? 1 : 0);
        l = a1 * y + d;
        h = Math.unsignedMultiplyHigh(a1, y) + carry(l, d);
        long t1 = l;
        d = h;
        l = m * p1 + c;
        h = Math.unsignedMultiplyHigh(m, p1) + carry(l, c);
        t0 = t1 + l;
        c = h + carry(t0, l);
        l = a2 * y + d;
        h = Math.unsignedMultiplyHigh(a2, y) + carry(l, d);
        long t2 = l;
        d = h;
        l = m * p2 + c;
        h = Math.unsignedMultiplyHigh(m, p2) + carry(l, c);
        t1 = t2 + l;
        c = h + carry(t1, l);
        l = a3 * y + d;
        h = Math.unsignedMultiplyHigh(a3, y) + carry(l, d);
        long t3 = l;
        d = h;
        l = m * p3 + c;
        h = Math.unsignedMultiplyHigh(m, p3) + carry(l, c);
        t2 = t3 + l;
        c = h + carry(t2, l);
        t3 = c + d;
        y = b[bo + 1];
        l = a0 * y;
        t0 += l;
        d = Math.unsignedMultiplyHigh(a0, y) + carry(t0, l);
        m = t0 * inverse;
        c = Math.unsignedMultiplyHigh(m, p0) + (t0 != 0 ? 1 : 0);
        l = a1 * y + d;
        h = Math.unsignedMultiplyHigh(a1, y) + carry(l, d);
        t1 += l;
        d = h + carry(t1, l);
        l = m * p1 + c;
        h = Math.unsignedMultiplyHigh(m, p1) + carry(l, c);
        t0 = t1 + l;
        c = h + carry(t0, l);
        l = a2 * y + d;
        h = Math.unsignedMultiplyHigh(a2, y) + carry(l, d);
        t2 += l;
        d = h + carry(t2, l);
        l = m * p2 + c;
        h = Math.unsignedMultiplyHigh(m, p2) + carry(l, c);
        t1 = t2 + l;
        c = h + carry(t1, l);
        l = a3 * y + d;
        h = Math.unsignedMultiplyHigh(a3, y) + carry(l, d);
        t3 += l;
        d = h + carry(t3, l);
        l = m * p3 + c;
        h = Math.unsignedMultiplyHigh(m, p3) + carry(l, c);
        t2 = t3 + l;
        c = h + carry(t2, l);
        t3 = c + d;
        y = b[bo + 2];
        l = a0 * y;
        t0 += l;
        d = Math.unsignedMultiplyHigh(a0, y) + carry(t0, l);
        m = t0 * inverse;
        c = Math.unsignedMultiplyHigh(m, p0) + (t0 != 0 ? 1 : 0);
        l = a1 * y + d;
        h = Math.unsignedMultiplyHigh(a1, y) + carry(l, d);
        t1 += l;
        d = h + carry(t1, l);
        l = m * p1 + c;
        h = Math.unsignedMultiplyHigh(m, p1) + carry(l, c);
        t0 = t1 + l;
        c = h + carry(t0, l);
        l = a2 * y + d;
        h = Math.unsignedMultiplyHigh(a2, y) + carry(l, d);
        t2 += l;
        d = h + carry(t2, l);
        l = m * p2 + c;
        h = Math.unsignedMultiplyHigh(m, p2) + carry(l, c);
        t1 = t2 + l;
        c = h + carry(t1, l);
        l = a3 * y + d;
        h = Math.unsignedMultiplyHigh(a3, y) + carry(l, d);
        t3 += l;
        d = h + carry(t3, l);
        l = m * p3 + c;
        h = Math.unsignedMultiplyHigh(m, p3) + carry(l, c);
        t2 = t3 + l;
        c = h + carry(t2, l);
        t3 = c + d;
        y = b[bo + 3];
        l = a0 * y;
        t0 += l;
        d = Math.unsignedMultiplyHigh(a0, y) + carry(t0, l);
        m = t0 * inverse;
        c = Math.unsignedMultiplyHigh(m, p0) + (t0 != 0 ? 1 : 0);
        l = a1 * y + d;
        h = Math.unsignedMultiplyHigh(a1, y) + carry(l, d);
        t1 += l;
        d = h + carry(t1, l);
        l = m * p1 + c;
        h = Math.unsignedMultiplyHigh(m, p1) + carry(l, c);
        t0 = t1 + l;
        c = h + carry(t0, l);
        l = a2 * y + d;
        h = Math.unsignedMultiplyHigh(a2, y) + carry(l, d);
        t2 += l;
        d = h + carry(t2, l);
        l = m * p2 + c;
        h = Math.unsignedMultiplyHigh(m, p2) + carry(l, c);
        t1 = t2 + l;
        c = h + carry(t1, l);
        l = a3 * y + d;
        h = Math.unsignedMultiplyHigh(a3, y) + carry(l, d);
        t3 += l;
        d = h + carry(t3, l);
        l = m * p3 + c;
        h = Math.unsignedMultiplyHigh(m, p3) + carry(l, c);
        t2 = t3 + l;
        c = h + carry(t2, l);
        t3 = c + d;
        reduce(r, ro, t0, t1, t2, t3);
    }

    @Override
    public void square(long[] r, int ro, long[] a, int ao) {
        multiply(r, ro, a, ao, a, ao);
    }

    /// Writes t, or t − p where that is not negative; t is below 2p.
    private void reduce(long[] r, int ro, long t0, long t1, long t2, long t3) {
        long z0 = t0 - p0;
        long k = borrow(t0, p0);
        long x1 = t1 - p1;
        long z1 = x1 - k;
        k = borrow(t1, p1) | borrow(x1, k);
        long x2 = t2 - p2;
        long z2 = x2 - k;
        k = borrow(t2, p2) | borrow(x2, k);
        long x3 = t3 - p3;
        long z3 = x3 - k;
        k = borrow(t3, p3) | borrow(x3, k);
        k = -k;
        r[ro + 0] = z0 ^ ((z0 ^ t0) & k);
        r[ro + 1] = z1 ^ ((z1 ^ t1) & k);
        r[ro + 2] = z2 ^ ((z2 ^ t2) & k);
        r[ro + 3] = z3 ^ ((z3 ^ t3) & k);
    }

    @Override
    public void add(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        long t0 = a[ao] + b[bo];
        long c = carry(t0, b[bo]);
        long y1 = b[bo + 1];
        long s1 = a[ao + 1] + y1;
        long t1 = s1 + c;
        c = carry(s1, y1) | carry(t1, c);
        long y2 = b[bo + 2];
        long s2 = a[ao + 2] + y2;
        long t2 = s2 + c;
        c = carry(s2, y2) | carry(t2, c);
        long y3 = b[bo + 3];
        long s3 = a[ao + 3] + y3;
        long t3 = s3 + c;
        reduce(r, ro, t0, t1, t2, t3);
    }

    @Override
    public void subtract(long[] r, int ro, long[] a, int ao, long[] b, int bo) {
        long t0 = a[ao] - b[bo];
        long k = borrow(a[ao], b[bo]);
        long x1 = a[ao + 1] - b[bo + 1];
        long t1 = x1 - k;
        k = borrow(a[ao + 1], b[bo + 1]) | borrow(x1, k);
        long x2 = a[ao + 2] - b[bo + 2];
        long t2 = x2 - k;
        k = borrow(a[ao + 2], b[bo + 2]) | borrow(x2, k);
        long x3 = a[ao + 3] - b[bo + 3];
        long t3 = x3 - k;
        k = borrow(a[ao + 3], b[bo + 3]) | borrow(x3, k);
        k = -k;
        long y = p0 & k;
        long z = t0 + y;
        long c = carry(z, y);
        r[ro] = z;
        y = p1 & k;
        t1 += c;
        c = carry(t1, c);
        z = t1 + y;
        c |= carry(z, y);
        r[ro + 1] = z;
        y = p2 & k;
        t2 += c;
        c = carry(t2, c);
        z = t2 + y;
        c |= carry(z, y);
        r[ro + 2] = z;
        y = p3 & k;
        t3 += c;
        z = t3 + y;
        r[ro + 3] = z;
    }

    private static long carry(long sum, long addend) {
        return Long.compareUnsigned(sum, addend) < 0 ? 1 : 0;
    }

    private static long borrow(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? 1 : 0;
    }
}
