package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.TimeoutCertificate.GivenUp;
import poyang.chain.consensus.fallback.Claim;
import poyang.chain.consensus.fallback.FallbackEntry;
import poyang.chain.consensus.fallback.FallbackMessage;
import poyang.chain.consensus.raft.RaftMessage;
import poyang.chain.consensus.raft.RaftRecord;
import poyang.chain.consensus.sync.OrderingPoint;
import poyang.chain.consensus.sync.Outcome;
import poyang.chain.consensus.sync.ProvenBlock;
import poyang.chain.consensus.sync.SnapshotMessage;
import poyang.chain.consensus.sync.SyncMessage;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.StatePart;
import poyang.chain.proofs.StateProof;
import poyang.chain.proofs.StateRange;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.Validator;
import poyang.chain.proofs.WriteSet;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.simulation.Mangled;
import poyang.simulation.Property;

/// Every decoder of what validators say, keep and prove, fed with mangled bytes: each is refused with a reason,
/// by no other exception, or is the one encoding of something else. `tests/architecture` sees that no decoder is
/// left out.
final class HostileBytesTest {
    private static final int SEEDS = 150;
    private static final int EACH = 40;
    private static final PartyId ONE = new PartyId("validator-1");
    private static final PartyId TWO = new PartyId("validator-2");
    private static final Bytes HASH = Sm3.hash(new byte[] {9});
    private static final Bytes LATER = Bytes.wrap(new byte[32]);
    private static final Signature SIGNATURE = new Signature(HASH.concat(HASH), 1);
    private static final List<FinalityProof.Signed> SIGNED =
            List.of(new FinalityProof.Signed(ONE, SIGNATURE), new FinalityProof.Signed(TWO, SIGNATURE));
    private static final BlockHeader HEADER = new BlockHeader(HASH, 0, 5, HASH, 9, ONE, 77, 1, HASH, HASH, HASH);
    private static final FinalityProof FINAL = new FinalityProof(HEADER, SIGNED);
    private static final TransactionLeaf LEAF = new TransactionLeaf(Bytes.utf8("payload"), HASH.concat(HASH), 1);
    private static final StateProof STATE =
            new StateProof(List.of(HASH, LATER), Optional.of(new StateProof.Leaf(HASH, LATER)));
    private static final StateRange RANGE = new StateRange(2, List.of(HASH), STATE.end());
    private static final StatePart PART = new StatePart(
            Bytes.wrap(new byte[] {1, 15}), RANGE, List.of(new StatePart.Entry("contract", "key", Bytes.utf8("v"))));
    private static final WriteSet WRITES = new WriteSet(List.of(
            new WriteSet.Write("contract", "key", Optional.of(Bytes.utf8("v"))),
            new WriteSet.Write("contract", "key that goes", Optional.empty())));
    private static final Outcome OUTCOME = new Outcome(List.of(Bytes.utf8("receipt")), WRITES);
    private static final Epoch EPOCH = epoch();
    private static final QuorumCertificate CERTIFICATE = new QuorumCertificate(7, HASH, SIGNED);
    private static final TimeoutCertificate TIMEOUT =
            new TimeoutCertificate(8, List.of(new GivenUp(ONE, 7, SIGNATURE)));
    private static final OrderedBlock BLOCK =
            new OrderedBlock(9, CERTIFICATE, TWO, 1234, Standing.CLEAN, List.of(Bytes.utf8("a"), Bytes.empty()));
    private static final OrderingPoint POINT = new OrderingPoint(2, 3, 190, HASH, 44);

    private static Epoch epoch() {
        SeededRandom random = new SeededRandom(new byte[32], "hostile bytes");
        return Epoch.bft(
                0,
                List.of(
                        new Validator(ONE, Sm2PrivateKey.generate(random).publicKey()),
                        new Validator(TWO, Sm2PrivateKey.generate(random).publicKey())));
    }

    /// A decoder and encodings that it takes.
    ///
    /// @param again decodes and encodes again
    private record Decoder(String name, UnaryOperator<byte[]> again, List<byte[]> samples) {
        static Decoder of(String name, UnaryOperator<byte[]> again, byte[]... samples) {
            return new Decoder(name, again, List.of(samples));
        }

        static Decoder of(String name, UnaryOperator<byte[]> again, Bytes... samples) {
            List<byte[]> arrays = new ArrayList<>();
            for (Bytes sample : samples) {
                arrays.add(sample.toArray());
            }
            return new Decoder(name, again, arrays);
        }
    }

