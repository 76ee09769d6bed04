package poyang.homomorphic.rlwe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;

/// Every operation equals the one on plain slots, noise stays below its estimate, and what is
/// exhausted, foreign or damaged is refused.
final class BfvTest {
    private static final Bfv BFV = new Bfv(BfvParameters.standard(8192, 20));
    private static final Bfv SMALL = new Bfv(BfvParameters.standard(4096, 16));
    private static final long T = BFV.parameters().plainModulus();
    private static final int SLOTS = BFV.parameters().slots();
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "bfv");

    @SuppressWarnings("NullAway.Init")
    private static RlweSecretKey secret;

    @SuppressWarnings("NullAway.Init")
    private static RlwePublicKey publicKey;

    @SuppressWarnings("NullAway.Init")
    private static RelinearisationKey relinearisation;

    @SuppressWarnings("NullAway.Init")
    private static RotationKeys rotations;

    @BeforeAll
    static void keys() {
        secret = BFV.secretKey(RANDOM);
        publicKey = BFV.publicKey(secret, RANDOM);
        relinearisation = BFV.relinearisationKey(secret, RANDOM);
        rotations = BFV.rotationKeys(secret, RANDOM, 7);
    }

    private interface Slotwise {
        long of(long a, long b);
    }

    private static long centred(long value, long t) {
        long canonical = Math.floorMod(value, t);
        return canonical > t / 2 ? canonical - t : canonical;
    }

    private static long[] map(long[] a, long[] b, Slotwise operation) {
        long[] out = new long[a.length];
        Arrays.setAll(out, i -> centred(operation.of(a[i], b[i]), T));
        return out;
    }

    /// Random slots, or all of one extreme.
    private static long[] slots(Random random, long t, int count) {
        long[] slots = new long[count];
        int kind = random.nextInt(4);
        Arrays.setAll(slots, i -> switch (kind) {
            case 0 -> t / 2;
            case 1 -> -(t / 2);
            default -> random.nextLong(t) - t / 2;
        });
        return slots;
    }

    private static BfvCiphertext encrypted(long[] slots) {
        return BFV.encrypt(publicKey, BFV.encode(slots), RANDOM);
    }

    private static long[] opened(BfvCiphertext ciphertext) {
        assertNoiseBelowEstimate(ciphertext);
        return BFV.decode(BFV.decrypt(secret, ciphertext));
    }

    /// The exact noise t·(Q·m/t + e) mod Q against the estimate that the ciphertext carries.
    private static void assertNoiseBelowEstimate(BfvCiphertext ciphertext) {
        double measured = exactBudgetBits(ciphertext);
        double estimated = BFV.budgetBits(ciphertext);
        assertTrue(estimated <= measured, "estimated " + estimated + " bits of budget, measured " + measured);
        assertTrue(measured - estimated < 12, "the estimate gives " + (measured - estimated) + " bits away");
    }

    private static double exactBudgetBits(BfvCiphertext ciphertext) {
        double[][] phase = BFV.phase(secret, ciphertext);
        var ring = BFV.parameters().chain().ring();
        BigInteger q = ring.product(phase.length);
        BigInteger largest = BigInteger.ONE;
        for (int j = 0; j < SLOTS; j += 7) {
            BigInteger x = BigInteger.ZERO;
            for (int i = 0; i < phase.length; i++) {
                BigInteger p = BigInteger.valueOf(ring.modulus(i).value());
                BigInteger rest = q.divide(p);
                x = x.add(rest.multiply(rest.modInverse(p))
                        .multiply(BigInteger.valueOf(ring.modulus(i).canonical(phase[i][j]))));
            }
            BigInteger noise = x.multiply(BigInteger.valueOf(T)).mod(q);
            largest = largest.max(noise.min(q.subtract(noise)));
        }
        return BFV.parameters().chain().bits(phase.length) - 1 - Noise.log2(largest.doubleValue());
    }

    @Test
    void operationsEqualThoseOnPlainSlots() {
        Property.seeds(6).check(seed -> {
            Random random = new Random(seed);
            long[] a = slots(random, T, SLOTS);
            long[] b = slots(random, T, SLOTS);
            BfvCiphertext x = encrypted(a);
            BfvCiphertext y = BFV.encrypt(secret, BFV.encode(b), RANDOM);
            assertArrayEquals(a, opened(x));
            assertArrayEquals(b, opened(y));
            assertArrayEquals(map(a, b, Long::sum), opened(BFV.add(x, y)));
            assertArrayEquals(map(a, b, (p, q) -> p - q), opened(BFV.subtract(x, y)));
            assertArrayEquals(map(a, b, (p, q) -> -p), opened(BFV.negate(x)));
            assertArrayEquals(map(a, b, Long::sum), opened(BFV.add(x, BFV.encode(b))));
            assertArrayEquals(map(a, b, (p, q) -> p * q), opened(BFV.multiply(x, BFV.encode(b))));
            assertArrayEquals(map(a, b, (p, q) -> p * q), opened(BFV.multiply(x, y, relinearisation)));
            assertArrayEquals(map(a, b, (p, q) -> p * p), opened(BFV.multiply(x, x, relinearisation)));
            assertArrayEquals(a, opened(BFV.dropPrime(x)));
            assertArrayEquals(
                    map(a, b, (p, q) -> p * q),
                    opened(BFV.multiply(BFV.dropPrime(x), BFV.dropPrime(y), relinearisation)));
        });
    }

    @Test
    void slotsMove() {
        Property.seeds(3).check(seed -> {
            long[] a = slots(new Random(seed), T, SLOTS);
            BfvCiphertext x = encrypted(a);
            int half = SLOTS / 2;
            for (int steps : new int[] {1, 7, -1, 1000}) {
                long[] moved = new long[SLOTS];
                Arrays.setAll(moved, i -> a[i / half * half + Math.floorMod(i % half + steps, half)]);
                assertArrayEquals(moved, opened(BFV.rotateRows(x, steps, rotations)));
            }
            long[] swapped = new long[SLOTS];
            Arrays.setAll(swapped, i -> a[(i + half) % SLOTS]);
            assertArrayEquals(swapped, opened(BFV.swapRows(x, rotations)));
        });
    }

    @Test
    void innerSumsAreInEverySlot() {
        long[] a = slots(new Random(7), T, SLOTS);
        long sum = centred(Arrays.stream(a).sum(), T);
        long[] expected = new long[SLOTS];
        Arrays.fill(expected, sum);
        assertArrayEquals(expected, opened(BFV.sumSlots(encrypted(a), rotations)));
    }

    @Test
    void exhaustedNoiseIsAnErrorAndNeverAWrongAnswer() {
        Random random = new Random(3);
        long[] a = slots(random, T, SLOTS);
        BfvCiphertext x = encrypted(a);
        long[] expected = a;
        int refused = 0;
        for (int i = 0; i < 7; i++) {
            x = BFV.multiply(x, x, relinearisation);
            expected = map(expected, expected, (p, q) -> p * q);
            try {
                assertArrayEquals(expected, BFV.decode(BFV.decrypt(secret, x)));
                assertEquals(0, refused, "an answer after a refusal");
            } catch (PoyangException e) {
                assertEquals(HomomorphicErrors.NOISE_EXHAUSTED, e.code());
                refused++;
                assertTrue(BFV.budgetBits(x) < 1);
            }
        }
        assertTrue(refused > 2, refused + " refusals");
        // slowly over the edge, a doubling at a time
        BfvCiphertext edge = encrypted(a);
        while (BFV.measuredBudgetBits(secret, edge) > 32) {
            edge = BFV.multiply(edge, BFV.encode(a));
        }
        long[] atEdge = BFV.decode(BFV.decrypt(secret, edge));
        boolean open = true;
        for (int i = 0; i < 40; i++) {
            edge = BFV.add(edge, edge);
            atEdge = map(atEdge, atEdge, Long::sum);
            try {
                assertArrayEquals(atEdge, BFV.decode(BFV.decrypt(secret, edge)));
                assertTrue(open);
            } catch (PoyangException e) {
                assertEquals(HomomorphicErrors.NOISE_EXHAUSTED, e.code());
                open = false;
            }
        }
        assertFalse(open);
    }

    @Test
    void floodHidesTheNoise() {
        long[] a = slots(new Random(5), T, SLOTS);
        BfvCiphertext flooded = BFV.flood(encrypted(a), publicKey, RANDOM);
        assertArrayEquals(a, opened(flooded));
        double before = exactBudgetBits(encrypted(a));
        assertTrue(exactBudgetBits(flooded) < before - Flood.STATISTICAL_BITS);
        RlweSecretKey key = SMALL.secretKey(RANDOM);
        RlwePublicKey other = SMALL.publicKey(key, RANDOM);
        BfvCiphertext tight = SMALL.dropPrime(SMALL.encrypt(other, SMALL.encode(1), RANDOM));
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> BFV.flood(tight, publicKey, RANDOM));
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> SMALL.flood(tight, other, RANDOM));
    }

    private static void assertRefused(poyang.kernel.ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(PoyangException.class, call::run).code());
    }

    @Test
    void weakParametersCannotBeMade() {
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> BfvParameters.of(8192, 20, 43, 43, 44, 44, 45));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> BfvParameters.of(4096, 20, 36, 37, 37));
        assertRefused(
                HomomorphicErrors.BAD_PARAMETERS,
                () -> BfvParameters.of(16384, 20, 49, 49, 49, 49, 49, 49, 49, 49, 49));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> BfvParameters.of(1000, 20, 20, 20));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> BfvParameters.of(8192, 20, 40));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> BfvParameters.of(8192, 20, 44, 40));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> BfvParameters.of(8192, 50, 40, 40));
        assertTrue(BFV.parameters().modulusBits() <= 218);
    }

    @Test
    void badPlaintextsAreRefused() {
        assertRefused(HomomorphicErrors.BAD_PLAINTEXT, () -> BFV.encode(T / 2 + 1));
        assertRefused(HomomorphicErrors.BAD_PLAINTEXT, () -> BFV.encode(Long.MIN_VALUE));
        assertRefused(HomomorphicErrors.BAD_PLAINTEXT, () -> BFV.encode(new long[SLOTS + 1]));
    }

    @Test
    void foreignKeysAndCiphertextsAreRefused() {
        RlweSecretKey other = SMALL.secretKey(RANDOM);
        RlwePublicKey otherPublic = SMALL.publicKey(other, RANDOM);
        BfvCiphertext foreign = SMALL.encrypt(otherPublic, SMALL.encode(5), RANDOM);
        BfvCiphertext own = encrypted(new long[] {1});
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> BFV.add(own, foreign));
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> BFV.decrypt(secret, foreign));
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> BFV.add(own, BFV.dropPrime(own)));
        assertRefused(HomomorphicErrors.BAD_HE_KEY, () -> BFV.decrypt(other, own));
        assertRefused(HomomorphicErrors.BAD_HE_KEY, () -> BFV.encrypt(otherPublic, BFV.encode(1), RANDOM));
        RlweSecretKey stranger = BFV.secretKey(RANDOM);
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> BFV.decrypt(stranger, own));
    }

    @Test
    void ciphertextsSurviveTheWire() {
        long[] a = slots(new Random(11), T, SLOTS);
        for (BfvCiphertext x : new BfvCiphertext[] {
            encrypted(a), BFV.encrypt(secret, BFV.encode(a), RANDOM), BFV.dropPrime(encrypted(a))
        }) {
            Bytes encoded = x.encode(BFV.parameters());
            BfvCiphertext back = BfvCiphertext.decode(BFV.parameters(), encoded);
            assertArrayEquals(a, opened(back));
            assertEquals(encoded, back.encode(BFV.parameters()));
        }
        int fresh = encrypted(a).encode(BFV.parameters()).length();
        int seeded = BFV.encrypt(secret, BFV.encode(a), RANDOM)
                .encode(BFV.parameters())
                .length();
        assertTrue(seeded < fresh / 2 + 200, seeded + " bytes against " + fresh);
    }

    @Test
    void damagedCiphertextsAreRefusedOrOfNoUse() {
        RlweSecretKey key = SMALL.secretKey(RANDOM);
        BfvCiphertext x = SMALL.encrypt(key, SMALL.encode(1, 2, 3), RANDOM);
        byte[] encoded = x.encode(SMALL.parameters()).toArray();
        Property.seeds(150).check(seed -> {
            Random random = new Random(seed);
            byte[] damaged =
                    random.nextInt(3) == 0 ? Arrays.copyOf(encoded, random.nextInt(encoded.length)) : encoded.clone();
            if (damaged.length == encoded.length) {
                int within = random.nextBoolean() ? 120 : encoded.length;
                damaged[random.nextInt(within)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                BfvCiphertext read = BfvCiphertext.decode(SMALL.parameters(), Bytes.wrap(damaged));
                assertEquals(Bytes.copyOf(damaged), read.encode(SMALL.parameters()), "two forms of one ciphertext");
            } catch (PoyangException e) {
                assertTrue(e.code().number() == 7602 || e.code().number() < 2000, e.toString());
            }
        });
    }

    @Test
    void secretsCannotBePrinted() {
        RlweSecretKey key = SMALL.secretKey(RANDOM);
        assertEquals("RlweSecretKey[degree 4096]", key.toString());
        assertFalse(RlweSecretKey.class.isRecord());
        key.close();
        assertThrows(poyang.kernel.Bug.class, () -> SMALL.encrypt(key, SMALL.encode(1), RANDOM));
    }

    @Test
    void plainPrimesOfAllSizesWork() {
        for (int bits : new int[] {18, 30, 40}) {
            Bfv bfv = new Bfv(BfvParameters.standard(8192, bits));
            Modulus t = bfv.parameters().plain();
            RlweSecretKey key = bfv.secretKey(RANDOM);
            RelinearisationKey key2 = bfv.relinearisationKey(key, RANDOM);
            long[] a = slots(new Random(bits), t.value(), 100);
            BfvCiphertext x = bfv.encrypt(key, bfv.encode(a), RANDOM);
            long[] product = bfv.decode(bfv.decrypt(key, bfv.multiply(x, x, key2)));
            for (int i = 0; i < a.length; i++) {
                long canonical = Math.floorMod(a[i], t.value());
                assertEquals(centred(t.multiply(canonical, canonical), t.value()), product[i]);
            }
        }
    }
}
