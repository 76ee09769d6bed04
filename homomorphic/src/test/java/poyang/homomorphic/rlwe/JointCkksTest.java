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

/// Real numbers under a key that no party holds: sums, products and rotations stay within their
/// bounds, decryptions take all parties.
final class JointCkksTest {
    private static final int PARTIES = 3;
    private static final Bytes SEED = Bytes.wrap(new byte[32]);
    private static final CkksParameters PARAMETERS = CkksParameters.wide(16384);
    private static final RandomSource RANDOM = new SeededRandom(new byte[32], "joint ckks");

    private static final JointCkks JOINT = new Ckks(PARAMETERS).joint(PARTIES);
    private static final Ckks CKKS = JOINT.scheme();
    private static final List<RlweSecretKey> PARTS = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private static JointKey key;

    @SuppressWarnings("NullAway.Init")
    private static RlwePublicKey open;

    @BeforeAll
    static void keys() {
        List<ProvenShare> shares = new ArrayList<>();
        for (int i = 0; i < PARTIES; i++) {
            PARTS.add(CKKS.secretKey(RANDOM));
            Bytes sent = JOINT.publicKeyShare(i, PARTS.getLast(), SEED, RANDOM).encode(PARAMETERS);
            shares.add(ProvenShare.decode(PARAMETERS, sent));
        }
        key = JOINT.key(SEED, shares);
        open = key.publicKey();
    }

    private List<ProvenShare> proven(CkksCiphertext ciphertext, int releases) {
        List<ProvenShare> shares = new ArrayList<>();
        for (int i = 0; i < PARTIES; i++) {
            Bytes sent = JOINT.decryptionShare(key, i, PARTS.get(i), ciphertext, releases, RANDOM)
                    .encode(PARAMETERS);
            shares.add(ProvenShare.decode(PARAMETERS, sent));
        }
        return shares;
    }

    private List<JointShare> shares(CkksCiphertext ciphertext, int releases) {
        List<JointShare> shares = new ArrayList<>();
        for (RlweSecretKey part : PARTS) {
            Bytes sent = JOINT.unprovenDecryptionShare(part, ciphertext, releases, RANDOM)
                    .encode(PARAMETERS);
            shares.add(JointShare.decode(PARAMETERS, sent));
        }
        return shares;
    }

    private static void assertRefused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(PoyangException.class, call::run).code());
    }

    @Test
    void productsRotationsAndSumsAreWithinTheirBounds() {
        List<Joint.Relinearising> all = new ArrayList<>();
        List<JointShare> turns = new ArrayList<>();
        for (RlweSecretKey part : PARTS) {
            all.add(JOINT.relinearising(part, SEED, RANDOM));
            turns.add(JOINT.rotationShare(part, SEED, RANDOM));
        }
        List<JointShare> firsts = all.stream().map(Joint.Relinearising::first).toList();
        List<JointShare> seconds =
                all.stream().map(each -> each.second(SEED, firsts)).toList();
        RelinearisationKey made = JOINT.relinearisationKey(SEED, firsts, seconds);
        RelinearisationKey products = RelinearisationKey.decode(PARAMETERS, made.encode(PARAMETERS));
        RotationKeys rotations = JOINT.rotationKeys(SEED, turns);

        double[] x = {1.5, -2, 0.25, 8};
        double[] y = {-3, 0.5, 4, 1};
        CkksCiphertext a = CKKS.encrypt(open, x, RANDOM);
        CkksCiphertext b = CKKS.encrypt(open, y, RANDOM);
        CkksCiphertext product = CKKS.multiply(a, b, products);
        CkksCiphertext turned = CKKS.rotate(product, 1, rotations);
        CkksResult result = JOINT.decrypt(key, turned, 10, proven(turned, 10));
        for (int i = 0; i < 3; i++) {
            assertEquals(x[i + 1] * y[i + 1], result.real()[i], result.error());
        }
        assertTrue(result.error() < 0.01, "the bound is " + result.error());
        CkksCiphertext sum = CKKS.add(a, b);
        CkksResult total = JOINT.decryptTrustingAll(sum, 10, shares(sum, 10));
        assertEquals(-1.5, total.real()[0], total.error());
    }

    @Test
    void missingAndForeignSharesAreDetected() {
        CkksCiphertext a = CKKS.encrypt(open, new double[] {5}, RANDOM);
        CkksCiphertext b = CKKS.encrypt(open, new double[] {6}, RANDOM);
        List<JointShare> shares = shares(a, 10);
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> JOINT.decryptTrustingAll(a, 10, shares.subList(0, 2)));
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> JOINT.decryptTrustingAll(b, 10, shares));
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> JOINT.decryptTrustingAll(a, 11, shares));
        RlweSecretKey stranger = CKKS.secretKey(RANDOM);
        List<JointShare> wrong = new ArrayList<>(shares);
        wrong.set(1, JOINT.unprovenDecryptionShare(stranger, a, 10, RANDOM));
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> JOINT.decryptTrustingAll(a, 10, wrong));
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> CKKS.decryptForKeyHolderOnly(PARTS.getFirst(), a));
        // a number of releases whose noise would leave nothing
        CkksCiphertext tiny = CKKS.encrypt(open, new double[] {1e-9}, RANDOM);
        assertRefused(
                HomomorphicErrors.NOISE_EXHAUSTED,
                () -> JOINT.unprovenDecryptionShare(PARTS.getFirst(), tiny, Integer.MAX_VALUE, RANDOM));
    }
}
