package poyang.homomorphic.rlwe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Parties make keys together and decrypt together; what is missing or foreign is refused.
final class JointBfvTest {
    private static final int PARTIES = 3;
    private static final Bfv BFV = new Bfv(BfvParameters.standard(8192, 20));
    private static final JointBfv JOINT = BFV.joint(PARTIES);
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "joint");
    private static final Bytes SEED = Bytes.wrap(RANDOM.bytes(32));
    private static final List<RlweSecretKey> PARTS = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private static JointKey key;

    @SuppressWarnings("NullAway.Init")
    private static RlwePublicKey open;

    @BeforeAll
    static void keys() {
        List<ProvenShare> shares = new ArrayList<>();
        for (int i = 0; i < PARTIES; i++) {
            RlweSecretKey part = BFV.secretKey(RANDOM);
            PARTS.add(part);
            Bytes sent = JOINT.publicKeyShare(i, part, SEED, RANDOM).encode(BFV.parameters());
            shares.add(ProvenShare.decode(BFV.parameters(), sent));
        }
        key = JOINT.key(SEED, shares.reversed());
        open = key.publicKey();
    }

    private static List<ProvenShare> shares(BfvCiphertext ciphertext) {
        List<ProvenShare> shares = new ArrayList<>();
        for (int i = 0; i < PARTIES; i++) {
            Bytes sent = JOINT.decryptionShare(key, i, PARTS.get(i), ciphertext, RANDOM)
                    .encode(BFV.parameters());
            shares.add(ProvenShare.decode(BFV.parameters(), sent));
        }
        return shares;
    }

    private static List<JointShare> unproven(BfvCiphertext ciphertext) {
        List<JointShare> shares = new ArrayList<>();
        for (RlweSecretKey part : PARTS) {
            shares.add(JOINT.unprovenDecryptionShare(part, ciphertext, RANDOM));
        }
        return shares;
    }

    private static void assertRefused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(PoyangException.class, call::run).code());
    }

    @Test
    void sumsOfAllAreDecryptedByAll() {
        BfvCiphertext x = BFV.encrypt(open, BFV.encode(5, -7), RANDOM);
        BfvCiphertext y = BFV.encrypt(open, BFV.encode(10, 20), RANDOM);
        BfvCiphertext sum = BFV.multiply(BFV.add(x, y), BFV.encode(3, 4));
        long[] slots = BFV.decode(JOINT.decrypt(key, sum, shares(sum).reversed()));
        assertEquals(45, slots[0]);
        assertEquals(52, slots[1]);
        // no party alone, and no smaller number
        for (RlweSecretKey part : PARTS) {
            assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> BFV.decrypt(part, x));
        }
        JointBfv pair = BFV.joint(2);
        List<JointShare> two = unproven(x).subList(0, 2);
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> pair.decryptTrustingAll(x, two));
    }

    @Test
    void rotationsWorkUnderJointKeys() {
        List<JointShare> shares = new ArrayList<>();
        for (RlweSecretKey part : PARTS) {
            shares.add(JOINT.rotationShare(part, SEED, RANDOM));
        }
        RotationKeys rotations = JOINT.rotationKeys(SEED, shares);
        BfvCiphertext turned = BFV.rotateRows(BFV.encrypt(open, BFV.encode(1, 2, 3), RANDOM), 2, rotations);
        assertEquals(3, BFV.decode(JOINT.decrypt(key, turned, shares(turned)))[0]);
    }

    @Test
    void productsWorkUnderJointKeys() {
        List<Joint.Relinearising> all = new ArrayList<>();
        for (RlweSecretKey part : PARTS) {
            all.add(JOINT.relinearising(part, SEED, RANDOM));
        }
        List<JointShare> firsts = all.stream().map(Joint.Relinearising::first).toList();
        List<JointShare> seconds =
                all.stream().map(each -> each.second(SEED, firsts)).toList();
        RelinearisationKey products = JOINT.relinearisationKey(SEED, firsts, seconds);
        BfvCiphertext x = BFV.encrypt(open, BFV.encode(5, -7), RANDOM);
        BfvCiphertext square = BFV.multiply(x, x, products);
        long[] slots = BFV.decode(JOINT.decrypt(key, square, shares(square)));
        assertEquals(25, slots[0]);
        assertEquals(49, slots[1]);
        assertRefused(
                HomomorphicErrors.BAD_SHARES,
                () -> JOINT.relinearisationKey(SEED, firsts.reversed(), seconds)); // not what the second round answered
        assertRefused(
                HomomorphicErrors.BAD_SHARES, () -> JOINT.relinearisationKey(SEED, firsts.subList(0, 2), seconds));
    }

    @Test
    void missingForeignAndChangedSharesAreDetected() {
        BfvCiphertext x = BFV.encrypt(open, BFV.encode(5), RANDOM);
        BfvCiphertext y = BFV.encrypt(open, BFV.encode(6), RANDOM);
        List<JointShare> shares = unproven(x);
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> JOINT.decryptTrustingAll(x, shares.subList(0, 2)));
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> JOINT.decryptTrustingAll(y, shares));
        RlweSecretKey stranger = BFV.secretKey(RANDOM);
        List<JointShare> wrong = new ArrayList<>(shares);
        wrong.set(1, JOINT.unprovenDecryptionShare(stranger, x, RANDOM));
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> JOINT.decryptTrustingAll(x, wrong));
        byte[] bytes = shares.getFirst().encode(BFV.parameters()).toArray();
        assertThrows(
                PoyangException.class,
                () -> JointShare.decode(BFV.parameters(), Bytes.wrap(bytes).slice(0, bytes.length - 1)));
        assertRefused(HomomorphicErrors.BAD_PARAMETERS, () -> BFV.joint(1));
    }

    @Test
    void floodsLeaveRoomThatIsChecked() {
        Bfv small = new Bfv(BfvParameters.standard(4096, 20));
        RlweSecretKey part = small.secretKey(RANDOM);
        BfvCiphertext x = small.encrypt(part, small.encode(1), RANDOM);
        BfvCiphertext noisy = small.multiply(x, small.encode(100, 200));
        assertTrue(small.measuredBudgetBits(part, noisy) > 1);
        JointBfv pair = small.joint(2);
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> pair.unprovenDecryptionShare(part, noisy, RANDOM));
    }
}
