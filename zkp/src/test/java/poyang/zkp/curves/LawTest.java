package poyang.zkp.curves;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bug;
import poyang.simulation.Property;

/// The laws of fields, groups and the pairing, one template for all of both curves.
final class LawTest {
    private static final List<Curve> CURVES = List.of(Curve.BN254, Curve.BLS12_381);

    @Test
    void primeFieldsEqualTheIntegersModuloP() {
        for (Curve curve : CURVES) {
            for (PrimeField field : List.of(curve.scalars(), curve.base())) {
                assertTrue(field.modulus().isProbablePrime(60));
                Property.seeds(400).check(seed -> equalsIntegers(field, new Random(seed)));
            }
        }
    }

    private static void equalsIntegers(PrimeField f, Random random) {
        BigInteger p = f.modulus();
        BigInteger a = edgy(p, random);
        BigInteger b = edgy(p, random);
        long[] x = f.of(a);
        long[] y = f.of(b);
        long[] r = new long[f.longs()];
        f.multiply(r, 0, x, 0, y, 0);
        assertEquals(a.multiply(b).mod(p), f.value(r, 0));
        f.square(r, 0, x, 0);
        assertEquals(a.multiply(a).mod(p), f.value(r, 0));
        f.add(r, 0, x, 0, y, 0);
        assertEquals(a.add(b).mod(p), f.value(r, 0));
        assertTrue(f.isBelowModulus(r, 0));
        f.subtract(r, 0, x, 0, y, 0);
        assertEquals(a.subtract(b).mod(p), f.value(r, 0));
        assertTrue(f.isBelowModulus(r, 0));
        f.negate(r, 0, x, 0);
        assertEquals(a.negate().mod(p), f.value(r, 0));
        f.toPlain(r, 0, x, 0);
        assertArrayEquals(f.limbs(a), r);
        f.fromPlain(r, 0, r, 0);
        assertArrayEquals(x, r);
        f.multiply(x, 0, x, 0, x, 0); // result over operands
        assertEquals(a.multiply(a).mod(p), f.value(x, 0));
    }

    /// Now and then an integer with many equal bits, at 0 or at p − 1.
    private static BigInteger edgy(BigInteger p, Random random) {
        BigInteger power = BigInteger.ONE.shiftLeft(random.nextInt(p.bitLength()));
        return switch (random.nextInt(6)) {
            case 0 -> BigInteger.valueOf(random.nextInt(3)).mod(p);
            case 1 -> p.subtract(BigInteger.valueOf(1 + random.nextInt(3)));
            case 2 -> power;
            case 3 -> p.subtract(power).mod(p);
            default -> new BigInteger(p.bitLength() + 9, random).mod(p);
        };
    }

    private static long[] element(Field field, Random random) {
        PrimeField base = field instanceof QuadraticField q ? q.base() : (PrimeField) field;
        long[] a = new long[field.longs()];
        for (int i = 0; i < field.longs(); i += base.longs()) {
            System.arraycopy(base.of(edgy(base.modulus(), random)), 0, a, i, base.longs());
        }
        return a;
    }

    @Test
    void everyFieldKeepsTheLawsOfAField() {
        for (Curve curve : CURVES) {
            for (Field field : List.of(curve.scalars(), curve.base(), curve.g2().field())) {
                Property.seeds(100).check(seed -> laws(field, new Random(seed)));
                long[] zero = new long[field.longs()];
                assertThrows(Bug.class, () -> field.invert(zero, 0, zero, 0));
            }
        }
    }

    private static void laws(Field f, Random random) {
        int n = f.longs();
        long[] a = element(f, random);
        long[] b = element(f, random);
        long[] c = element(f, random);
        long[] x = new long[n];
        long[] y = new long[n];
        long[] z = new long[n];
        f.multiply(x, 0, a, 0, b, 0);
        f.multiply(x, 0, x, 0, c, 0);
        f.multiply(y, 0, b, 0, c, 0);
        f.multiply(y, 0, a, 0, y, 0);
        assertArrayEquals(x, y, "associative");
        f.add(x, 0, b, 0, c, 0);
        f.multiply(x, 0, a, 0, x, 0);
        f.multiply(y, 0, a, 0, b, 0);
        f.multiply(z, 0, a, 0, c, 0);
        f.add(y, 0, y, 0, z, 0);
        assertArrayEquals(x, y, "distributive");
        f.square(x, 0, a, 0);
        f.multiply(y, 0, a, 0, a, 0);
        assertArrayEquals(x, y, "square");
        f.one(y, 0);
        f.multiply(x, 0, a, 0, y, 0);
        assertArrayEquals(a, x, "one");
        f.negate(x, 0, a, 0);
        f.add(x, 0, x, 0, a, 0);
        assertTrue(f.isZero(x, 0), "negative");
        if (!f.isZero(a, 0)) {
            f.invert(x, 0, a, 0);
            f.multiply(x, 0, x, 0, a, 0);
            assertArrayEquals(y, x, "inverse");
        }
        long[] all = new long[3 * n];
        System.arraycopy(a, 0, all, 0, n);
        System.arraycopy(c, 0, all, 2 * n, n);
        f.invertAll(all, 3);
        assertTrue(f.isZero(all, n), "zero stays zero");
        for (int i = 0; i < 3; i += 2) {
            f.multiply(x, 0, all, i * n, i == 0 ? a : c, 0);
            assertTrue(f.isZero(x, 0) ? f.isZero(i == 0 ? a : c, 0) : f.equal(x, 0, y, 0), "inverses");
        }
    }

