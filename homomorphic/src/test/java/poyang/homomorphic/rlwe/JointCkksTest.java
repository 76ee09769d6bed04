package poyang.homomorphic.rlwe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
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

    private final JointCkks joint = new Ckks(PARAMETERS).joint(PARTIES);
    private final Ckks ckks = joint.scheme();
    private final List<RlweSecretKey> parts = new ArrayList<>();
    private final RlwePublicKey open;

    JointCkksTest() {
        List<JointShare> shares = new ArrayList<>();
        for (int i = 0; i < PARTIES; i++) {
            parts.add(ckks.secretKey(RANDOM));
            Bytes sent = joint.publicKeyShare(parts.getLast(), SEED, RANDOM).encode(PARAMETERS);
            shares.add(JointShare.decode(PARAMETERS, sent));
        }
        open = joint.publicKey(SEED, shares);
    }

    private List<JointShare> shares(CkksCiphertext ciphertext, int releases) {
        List<JointShare> shares = new ArrayList<>();
        for (RlweSecretKey part : parts) {
            Bytes sent =
                    joint.decryptionShare(part, ciphertext, releases, RANDOM).encode(PARAMETERS);
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
        for (RlweSecretKey part : parts) {
            all.add(joint.relinearising(part, SEED, RANDOM));
            turns.add(joint.rotationShare(part, SEED, RANDOM));
        }
        List<JointShare> firsts = all.stream().map(Joint.Relinearising::first).toList();
        List<JointShare> seconds =
                all.stream().map(each -> each.second(SEED, firsts)).toList();
        RelinearisationKey made = joint.relinearisationKey(SEED, firsts, seconds);
        RelinearisationKey products = RelinearisationKey.decode(PARAMETERS, made.encode(PARAMETERS));
        RotationKeys rotations = joint.rotationKeys(SEED, turns);

        double[] x = {1.5, -2, 0.25, 8};
        double[] y = {-3, 0.5, 4, 1};
        CkksCiphertext a = ckks.encrypt(open, x, RANDOM);
        CkksCiphertext b = ckks.encrypt(open, y, RANDOM);
        CkksCiphertext product = ckks.multiply(a, b, products);
        CkksCiphertext turned = ckks.rotate(product, 1, rotations);
        CkksResult result = joint.decrypt(turned, 10, shares(turned, 10));
        for (int i = 0; i < 3; i++) {
            assertEquals(x[i + 1] * y[i + 1], result.real()[i], result.error());
        }
        assertTrue(result.error() < 0.01, "the bound is " + result.error());
        CkksCiphertext sum = ckks.add(a, b);
        CkksResult total = joint.decrypt(sum, 10, shares(sum, 10));
        assertEquals(-1.5, total.real()[0], total.error());
    }

    @Test
    void missingAndForeignSharesAreDetected() {
        CkksCiphertext a = ckks.encrypt(open, new double[] {5}, RANDOM);
        CkksCiphertext b = ckks.encrypt(open, new double[] {6}, RANDOM);
        List<JointShare> shares = shares(a, 10);
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> joint.decrypt(a, 10, shares.subList(0, 2)));
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> joint.decrypt(b, 10, shares));
        assertRefused(HomomorphicErrors.BAD_SHARES, () -> joint.decrypt(a, 11, shares));
        RlweSecretKey stranger = ckks.secretKey(RANDOM);
        List<JointShare> wrong = new ArrayList<>(shares);
        wrong.set(1, joint.decryptionShare(stranger, a, 10, RANDOM));
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> joint.decrypt(a, 10, wrong));
        assertRefused(HomomorphicErrors.NOISE_EXHAUSTED, () -> ckks.decryptForKeyHolderOnly(parts.getFirst(), a));
        // a number of releases whose noise would leave nothing
        CkksCiphertext tiny = ckks.encrypt(open, new double[] {1e-9}, RANDOM);
        assertRefused(
                HomomorphicErrors.NOISE_EXHAUSTED,
                () -> joint.decryptionShare(parts.getFirst(), tiny, Integer.MAX_VALUE, RANDOM));
    }
}
