package poyang.homomorphic.paillier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;

/// Proofs hold for what they are about and nothing else; a joint decryption needs every holder, and
/// names the one who lies.
final class PaillierTrustTest {
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "trust");
    private static final Bytes CONTEXT = Bytes.utf8("report 7");

    @SuppressWarnings("NullAway.Init")
    private static PaillierSecretKey secret;

    @SuppressWarnings("NullAway.Init")
    private static PaillierPublicKey open;

    @SuppressWarnings("NullAway.Init")
    private static List<PaillierShares.Holder> holders;

    @BeforeAll
    static void key() {
        secret = PaillierSecretKey.generate(PaillierStrength.LEGACY_112_BITS, RANDOM);
        open = secret.publicKey();
        holders = PaillierShares.split(secret, 3, RANDOM);
    }

    private static void assertRefused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(PoyangException.class, call::run).code());
    }

    @Test
    void proofsHoldForTheirCiphertextRangeAndContext() {
        BigInteger most = BigInteger.ONE.shiftLeft(32).subtract(BigInteger.ONE);
        for (BigInteger m : List.of(BigInteger.ZERO, most, most.negate())) {
            PaillierRangeProof.Proven proven = open.encryptProven(m, 32, CONTEXT, RANDOM);
            assertEquals(m, secret.decrypt(proven.ciphertext()));
            Bytes encoded = proven.proof().encode();
            PaillierRangeProof.decode(encoded).verify(open, proven.ciphertext(), 32, CONTEXT);
        }
        PaillierRangeProof.Proven proven = open.encryptProven(BigInteger.TEN, 32, CONTEXT, RANDOM);
        PaillierCiphertext other = open.refreshed(proven.ciphertext(), RANDOM);
        PaillierRangeProof proof = proven.proof();
        assertRefused(HomomorphicErrors.BAD_PROOF, () -> proof.verify(open, other, 32, CONTEXT));
        assertRefused(HomomorphicErrors.BAD_PROOF, () -> proof.verify(open, proven.ciphertext(), 31, CONTEXT));
        assertRefused(
                HomomorphicErrors.BAD_PROOF, () -> proof.verify(open, proven.ciphertext(), 32, Bytes.utf8("report 8")));
        assertRefused(
                HomomorphicErrors.BAD_PLAINTEXT,
                () -> open.encryptProven(BigInteger.ONE.shiftLeft(32), 32, CONTEXT, RANDOM));
    }

    @Test
    void aPlaintextOutOfRangeCannotBeProven() {
        // the same transcript with a plaintext far out of range: every sum that is asked for is too large
        PaillierRangeProof.Proven large = open.encryptProven(BigInteger.ONE.shiftLeft(200), 201, CONTEXT, RANDOM);
        assertRefused(HomomorphicErrors.BAD_PROOF, () -> large.proof().verify(open, large.ciphertext(), 32, CONTEXT));
    }

    @Test
    void changedProofsAreRefused() {
        PaillierRangeProof.Proven proven = open.encryptProven(BigInteger.TWO, 16, CONTEXT, RANDOM);
        byte[] encoded = proven.proof().encode().toArray();
        Property.seeds(12).check(seed -> {
            byte[] changed = encoded.clone();
            Random random = new Random(seed);
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
            PoyangException refused = assertThrows(
                    PoyangException.class,
                    () -> PaillierRangeProof.decode(Bytes.wrap(changed))
                            .verify(open, proven.ciphertext(), 16, CONTEXT));
            assertTrue(refused.code().number() == 7606 || refused.code().number() < 2000, refused.toString());
        });
    }

    private static List<PaillierShares.Part> parts(PaillierCiphertext ciphertext) {
        List<PaillierShares.Part> parts = new ArrayList<>();
        for (PaillierShares.Holder holder : holders) {
            parts.add(holder.part(ciphertext, RANDOM));
        }
        return parts;
    }

    @Test
    void allHoldersDecryptTogether() {
        PaillierShares shares = holders.getFirst().shares();
        for (BigInteger m :
                List.of(BigInteger.ZERO, BigInteger.valueOf(-77), open.modulus().shiftRight(1))) {
            PaillierCiphertext x = open.encrypt(m, RANDOM);
            List<PaillierShares.Part> parts = parts(x);
            Collections.reverse(parts);
            assertEquals(m, shares.combine(x, parts));
        }
        assertFalse(holders.getFirst().toString().length() > 20);
    }

    @Test
    void anyThreeOfFiveDecryptAndTwoDoNot() {
        List<PaillierShares.Holder> five = PaillierShares.split(secret, 5, 3, RANDOM);
        PaillierShares shares = five.getFirst().shares();
        BigInteger m = BigInteger.valueOf(-123_456_789);
        PaillierCiphertext x = open.add(open.encrypt(m, RANDOM), open.encrypt(BigInteger.ONE, RANDOM));
        List<PaillierShares.Part> parts = new ArrayList<>();
        for (PaillierShares.Holder holder : five) {
            parts.add(holder.part(x, RANDOM));
        }
        for (int[] some : new int[][] {{0, 1, 2}, {4, 2, 0}, {1, 3, 4}, {3, 0, 1, 4}}) {
            List<PaillierShares.Part> taken =
                    Arrays.stream(some).mapToObj(parts::get).toList();
            assertEquals(m.add(BigInteger.ONE), shares.combine(x, taken));
        }
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> shares.combine(x, parts.subList(1, 3)));
        // who lies is named, and the others go on without it
        PaillierShares.Part honest = parts.get(3);
        PaillierShares.Part lie =
                new PaillierShares.Part(3, parts.get(2).power(), honest.challenge(), honest.response());
        PoyangException refused =
                assertThrows(PoyangException.class, () -> shares.combine(x, List.of(parts.get(0), parts.get(1), lie)));
        assertEquals(HomomorphicErrors.BAD_PROOF, refused.code());
        assertTrue(refused.wrong().contains("holder 3"), refused.wrong());
        assertEquals(m.add(BigInteger.ONE), shares.combine(x, List.of(parts.get(0), parts.get(1), parts.get(4))));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> PaillierShares.split(secret, 3, 4, RANDOM));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> PaillierShares.split(secret, 21, 4, RANDOM));
    }

    @Test
    void tooFewAndLiarsAreDetected() {
        PaillierShares shares = holders.getFirst().shares();
        PaillierCiphertext x = open.encrypt(BigInteger.TEN, RANDOM);
        List<PaillierShares.Part> parts = parts(x);
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> shares.combine(x, parts.subList(0, 2)));
        assertRefused(
                HomomorphicErrors.BAD_SHARES,
                () -> shares.combine(x, List.of(parts.get(0), parts.get(1), parts.get(1))));
        // a lie that moves the plaintext by one: the power times 1 + n
        PaillierShares.Part honest = parts.get(1);
        BigInteger moved = honest.power()
                .multiply(open.modulus().add(BigInteger.ONE))
                .mod(open.modulus().pow(2));
        PaillierShares.Part lie = new PaillierShares.Part(1, moved, honest.challenge(), honest.response());
        PoyangException refused =
                assertThrows(PoyangException.class, () -> shares.combine(x, List.of(parts.get(0), lie, parts.get(2))));
        assertEquals(HomomorphicErrors.BAD_PROOF, refused.code());
        assertTrue(refused.wrong().contains("holder 1"), refused.wrong());
        // parts of another ciphertext
        List<PaillierShares.Part> others = parts(open.encrypt(BigInteger.ONE, RANDOM));
        assertRefused(HomomorphicErrors.BAD_PROOF, () -> shares.combine(x, others));
    }

    @Test
    void numbersThatNoEncryptionMakesAreRefused() {
        Bytes five = Bytes.wrap(PaillierPublicKey.fixed(BigInteger.valueOf(5), 512));
        PaillierCiphertext foreign = open.ciphertext(five);
        assertRefused(HomomorphicErrors.BAD_CIPHERTEXT, () -> secret.decrypt(foreign));
    }
}