    @Test
    void everyGroupKeepsTheLawsOfAGroup() {
        for (Curve curve : CURVES) {
            for (Group group : List.of(curve.g1(), curve.g2())) {
                Property.seeds(6).check(seed -> groupLaws(curve, group, new Random(seed)));
            }
        }
    }

    private static void groupLaws(Curve curve, Group group, Random random) {
        BigInteger r = curve.scalars().modulus();
        BigInteger k = new BigInteger(300, random).mod(r);
        BigInteger m = edgy(r, random);
        long[] g = group.generator();
        assertTrue(group.contains(g, 0));
        long[] a = group.multiply(g, 0, k);
        long[] b = group.multiply(g, 0, m);
        long[] sum = a.clone();
        group.addJacobian(sum, b);
        assertTrue(group.same(sum, group.multiply(g, 0, k.add(m))));
        long[] mixed = a.clone();
        group.add(mixed, group.toAffine(b), 0);
        assertTrue(group.same(sum, mixed));
        long[] twice = a.clone();
        group.twice(twice);
        long[] same = a.clone();
        group.addJacobian(same, a.clone());
        assertTrue(group.same(twice, same));
        same = a.clone();
        group.add(same, group.toAffine(a), 0);
        assertTrue(group.same(twice, same));
        long[] none = a.clone();
        group.addJacobian(none, group.multiply(g, 0, k.negate()));
        assertTrue(group.isInfinityJacobian(none));
        assertTrue(group.isInfinityJacobian(group.multiply(g, 0, r)));
        long[] affine = group.toAffine(a);
        assertTrue(group.contains(affine, 0));
        affine[0] ^= 1;
        assertFalse(group.isOnCurve(affine, 0));
    }

    @Test
    void pointsOfTheCurveOutsideTheSubgroupAreRefused() {
        for (Curve curve : CURVES) {
            Group g2 = curve.g2();
            long[] outside = outside(curve, g2);
            assertTrue(g2.isOnCurve(outside, 0));
            assertFalse(g2.contains(outside, 0));
        }
        long[] outside = outside(Curve.BLS12_381, Curve.BLS12_381.g1());
        assertTrue(Curve.BLS12_381.g1().isOnCurve(outside, 0));
        assertFalse(Curve.BLS12_381.g1().contains(outside, 0));
    }

    /// A point of the curve with a small x, by a square root in the field; of order r with chance 1/cofactor.
    static long[] outside(Curve curve, Group group) {
        Field f = group.field();
        PrimeField base = curve.base();
        for (int x0 = 1; ; x0++) {
            long[] point = new long[2 * f.longs()];
            System.arraycopy(base.of(x0), 0, point, 0, base.longs());
            long[] square = new long[f.longs()];
            f.square(square, 0, point, 0);
            f.multiply(square, 0, square, 0, point, 0);
            f.add(square, 0, square, 0, group.constant(), 0);
            long[] root = SquareRoot.of(f, base, square);
            if (root.length > 0) {
                System.arraycopy(root, 0, point, f.longs(), f.longs());
                return point;
            }
        }
    }

    @Test
    void thePairingIsBilinearAndNotDegenerate() {
        for (Curve curve : CURVES) {
            Property.seeds(3).check(seed -> bilinear(curve, new Random(seed)));
        }
    }

    private static void bilinear(Curve curve, Random random) {
        Group g1 = curve.g1();
        Group g2 = curve.g2();
        Pairing pairing = curve.pairing();
        BigInteger r = curve.scalars().modulus();
        BigInteger k = new BigInteger(250, random);
        BigInteger m = new BigInteger(250, random);
        long[] kp = g1.toAffine(g1.multiply(g1.generator(), 0, k));
        long[] mq = g2.toAffine(g2.multiply(g2.generator(), 0, m));
        long[] base = pairing.product(new long[][] {g1.generator()}, new long[][] {g2.generator()});
        long[] value = pairing.product(new long[][] {kp}, new long[][] {mq});
        assertArrayEquals(pairing.power(base, k.multiply(m).mod(r)), value);
        assertFalse(pairing.productIsOne(new long[][] {g1.generator()}, new long[][] {g2.generator()}));
        long[] one = pairing.power(base, r);
        assertArrayEquals(pairing.power(base, BigInteger.ZERO), one, "of order r");
        long[] negative = new long[kp.length];
        g1.negate(negative, 0, kp, 0);
        assertTrue(pairing.productIsOne(new long[][] {kp, negative}, new long[][] {mq, mq}));
        assertTrue(pairing.productIsOne(new long[][] {new long[kp.length]}, new long[][] {mq}), "infinity");
    }
}
