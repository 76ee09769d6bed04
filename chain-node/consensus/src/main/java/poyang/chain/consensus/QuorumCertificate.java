package poyang.chain.consensus;

import java.util.List;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// A quorum of votes for one block of one round.
///
/// @param round the block's round; 0 certifies the genesis and needs no votes
/// @param blockId the block
/// @param votes in ascending order of voter, without repetition
public record QuorumCertificate(long round, Bytes blockId, List<FinalityProof.Signed> votes) {
    private static final String DOMAIN = "poyang.quorum-certificate.v1";

    public QuorumCertificate {
        votes = List.copyOf(votes);
    }

    /// The certificate that everybody starts from.
    ///
    /// @param start {@link BftConfig#start}
    public static QuorumCertificate genesis(Bytes start) {
        return new QuorumCertificate(0, start, List.of());
    }

    /// The bytes that a voter signs.
    static byte[] message(Bytes chainId, Epoch epoch, long round, Bytes blockId) {
        return Equivocation.Kind.VOTE.message(chainId, epoch.number(), round, blockId);
    }

    boolean verify(BftConfig config, Signatures signatures) {
        if (round == 0) {
            return votes.isEmpty() && blockId.equals(config.start());
        }
        Epoch epoch = config.epoch();
        Bytes message = Bytes.wrap(message(config.chainId(), epoch, round, blockId));
        return round > 0
                && ascends(
                        epoch,
                        votes.stream().map(FinalityProof.Signed::validator).toList())
                && signatures.verify(votes.stream()
                        .map(v -> new Signatures.Signed(v.validator(), message, v.signature()))
                        .toList());
    }

    /// True for a quorum of validators in ascending order without repetition.
    static boolean ascends(Epoch epoch, List<PartyId> voters) {
        int previous = -1;
        for (PartyId voter : voters) {
            int index = epoch.indexOf(voter);
            if (index <= previous) {
                return false;
            }
            previous = index;
        }
        return voters.size() >= epoch.quorum();
    }

    byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .u64(round)
                .bytes(blockId)
                .list(votes, QuorumCertificate::write)
                .toArray();
    }

    /// A validator's name and signature as certificates carry them.
    static void write(CanonicalWriter out, FinalityProof.Signed signed) {
        var _ = out.text(signed.validator().name()).bytes(signed.signature().encoded());
    }

    /// What {@link #write} wrote.
    static FinalityProof.Signed signed(CanonicalReader in) {
        return new FinalityProof.Signed(
                new PartyId(in.text(64)),
                Signature.decode(in.exactly(Signature.ENCODED_BYTES).toArray()));
    }

    static QuorumCertificate decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        QuorumCertificate certificate = new QuorumCertificate(
                in.u64(), in.exactly(CryptoSuite.DIGEST_BYTES), in.list(1024, QuorumCertificate::signed));
        in.end();
        return certificate;
    }

    /// Somebody who voted, so has the block and its ancestors; `self` when nobody else did.
    PartyId voterBesides(PartyId self) {
        return votes.stream()
                .map(FinalityProof.Signed::validator)
                .filter(voter -> !voter.equals(self))
                .findFirst()
                .orElse(self);
    }
}