    private static List<Decoder> said() {
        Batch batch = new Batch(ONE, 7, List.of(Bytes.utf8("a"), Bytes.empty()));
        BatchCertificate certified = new BatchCertificate(HASH, 2, 1, SIGNED);
        return List.of(
                Decoder.of(
                        "BftMessage",
                        in -> BftMessage.decode(in).encoded(),
                        new BftMessage.Proposal(BLOCK, Optional.of(TIMEOUT), SIGNATURE).encoded(),
                        new BftMessage.Vote(9, HASH, SIGNATURE).encoded(),
                        new BftMessage.Timeout(9, CERTIFICATE, SIGNATURE).encoded(),
                        new BftMessage.Advance(CERTIFICATE, Optional.of(TIMEOUT)).encoded(),
                        new BftMessage.Fetch(HASH).encoded(),
                        new BftMessage.Fetched(List.of(BLOCK)).encoded()),
                Decoder.of("OrderedBlock", in -> OrderedBlock.decode(in).encoded(), BLOCK.encoded()),
                Decoder.of(
                        "QuorumCertificate", in -> QuorumCertificate.decode(in).encoded(), CERTIFICATE.encoded()),
                Decoder.of(
                        "TimeoutCertificate",
                        in -> TimeoutCertificate.decode(in).encoded(),
                        TIMEOUT.encoded()),
                Decoder.of("Standing", in -> Standing.decode(in).encoded(), Standing.CLEAN.encoded()),
                Decoder.of("Batch", in -> Batch.decode(in).encoded(), batch.encoded()),
                Decoder.of(
                        "BatchCertificate",
                        in -> BatchCertificate.decode(in).encoded().toArray(),
                        certified.encoded()),
                Decoder.of(
                        "DisseminationMessage",
                        in -> DisseminationMessage.decode(in).encoded(),
                        new DisseminationMessage.Carried(batch).encoded(),
                        new DisseminationMessage.Held(HASH, SIGNATURE).encoded(),
                        new DisseminationMessage.Certified(certified).encoded(),
                        new DisseminationMessage.Wanted(List.of(HASH, LATER)).encoded()),
                Decoder.of(
                        "Attestations.Word",
                        in -> Attestations.Word.decode(in).encoded().toArray(),
                        new Attestations.Word(HEADER, SIGNATURE, true).encoded()),
                Decoder.of(
                        "SyncMessage",
                        in -> SyncMessage.decode(in).encoded(),
                        new SyncMessage.AskPoint().encoded(),
                        new SyncMessage.Point(POINT).encoded(),
                        new SyncMessage.AskBlocks(4, 64).encoded(),
                        new SyncMessage.Blocks(5, List.of(new ProvenBlock(FINAL, List.of(LEAF)))).encoded(),
                        new SyncMessage.Blocks(5, List.of(new ProvenBlock(FINAL, List.of(LEAF), Optional.of(OUTCOME))))
                                .encoded()),
                Decoder.of(
                        "OrderingPoint",
                        in -> OrderingPoint.decode(Bytes.copyOf(in)).encoded().toArray(),
                        POINT.encoded()),
                Decoder.of(
                        "SnapshotMessage",
                        in -> SnapshotMessage.decode(in).encoded(),
                        new SnapshotMessage.AskOffer().encoded(),
                        new SnapshotMessage.Offer(List.of(new EpochLink(FINAL, STATE, EPOCH)), FINAL).encoded(),
                        new SnapshotMessage.AskPart(5, PART.path()).encoded(),
                        new SnapshotMessage.Part(5, PART).encoded(),
                        new SnapshotMessage.Cut(5, PART.path()).encoded(),
                        new SnapshotMessage.AskPast(1, 64).encoded(),
                        new SnapshotMessage.Past(
                                        5,
                                        List.of(new SnapshotMessage.Block(
                                                FINAL, List.of(LEAF), List.of(Bytes.utf8("receipt")))))
                                .encoded(),
                        new SnapshotMessage.None(5, SnapshotMessage.BLOCKS).encoded()),
                Decoder.of(
                        "FallbackMessage",
                        in -> FallbackMessage.decode(in).encoded().toArray(),
                        new FallbackMessage.Stalled().encoded(),
                        new FallbackMessage.Closed(new Claim(9, HASH, Bytes.utf8("certificate")), SIGNATURE).encoded(),
                        new FallbackMessage.Deciding(new BftMessage.Vote(3, HASH, SIGNATURE)).encoded(),
                        new FallbackMessage.Ask(HASH).encoded(),
                        new FallbackMessage.Found(Bytes.utf8("a block")).encoded(),
                        new FallbackMessage.Over(HASH, SIGNATURE).encoded(),
                        new FallbackMessage.Link(Bytes.utf8("a link")).encoded()),
                Decoder.of(
                        "RaftMessage",
                        in -> RaftMessage.decode(in).encoded(),
                        new RaftMessage.Taken(3, 9).encoded(),
                        new RaftMessage.Refused(3, 9, 4).encoded(),
                        new RaftMessage.VoteAnswer(3, true).encoded()));
    }

