package poyang.chain.consensus.sync;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.WriteSet;
import poyang.crypto.CryptoSuite;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// What validators say to each other about blocks long past. The transport authenticates the sender.
public sealed interface SyncMessage {
    /// Asks for the receiver's latest {@link OrderingPoint}.
    record AskPoint() implements SyncMessage {}

    /// The sender's latest point.
    record Point(OrderingPoint at) implements SyncMessage {}

    /// Asks for the final blocks from `from` on, at most `count` of them.
    ///
    /// @param outcomes with what executing them gave, where that is still kept
    record AskBlocks(long from, int count, boolean outcomes) implements SyncMessage {
        /// For blocks that are to be executed.
        public AskBlocks(long from, int count) {
            this(from, count, false);
        }
    }

    /// Blocks from `from` on without a gap; fewer than were asked for, or none, when the sender has no
    /// more or they would be too large.
    record Blocks(long from, List<ProvenBlock> blocks) implements SyncMessage {
        public Blocks {
            blocks = List.copyOf(blocks);
        }
    }

    /// Most blocks in one message.
    int MOST_BLOCKS = 64;

    /// No message holds more bytes of transactions, and of what they gave, unless its first block's transactions alone
    /// do.
    int MOST_BYTES = 4 << 20;

    /// The canonical form.
    default byte[] encoded() {
        return switch (this) {
            case AskPoint() -> new CanonicalWriter("poyang.sync.ask-point.v1").toArray();
            case Point(OrderingPoint at) -> point(at);
            case AskBlocks(long from, int count, boolean outcomes) ->
                new CanonicalWriter(outcomes ? "poyang.sync.ask-outcomes.v1" : "poyang.sync.ask-blocks.v1")
                        .u64(from)
                        .u32(count)
                        .toArray();
            case Blocks(long from, List<ProvenBlock> blocks) -> blocks(from, blocks);
        };
    }

    /// Blocks that are to be executed go without a word about it.
    private static byte[] blocks(long from, List<ProvenBlock> blocks) {
        boolean outcomes = blocks.stream().anyMatch(block -> block.outcome().isPresent());
        CanonicalWriter out =
                new CanonicalWriter(outcomes ? "poyang.sync.outcomes.v1" : "poyang.sync.blocks.v1").u64(from);
        return out.list(blocks, (w, block) -> {
                    w.bytes(block.proof().encoded()).list(block.transactions(), (v, leaf) -> v.bytes(leaf.encoded()));
                    if (outcomes) {
                        w.flag(block.outcome().isPresent());
                        block.outcome()
                                .ifPresent(given -> w.list(given.receipts(), CanonicalWriter::bytes)
                                        .bytes(given.writes().encoded()));
                    }
                })
                .toArray();
    }

    /// The first epoch goes without saying.
    private static byte[] point(OrderingPoint at) {
        CanonicalWriter out = at.epoch() == 0
                ? new CanonicalWriter("poyang.sync.point.v1")
                : new CanonicalWriter("poyang.sync.point.v2").u64(at.epoch());
        return out.u64(at.checkpoint())
                .u64(at.round())
                .bytes(at.blockId())
                .u64(at.height())
                .toArray();
    }

    private static OrderingPoint point(long epoch, CanonicalReader in) {
        return new OrderingPoint(epoch, in.u64(), in.u64(), in.exactly(CryptoSuite.DIGEST_BYTES), in.u64());
    }

    private static long laterEpoch(CanonicalReader in) {
        long epoch = in.u64();
        if (epoch == 0) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING, "a point names the first epoch", "the form without an epoch is needed");
        }
        return epoch;
    }

    /// @throws PoyangException `BAD_ENCODING` for anything but the canonical form of a message
    static SyncMessage decode(byte[] encoded) {
        String kind = CanonicalReader.domain(encoded);
        CanonicalReader in = new CanonicalReader(kind, encoded);
        SyncMessage message = switch (kind) {
            case "poyang.sync.ask-point.v1" -> new AskPoint();
            case "poyang.sync.point.v1" -> new Point(point(0, in));
            case "poyang.sync.point.v2" -> new Point(point(laterEpoch(in), in));
            case "poyang.sync.ask-blocks.v1" -> new AskBlocks(in.u64(), count(in), false);
            case "poyang.sync.ask-outcomes.v1" -> new AskBlocks(in.u64(), count(in), true);
            case "poyang.sync.blocks.v1" ->
                new Blocks(in.u64(), in.list(MOST_BLOCKS, r -> block(r, _ -> Optional.empty())));
            case "poyang.sync.outcomes.v1" -> outcomes(in.u64(), in);
            default ->
                throw new PoyangException(
                        KernelErrors.BAD_ENCODING, "it is no message of this kind", "a whole message is needed");
        };
        in.end();
        return message;
    }

    /// @throws PoyangException `BAD_ENCODING` for more than an `int` holds
    static int count(CanonicalReader in) {
        long count = in.u32();
        if (count > Integer.MAX_VALUE) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING, "it asks for " + count + " blocks", "fewer than 2^31 are possible");
        }
        return (int) count;
    }

    private static Blocks outcomes(long from, CanonicalReader in) {
        Blocks blocks = new Blocks(from, in.list(MOST_BLOCKS, r -> block(r, SyncMessage::outcome)));
        if (blocks.blocks().stream().allMatch(block -> block.outcome().isEmpty())) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING,
                    "blocks without what executing them gave",
                    "the form for blocks alone is needed");
        }
        return blocks;
    }

    private static Optional<Outcome> outcome(CanonicalReader in) {
        return in.flag()
                ? Optional.of(new Outcome(
                        in.list(1 << 16, r -> r.bytes(1 << 22)), WriteSet.decode(in.array(Integer.MAX_VALUE))))
                : Optional.empty();
    }

    private static ProvenBlock block(CanonicalReader in, Function<CanonicalReader, Optional<Outcome>> outcome) {
        return new ProvenBlock(
                FinalityProof.decode(in.array(1 << 18)),
                in.list(1 << 16, r -> TransactionLeaf.decode(r.array(TransactionLeaf.PAYLOAD_BYTES_MAX + 256))),
                outcome.apply(in));
    }
}
