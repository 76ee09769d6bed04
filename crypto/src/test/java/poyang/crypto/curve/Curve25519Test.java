package poyang.crypto.curve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

final class Curve25519Test {
    private static final BigInteger P = Field25519.P;
    private static final BigInteger A = BigInteger.valueOf(486_662);
    private static final int L = Field25519.LONGS;

    private static RandomSource random(String label) {
        return new SeededRandom(new byte[32], label);
    }

    private static byte[] littleEndian(BigInteger value) {
        byte[] out = new byte[32];
        for (int i = 0; i < 32; i++) {
            out[i] = value.shiftRight(8 * i).byteValue();
        }
        return out;
    }

    private static BigInteger number(byte[] littleEndian, int at) {
        BigInteger value = BigInteger.ZERO;
        for (int i = 31; i >= 0; i--) {
            value = value.shiftLeft(8).or(BigInteger.valueOf(littleEndian[at + i] & 0xff));
        }
        return value;
    }

    /// Values at the ends of every carry, and random ones.
    private static BigInteger[] values() {
        BigInteger[] values = new BigInteger[64];
        int n = 0;
        for (int shift : new int[] {0, 1, 50, 51, 52, 102, 153, 204, 254}) {
            BigInteger power = BigInteger.ONE.shiftLeft(shift);
            values[n++] = power.subtract(BigInteger.ONE).mod(P);
            values[n++] = power.mod(P);
            values[n++] = P.subtract(power).mod(P);
        }
        RandomSource random = random("values");
        while (n < values.length) {
            values[n++] = new BigInteger(1, random.bytes(32)).mod(P);
        }
        return values;
    }

    @Test
    void theFieldIsThatOfBigInteger() {
        BigInteger[] values = values();
        long[] r = new long[2 * L];
        for (BigInteger x : values) {
            for (BigInteger y : values) {
                long[] a = Field25519.constant(x);
                long[] b = Field25519.constant(y);
                Field25519.multiply(r, 0, a, 0, b, 0);
                assertEquals(x.multiply(y).mod(P), Field25519.value(r, 0));
                Field25519.add(r, 0, a, 0, b, 0);
                Field25519.subtract(r, L, a, 0, b, 0);
                assertEquals(x.add(y).mod(P), Field25519.value(r, 0));
                assertEquals(x.subtract(y).mod(P), Field25519.value(r, L));
                Field25519.multiply(r, 0, r, 0, r, L);
                assertEquals(x.multiply(x).subtract(y.multiply(y)).mod(P), Field25519.value(r, 0), "factors are loose");
                assertEquals(x.equals(y) ? -1 : 0, Field25519.isEqual(a, 0, b, 0));
            }
        }
    }

    @Test
    void unaryOperationsAreThoseOfBigInteger() {
        long[] r = new long[L];
        byte[] encoded = new byte[32];
        for (BigInteger x : values()) {
            long[] a = Field25519.constant(x);
            Field25519.square(r, 0, a, 0);
            assertEquals(x.multiply(x).mod(P), Field25519.value(r, 0));
            Field25519.small(r, 0, a, 0, 486_662);
            assertEquals(x.multiply(A).mod(P), Field25519.value(r, 0));
            Field25519.invert(r, 0, a, 0);
            assertEquals(x.modPow(P.subtract(BigInteger.TWO), P), Field25519.value(r, 0));
            Field25519.rootPower(r, 0, a, 0);
            assertEquals(x.modPow(P.subtract(BigInteger.valueOf(5)).shiftRight(3), P), Field25519.value(r, 0));
            assertEquals(x.signum() == 0 ? -1 : 0, Field25519.isZero(a, 0));
            assertEquals(x.testBit(0) ? 1 : 0, Field25519.parity(a, 0));
            Field25519.encode(a, 0, encoded, 0);
            assertArrayEquals(littleEndian(x), encoded);
            assertEquals(-1, Field25519.decode(encoded, 0, r, 0));
            assertEquals(x, Field25519.value(r, 0));
        }
    }

    @Test
    void onlyCanonicalEncodingsAreTaken() {
        long[] r = new long[L];
        for (int i = 0; i < 19; i++) {
            assertEquals(0, Field25519.decode(littleEndian(P.add(BigInteger.valueOf(i))), 0, r, 0));
        }
        assertEquals(-1, Field25519.decode(littleEndian(P.subtract(BigInteger.ONE)), 0, r, 0));
        assertEquals(0, Field25519.decode(littleEndian(BigInteger.ONE.shiftLeft(255)), 0, r, 0));
    }

    @Test
    void multiplicationIsX25519() {
        RandomSource random = random("twin");
        byte[] points = random.bytes(64 * 32);
        for (int i = 0; i < 64; i++) {
            points[32 * i + 31] &= 0x7f;
        }
        for (int round = 0; round < 3; round++) {
            byte[] secret = random.bytes(32);
            byte[] expected = new byte[points.length];
            for (int i = 0; i < 64; i++) {
                X25519.scalarMult(secret, 0, points, 32 * i, expected, 32 * i);
            }
            assertArrayEquals(
                    expected,
                    Curve25519.multiply(points, Curve25519Scalar.of(secret)).orElseThrow());
            points = expected;
        }
    }

    /// RFC 7748 section 5.2: the function applied to itself a thousand times.
    @Test
    void iteratedVectorHolds() {
        byte[] k = littleEndian(BigInteger.valueOf(9));
        byte[] u = k;
        for (int i = 0; i < 1000; i++) {
            byte[] next =
                    Curve25519.multiply(canonical(u), Curve25519Scalar.of(k)).orElseThrow();
            u = k;
            k = next;
        }
        assertEquals(
                "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51",
                HexFormat.of().formatHex(k));
    }

