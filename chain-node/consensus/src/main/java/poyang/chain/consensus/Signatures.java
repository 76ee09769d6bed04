package poyang.chain.consensus;

import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm2Signature;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// Signs for the own validator and checks the others; deterministic, so a machine may call it.
public interface Signatures {
    Sm2Signature sign(byte[] message);

    /// True when every one is the signature of its validator of the epoch.
    boolean verify(List<Signed> signed);

    /// A message and who is said to have signed it.
    record Signed(PartyId validator, Bytes message, Sm2Signature signature) {}

    /// SM2, several signatures by one equation.
    static Signatures sm2(Epoch epoch, Sm2PrivateKey key) {
        return new Signatures() {
            @Override
            public Sm2Signature sign(byte[] message) {
                return key.sign(message);
            }

            @Override
            public boolean verify(List<Signed> signed) {
                List<Optional<Sm2PublicKey.Check>> checks = signed.stream()
                        .map(s -> epoch.find(s.validator())
                                .map(Validator::publicKey)
                                .map(k -> new Sm2PublicKey.Check(k, s.message(), s.signature())))
                        .toList();
                return checks.stream().allMatch(Optional::isPresent)
                        && Sm2PublicKey.verifyBatch(checks.stream()
                                        .flatMap(Optional::stream)
                                        .toList())
                                .stream()
                                .allMatch(valid -> valid);
            }
        };
    }
}
