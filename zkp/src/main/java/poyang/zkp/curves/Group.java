package poyang.zkp.curves;

import java.math.BigInteger;
import java.util.Optional;

/// One of the two groups of a pairing: the points of order r on y² = x³ + b over a field.
///
/// An affine point is x ‖ y; all zeros stand for the point at infinity. A Jacobian point X ‖ Y ‖ Z
/// stands for (X/Z², Y/Z³); Z = 0 for infinity. An instance keeps scratch space and is for one thread
/// at a time; {@link #fork} gives another.
///
/// Source: the formulas `dbl-2009-l`, `madd-2007-bl` and `add-2007-bl` of the Explicit-Formulas Database
/// (Bernstein and Lange), for a = 0.
public final class Group {
    private final Field field;
    private final long[] b;
    private final Membership membership;
    private final long[] generator;
    private final int n;
    private final long[][] s = new long[10][];

    /// How a point of the curve is known to be in the group.
    sealed interface Membership {
        /// Every point is.
        record Whole() implements Membership {}

        /// Its multiple by the order is infinity.
        record Order(BigInteger order) implements Membership {}

        /// The map multiplies it by its eigenvalue.
        record Map(Endomorphism map) implements Membership {}
    }

    Group(Field field, long[] b, Membership membership, long[] generator) {
        this.field = field;
        this.b = b;
        this.membership = membership;
        this.generator = generator;
        n = field.longs();
        for (int i = 0; i < s.length; i++) {
            s[i] = new long[n];
        }
    }

    /// The same group for another thread.
    public Group fork() {
        return new Group(field.fork(), b, membership, generator);
    }

    public Field field() {
        return field;
    }

    /// The constant b of the curve.
    long[] constant() {
        return b;
    }

    /// The longs of an affine point.
    public int affineLongs() {
        return 2 * n;
    }

    /// The longs of a Jacobian point.
    public int jacobianLongs() {
        return 3 * n;
    }

    public long[] generator() {
        return generator.clone();
    }

    public boolean isInfinity(long[] affine, int at) {
        return field.isZero(affine, at) && field.isZero(affine, at + n);
    }

    /// Is the affine point on the curve, or infinity?
    public boolean isOnCurve(long[] affine, int at) {
        if (isInfinity(affine, at)) {
            return true;
        }
        long[] x = s[0];
        long[] y = s[1];
        field.square(x, 0, affine, at);
        field.multiply(x, 0, x, 0, affine, at);
        field.add(x, 0, x, 0, b, 0);
        field.square(y, 0, affine, at + n);
        return field.equal(x, 0, y, 0);
    }

    /// Is the affine point on the curve and of an order that divides r?
    public boolean contains(long[] affine, int at) {
        if (!isOnCurve(affine, at)) {
            return false;
        }
        return switch (membership) {
            case Membership.Whole _ -> true;
            case Membership.Order(BigInteger order) -> isInfinityJacobian(multiply(affine, at, order));
            case Membership.Map(Endomorphism map) ->
                isInfinity(affine, at) || isSame(multiply(affine, at, map.eigenvalue), map.image(field, affine, at));
        };
    }

    /// Does a Jacobian point stand for this affine one, which is not infinity?
    private boolean isSame(long[] point, long[] affine) {
        long[] power = new long[n];
        long[] scaled = new long[n];
        field.square(power, 0, point, 2 * n);
        field.multiply(scaled, 0, power, 0, affine, 0);
        boolean same = !isInfinityJacobian(point) && field.equal(scaled, 0, point, 0);
        field.multiply(power, 0, power, 0, point, 2 * n);
        field.multiply(scaled, 0, power, 0, affine, n);
        return same && field.equal(scaled, 0, point, n);
    }

    /// The same group, whose members a map of this eigenvalue tells.
    Group toldBy(BigInteger eigenvalue, boolean conjugates) {
        Endomorphism map = Endomorphism.of(this, eigenvalue, conjugates);
        return new Group(field, b, new Membership.Map(map), generator);
    }

    /// The affine point of the coordinates, unless it is not in the group.
    public Optional<long[]> point(long[] x, long[] y) {
        long[] point = new long[2 * n];
        System.arraycopy(x, 0, point, 0, n);
        System.arraycopy(y, 0, point, n, n);
        return contains(point, 0) ? Optional.of(point) : Optional.empty();
    }