    private static byte[] canonical(byte[] u) {
        return littleEndian(number(u, 0).clearBit(255).mod(P));
    }

    @Test
    void pointsOfSmallOrderAndStrangeEncodingsAreRefused() {
        Curve25519Scalar scalar = Curve25519Scalar.random(random("scalar"));
        BigInteger eighth =
                new BigInteger("325606250916557431795983626356110631294008115727848805560023387167927233504");
        BigInteger other =
                new BigInteger("39382357235489614581723060781553021112529911719440698176882885853963445705823");
        for (BigInteger low : new BigInteger[] {
            BigInteger.ZERO, BigInteger.ONE, P.subtract(BigInteger.ONE), eighth, other, P, P.add(BigInteger.ONE)
        }) {
            byte[] three = new byte[96];
            Arrays.fill(three, (byte) 9);
            System.arraycopy(littleEndian(low), 0, three, 32, 32);
            assertEquals(Optional.empty(), Curve25519.multiply(three, scalar), low.toString());
        }
        assertEquals(Optional.empty(), Curve25519.multiply(new byte[33], scalar));
        assertEquals(0, Curve25519.multiply(new byte[0], scalar).orElseThrow().length);
    }

    /// The vectors name 8·(Q0 + Q1); the sum comes without the factor, so it is doubled three times here.
    @Test
    void hashingIsThatOfTheStandard() throws IOException {
        JsonNode file;
        try (InputStream in =
                Objects.requireNonNull(Curve25519Test.class.getResourceAsStream("/vectors/rfc9380-curve25519.json"))) {
            file = new ObjectMapper().readTree(in);
        }
        byte[] domain = file.get("domain").asText().getBytes(StandardCharsets.US_ASCII);
        assertEquals(5, file.get("vectors").size());
        for (JsonNode vector : file.get("vectors")) {
            byte[] message = (vector.get("prefix").asText()
                            + vector.get("fill")
                                    .asText()
                                    .repeat(vector.get("count").asInt()))
                    .getBytes(StandardCharsets.US_ASCII);
            BigInteger x = number(Curve25519.hashToCurve(message, message.length, 1, domain), 0);
            for (int i = 0; i < 3; i++) {
                x = doubled(x);
            }
            assertEquals(new BigInteger(vector.get("x").asText(), 16), x);
        }
    }

    private static BigInteger doubled(BigInteger x) {
        BigInteger square = x.multiply(x);
        BigInteger over = square.subtract(BigInteger.ONE).pow(2);
        BigInteger under =
                square.add(A.multiply(x)).add(BigInteger.ONE).multiply(x).shiftLeft(2);
        return over.multiply(under.modInverse(P)).mod(P);
    }

    @Test
    void hashesLieOnTheCurveAndCommuteUnderScalars() {
        RandomSource random = random("hashes");
        byte[] messages = random.bytes(40 * 32);
        byte[] points = Curve25519.hashToCurve(messages, 32, 40, new byte[] {1});
        for (int i = 0; i < 40; i++) {
            BigInteger x = number(points, 32 * i);
            BigInteger g = x.pow(3).add(A.multiply(x).multiply(x)).add(x).mod(P);
            assertEquals(BigInteger.ONE, g.modPow(P.shiftRight(1), P), "a square: the curve, not its twist");
        }
        try (Curve25519Scalar a = Curve25519Scalar.random(random);
                Curve25519Scalar b = Curve25519Scalar.random(random)) {
            byte[] ab = Curve25519.multiply(Curve25519.multiply(points, a).orElseThrow(), b)
                    .orElseThrow();
            byte[] ba = Curve25519.multiply(Curve25519.multiply(points, b).orElseThrow(), a)
                    .orElseThrow();
            assertArrayEquals(ab, ba);
            assertTrue(!Arrays.equals(ab, points));
        }
        assertThrows(Bug.class, () -> Curve25519.hashToCurve(messages, 32, 40, new byte[0]));
    }

    @Test
    void anInverseUndoesItsScalar() {
        RandomSource random = random("inverse");
        byte[] points = Curve25519.hashToCurve(random.bytes(8 * 32), 32, 8, new byte[] {2});
        try (Curve25519Scalar base = Curve25519Scalar.random(random)) {
            byte[] before = Curve25519.multiply(points, base).orElseThrow();
            for (int round = 0; round < 4; round++) {
                try (Curve25519Scalar k = Curve25519Scalar.random(random);
                        Curve25519Scalar back = k.inverse()) {
                    byte[] masked = Curve25519.multiply(before, k).orElseThrow();
                    assertArrayEquals(before, Curve25519.multiply(masked, back).orElseThrow());
                }
            }
        }
    }

    @Test
    void inversesAreThoseOfBigInteger() {
        RandomSource random = random("order");
        BigInteger order = Order25519.L;
        assertTrue(order.isProbablePrime(64));
        for (int i = 0; i < 50; i++) {
            byte[] value = i == 0 ? littleEndian(BigInteger.ONE) : random.bytes(32);
            if (i == 1) {
                value = littleEndian(BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE));
            }
            assertEquals(number(value, 0).modInverse(order), number(Order25519.invert(value), 0));
        }
        assertEquals(BigInteger.ZERO, number(Order25519.invert(littleEndian(order)), 0));
    }
}
