package poyang.zkp.curves;

import java.math.BigInteger;
import poyang.kernel.Bug;

/// A map (x, y) ↦ (cx·x̄, cy·ȳ) of a curve onto itself that multiplies every point of the group of order r
/// by one small number λ, and no other point: it tells members of the group with a multiplication by λ
/// instead of r. The bar is the p-th power in the second group, and nothing in the first.
///
/// - first group of BLS12-381: λ = −x²; the map's square, itself and one add up to zero on the whole curve, so
///   P ↦ λ·P gives (x⁴ − x² + 1)·P = r·P = 0
/// - second groups: λ = t − 1 with the trace t; the map ψ has ψ² − t·ψ + p = 0, so ψ(P) = λ·P gives
///   (p − λ)·P = h·r·P = 0 with the first group's cofactor h, which is one for BN254, and for BLS12-381 has no
///   factor in common with the second group's
///
/// Source: Scott, ePrint 2021/1130, sections 4 and 5.
final class Endomorphism {
    final BigInteger eigenvalue;
    private final boolean conjugates;
    private final long[] cx;
    private final long[] cy;

    private Endomorphism(BigInteger eigenvalue, boolean conjugates, long[] cx, long[] cy) {
        this.eigenvalue = eigenvalue;
        this.conjugates = conjugates;
        this.cx = cx;
        this.cy = cy;
    }

    /// The map of that eigenvalue; its two constants follow from what it makes of the generator.
    static Endomorphism of(Group group, BigInteger eigenvalue, boolean conjugates) {
        Field field = group.field();
        int n = field.longs();
        long[] one = new long[n];
        field.one(one, 0);
        Endomorphism bar = new Endomorphism(eigenvalue, conjugates, one, one);
        long[] from = bar.image(field, group.generator(), 0);
        long[] to = group.toAffine(group.multiply(group.generator(), 0, eigenvalue));
        long[] cx = quotient(field, to, 0, from, 0);
        long[] cy = quotient(field, to, n, from, n);
        Endomorphism map = new Endomorphism(eigenvalue, conjugates, cx, cy);
        long[] cube = new long[n];
        long[] square = new long[n];
        field.square(cube, 0, cx, 0);
        field.multiply(cube, 0, cube, 0, cx, 0);
        field.square(square, 0, cy, 0);
        if (!field.equal(cube, 0, square, 0) || !group.isOnCurve(map.image(field, group.generator(), 0), 0)) {
            throw new Bug("the curve has no such map");
        }
        return map;
    }

    private static long[] quotient(Field field, long[] a, int ao, long[] b, int bo) {
        long[] r = new long[field.longs()];
        field.invert(r, 0, b, bo);
        field.multiply(r, 0, r, 0, a, ao);
        return r;
    }

    /// What the map makes of an affine point.
    long[] image(Field field, long[] affine, int at) {
        int n = field.longs();
        long[] image = new long[2 * n];
        if (conjugates && field instanceof QuadraticField quadratic) {
            quadratic.conjugate(image, 0, affine, at);
            quadratic.conjugate(image, n, affine, at + n);
        } else {
            System.arraycopy(affine, at, image, 0, 2 * n);
        }
        field.multiply(image, 0, image, 0, cx, 0);
        field.multiply(image, n, image, n, cy, 0);
        return image;
    }
}
