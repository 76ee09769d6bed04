package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.Arrays;
import poyang.crypto.Sm3;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.PrimeField;

/// Points of G1 whose logarithms nobody knows.
///
/// - computes: the first x = SM3(message, counter) that is a coordinate of the curve, with the y that the hash's last
///   bit chooses, times the cofactor
/// - secrecy: time depends on the message, which is public
/// - source: try-and-increment of Boneh, Lynn, Shacham, ASIACRYPT 2001, section 3.3
final class HashToGroup {
    private static final BigInteger BLS_COFACTOR = new BigInteger("396c8c005555e1568c00aaab0000aaab", 16);

    private HashToGroup() {}

    static long[] of(Curve curve, byte[] message) {
        PrimeField f = curve.base();
        Group g1 = curve.g1();
        BigInteger p = f.modulus();
        byte[] digest = Sm3.digest(message);
        BigInteger b = f.value(curveConstant(f, g1), 0);
        for (int counter = 0; ; counter++) {
            byte[] wide = SectionWriter.joined(
                    Sm3.digest(digest, SectionWriter.wholes(counter, 0)),
                    Sm3.digest(digest, SectionWriter.wholes(counter, 1)));
            BigInteger x = new BigInteger(1, wide).mod(p);
            BigInteger square = x.pow(3).add(b).mod(p);
            BigInteger y = square.modPow(p.add(BigInteger.ONE).shiftRight(2), p); // p = 3 modulo 4
            if (y.signum() != 0 && y.multiply(y).mod(p).equals(square)) {
                boolean odd = (wide[wide.length - 1] & 1) == 1;
                long[] point = joined(f.of(x), f.of(y.testBit(0) == odd ? y : p.subtract(y)));
                BigInteger cofactor = curve == Curve.BN254 ? BigInteger.ONE : BLS_COFACTOR;
                long[] cleared = g1.multiply(point, 0, cofactor);
                if (!g1.isInfinityJacobian(cleared)) {
                    return g1.toAffine(cleared);
                }
            }
        }
    }

    /// b = y² − x³ of the generator.
    private static long[] curveConstant(PrimeField f, Group g1) {
        long[] g = g1.generator();
        int n = f.longs();
        long[] cube = new long[n];
        f.square(cube, 0, g, 0);
        f.multiply(cube, 0, cube, 0, g, 0);
        long[] b = new long[n];
        f.square(b, 0, g, n);
        f.subtract(b, 0, b, 0, cube, 0);
        return b;
    }

    private static long[] joined(long[] x, long[] y) {
        long[] point = Arrays.copyOf(x, x.length + y.length);
        System.arraycopy(y, 0, point, x.length, y.length);
        return point;
    }
}
