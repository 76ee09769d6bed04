package poyang.chain.consensus.sync;

import java.util.List;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.StatePart;
import poyang.chain.proofs.TransactionLeaf;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// What nodes say to each other about states that one takes over from the others. The transport authenticates
/// the sender; all that is served proves itself.
public sealed interface SnapshotMessage {
    /// Asks for the receiver's latest snapshot.
    record AskOffer() implements SnapshotMessage {}

    /// A block whose state the sender serves.
    ///
    /// @param links from the genesis to the block's epoch
    /// @param proof the block's
    record Offer(List<EpochLink> links, FinalityProof proof) implements SnapshotMessage {
        public Offer {
            links = List.copyOf(links);
        }

        public long height() {
            return proof.header().height();
        }
    }

    /// Asks for a part of the state after the block at `height`.
    record AskPart(long height, Bytes path) implements SnapshotMessage {}

    /// The part.
    record Part(long height, StatePart part) implements SnapshotMessage {}

    /// The part is too large for a message: those below are to be asked for.
    record Cut(long height, Bytes path) implements SnapshotMessage {}

    /// Asks for final blocks with their receipts, from `from` on, at most `count` of them.
    record AskPast(long from, int count) implements SnapshotMessage {}

    /// Blocks from `from` on without a gap; fewer than were asked for when they would be too large.
    record Past(long from, List<Block> blocks) implements SnapshotMessage {
        public Past {
            blocks = List.copyOf(blocks);
        }
    }

    /// The sender has not, or no longer, what was asked for: a state by its path, or blocks by the first one's height.
    record None(long height, Bytes path) implements SnapshotMessage {}

    /// A block and what executing it gave.
    ///
    /// @param receipts verbatim, one for each transaction
    record Block(FinalityProof proof, List<TransactionLeaf> transactions, List<Bytes> receipts) {
        public Block {
            transactions = List.copyOf(transactions);
            receipts = List.copyOf(receipts);
        }
    }

    /// No message holds more entries of a state, so that a part which is too large shows after so many of them.
    int MOST_ENTRIES = 8_000;

    /// No message holds more octets of a state, unless one entry alone does.
    int MOST_BYTES = 2 << 20;

    /// Most blocks in one message.
    int MOST_BLOCKS = 64;

    /// The path in what is about blocks.
    Bytes BLOCKS = Bytes.wrap(new byte[] {-1});

    /// The canonical form.
    default byte[] encoded() {
        return switch (this) {
            case AskOffer() -> new CanonicalWriter("poyang.snapshot.ask-offer.v1").toArray();
            case Offer(List<EpochLink> links, FinalityProof proof) ->
                new CanonicalWriter("poyang.snapshot.offer.v1")
                        .list(links, (w, link) -> w.bytes(link.encoded()))
                        .bytes(proof.encoded())
                        .toArray();
            case AskPart(long height, Bytes path) ->
                new CanonicalWriter("poyang.snapshot.ask-part.v1")
                        .u64(height)
                        .bytes(path)
                        .toArray();
            case Part(long height, StatePart part) ->
                new CanonicalWriter("poyang.snapshot.part.v1")
                        .u64(height)
                        .bytes(part.encoded())
                        .toArray();
            case Cut(long height, Bytes path) ->
                new CanonicalWriter("poyang.snapshot.cut.v1")
                        .u64(height)
                        .bytes(path)
                        .toArray();
            case AskPast(long from, int count) ->
                new CanonicalWriter("poyang.snapshot.ask-past.v1")
                        .u64(from)
                        .u32(count)
                        .toArray();
            case Past(long from, List<Block> blocks) ->
                new CanonicalWriter("poyang.snapshot.past.v1")
                        .u64(from)
                        .list(
                                blocks,
                                (w, block) -> w.bytes(block.proof().encoded())
                                        .list(block.transactions(), (v, leaf) -> v.bytes(leaf.encoded()))
                                        .list(block.receipts(), CanonicalWriter::bytes))
                        .toArray();
            case None(long height, Bytes path) ->
                new CanonicalWriter("poyang.snapshot.none.v1")
                        .u64(height)
                        .bytes(path)
                        .toArray();
        };
    }

    /// @throws PoyangException `BAD_ENCODING` for anything but the canonical form of a message
    static SnapshotMessage decode(byte[] encoded) {
        String kind = CanonicalReader.domain(encoded);
        CanonicalReader in = new CanonicalReader(kind, encoded);
        SnapshotMessage message = switch (kind) {
            case "poyang.snapshot.ask-offer.v1" -> new AskOffer();
            case "poyang.snapshot.offer.v1" ->
                new Offer(
                        in.list(1 << 12, r -> EpochLink.decode(r.array(1 << 20))),
                        FinalityProof.decode(in.array(1 << 18)));
            case "poyang.snapshot.ask-part.v1" -> new AskPart(in.u64(), path(in));
            case "poyang.snapshot.part.v1" -> new Part(in.u64(), StatePart.decode(in.array(Integer.MAX_VALUE)));
            case "poyang.snapshot.cut.v1" -> new Cut(in.u64(), path(in));
            case "poyang.snapshot.ask-past.v1" -> new AskPast(in.u64(), SyncMessage.count(in));
            case "poyang.snapshot.past.v1" -> new Past(in.u64(), in.list(MOST_BLOCKS, SnapshotMessage::block));
            case "poyang.snapshot.none.v1" -> new None(in.u64(), in.bytes(StatePart.NIBBLES_MAX));
            default ->
                throw new PoyangException(
                        KernelErrors.BAD_ENCODING, "it is no message of this kind", "a whole message is needed");
        };
        in.end();
        return message;
    }

    private static Bytes path(CanonicalReader in) {
        Bytes path = in.bytes(StatePart.NIBBLES_MAX);
        if (!StatePart.isPath(path)) {
            throw new PoyangException(KernelErrors.BAD_ENCODING, "a path holds more than nibbles", "0 to 15 is needed");
        }
        return path;
    }

    private static Block block(CanonicalReader in) {
        return new Block(
                FinalityProof.decode(in.array(1 << 18)),
                in.list(1 << 16, r -> TransactionLeaf.decode(r.array(TransactionLeaf.PAYLOAD_BYTES_MAX + 256))),
                in.list(1 << 16, r -> r.bytes(1 << 22)));
    }
}
