package poyang.chain.consensus;

import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// Signs for the own validator and checks the others; deterministic, so a machine may call it.
public interface Signatures {
    Signature sign(byte[] message);

    /// True when every one is the signature of its validator of the epoch.
    boolean verify(List<Signed> signed);

    /// A message and who is said to have signed it.
    record Signed(PartyId validator, Bytes message, Signature signature) {}

    /// With a validator's key of either suite; several SM2 signatures are checked by one equation.
    static Signatures of(Epoch epoch, SigningKey key) {
        return new Signatures() {
            @Override
            public Signature sign(byte[] message) {
                return key.sign(message);
            }

            @Override
            public boolean verify(List<Signed> signed) {
                List<Optional<VerificationKey.Check>> checks = signed.stream()
                        .map(s -> epoch.find(s.validator())
                                .map(Validator::publicKey)
                                .map(k -> new VerificationKey.Check(k, s.message(), s.signature())))
                        .toList();
                return checks.stream().allMatch(Optional::isPresent)
                        && VerificationKey.verifyBatch(checks.stream()
                                        .flatMap(Optional::stream)
                                        .toList())
                                .stream()
                                .allMatch(valid -> valid);
            }
        };
    }
}
