package poyang.chain.proofs;

import java.util.Arrays;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Proof that a validator lied: it signed two words of one kind, in one round of one epoch, for two blocks.
/// A validator makes durable what it signs before it says it, so no crash explains this.
///
/// @param first of the lower block id
public record Equivocation(PartyId culprit, Kind kind, long epoch, long round, Said first, Said second) {
    private static final String DOMAIN = "poyang.equivocation.v1";

    /// What was said twice.
    public enum Kind {
        /// This block may be certified.
        VOTE("poyang.vote.v1"),
        /// This is the round's block.
        PROPOSAL("poyang.proposal.v1");

        private final String domain;

        Kind(String domain) {
            this.domain = domain;
        }

        /// The bytes that a validator signs.
        public byte[] message(Bytes chainId, long epoch, long round, Bytes blockId) {
            return new CanonicalWriter(domain)
                    .bytes(chainId)
                    .u64(epoch)
                    .u64(round)
                    .bytes(blockId)
                    .toArray();
        }
    }

    /// A block, and the culprit's signature for it.
    public record Said(Bytes blockId, Signature signature) {}

    public Equivocation {
        Bug.unless(first.blockId().compareTo(second.blockId()) < 0, "two blocks, in order");
    }

    /// The same for words in any order.
    public static Equivocation of(PartyId culprit, Kind kind, long epoch, long round, Said one, Said other) {
        boolean inOrder = one.blockId().compareTo(other.blockId()) < 0;
        return new Equivocation(culprit, kind, epoch, round, inOrder ? one : other, inOrder ? other : one);
    }

    /// Did the holder of the culprit's key sign both?
    public boolean verify(Bytes chainId, VerificationKey key) {
        return signed(chainId, key, first) && signed(chainId, key, second);
    }

    private boolean signed(Bytes chainId, VerificationKey key, Said said) {
        return key.verify(kind.message(chainId, epoch, round, said.blockId()), said.signature());
    }

    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .text(culprit.name())
                .text(kind.domain)
                .u64(epoch)
                .u64(round)
                .bytes(first.blockId())
                .bytes(first.signature().encoded())
                .bytes(second.blockId())
                .bytes(second.signature().encoded())
                .toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` for bytes that are none
    public static Equivocation decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        PartyId culprit = Names.party(in);
        String domain = in.text(32);
        long epoch = in.u64();
        long round = in.u64();
        Said first = said(in);
        Said second = said(in);
        in.end();
        Kind kind = Arrays.stream(Kind.values())
                .filter(each -> each.domain.equals(domain))
                .findFirst()
                .orElseThrow(() -> Names.bad("the kind " + domain + " is unknown", null));
        if (first.blockId().compareTo(second.blockId()) >= 0) {
            throw Names.bad("the blocks are not two in ascending order", null);
        }
        return new Equivocation(culprit, kind, epoch, round, first, second);
    }

    private static Said said(CanonicalReader in) {
        return new Said(
                in.exactly(CryptoSuite.DIGEST_BYTES),
                Signature.decode(in.exactly(Signature.ENCODED_BYTES).toArray()));
    }
}
