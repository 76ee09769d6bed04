package poyang.crypto.curve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.PlainDSAEncoding;
import org.bouncycastle.crypto.signers.SM2Signer;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.util.BigIntegers;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.RandomSource;

/// Own arithmetic beside `BigInteger` and BouncyCastle, on random values and on the edges.
final class Sm2ArithmeticTest {
    private static final X9ECParameters THEIRS = CustomNamedCurves.getByName("sm2p256v1");
    private static final BigInteger N = THEIRS.getN();
    private static final BigInteger MAX = BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE);

    private final RandomSource random = new SeededRandom(new byte[32], "arithmetic");

    private static byte[] octets(BigInteger value) {
        return BigIntegers.asUnsignedByteArray(32, value);
    }

    private static long[] limbs(BigInteger value) {
        return Order.read(octets(value), 0);
    }

    private static BigInteger integer(long[] limbs) {
        byte[] out = new byte[32];
        Order.write(limbs, out, 0);
        return new BigInteger(1, out);
    }

    /// Edges first, then random numbers below n.
    private List<BigInteger> numbers() {
        List<BigInteger> numbers = new ArrayList<>(List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                BigInteger.TWO,
                N.subtract(BigInteger.ONE),
                N.subtract(BigInteger.TWO),
                N.shiftRight(1),
                BigInteger.ONE.shiftLeft(255),
                BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE)));
        while (numbers.size() < 60) {
            numbers.add(new BigInteger(1, random.bytes(32)).mod(N));
        }
        return numbers;
    }

    @Test
    void numbersModuloTheOrderAreThoseOfBigInteger() {
        for (BigInteger a : numbers()) {
            for (BigInteger b : numbers()) {
                assertEquals(a.add(b).mod(N), integer(Order.add(limbs(a), limbs(b))));
                assertEquals(a.subtract(b).mod(N), integer(Order.subtract(limbs(a), limbs(b))));
                assertEquals(a.multiply(b).mod(N), integer(Order.multiply(limbs(a), limbs(b))));
            }
            BigInteger inverse = a.signum() == 0 ? a : a.modInverse(N);
            assertEquals(inverse, integer(Order.invert(limbs(a))));
            assertTrue(Order.isBelow(limbs(a)));
        }
        for (BigInteger a : List.of(N, N.add(BigInteger.ONE), MAX)) {
            assertFalse(Order.isBelow(limbs(a)));
            assertEquals(a.mod(N), integer(Order.reduce(limbs(a))));
        }
    }

    @Test
    void inversesModuloThePrimeAreThoseOfBigInteger() {
        List<BigInteger> numbers = numbers();
        numbers.add(Field.P.subtract(BigInteger.ONE));
        numbers.add(Field.P.shiftRight(1));
        Inversion modulo = new Inversion(limbs(Field.P));
        for (BigInteger a : numbers) {
            long[] x = limbs(a);
            modulo.invert(x);
            assertEquals(a.signum() == 0 ? a : a.modInverse(Field.P), integer(x));
            long[] element = Field.constant(a);
            Field.invert(element, 0, element, 0);
            assertEquals(integer(x), Field.value(element, 0));
        }
    }

    @Test
    void everyNumberIsAQuotientOfTwoOfHalfTheLength() {
        BigInteger limit = BigInteger.ONE.shiftLeft(128);
        List<BigInteger> numbers = numbers();
        for (int bits = 1; bits < 256; bits++) {
            numbers.add(BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE));
            numbers.add(N.divide(BigInteger.ONE.shiftLeft(bits)).add(BigInteger.ONE));
            numbers.add(N.subtract(BigInteger.ONE.shiftLeft(bits).mod(N)));
        }
        for (BigInteger t : numbers) {
            if (t.signum() == 0) {
                continue;
            }
            ShortQuotient quotient = new ShortQuotient(limbs(t));
            BigInteger u = integer(quotient.numerator());
            BigInteger w = integer(quotient.denominator());
            assertTrue(u.signum() > 0 && u.compareTo(limit) < 0, () -> t + ": " + u);
            assertTrue(w.signum() > 0 && w.compareTo(limit) < 0, () -> t + ": " + w);
            BigInteger product = t.multiply(w).mod(N);
            assertEquals(quotient.negative() ? N.subtract(u) : u, product);
        }
    }

    @Test
    void oddMultiplesAreThoseOfBouncyCastle() {
        int[] entries = {2, 4, 8, 3, 16};
        long[] points = new long[entries.length * Sm2Group.POINT_LONGS];
        List<ECPoint> theirs = new ArrayList<>();
        for (int i = 0; i < entries.length; i++) {
            Sm2Point point = i == 0 ? Sm2Point.BASE : Sm2Secret.random(random).timesBase();
            System.arraycopy(point.coordinates(), 0, points, i * Sm2Group.POINT_LONGS, Sm2Group.POINT_LONGS);
            theirs.add(THEIRS.getCurve().decodePoint(point.encode()));
        }
        long[] table = OddMultiples.of(points, entries);
        int at = 0;
        for (int i = 0; i < entries.length; i++) {
            for (int k = 0; k < entries[i]; k++) {
                long[] multiple = Arrays.copyOfRange(table, at, at + Sm2Group.POINT_LONGS);
                at += Sm2Group.POINT_LONGS;
                assertArrayEquals(
                        theirs(theirs.get(i).multiply(BigInteger.valueOf(2 * k + 1))), new Sm2Point(multiple).encode());
            }
        }
        assertEquals(table.length, at);
    }

    /// Factors at the ends of what a product takes: limbs of 56 bits and a sign, values within ±2^258.
    @Test
    void productsOfTheWidestFactorsAreThoseOfBigInteger() {
        BigInteger rInverse = BigInteger.ONE.shiftLeft(260).modInverse(Field.P);
        for (int turn = 0; turn < 20_000; turn++) {
            long[] a = wide(turn);
            long[] b = wide(turn / 7);
            BigInteger x = weighed(a);
            BigInteger y = weighed(b);
            long[] r = new long[Field.LONGS];
            Field.multiply(r, 0, a, 0, b, 0);
            assertProduct(x.multiply(y).multiply(rInverse).mod(Field.P), r);
            Field.square(r, 0, a, 0);
            assertProduct(x.multiply(x).multiply(rInverse).mod(Field.P), r);
        }
    }

    private long[] wide(int turn) {
        long[] limbs = new long[Field.LONGS];
        for (int i = 0; i < Field.LONGS; i++) {
            long limit = i == Field.LONGS - 1 ? (1L << 50) - 17 : (1L << 56) - 1;
            long drawn = Order.read(random.bytes(32), 0)[0];
            limbs[i] = switch (turn % 5) {
                case 0 -> limit;
                case 1 -> -limit;
                case 2 -> (drawn & 1) == 0 ? limit : -limit;
                case 3 -> drawn % limit;
                default -> (drawn & 3) == 0 ? 0 : drawn % limit;
            };
        }
        return limbs;
    }

    private static BigInteger weighed(long[] limbs) {
        BigInteger value = BigInteger.ZERO;
        for (int i = Field.LONGS - 1; i >= 0; i--) {
            value = value.shiftLeft(52).add(BigInteger.valueOf(limbs[i]));
        }
        return value;
    }

    private static void assertProduct(BigInteger expected, long[] product) {
        BigInteger value = weighed(product);
        assertEquals(expected, value.mod(Field.P));
        assertTrue(value.abs().bitLength() <= 257, "not tight: " + value);
        for (long limb : product) {
            assertTrue(Math.abs(limb) < 1L << 53, "not tight: " + Arrays.toString(product));
        }
    }

    private static byte[] theirs(ECPoint point) {
        return point.normalize().getEncoded(false);
    }

    @Test
    void multiplesAreThoseOfBouncyCastle() {
        Comb comb = Comb.of(Sm2Point.BASE.coordinates(), 7);
        for (BigInteger k : numbers()) {
            if (k.signum() == 0) {
                continue;
            }
            byte[] expected = theirs(THEIRS.getG().multiply(k));
            assertArrayEquals(expected, Sm2Point.BASE.times(octets(k)).encode());
            Sum sum = new Sum();
            sum.clear();
            sum.beCareful();
            comb.addMultiple(sum, limbs(k));
            long[] point = new long[Sm2Group.POINT_LONGS];
            assertTrue(sum.toAffine(point, 0));
            assertArrayEquals(expected, new Sm2Point(point).encode());
            Optional<Sm2Secret> secret = Sm2Secret.of(octets(k));
            assertEquals(SecretComb.accepts(limbs(k)), secret.isPresent());
            if (secret.isPresent()) {
                assertArrayEquals(expected, secret.get().timesBase().encode());
                Sm2Point other = Sm2Secret.random(random).timesBase();
                ECPoint theirOther = THEIRS.getCurve().decodePoint(other.encode());
                assertArrayEquals(
                        theirs(theirOther.multiply(k)),
                        secret.get().times(other).encode());
            }
        }
        assertTrue(Sm2Secret.of(new byte[32]).isEmpty());
        assertTrue(Sm2Secret.of(octets(N)).isEmpty());
        assertTrue(Sm2Secret.of(octets(BigInteger.ONE)).isEmpty());
        assertTrue(Sm2Secret.of(octets(N.subtract(BigInteger.ONE))).isEmpty());
    }

    @Test
    void secretMultiplesInLanesAreThoseOfBouncyCastle() {
        SecretComb comb = new SecretComb(Sm2Point.BASE.coordinates());
        SecretLanes lanes = new SecretLanes(comb);
        long[] point = new long[Sm2Group.POINT_LONGS];
        for (BigInteger number : numbers()) {
            BigInteger k = number.testBit(0) ? number : N.subtract(number);
            if (SecretComb.accepts(limbs(k))) {
                byte[] expected = theirs(THEIRS.getG().multiply(k));
                assertTrue(lanes.multiply(limbs(k), point));
                assertArrayEquals(expected, new Sm2Point(point).encode());
                comb.multiply(limbs(k), point);
                assertArrayEquals(expected, new Sm2Point(point).encode());
            }
        }
    }

    /// The scalars whose lanes meet at the end are k = n + 2s, where s is the sum of lane 0 of k itself: digit by digit
    /// from below, with what is known of s, there is one choice.
    @Test
    void whereLanesMeetNoSumIsKnown() {
        BigInteger s = BigInteger.ZERO;
        for (int window = 0; window < SecretComb.WINDOWS; window += FieldLanes.LANES) {
            int low = N.add(s.shiftLeft(1)).shiftRight(5 * window).intValue() & 63;
            s = s.add(BigInteger.valueOf(low % 2 == 0 ? 31 - low : 32 - low).shiftLeft(5 * window));
        }
        BigInteger k = N.add(s.shiftLeft(1));
        BigInteger again = BigInteger.ZERO;
        for (int window = 0; window < SecretComb.WINDOWS; window += FieldLanes.LANES) {
            again = again.add(
                    BigInteger.valueOf(SecretComb.digit(limbs(k), window)).shiftLeft(5 * window));
        }
        assertEquals(s, again, "the scalar that was looked for");
        assertTrue(k.signum() > 0 && k.compareTo(N) < 0 && SecretComb.accepts(limbs(k)));
        SecretComb comb = new SecretComb(Sm2Point.BASE.coordinates());
        long[] point = new long[Sm2Group.POINT_LONGS];
        assertFalse(new SecretLanes(comb).multiply(limbs(k), point));
        comb.multiply(limbs(k), point);
        assertArrayEquals(theirs(THEIRS.getG().multiply(k)), new Sm2Point(point).encode());
    }

    @Test
    void sumsOfEqualAndOppositePointsAreKnownToACarefulSumOnly() {
        Sm2Point p = Sm2Secret.random(random).timesBase();
        byte[] twice = theirs(THEIRS.getCurve().decodePoint(p.encode()).twice());
        assertArrayEquals(twice, p.plus(p).orElseThrow().encode());
        Sm2Point minus = p.times(octets(N.subtract(BigInteger.ONE)));
        assertTrue(p.plus(minus).isEmpty());
        for (boolean careful : new boolean[] {false, true}) {
            Sum sum = new Sum();
            if (careful) {
                sum.beCareful();
            }
            sum.clear();
            sum.addPublic(p.coordinates(), 0, false);
            sum.addPublic(p.coordinates(), 0, false);
            long[] point = new long[Sm2Group.POINT_LONGS];
            assertEquals(careful, sum.toAffine(point, 0));
            if (careful) {
                assertArrayEquals(twice, new Sm2Point(point).encode());
                sum.addPublic(point, 0, true);
                assertFalse(sum.toAffine(point, 0), "the neutral element has no coordinates");
                sum.addPublic(p.coordinates(), 0, false);
                assertTrue(sum.toAffine(point, 0));
                assertArrayEquals(p.encode(), new Sm2Point(point).encode());
            }
        }
    }

    /// A list whose points meet spoils its own sum only; its neighbours are found in the same rounds.
    @Test
    void sumsOfListsAreThoseOfBouncyCastle() {
        Comb comb = Comb.of(Sm2Point.BASE.coordinates(), 7);
        List<BigInteger> numbers =
                numbers().stream().filter(k -> k.signum() != 0).toList();
        int lists = 2 * numbers.size();
        int most = 2 * comb.windows();
        for (PointSums sums : List.of(new AffineSums(lists, most), new LaneSums(lists, most))) {
            for (int i = 0; i < numbers.size(); i++) {
                sums.put(2 * i, comb, limbs(numbers.get(i)));
                sums.put(2 * i + 1, comb, limbs(BigInteger.valueOf(5)));
                sums.put(
                        2 * i + 1, comb, limbs(i % 2 == 0 ? BigInteger.valueOf(5) : N.subtract(BigInteger.valueOf(5))));
            }
            sums.sum();
            long[] point = new long[Sm2Group.POINT_LONGS];
            for (int i = 0; i < numbers.size(); i++) {
                assertTrue(sums.isKnown(2 * i));
                sums.copy(2 * i, point);
                assertArrayEquals(theirs(THEIRS.getG().multiply(numbers.get(i))), new Sm2Point(point).encode());
                assertFalse(sums.isKnown(2 * i + 1), "5·G and ±5·G have no chord");
            }
        }
    }

    /// Random lists, of any number and length, one of which may have no points.
    @Test
    void bothFormsFindTheSameSums() {
        Comb comb = Comb.of(Sm2Secret.random(random).timesBase().coordinates(), 7);
        for (int lists : new int[] {1, 2, 3, 4, 5, 8, 31, 33}) {
            AffineSums scalar = new AffineSums(lists, 2 * comb.windows());
            LaneSums lanes = new LaneSums(lists, 2 * comb.windows());
            for (int i = 0; i < lists; i++) {
                int bits = Math.floorMod(random.nextLong(), 257);
                BigInteger k = new BigInteger(1, random.bytes(32))
                        .shiftRight(256 - bits)
                        .mod(N);
                for (PointSums sums : List.of(scalar, lanes)) {
                    sums.put(i, comb, limbs(k));
                }
            }
            scalar.sum();
            lanes.sum();
            for (int i = 0; i < lists; i++) {
                assertEquals(scalar.isKnown(i), lanes.isKnown(i));
                if (scalar.isKnown(i)) {
                    long[] expected = new long[Sm2Group.POINT_LONGS];
                    long[] found = new long[Sm2Group.POINT_LONGS];
                    scalar.copy(i, expected);
                    lanes.copy(i, found);
                    assertArrayEquals(new Sm2Point(expected).encode(), new Sm2Point(found).encode());
                }
            }
        }
    }

    /// In each lane, also at the bounds of what a block may hold.
    @Test
    void lanesMultiplyAndSubtractModuloP() {
        BigInteger inverse = BigInteger.ONE.shiftLeft(260).modInverse(Field.P);
        BigInteger bound = BigInteger.ONE.shiftLeft(256).add(BigInteger.ONE.shiftLeft(252));
        List<BigInteger> edges = List.of(
                BigInteger.ZERO,
                BigInteger.ONE,
                Field.P,
                Field.P.subtract(BigInteger.ONE),
                bound.subtract(BigInteger.ONE),
                BigInteger.ONE.shiftLeft(208).subtract(BigInteger.ONE),
                BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE));
        long[] a = new long[FieldLanes.BLOCK];
        long[] b = new long[FieldLanes.BLOCK];
        long[] product = new long[FieldLanes.BLOCK];
        long[] difference = new long[FieldLanes.BLOCK];
        for (int turn = 0; turn < 400; turn++) {
            List<BigInteger> left = new ArrayList<>();
            List<BigInteger> right = new ArrayList<>();
            for (int lane = 0; lane < FieldLanes.LANES; lane++) {
                int edge = turn * FieldLanes.LANES + lane;
                boolean edged = edge < edges.size() * edges.size();
                left.add(edged ? edges.get(edge / edges.size()) : new BigInteger(1, random.bytes(33)).mod(bound));
                right.add(edged ? edges.get(edge % edges.size()) : new BigInteger(1, random.bytes(33)).mod(bound));
                FieldLanes.put(a, 0, lane, fifths(left.get(lane)), 0);
                FieldLanes.put(b, 0, lane, fifths(right.get(lane)), 0);
            }
            FieldLanes.multiply(product, 0, a, 0, b, 0, new long[2 * FieldLanes.BLOCK]);
            FieldLanes.subtract(difference, 0, a, 0, b, 0);
            for (int lane = 0; lane < FieldLanes.LANES; lane++) {
                BigInteger x = left.get(lane);
                BigInteger y = right.get(lane);
                assertEquals(x.multiply(y).multiply(inverse).mod(Field.P), within(bound, product, lane));
                assertEquals(x.subtract(y).mod(Field.P), within(bound, difference, lane));
            }
        }
    }

    private static long[] fifths(BigInteger value) {
        long[] limbs = new long[Field.LONGS];
        for (int i = 0; i < limbs.length; i++) {
            limbs[i] = value.shiftRight(52 * i).longValue() & (1L << 52) - 1;
        }
        return limbs;
    }

    private static BigInteger within(BigInteger bound, long[] block, int lane) {
        long[] limbs = new long[Field.LONGS];
        FieldLanes.get(block, 0, lane, limbs, 0);
        BigInteger value = BigInteger.ZERO;
        for (int i = limbs.length - 1; i >= 0; i--) {
            assertTrue(limbs[i] >>> 52 == 0, () -> "not a limb: " + Arrays.toString(limbs));
            value = value.shiftLeft(52).add(BigInteger.valueOf(limbs[i]));
        }
        assertTrue(value.compareTo(bound) < 0, "beyond the bound");
        return value.mod(Field.P);
    }

    /// Signatures made so that s·G and t·P meet on the way: with P = d·G known to the forger, r and s are
    /// chosen and e follows from them, so each is valid.
    @Test
    void claimsWhoseSumMeetsItselfAreJudgedRightly() {
        byte[] d = octets(BigInteger.TWO.pow(200).add(BigInteger.valueOf(7)));
        Sm2Point key = Sm2Secret.of(d).orElseThrow().timesBase();
        BigInteger dn = new BigInteger(1, d);
        for (int turn = 0; turn < 30; turn++) {
            BigInteger t = new BigInteger(1, random.bytes(32)).mod(N);
            BigInteger partner = t.multiply(dn).mod(N); // t·P = partner·G
            for (BigInteger s : List.of(
                    partner, N.subtract(partner), partner.add(BigInteger.ONE).mod(N))) {
                BigInteger r = t.subtract(s).mod(N);
                ECPoint sum = THEIRS.getG().multiply(s.add(partner).mod(N)).normalize();
                boolean valid = !sum.isInfinity() && r.signum() != 0;
                BigInteger x = valid ? sum.getAffineXCoord().toBigInteger() : BigInteger.ONE;
                byte[] e = octets(r.subtract(x).mod(N));
                byte[] rs = Arrays.copyOf(octets(r), 64);
                System.arraycopy(octets(s), 0, rs, 32, 32);
                for (int uses : new int[] {0, 1000}) {
                    Sm2Verifier verifier = new Sm2Verifier(key, uses);
                    assertEquals(valid, new Sm2Verifier.Claim(verifier, e, rs, Sm2Verifier.ANY_PARITY).holds());
                    if (valid) {
                        int parity = sum.getAffineYCoord().testBitZero() ? 1 : 0;
                        assertTrue(new Sm2Verifier.Claim(verifier, e, rs, parity).holds());
                        assertFalse(new Sm2Verifier.Claim(verifier, e, rs, 1 - parity).holds());
                        List<Sm2Verifier.Claim> claims = List.of(
                                new Sm2Verifier.Claim(verifier, e, rs, parity),
                                new Sm2Verifier.Claim(verifier, e, rs, parity),
                                new Sm2Verifier.Claim(verifier, e, rs, 1 - parity),
                                new Sm2Verifier.Claim(verifier, e, rs, parity));
                        assertArrayEquals(
                                new boolean[] {true, true, false, true},
                                Sm2Verifier.verdicts(claims, () -> random.bytes(64)));
                        assertEquals(
                                Collections.nCopies(4, List.of(true, true, false, true)),
                                together(Collections.nCopies(4, claims)));
                    }
                }
            }
        }
    }

    private List<List<Boolean>> together(List<List<Sm2Verifier.Claim>> groups) {
        List<Sm2Verifier.Claim> all = groups.stream().flatMap(List::stream).toList();
        boolean[] verdicts = Sm2Verifier.verdicts(all, () -> random.bytes(16 * all.size()));
        List<List<Boolean>> found = new ArrayList<>();
        int next = 0;
        for (List<Sm2Verifier.Claim> group : groups) {
            List<Boolean> part = new ArrayList<>();
            for (int i = 0; i < group.size(); i++) {
                part.add(verdicts[next++]);
            }
            found.add(part);
        }
        return found;
    }

    /// Right and spoilt signatures of random keys and messages: the verdicts are BouncyCastle's.
    @Test
    void verdictsAreThoseOfBouncyCastle() {
        ECDomainParameters domain = new ECDomainParameters(THEIRS);
        for (int turn = 0; turn < 150; turn++) {
            Sm2PrivateKey key = Sm2PrivateKey.generate(random);
            byte[] message = random.bytes(turn);
            byte[] rs = key.sign(message).rs().toArray();
            if (turn % 3 == 1) {
                rs[(int) Long.remainderUnsigned(random.nextLong(), 64)] ^= (byte) (1 << turn % 8);
            } else if (turn % 3 == 2) {
                BigInteger r = new BigInteger(1, Arrays.copyOf(rs, 32));
                System.arraycopy(octets(turn % 2 == 0 ? N.subtract(r) : r.add(N).min(MAX)), 0, rs, 0, 32);
            }
            SM2Signer signer = new SM2Signer(PlainDSAEncoding.INSTANCE);
            signer.init(
                    false,
                    new ECPublicKeyParameters(
                            THEIRS.getCurve()
                                    .decodePoint(key.publicKey().encoded().toArray()),
                            domain));
            signer.update(message, 0, message.length);
            boolean theirs = signer.verifySignature(rs);
            assertEquals(turn % 3 == 0, theirs);
            byte[] userId = "1234567812345678".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            assertEquals(theirs, key.publicKey().verifyWithoutParity(userId, message, rs));
            boolean either = false;
            for (int parity = 0; parity < 2; parity++) {
                either |= key.publicKey().verify(message, new Signature(poyang.kernel.Bytes.copyOf(rs), parity));
            }
            assertEquals(theirs, either);
        }
    }
}
