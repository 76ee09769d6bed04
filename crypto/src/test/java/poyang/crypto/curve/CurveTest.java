package poyang.crypto.curve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.RandomSource;

/// The arithmetic against big integers, BouncyCastle and vectors of an independent implementation.
final class CurveTest {
    private static final ECCurve CURVE =
            CustomNamedCurves.getByName("sm2p256v1").getCurve();
    private static final BigInteger N = CURVE.getOrder();
    private static final byte[] DOMAIN =
            "POYANG-V01-CS01-with-SM2_XMD:SM3_SSWU_RO_".getBytes(StandardCharsets.US_ASCII);

    private final RandomSource random = new SeededRandom(new byte[32], "curve-test");

    @Test
    void fieldEqualsBigIntegers() {
        List<BigInteger> values = new ArrayList<>();
        for (int shift = 0; shift <= 255; shift += 15) {
            values.add(BigInteger.ONE.shiftLeft(shift).mod(Field.P));
            values.add(Field.P.subtract(BigInteger.ONE.shiftLeft(shift)).mod(Field.P));
        }
        values.add(BigInteger.ZERO);
        values.add(BigInteger.ONE.shiftLeft(256).subtract(Field.P));
        for (int i = 0; i < 120; i++) {
            values.add(new BigInteger(1, random.bytes(32)).mod(Field.P));
        }
        long[] r = new long[Field.LONGS];
        for (BigInteger x : values) {
            long[] a = Field.constant(x);
            for (BigInteger y : values) {
                long[] b = Field.constant(y);
                Field.multiply(r, 0, a, 0, b, 0);
                assertEquals(x.multiply(y).mod(Field.P), Field.value(r, 0));
                Field.add(r, 0, a, 0, b, 0);
                assertEquals(x.add(y).mod(Field.P), Field.value(r, 0));
                Field.subtract(r, 0, a, 0, b, 0);
                assertEquals(x.subtract(y).mod(Field.P), Field.value(r, 0));
                Field.combine(r, 0, 8, a, 0, -8, b, 0);
                assertEquals(x.subtract(y).shiftLeft(3).mod(Field.P), Field.value(r, 0));
                long[] sum = new long[Field.LONGS];
                Field.looseAdd(sum, 0, a, 0, b, 0);
                Field.looseSubtract(r, 0, a, 0, b, 0);
                Field.multiply(r, 0, r, 0, sum, 0);
                assertEquals(x.multiply(x).subtract(y.multiply(y)).mod(Field.P), Field.value(r, 0));
                Field.square(r, 0, sum, 0);
                assertEquals(x.add(y).pow(2).mod(Field.P), Field.value(r, 0));
                assertEquals(x.equals(y), Field.isEqual(a, 0, b, 0) != 0);
            }
            Field.invert(r, 0, a, 0);
            assertEquals(x.modPow(Field.P.subtract(BigInteger.TWO), Field.P), Field.value(r, 0));
            assertEquals(x.signum() == 0, Field.isZero(a, 0) != 0);
            assertEquals(x.testBit(0) ? 1 : 0, Field.parity(a, 0));
            byte[] encoded = new byte[32];
            Field.encode(a, 0, encoded, 0);
            assertEquals(x, new BigInteger(1, encoded));
            assertTrue(Field.decode(encoded, 0, r, 0));
            assertEquals(x, Field.value(r, 0));
        }
    }

    @Test
    void chainsOfOperationsStayReduced() {
        BigInteger value = BigInteger.TWO;
        long[] a = Field.constant(value);
        for (int i = 0; i < 20_000; i++) {
            BigInteger other = new BigInteger(1, random.bytes(32)).mod(Field.P);
            long[] b = Field.constant(other);
            Field.multiply(a, 0, a, 0, b, 0);
            Field.subtract(a, 0, a, 0, b, 0);
            Field.add(a, 0, a, 0, a, 0);
            value = value.multiply(other).subtract(other).shiftLeft(1).mod(Field.P);
        }
        assertEquals(value, Field.value(a, 0));
    }