    private static List<Decoder> kept() {
        FallbackEntry shut = new FallbackEntry.Shut(new Claim(9, HASH, Bytes.utf8("certificate")));
        BftEntry safety = new BftEntry.Safety(11, CERTIFICATE);
        RaftRecord promise = new RaftRecord.Promise(4, Optional.of(ONE));
        return List.of(
                Decoder.of(
                        "BftEntry",
                        in -> BftEntry.decode("safety", Bytes.copyOf(in))
                                .encoded()
                                .toArray(),
                        safety.encoded()),
                Decoder.of(
                        "RaftRecord",
                        in -> RaftRecord.decode(promise.key(), Bytes.copyOf(in))
                                .encoded()
                                .toArray(),
                        promise.encoded()),
                Decoder.of(
                        "FallbackEntry",
                        in -> FallbackEntry.decode(shut.key(CryptoSuite.SM), Bytes.copyOf(in))
                                .encoded()
                                .toArray(),
                        shut.encoded()));
    }

    private static List<Decoder> proofs() {
        Genesis genesis = new Genesis(
                1,
                "赣",
                CryptoSuite.SM,
                EPOCH,
                1_795_000_000_000L,
                List.of(new Genesis.Call("contract", "Method", Bytes.utf8("arguments"))),
                HASH,
                Bytes.utf8("certificate"));
        Equivocation lie = Equivocation.of(
                ONE,
                Equivocation.Kind.VOTE,
                0,
                9,
                new Equivocation.Said(HASH, SIGNATURE),
                new Equivocation.Said(LATER, SIGNATURE));
        ReceiptProof receipt =
                new ReceiptProof(LEAF, Bytes.utf8("receipt"), 0, 1, List.of(HASH), List.of(LATER), FINAL);
        return List.of(
                Decoder.of("BlockHeader", in -> BlockHeader.decode(in).encoded().toArray(), HEADER.encoded()),
                Decoder.of(
                        "FinalityProof",
                        in -> FinalityProof.decode(in).encoded().toArray(),
                        FINAL.encoded()),
                Decoder.of("Epoch", in -> Epoch.decode(in).encoded().toArray(), EPOCH.encoded()),
                Decoder.of(
                        "EpochLink",
                        in -> EpochLink.decode(in).encoded().toArray(),
                        new EpochLink(FINAL, STATE, EPOCH).encoded(),
                        new EpochLink(FINAL, new EpochLink.Ground.GivenUp(SIGNED), EPOCH).encoded()),
                Decoder.of(
                        "Equivocation", in -> Equivocation.decode(in).encoded().toArray(), lie.encoded()),
                Decoder.of("Genesis", in -> Genesis.decode(in).encoded().toArray(), genesis.encoded()),
                Decoder.of(
                        "ReceiptProof", in -> ReceiptProof.decode(in).encoded().toArray(), receipt.encoded()),
                Decoder.of("StatePart", in -> StatePart.decode(in).encoded().toArray(), PART.encoded()),
                Decoder.of("StateProof", in -> StateProof.decode(in).encoded().toArray(), STATE.encoded()),
                Decoder.of("StateRange", in -> StateRange.decode(in).encoded().toArray(), RANGE.encoded()),
                Decoder.of("WriteSet", in -> WriteSet.decode(in).encoded(), Bytes.wrap(WRITES.encoded())),
                Decoder.of(
                        "TransactionLeaf",
                        in -> TransactionLeaf.decode(in).encoded().toArray(),
                        LEAF.encoded()));
    }

    @Test
    void mangledBytesAreRefusedOrAreTheOneEncodingOfSomethingElse() {
        List<Decoder> all = new ArrayList<>(said());
        all.addAll(kept());
        all.addAll(proofs());
        for (Decoder decoder : all) {
            for (byte[] sample : decoder.samples()) {
                assertEquals(Bytes.wrap(sample), Bytes.wrap(decoder.again().apply(sample)), decoder.name());
            }
        }
        Property.seeds(SEEDS)
                .check(seed -> all.forEach(decoder -> {
                    Mangled mangled = new Mangled(seed, decoder.samples());
                    for (int i = 0; i < EACH; i++) {
                        canonicalOrRefused(decoder, mangled.next());
                    }
                }));
    }

    private static void canonicalOrRefused(Decoder decoder, byte[] bytes) {
        byte[] again;
        try {
            again = decoder.again().apply(bytes);
        } catch (PoyangException e) {
            assertEquals(Category.BAD_INPUT, e.code().category(), decoder.name() + ": " + e);
            assertTrue(!e.wrong().isBlank(), "with a reason");
            return;
        }
        assertEquals(Bytes.wrap(bytes), Bytes.wrap(again), decoder.name());
    }
}
