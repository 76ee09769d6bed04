package poyang.chain.proofs;

import java.util.ArrayList;
import java.util.List;
import poyang.crypto.Signature;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// A header and a quorum of attestations of it: nobody can change the block or what it did any more.
///
/// @param header the block's header
/// @param signatures in ascending order of validator, without repetition
public record FinalityProof(BlockHeader header, List<Signed> signatures) {
    private static final String DOMAIN = "poyang.finality-proof.v1";

    /// One validator's signature over {@link Attestation#message}.
    public record Signed(PartyId validator, Signature signature) {}

    public FinalityProof {
        signatures = List.copyOf(signatures);
    }

    /// True when the header belongs to `chainId` and `epoch`, and a quorum of different validators of
    /// the epoch signed it. Signatures of strangers and repeated ones make the proof false.
    public boolean verify(Bytes chainId, Epoch epoch) {
        if (!namesQuorum(chainId, epoch)) {
            return false;
        }
        Bytes message = Bytes.wrap(Attestation.message(epoch.suite(), header));
        List<VerificationKey.Check> checks = new ArrayList<>();
        for (Signed signed : signatures) {
            int index = epoch.indexOf(signed.validator());
            checks.add(
                    new VerificationKey.Check(epoch.validators().get(index).publicKey(), message, signed.signature()));
        }
        return VerificationKey.verifyBatch(checks).stream().allMatch(valid -> valid);
    }

    /// Does it belong to `chainId` and `epoch` and name a quorum of different validators, in ascending
    /// order? Says nothing about their signatures yet, which a caller may check together with others.
    public boolean namesQuorum(Bytes chainId, Epoch epoch) {
        if (!header.chainId().equals(chainId)
                || header.epoch() != epoch.number()
                || signatures.size() < epoch.quorum()) {
            return false;
        }
        int previous = -1;
        for (Signed signed : signatures) {
            int index = epoch.indexOf(signed.validator());
            if (index <= previous) {
                return false;
            }
            previous = index;
        }
        return true;
    }

    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .bytes(header.encoded())
                .list(
                        signatures,
                        (w, s) ->
                                w.text(s.validator().name()).bytes(s.signature().encoded()))
                .toBytes();
    }

    public static FinalityProof decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        BlockHeader header = BlockHeader.decode(in.array(1024));
        List<Signed> signatures = in.list(
                1024,
                r -> new Signed(
                        Names.party(r),
                        Signature.decode(r.exactly(Signature.ENCODED_BYTES).toArray())));
        in.end();
        return new FinalityProof(header, signatures);
    }
}
