package poyang.homomorphic.paillier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;

/// Sums and products equal those of the plaintexts, exactly, and what is foreign or malformed is
/// refused.
final class PaillierTest {
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "paillier");

    @SuppressWarnings("NullAway.Init")
    private static PaillierSecretKey secret;

    @SuppressWarnings("NullAway.Init")
    private static PaillierPublicKey open;

    @BeforeAll
    static void key() {
        secret = PaillierSecretKey.generate(PaillierStrength.LEGACY_112_BITS, RANDOM);
        open = secret.publicKey();
    }

    private static BigInteger plaintext(Random random) {
        BigInteger most = open.modulus().shiftRight(1);
        return switch (random.nextInt(6)) {
            case 0 -> BigInteger.ZERO;
            case 1 -> most;
            case 2 -> most.negate();
            case 3 -> BigInteger.ONE.negate();
            default ->
                new BigInteger(open.modulus().bitLength() - 2, random)
                        .multiply(random.nextBoolean() ? BigInteger.ONE : BigInteger.ONE.negate());
        };
    }

    private static BigInteger wrapped(BigInteger value) {
        BigInteger n = open.modulus();
        BigInteger m = value.mod(n);
        return m.compareTo(n.shiftRight(1)) > 0 ? m.subtract(n) : m;
    }

    @Test
    void arithmeticEqualsThatOfThePlaintexts() {
        Property.seeds(20).check(seed -> {
            Random random = new Random(seed);
            BigInteger a = plaintext(random);
            BigInteger b = plaintext(random);
            PaillierCiphertext x = open.encrypt(a, RANDOM);
            PaillierCiphertext y = open.encrypt(b, RANDOM);
            assertEquals(a, secret.decrypt(x));
            assertEquals(wrapped(a.add(b)), secret.decrypt(open.add(x, y)));
            assertEquals(wrapped(a.add(b)), secret.decrypt(open.add(x, b)));
            BigInteger factor = BigInteger.valueOf(random.nextLong() >> random.nextInt(64));
            assertEquals(wrapped(a.multiply(factor)), secret.decrypt(open.multiply(x, factor)));
            PaillierCiphertext fresh = open.refreshed(x, RANDOM);
            assertEquals(a, secret.decrypt(fresh));
            assertNotEquals(open.encode(x), open.encode(fresh));
        });
    }

    @Test
    void ciphertextsAreWhatThePaperSays() {
        // textbook decryption with λ = lcm(P − 1, Q − 1) is not possible without the primes; the form is:
        // (1 + m·n)·(an n-th residue), so a sum with the inverse of the first factor is an n-th residue
        BigInteger n = open.modulus();
        BigInteger square = n.multiply(n);
        BigInteger c = new BigInteger(
                1, open.encode(open.encrypt(BigInteger.TEN, RANDOM)).toArray());
        BigInteger unit = BigInteger.TEN.multiply(n).add(BigInteger.ONE).mod(square);
        BigInteger residue = c.multiply(unit.modInverse(square)).mod(square);
        PaillierCiphertext zero = open.ciphertext(Bytes.wrap(PaillierPublicKey.fixed(residue, 512)));
        assertEquals(BigInteger.ZERO, secret.decrypt(zero));
    }

    @Test
    void montgomeryAgreesWithBigIntegers() {
        Property.seeds(60).check(seed -> {
            Random random = new Random(seed);
            BigInteger modulus =
                    new BigInteger(64 + random.nextInt(2000), random).setBit(0).setBit(63 + 10);
            BigInteger a = extreme(random, modulus);
            BigInteger b = extreme(random, modulus);
            for (int width : new int[] {Columns.LIMB_BITS, Montgomery.WIDE_BITS}) {
                Montgomery arithmetic = new Montgomery(modulus, width);
                Montgomery.Room room = arithmetic.room();
                long[] product = new long[arithmetic.limbs()];
                arithmetic.multiply(arithmetic.in(a), arithmetic.in(b), product, room);
                assertEquals(a.multiply(b).mod(modulus), arithmetic.out(product));
                for (int i = 0; i < 10; i++) {
                    arithmetic.multiply(product, product, product, room);
                }
                BigInteger expected = a.multiply(b).modPow(BigInteger.TWO.pow(10), modulus);
                assertEquals(expected, arithmetic.out(product));
                BigInteger exponent = new BigInteger(random.nextInt(300), random);
                assertEquals(
                        a.modPow(exponent, modulus), arithmetic.out(arithmetic.power(arithmetic.in(a), exponent, 300)));
            }
        });
    }

    @Test
    void theVectorFormAgreesWithItsScalarTwinBitForBit() {
        Property.seeds(200).check(seed -> {
            Random random = new Random(seed);
            int bits = 80 + random.nextInt(4096);
            BigInteger modulus = seed % 3 == 0
                    ? BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE)
                    : new BigInteger(bits, random).setBit(0).setBit(bits - 1);
            Montgomery arithmetic = new Montgomery(modulus, Columns.LIMB_BITS);
            Montgomery.Room room = arithmetic.room();
            long[] a = arithmetic.in(extreme(random, modulus));
            long[] b = arithmetic.in(extreme(random, modulus));
            long[] rows = new long[arithmetic.limbs()];
            long[] columns = new long[arithmetic.limbs()];
            for (int i = 0; i < 20; i++) { // results reach up to 2n, and come back as operands
                arithmetic.byRows(a, b, rows, room);
                arithmetic.byColumns(a, b, columns, room);
                assertArrayEquals(rows, columns);
                a = b;
                b = rows.clone();
            }
            long[] zero = new long[arithmetic.limbs()];
            arithmetic.byRows(zero, b, rows, room);
            arithmetic.byColumns(zero, b, columns, room);
            assertArrayEquals(rows, columns);
        });
    }

    private static BigInteger extreme(Random random, BigInteger modulus) {
        return switch (random.nextInt(4)) {
            case 0 -> modulus.subtract(BigInteger.ONE);
            case 1 -> BigInteger.valueOf(random.nextInt(3));
            default -> new BigInteger(modulus.bitLength() + 8, random).mod(modulus);
        };
    }

    @Test
    void packedSumsAreSumsOfAllNumbers() {
        PaillierPacking packing = new PaillierPacking(16, 20, 100);
        int capacity = packing.capacity(open);
        assertTrue(capacity >= 44, "only " + capacity + " fit");
        Random random = new Random(5);
        List<BigDecimal> sums = new ArrayList<>();
        for (int i = 0; i < capacity; i++) {
            sums.add(BigDecimal.ZERO);
        }
        PaillierCiphertext total = open.encrypt(BigInteger.ZERO, RANDOM);
        for (int reporter = 0; reporter < 10; reporter++) {
            List<BigDecimal> numbers = new ArrayList<>();
            for (int i = 0; i < capacity; i++) {
                BigDecimal number = BigDecimal.valueOf(random.nextInt(1 << 26) - (1 << 25), 0)
                        .divide(BigDecimal.valueOf(1 << 6));
                numbers.add(number);
                sums.set(i, sums.get(i).add(number));
            }
            total = open.add(total, open.encrypt(packing.pack(open, numbers), RANDOM));
        }
        List<BigDecimal> found = packing.unpack(secret.decrypt(total), capacity);
        for (int i = 0; i < capacity; i++) {
            assertEquals(0, sums.get(i).compareTo(found.get(i)), "number " + i);
        }
        assertRefused(HomomorphicErrors.BAD_PLAINTEXT, () -> packing.pack(open, List.of(BigDecimal.valueOf(1 << 20))));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> new PaillierPacking(1, 0, 1));
    }

    private static void assertRefused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(PoyangException.class, call::run).code());
    }

    @Test
    void bytesAreCanonicalAndCheckedFully() {
        PaillierPublicKey back = PaillierPublicKey.decode(open.encode());
        assertEquals(open, back);
        PaillierCiphertext x = open.encrypt(BigInteger.valueOf(-42), RANDOM);
        Bytes encoded = open.encode(x);
        assertEquals(BigInteger.valueOf(-42), secret.decrypt(back.ciphertext(encoded)));
        assertEquals(encoded, back.encode(back.ciphertext(encoded)));
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> open.ciphertext(encoded.slice(1, encoded.length())));
        byte[] large = new byte[encoded.length()];
        java.util.Arrays.fill(large, (byte) -1);
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> open.ciphertext(Bytes.wrap(large)));
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> open.ciphertext(Bytes.wrap(new byte[large.length])));
        Bytes multiple = Bytes.wrap(PaillierPublicKey.fixed(open.modulus(), large.length));
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> open.ciphertext(multiple));
        byte[] key = open.encode().toArray();
        key[key.length - 1 - 256 - Integer.BYTES] ^= 1; // an even modulus
        assertRefused(HomomorphicErrors.BAD_HE_KEY, () -> PaillierPublicKey.decode(Bytes.wrap(key)));
    }

    @Test
    void smallKeysAndForeignCiphertextsAreRefused() {
        Bytes small = new poyang.kernel.CanonicalWriter("poyang.paillier.public-key.v1")
                .u32(1024)
                .bytes(new byte[128])
                .bytes(new byte[128])
                .toBytes();
        assertRefused(HomomorphicErrors.BAD_HE_KEY, () -> PaillierPublicKey.decode(small));
        for (PaillierStrength strength : PaillierStrength.values()) {
            assertTrue(strength.modulusBits() >= 3072 || strength.name().contains("112"));
        }
        PaillierSecretKey other = PaillierSecretKey.generate(PaillierStrength.LEGACY_112_BITS, RANDOM);
        PaillierCiphertext foreign = other.publicKey().encrypt(BigInteger.ONE, RANDOM);
        PaillierCiphertext own = open.encrypt(BigInteger.ONE, RANDOM);
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> open.add(own, foreign));
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> secret.decrypt(foreign));
        assertRefused(
                HomomorphicErrors.BAD_PLAINTEXT,
                () -> open.encrypt(open.modulus().shiftRight(1).add(BigInteger.ONE), RANDOM));
        assertFalse(
                other.toString().contains(other.publicKey().modulus().toString().substring(0, 8)));
        other.close();
        assertThrows(Bug.class, () -> other.decrypt(foreign));
    }

    @Test
    void theDefaultKeyHas3072Bits() {
        PaillierSecretKey key = PaillierSecretKey.generate(RANDOM);
        assertEquals(3072, key.publicKey().modulus().bitLength());
        BigInteger m = BigInteger.TWO.pow(3000).negate();
        assertEquals(m, key.decrypt(key.publicKey().encrypt(m, RANDOM)));
    }
}
