package poyang.crypto;

import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A public key that signatures are checked with. Its encoding says which suite it belongs to: 65 bytes
/// (04 ‖ x ‖ y, as GM/T 0009 has it) are SM2, 33 bytes (compressed, SEC 1) are P-256.
public sealed interface VerificationKey permits Sm2PublicKey, P256PublicKey {
    CryptoSuite suite();

    /// The one encoding of the key.
    Bytes encoded();

    boolean verify(byte[] message, Signature signature);

    /// As {@link #verify}, for r ‖ s of 64 bytes that carry no parity.
    boolean verifyWithoutParity(byte[] message, byte[] rs);

    /// @throws PoyangException `BAD_KEY` for bytes that are no key of either suite
    static VerificationKey decode(byte[] encoded) {
        return switch (encoded.length) {
            case 65 -> Sm2PublicKey.decode(encoded);
            case P256PublicKey.ENCODED_BYTES -> P256PublicKey.decode(encoded);
            default ->
                throw new PoyangException(
                        CryptoErrors.BAD_KEY,
                        "a public key of " + encoded.length + " bytes",
                        "an SM2 key in 65 bytes (04 ‖ x ‖ y) or a P-256 key in 33 bytes is needed");
        };
    }

    /// A signature to be checked.
    record Check(VerificationKey key, Bytes message, Signature signature) {}

    /// The verdicts of {@link #verify} on each check; those under SM2 together, at less cost.
    static List<Boolean> verifyBatch(List<Check> checks) {
        List<Check> together = checks.stream()
                .filter(check -> check.key() instanceof Sm2PublicKey)
                .toList();
        List<Boolean> found = Sm2PublicKey.verdicts(together);
        List<Boolean> verdicts = new ArrayList<>();
        int next = 0;
        for (Check check : checks) {
            verdicts.add(
                    switch (check.key()) {
                        case Sm2PublicKey _ -> found.get(next++);
                        case P256PublicKey key -> key.verify(check.message().toArray(), check.signature());
                    });
        }
        return List.copyOf(verdicts);
    }
}