    /// r = −a, both affine
    public void negate(long[] r, int ro, long[] a, int ao) {
        System.arraycopy(a, ao, r, ro, n);
        if (field.isZero(a, ao + n)) {
            System.arraycopy(a, ao + n, r, ro + n, n);
        } else {
            field.negate(r, ro + n, a, ao + n);
        }
    }

    public boolean isInfinityJacobian(long[] point) {
        return field.isZero(point, 2 * n);
    }

    /// The point at infinity.
    public long[] infinity() {
        long[] point = new long[3 * n];
        field.one(point, 0);
        field.one(point, n);
        return point;
    }

    /// The Jacobian form of an affine point.
    public long[] toJacobian(long[] affine, int at) {
        if (isInfinity(affine, at)) {
            return infinity();
        }
        long[] point = new long[3 * n];
        System.arraycopy(affine, at, point, 0, 2 * n);
        field.one(point, 2 * n);
        return point;
    }

    /// The affine form of a Jacobian point.
    public long[] toAffine(long[] point) {
        long[] affine = new long[2 * n];
        toAffine(point, 1, affine);
        return affine;
    }

    /// Writes the affine forms of `count` Jacobian points that stand one after the other.
    public void toAffine(long[] points, int count, long[] affine) {
        long[] z = new long[count * n];
        long[] square = new long[n];
        for (int i = 0; i < count; i++) {
            System.arraycopy(points, (3 * i + 2) * n, z, i * n, n);
        }
        field.invertAll(z, count);
        for (int i = 0; i < count; i++) {
            field.square(square, 0, z, i * n);
            field.multiply(affine, 2 * i * n, points, 3 * i * n, square, 0);
            field.multiply(square, 0, square, 0, z, i * n);
            field.multiply(affine, (2 * i + 1) * n, points, (3 * i + 1) * n, square, 0);
        }
    }

    /// Are two Jacobian points the same?
    public boolean same(long[] p, long[] q) {
        return java.util.Arrays.equals(toAffine(p), toAffine(q));
    }

    /// p = 2·p
    public void twice(long[] p) {
        long[] a = s[0];
        long[] bb = s[1];
        long[] c = s[2];
        long[] d = s[3];
        long[] e = s[4];
        field.square(a, 0, p, 0);
        field.square(bb, 0, p, n);
        field.square(c, 0, bb, 0);
        field.add(d, 0, p, 0, bb, 0);
        field.square(d, 0, d, 0);
        field.subtract(d, 0, d, 0, a, 0);
        field.subtract(d, 0, d, 0, c, 0);
        field.add(d, 0, d, 0, d, 0);
        field.add(e, 0, a, 0, a, 0);
        field.add(e, 0, e, 0, a, 0);
        field.multiply(p, 2 * n, p, n, p, 2 * n);
        field.add(p, 2 * n, p, 2 * n, p, 2 * n);
        field.square(p, 0, e, 0);
        field.subtract(p, 0, p, 0, d, 0);
        field.subtract(p, 0, p, 0, d, 0);
        field.subtract(d, 0, d, 0, p, 0);
        field.multiply(p, n, e, 0, d, 0);
        eightfold(c);
        field.subtract(p, n, p, n, c, 0);
    }

    private void eightfold(long[] c) {
        for (int i = 0; i < 3; i++) {
            field.add(c, 0, c, 0, c, 0);
        }
    }

    /// p = p + q with a Jacobian p and an affine q
    public void add(long[] p, long[] q, int at) {
        if (isInfinity(q, at)) {
            return;
        }
        if (isInfinityJacobian(p)) {
            System.arraycopy(q, at, p, 0, 2 * n);
            field.one(p, 2 * n);
            return;
        }
        long[] zz = s[0];
        long[] h = s[1];
        long[] r = s[2];
        field.square(zz, 0, p, 2 * n);
        field.multiply(h, 0, q, at, zz, 0);
        field.subtract(h, 0, h, 0, p, 0);
        field.multiply(r, 0, q, at + n, p, 2 * n);
        field.multiply(r, 0, r, 0, zz, 0);
        field.subtract(r, 0, r, 0, p, n);
        if (field.isZero(h, 0)) {
            sameColumn(p, field.isZero(r, 0));
            return;
        }
        long[] hh = s[3];
        long[] i = s[4];
        field.square(hh, 0, h, 0);
        field.add(i, 0, hh, 0, hh, 0);
        field.add(i, 0, i, 0, i, 0);
        long[] j = s[5];
        field.multiply(j, 0, h, 0, i, 0);
        field.add(r, 0, r, 0, r, 0);
        long[] v = s[6];
        field.multiply(v, 0, p, 0, i, 0);
        field.add(p, 2 * n, p, 2 * n, h, 0);
        field.square(p, 2 * n, p, 2 * n);
        field.subtract(p, 2 * n, p, 2 * n, zz, 0);
        field.subtract(p, 2 * n, p, 2 * n, hh, 0);
        finish(p, r, j, v, p, n);
    }

