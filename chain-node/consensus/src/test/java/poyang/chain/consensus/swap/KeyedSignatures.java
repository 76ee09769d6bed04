package poyang.chain.consensus.swap;

import java.util.List;
import java.util.Optional;
import poyang.chain.consensus.Signatures;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.Signature;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// Signatures that cost little and hold only where an epoch names the key that made them: who has
/// changed its key, or never was there, signs nothing that counts.
final class KeyedSignatures implements Signatures {
    private final Epoch epoch;
    private final PartyId self;

    KeyedSignatures(Epoch epoch, PartyId self) {
        this.epoch = epoch;
        this.self = self;
    }

    @Override
    public Signature sign(byte[] message) {
        return mac(key(self).orElse(Bytes.utf8("no key of this epoch")), message);
    }

    @Override
    public boolean verify(List<Signed> signed) {
        return signed.stream()
                .allMatch(s -> key(s.validator())
                        .filter(key -> mac(key, s.message().toArray()).equals(s.signature()))
                        .isPresent());
    }

    private Optional<Bytes> key(PartyId of) {
        return epoch.find(of).map(Validator::publicKey).map(key -> key.encoded());
    }

    private static Signature mac(Bytes key, byte[] message) {
        Bytes half = Bytes.wrap(Sm3.hmac(key.toArray(), message));
        return new Signature(half.concat(half), half.at(0) & 1);
    }
}
