package poyang.chain.consensus;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Equivocation;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// What replicas say to each other. The transport authenticates the sender; what others must be able to
/// check later is signed besides.
public sealed interface BftMessage {
    /// A leader's block. `timeout` shows why the round before it has no certificate.
    ///
    /// @param signature by the author over {@link #proposalMessage}
    record Proposal(OrderedBlock block, Optional<TimeoutCertificate> timeout, Signature signature)
            implements BftMessage {}

    /// A vote, for the leader of the next round.
    record Vote(long round, Bytes blockId, Signature signature) implements BftMessage {}

    /// The sender gives up `round`; `highest` is the highest certificate that it knows.
    record Timeout(long round, QuorumCertificate highest, Signature signature) implements BftMessage {}

    /// Shows a replica that lags why the sender is in a later round.
    record Advance(QuorumCertificate highest, Optional<TimeoutCertificate> timeout) implements BftMessage {}

    /// Asks for a block and its ancestors.
    record Fetch(Bytes blockId) implements BftMessage {}

    /// The block asked for first, then its ancestors.
    record Fetched(List<OrderedBlock> blocks) implements BftMessage {
        static final int MOST_BLOCKS = 8;

        public Fetched {
            blocks = List.copyOf(blocks);
        }
    }

    /// The bytes that a leader signs.
    static byte[] proposalMessage(Bytes chainId, Epoch epoch, long round, Bytes blockId) {
        return Equivocation.Kind.PROPOSAL.message(chainId, epoch.number(), round, blockId);
    }

    /// The canonical form.
    default byte[] encoded() {
        return switch (this) {
            case Proposal p ->
                new CanonicalWriter("poyang.bft.proposal.v1")
                        .bytes(p.block().encoded())
                        .bytes(p.timeout().map(TimeoutCertificate::encoded).orElse(new byte[0]))
                        .bytes(p.signature().encoded())
                        .toArray();
            case Vote v ->
                new CanonicalWriter("poyang.bft.vote.v1")
                        .u64(v.round())
                        .bytes(v.blockId())
                        .bytes(v.signature().encoded())
                        .toArray();
            case Timeout t ->
                new CanonicalWriter("poyang.bft.timeout.v1")
                        .u64(t.round())
                        .bytes(t.highest().encoded())
                        .bytes(t.signature().encoded())
                        .toArray();
            case Advance a ->
                new CanonicalWriter("poyang.bft.advance.v1")
                        .bytes(a.highest().encoded())
                        .bytes(a.timeout().map(TimeoutCertificate::encoded).orElse(new byte[0]))
                        .toArray();
            case Fetch f ->
                new CanonicalWriter("poyang.bft.fetch.v1").bytes(f.blockId()).toArray();
            case Fetched f ->
                new CanonicalWriter("poyang.bft.fetched.v1")
                        .list(f.blocks(), (w, b) -> w.bytes(b.encoded()))
                        .toArray();
        };
    }

    /// @throws PoyangException `BAD_ENCODING` for anything but the canonical form of a message
    static BftMessage decode(byte[] encoded) {
        if (encoded.length < 8) {
            throw new PoyangException(KernelErrors.BAD_ENCODING, "the message ends early", "a whole message is needed");
        }
        String kind = new String(encoded, 4, Math.min(encoded.length - 4, 24), StandardCharsets.ISO_8859_1);
        if (kind.startsWith("poyang.bft.proposal.v1")) {
            CanonicalReader in = new CanonicalReader("poyang.bft.proposal.v1", encoded);
            OrderedBlock block = OrderedBlock.decode(in.array(OrderedBlock.MOST_BYTES + (1 << 18)));
            Optional<TimeoutCertificate> timeout = timeout(in);
            Signature signature = signature(in);
            in.end();
            return new Proposal(block, timeout, signature);
        }
        if (kind.startsWith("poyang.bft.vote.v1")) {
            CanonicalReader in = new CanonicalReader("poyang.bft.vote.v1", encoded);
            Vote vote = new Vote(in.u64(), in.exactly(CryptoSuite.DIGEST_BYTES), signature(in));
            in.end();
            return vote;
        }
        if (kind.startsWith("poyang.bft.timeout.v1")) {
            CanonicalReader in = new CanonicalReader("poyang.bft.timeout.v1", encoded);
            Timeout timeout = new Timeout(in.u64(), QuorumCertificate.decode(in.array(1 << 17)), signature(in));
            in.end();
            return timeout;
        }
        if (kind.startsWith("poyang.bft.advance.v1")) {
            CanonicalReader in = new CanonicalReader("poyang.bft.advance.v1", encoded);
            Advance advance = new Advance(QuorumCertificate.decode(in.array(1 << 17)), timeout(in));
            in.end();
            return advance;
        }
        if (kind.startsWith("poyang.bft.fetch.v1")) {
            CanonicalReader in = new CanonicalReader("poyang.bft.fetch.v1", encoded);
            Fetch fetch = new Fetch(in.exactly(CryptoSuite.DIGEST_BYTES));
            in.end();
            return fetch;
        }
        CanonicalReader in = new CanonicalReader("poyang.bft.fetched.v1", encoded);
        Fetched fetched = new Fetched(
                in.list(Fetched.MOST_BLOCKS, r -> OrderedBlock.decode(r.array(OrderedBlock.MOST_BYTES + (1 << 18)))));
        in.end();
        return fetched;
    }

    private static Optional<TimeoutCertificate> timeout(CanonicalReader in) {
        byte[] timeout = in.array(1 << 17);
        return timeout.length == 0 ? Optional.empty() : Optional.of(TimeoutCertificate.decode(timeout));
    }

    private static Signature signature(CanonicalReader in) {
        return Signature.decode(in.exactly(Signature.ENCODED_BYTES).toArray());
    }
}