    /// p has the same x as what is added: twice p, or infinity.
    private void sameColumn(long[] p, boolean samePoint) {
        if (samePoint) {
            twice(p);
        } else {
            System.arraycopy(infinity(), 0, p, 0, 3 * n);
        }
    }

    /// X = r² − J − 2V, Y = r·(V − X) − 2·Y1·J
    private void finish(long[] p, long[] r, long[] j, long[] v, long[] y1, int y1o) {
        long[] y = s[7];
        field.multiply(y, 0, y1, y1o, j, 0);
        field.add(y, 0, y, 0, y, 0);
        field.square(p, 0, r, 0);
        field.subtract(p, 0, p, 0, j, 0);
        field.subtract(p, 0, p, 0, v, 0);
        field.subtract(p, 0, p, 0, v, 0);
        field.subtract(v, 0, v, 0, p, 0);
        field.multiply(p, n, r, 0, v, 0);
        field.subtract(p, n, p, n, y, 0);
    }

    /// p = p + q, both Jacobian
    public void addJacobian(long[] p, long[] q) {
        if (isInfinityJacobian(q)) {
            return;
        }
        if (isInfinityJacobian(p)) {
            System.arraycopy(q, 0, p, 0, 3 * n);
            return;
        }
        long[] zp = s[0];
        long[] zq = s[1];
        long[] u = s[2];
        long[] h = s[3];
        long[] y = s[4];
        long[] r = s[5];
        field.square(zp, 0, p, 2 * n);
        field.square(zq, 0, q, 2 * n);
        field.multiply(u, 0, p, 0, zq, 0);
        field.multiply(h, 0, q, 0, zp, 0);
        field.subtract(h, 0, h, 0, u, 0);
        field.multiply(y, 0, p, n, q, 2 * n);
        field.multiply(y, 0, y, 0, zq, 0);
        field.multiply(r, 0, q, n, p, 2 * n);
        field.multiply(r, 0, r, 0, zp, 0);
        field.subtract(r, 0, r, 0, y, 0);
        if (field.isZero(h, 0)) {
            sameColumn(p, field.isZero(r, 0));
            return;
        }
        field.add(r, 0, r, 0, r, 0);
        long[] i = s[6];
        field.add(i, 0, h, 0, h, 0);
        field.square(i, 0, i, 0);
        long[] j = s[8];
        field.multiply(j, 0, h, 0, i, 0);
        field.multiply(u, 0, u, 0, i, 0);
        field.add(p, 2 * n, p, 2 * n, q, 2 * n);
        field.square(p, 2 * n, p, 2 * n);
        field.subtract(p, 2 * n, p, 2 * n, zp, 0);
        field.subtract(p, 2 * n, p, 2 * n, zq, 0);
        field.multiply(p, 2 * n, p, 2 * n, h, 0);
        finish(p, r, j, u, y, 0);
    }

    /// The Jacobian point k·q for an affine q and a public k of either sign.
    public long[] multiply(long[] q, int at, BigInteger k) {
        long[] point = new long[2 * n];
        if (k.signum() < 0) {
            negate(point, 0, q, at);
        } else {
            System.arraycopy(q, at, point, 0, 2 * n);
        }
        BigInteger size = k.abs();
        long[] sum = infinity();
        for (int i = size.bitLength() - 1; i >= 0; i--) {
            twice(sum);
            if (size.testBit(i)) {
                add(sum, point, 0);
            }
        }
        return sum;
    }
}
