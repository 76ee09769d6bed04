package poyang.zkp.curves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.simulation.Property;

/// That maps tell members of the groups as the order does: for members, for points of the rest of the curve,
/// for sums of both, and for points of the small orders that the rest has.
final class MembershipTest {
    private static final BigInteger BLS_X = new BigInteger("-d201000000010000", 16);
    private static final List<Group> GROUPS = List.of(Curve.BLS12_381.g1(), Curve.BN254.g2(), Curve.BLS12_381.g2());

    private static Curve curve(Group group) {
        return group.field().longs() % 6 == 0 ? Curve.BLS12_381 : Curve.BN254;
    }

    private static boolean byOrder(Group group, long[] affine) {
        return group.isInfinityJacobian(
                group.multiply(affine, 0, curve(group).scalars().modulus()));
    }

    private static void agrees(Group group, long[] jacobian, boolean member) {
        long[] affine = group.toAffine(jacobian);
        assertEquals(member, byOrder(group, affine));
        assertEquals(member, group.contains(affine, 0));
    }

    @Test
    void mapsAgreeWithTheOrder() {
        for (Group group : GROUPS) {
            BigInteger r = curve(group).scalars().modulus();
            long[] outside = LawTest.outside(curve(group), group);
            long[] rest = group.toAffine(group.multiply(outside, 0, r));
            assertFalse(group.isInfinity(rest, 0));
            Property.seeds(12).check(seed -> {
                Random random = new Random(seed);
                long[] member = group.multiply(group.generator(), 0, new BigInteger(256, random));
                agrees(group, member, true);
                BigInteger k = new BigInteger(256, random).setBit(0);
                agrees(group, group.multiply(outside, 0, k), false);
                long[] small = group.multiply(rest, 0, k);
                agrees(group, small, false);
                long[] sum = member.clone();
                group.addJacobian(sum, small);
                agrees(group, sum, false);
            });
            assertTrue(group.contains(new long[group.affineLongs()], 0), "infinity");
        }
    }

    /// The first group's cofactor over BLS12-381 has the factors 3, 11², 10177², 859267², 52437899².
    @Test
    void pointsOfSmallOrderAreOutside() {
        Group g1 = Curve.BLS12_381.g1();
        BigInteger r = Curve.BLS12_381.scalars().modulus();
        BigInteger cofactor = BLS_X.subtract(BigInteger.ONE).pow(2).divide(BigInteger.valueOf(3));
        long[] outside = LawTest.outside(Curve.BLS12_381, g1);
        int found = 0;
        for (int prime : new int[] {3, 11, 10177, 859267, 52437899}) {
            BigInteger order = BigInteger.valueOf(prime);
            assertEquals(BigInteger.ZERO, cofactor.mod(order));
            BigInteger others = r.multiply(cofactor);
            while (others.mod(order).signum() == 0) {
                others = others.divide(order);
            }
            long[] point = g1.multiply(outside, 0, others);
            if (!g1.isInfinityJacobian(point)) {
                agrees(g1, point, false);
                g1.add(point, g1.generator(), 0);
                agrees(g1, point, false);
                found++;
            }
        }
        assertTrue(found >= 3, "points of " + found + " small orders");
    }

    /// On which the check in the second group of BLS12-381 rests.
    @Test
    void theCofactorsOfBls12HaveNoCommonFactor() {
        BigInteger first = BLS_X.subtract(BigInteger.ONE).pow(2).divide(BigInteger.valueOf(3));
        BigInteger second = BigInteger.ZERO;
        for (int coefficient : new int[] {1, -4, 5, 0, -4, 6, -4, -4, 13}) {
            second = second.multiply(BLS_X).add(BigInteger.valueOf(coefficient));
        }
        BigInteger[] ninth = second.divideAndRemainder(BigInteger.valueOf(9));
        assertEquals(BigInteger.ZERO, ninth[1]);
        assertEquals(BigInteger.ONE, first.gcd(ninth[0]));
        Group g2 = Curve.BLS12_381.g2();
        long[] outside = LawTest.outside(Curve.BLS12_381, g2);
        BigInteger order = ninth[0].multiply(Curve.BLS12_381.scalars().modulus());
        assertTrue(g2.isInfinityJacobian(g2.multiply(outside, 0, order)), "it is the second group's cofactor");
    }
}
