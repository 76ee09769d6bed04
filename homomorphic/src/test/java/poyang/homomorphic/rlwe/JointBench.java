package poyang.homomorphic.rlwe;

import java.util.Arrays;
import java.util.List;
import poyang.homomorphic.Turns;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// What decryption by two parties takes, with proofs and without.
final class JointBench {
    private JointBench() {}

    static void bfv(Turns turns, Bfv bfv, RandomSource random) {
        BfvParameters parameters = bfv.parameters();
        JointBfv joint = bfv.joint(2);
        List<RlweSecretKey> parts = List.of(bfv.secretKey(random), bfv.secretKey(random));
        JointKey key = key(turns, joint, parts, parameters, random);
        BfvCiphertext x = bfv.encrypt(key.publicKey(), bfv.encode(1, 2, 3), random);
        List<ProvenShare> shares = List.of(
                joint.decryptionShare(key, 0, parts.get(0), x, random),
                joint.decryptionShare(key, 1, parts.get(1), x, random));
        noted(turns, shares.getFirst(), parameters);
        List<JointShare> plain = shares.stream().map(ProvenShare::share).toList();
        turns.add("joint_share", () -> joint.decryptionShare(key, 0, parts.getFirst(), x, random))
                .add("joint_share_unproven", () -> joint.unprovenDecryptionShare(parts.getFirst(), x, random))
                .add("joint_decrypt_2", () -> joint.decrypt(key, x, shares))
                .add("joint_decrypt_2_trusting_all", () -> joint.decryptTrustingAll(x, plain));
    }

    /// Wide parameters, whose results may be released.
    static void ckks(Turns turns, int degree, RandomSource random) {
        CkksParameters parameters = CkksParameters.wide(degree);
        JointCkks joint = new Ckks(parameters).joint(2);
        Ckks ckks = joint.scheme();
        List<RlweSecretKey> parts = List.of(ckks.secretKey(random), ckks.secretKey(random));
        JointKey key = key(turns, joint, parts, parameters, random);
        double[] slots = new double[parameters.slots()];
        Arrays.setAll(slots, Math::sin);
        CkksCiphertext x = ckks.encrypt(key.publicKey(), slots, random);
        List<ProvenShare> shares = List.of(
                joint.decryptionShare(key, 0, parts.get(0), x, 100, random),
                joint.decryptionShare(key, 1, parts.get(1), x, 100, random));
        noted(turns, shares.getFirst(), parameters);
        turns.note(
                "joint_error_bits",
                -Math.round(10 * Noise.log2(joint.decrypt(key, x, 100, shares).error())) / 10.0);
        List<JointShare> plain = List.of(
                joint.unprovenDecryptionShare(parts.get(0), x, 100, random),
                joint.unprovenDecryptionShare(parts.get(1), x, 100, random));
        turns.note(
                "joint_error_bits_trusting_all",
                -Math.round(10
                                * Noise.log2(
                                        joint.decryptTrustingAll(x, 100, plain).error()))
                        / 10.0);
        turns.add("joint_share", () -> joint.decryptionShare(key, 0, parts.getFirst(), x, 100, random))
                .add("joint_share_unproven", () -> joint.unprovenDecryptionShare(parts.getFirst(), x, 100, random))
                .add("joint_decrypt_2", () -> joint.decrypt(key, x, 100, shares))
                .add("joint_decrypt_2_trusting_all", () -> joint.decryptTrustingAll(x, 100, plain));
    }

    private static JointKey key(
            Turns turns, Joint joint, List<RlweSecretKey> parts, RlweParameters of, RandomSource random) {
        Bytes seed = Bytes.wrap(random.bytes(32));
        List<ProvenShare> shares = List.of(
                joint.publicKeyShare(0, parts.get(0), seed, random),
                joint.publicKeyShare(1, parts.get(1), seed, random));
        turns.note("joint_key_share_bytes", shares.getFirst().encode(of).length())
                .add("joint_key_share", () -> joint.publicKeyShare(0, parts.getFirst(), seed, random))
                .add("joint_key_2", () -> joint.key(seed, shares));
        return joint.key(seed, shares);
    }

    private static void noted(Turns turns, ProvenShare share, RlweParameters of) {
        turns.note("joint_share_bytes", share.encode(of).length())
                .note("joint_share_unproven_bytes", share.share().encode(of).length());
    }
}