    @Test
    void wideReductionAndRefusalOfUnreducedEncodings() {
        long[] r = new long[Field.LONGS];
        for (int i = 0; i < 2000; i++) {
            byte[] wide = random.bytes(48);
            if (i < 16) {
                Arrays.fill(wide, 0, 3 * i, (byte) 0xff);
            }
            Field.reduceWide(wide, 0, r, 0);
            assertEquals(new BigInteger(1, wide).mod(Field.P), Field.value(r, 0));
        }
        for (BigInteger x : List.of(
                Field.P,
                Field.P.add(BigInteger.ONE),
                BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE))) {
            assertFalse(Field.decode(octets(x), 0, r, 0));
        }
    }

    @Test
    void multiplicationEqualsBouncyCastle() {
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            messages.add(random.bytes(i));
        }
        long[] points = Sm2Group.hashToCurve(messages, DOMAIN);
        for (int round = 0; round < 12; round++) {
            Sm2Scalar scalar = Sm2Scalar.random(random);
            BigInteger k = value(scalar);
            long[] products = Sm2Group.multiply(points, scalar);
            for (int i = 0; i < messages.size(); i++) {
                assertEquals(point(points, i).multiply(k).normalize(), point(products, i));
            }
        }
    }

    @Test
    void scalarsOfEveryShapeAreRecodedRight() {
        for (int i = 0; i < 5000; i++) {
            byte[] given = random.bytes(32);
            if (i % 3 == 0) {
                Arrays.fill(given, 4, 24, (byte) (i % 2 == 0 ? 0 : 0xff));
            }
            byte[] bytes = given;
            int[] served = {0};
            Sm2Scalar scalar = Sm2Scalar.random(new RandomSource() {
                @Override
                public void fill(byte[] out) {
                    System.arraycopy(served[0]++ == 0 ? bytes : random.bytes(32), 0, out, 0, 32);
                }

                @Override
                public RandomSource fork(String label) {
                    return this;
                }
            });
            BigInteger k = new BigInteger(1, bytes);
            if (served[0] == 1) {
                assertEquals(k, value(scalar));
            } else {
                assertTrue(k.bitLength() <= 64 || k.compareTo(N.subtract(BigInteger.ONE.shiftLeft(64))) >= 0);
            }
            scalar.close();
        }
    }

    @Test
    void maskingCommutes() {
        long[] points = Sm2Group.hashToCurve(List.of(new byte[] {1}, new byte[] {2}), DOMAIN);
        Sm2Scalar a = Sm2Scalar.random(random);
        Sm2Scalar b = Sm2Scalar.random(random);
        assertArrayEquals(
                Sm2Group.encode(Sm2Group.multiply(Sm2Group.multiply(points, a), b)),
                Sm2Group.encode(Sm2Group.multiply(Sm2Group.multiply(points, b), a)));
    }

    @Test
    void hashingEqualsTheIndependentVectors() throws IOException {
        for (String line : vectors("sm2-hash-to-curve.txt")) {
            String[] f = line.split(" ", 3);
            byte[] message = f[0].equals("-") ? new byte[0] : HexFormat.of().parseHex(f[0]);
            ECPoint hashed = point(Sm2Group.hashToCurve(List.of(message), DOMAIN), 0);
            assertEquals(CURVE.createPoint(new BigInteger(f[1], 16), new BigInteger(f[2], 16)), hashed);
            assertTrue(hashed.isValid());
        }
    }

    @Test
    void mappingEqualsTheIndependentVectorsAtExceptionalPointsToo() throws IOException {
        for (String line : vectors("sm2-map-to-curve.txt")) {
            String[] f = line.split(" ", 3);
            long[] mapped = new long[Sm2Group.POINT_LONGS];
            long[] denominator = new long[Field.LONGS];
            Sm2Group.map(Field.constant(new BigInteger(f[0], 16)), mapped, 0, denominator, 0);
            Field.invert(denominator, 0, denominator, 0);
            Field.multiply(mapped, 0, mapped, 0, denominator, 0);
            assertEquals(new BigInteger(f[1], 16), Field.value(mapped, 0));
            assertEquals(new BigInteger(f[2], 16), Field.value(mapped, Field.LONGS));
        }
    }

    @Test
    void decodingTakesBackWhatEncodingGaveAndNothingOffTheCurve() {
        List<byte[]> messages = List.of(new byte[] {1}, new byte[] {2}, new byte[] {3});
        long[] points = Sm2Group.hashToCurve(messages, DOMAIN);
        byte[] encoded = Sm2Group.encode(points);
        assertArrayEquals(encoded, Sm2Group.encode(Sm2Group.decode(encoded).orElseThrow()));
        int refused = 0;
        for (int i = 0; i < encoded.length; i++) {
            byte[] bad = encoded.clone();
            bad[i] ^= 4;
            var decoded = Sm2Group.decode(bad);
            if (decoded.isEmpty()) {
                refused++;
            } else {
                assertTrue(point(decoded.get(), i / 33).isValid());
            }
        }
        assertTrue(refused > 30, "refused " + refused);
        assertTrue(Sm2Group.decode(new byte[33]).isEmpty());
        assertTrue(Sm2Group.decode(new byte[32]).isEmpty());
        byte[] unreduced = new byte[33];
        Arrays.fill(unreduced, (byte) 0xff);
        unreduced[0] = 2;
        assertTrue(Sm2Group.decode(unreduced).isEmpty());
    }

    private static List<String> vectors(String file) throws IOException {
        return Files.readAllLines(Path.of("src/test/resources/vectors", file)).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
    }

    private static ECPoint point(long[] points, int i) {
        return CURVE.createPoint(
                Field.value(points, Sm2Group.POINT_LONGS * i),
                Field.value(points, Sm2Group.POINT_LONGS * i + Field.LONGS));
    }

    private static BigInteger value(Sm2Scalar scalar) {
        BigInteger odd = BigInteger.ONE.shiftLeft(256);
        for (int i = 0; i < Sm2Scalar.DIGITS; i++) {
            odd = odd.add(BigInteger.valueOf(scalar.digit(i)).shiftLeft(4 * i));
        }
        return scalar.negated() == 0 ? odd : N.subtract(odd);
    }

    private static byte[] octets(BigInteger x) {
        byte[] raw = x.toByteArray();
        byte[] out = new byte[32];
        int length = Math.min(32, raw.length);
        System.arraycopy(raw, raw.length - length, out, 32 - length, length);
        return out;
    }
}
