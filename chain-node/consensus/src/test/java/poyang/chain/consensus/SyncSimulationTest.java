package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.SimulatedChain.Behaviour;
import poyang.chain.consensus.sync.BlockSync;
import poyang.chain.consensus.sync.OrderingPoint;
import poyang.chain.consensus.sync.Outcome;
import poyang.chain.consensus.sync.ProvenBlock;
import poyang.chain.consensus.sync.SyncEffect;
import poyang.chain.consensus.sync.SyncEvent;
import poyang.chain.consensus.sync.SyncMessage;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.Validator;
import poyang.chain.proofs.WriteSet;
import poyang.chain.proofs.WriteSet.Write;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.simulation.Property;
import poyang.simulation.SimulatedNetwork.Faults;

/// A validator that was away for more rounds than consensus passes on comes back, among liars and faults,
/// and its vote is needed and given.
final class SyncSimulationTest {
    private static final Faults ROUGH = new Faults(0.05, 0.05, 60);
    private static final Epoch EPOCH = epoch();

    private static Epoch epoch() {
        SeededRandom random = new SeededRandom(new byte[32], "validators");
        List<Validator> validators = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            validators.add(new Validator(id(i), Sm2PrivateKey.generate(random).publicKey()));
        }
        return Epoch.bft(0, validators);
    }

    private static PartyId id(int number) {
        return new PartyId("validator-" + number);
    }

    /// Validator 4 is away while the others order so many rounds; then it comes back, validator 1 leaves,
    /// and the chain must go on.
    private static SimulatedChain comesBack(long seed, Faults faults, LongFunction<Behaviour> liar, boolean busy) {
        SimulatedChain chain = new SimulatedChain(seed, EPOCH, faults, QuickSignatures::new);
        chain.start();
        SimulatedChain.Node away = chain.node(id(4));
        chain.simulation.after(100, chain::submit);
        assertTrue(chain.runUntil(() -> away.proofs.size() == 1, 60_000), "the first block");
        away.crash();
        SimulatedChain.Node one = chain.node(id(1));
        SimulatedChain.Node two = chain.node(id(2));
        long from = one.round();
        assertTrue(
                chain.runUntil(
                        () -> {
                            if (busy && one.headers.size() == chain.submitted()) {
                                chain.submit();
                            }
                            return one.round() > from + 400;
                        },
                        4_000_000),
                "the others go on");
        two.behaviour = liar.apply(seed);
        away.restart();
        long height = one.proofs.size();
        assertTrue(
                chain.runUntil(() -> away.proofs.size() >= height && away.round() >= one.round() - 3, 400_000),
                () -> "back to height " + height + ": " + away.proofs.size() + ", round " + away.round() + " of "
                        + one.round());
        // Others need its vote now, and it needs to know all that they order.
        two.behaviour = List::of;
        one.crash();
        chain.submit();
        assertTrue(
                chain.runUntil(() -> away.proofs.size() > height && two.proofs.size() == away.proofs.size(), 400_000),
                () -> "it votes again: " + away.proofs.size() + " and " + two.proofs.size() + ", round " + away.round()
                        + " and " + two.round());
        assertEquals(two.ledger.subList(0, away.ledger.size()), away.ledger);
        assertTrue(away.resumed > 0, "it resumed from a point");
        return chain;
    }

    @Test
    void afterBusyRounds() {
        Property.seeds(6).check(seed -> {
            SimulatedChain chain = comesBack(seed, ROUGH, _ -> List::of, true);
            assertTrue(chain.node(id(4)).caughtUp > 20, "it took blocks from others");
        });
    }

    @Test
    void afterIdleRoundsInWhichNoBlockWasMade() {
        Property.seeds(6).check(seed -> comesBack(seed, ROUGH, _ -> List::of, false));
    }

    @Test
    void oneOfThoseWhoServeLies() {
        Property.seeds(8).check(seed -> comesBack(seed, ROUGH, SyncSimulationTest::liar, true));
    }

    @Test
    void oneSeedGivesOneRun() {
        long seed = 77;
        assertEquals(
                comesBack(seed, ROUGH, _ -> List::of, true).simulation.trace(),
                comesBack(seed, ROUGH, _ -> List::of, true).simulation.trace());
    }

    /// Serves blocks with one thing changed, and points that nobody else has.
    private static Behaviour liar(long seed) {
        Random random = new Random(seed);
        return new Behaviour() {
            @Override
            public List<Outbound<BftMessage>> send(Outbound<BftMessage> honest) {
                return List.of(honest);
            }

            @Override
            public SyncMessage sync(SyncMessage honest) {
                return switch (honest) {
                    case SyncMessage.Point(OrderingPoint at) ->
                        new SyncMessage.Point(new OrderingPoint(
                                0,
                                at.checkpoint() + 1,
                                at.round() + 70,
                                Sm3.hash(new byte[] {1}),
                                at.height() + random.nextInt(3)));
                    case SyncMessage.Blocks(long from, List<ProvenBlock> blocks)
                    when !blocks.isEmpty() -> {
                        List<ProvenBlock> changed = new ArrayList<>(blocks);
                        int at = random.nextInt(blocks.size());
                        changed.set(at, falsified(blocks.get(at), random.nextInt(4)));
                        yield new SyncMessage.Blocks(from, changed);
                    }
                    default -> honest;
                };
            }
        };
    }

    private static ProvenBlock falsified(ProvenBlock block, int how) {
        FinalityProof proof = block.proof();
        BlockHeader h = proof.header();
        return switch (how) {
            case 0 -> new ProvenBlock(proof, List.of());
            case 1 -> new ProvenBlock(proof, List.of(new TransactionLeaf(Bytes.utf8("forged"), Bytes.empty(), 0)));
            case 2 ->
                new ProvenBlock(new FinalityProof(h, List.of(proof.signatures().getFirst())), block.transactions());
            default ->
                new ProvenBlock(
                        new FinalityProof(SimulatedChain.withAnotherState(h), proof.signatures()),
                        block.transactions());
        };
    }

    /// A node that is admitted while the machine runs is served, a stranger and one that was
    /// dismissed are not.
    @Test
    void whoIsServedChangesWhileItRuns() {
        Bytes chainId = Sm3.hash(new byte[] {4});
        BlockSync sync = new BlockSync(
                chainId,
                EPOCH,
                id(1),
                new QuickSignatures(EPOCH, id(1)),
                new BlockSync.Neighbours(new OrderingPoint(0, 0, 0, chainId, 0), List.of(), true, false));
        SyncEvent asks = new SyncEvent.Received(id(9), new SyncMessage.AskBlocks(1, 8));
        assertEquals(1, sync.step(asks).rejected().size());
        var _ = sync.step(new SyncEvent.Among(List.of(id(1), id(2), id(9))));
        assertEquals(
                List.of(new SyncEffect.Serve(id(9), 1, 8, false)),
                sync.step(asks).apply());
        var _ = sync.step(new SyncEvent.Among(List.of()));
        assertEquals(1, sync.step(asks).rejected().size());
        SyncEvent validators = new SyncEvent.Received(id(2), new SyncMessage.AskBlocks(1, 8));
        assertEquals(1, sync.step(validators).apply().size(), "validators always are");
    }

    /// Its blocks prove themselves, its write sets do not.
    @Test
    void whoLiedAboutAWriteSetIsAskedForBlocksAlone() {
        OrderingPoint begin = new OrderingPoint(0, 0, 0, Bytes.wrap(new byte[32]), 0);
        BlockSync machine = new BlockSync(
                Bytes.wrap(new byte[32]),
                EPOCH,
                id(4),
                new QuickSignatures(EPOCH, id(4)),
                new BlockSync.Neighbours(begin, List.of(), true, true));
        machine.step(new SyncEvent.Started(new SyncEvent.Progress(0, begin.blockId(), 0, 0, 0), Optional.of(begin)));
        OrderingPoint far = new OrderingPoint(0, 10, 640, Sm3.hash(new byte[] {7}), 600);
        List<SyncMessage.AskBlocks> before = new ArrayList<>();
        for (int peer = 1; peer <= 3; peer++) {
            before.addAll(asked(
                    machine.step(new SyncEvent.Received(id(peer), new SyncMessage.Point(far)))
                            .sendAfterPersist(),
                    0));
        }
        assertEquals(6, before.size(), "two ranges at each peer");
        assertTrue(before.stream().allMatch(SyncMessage.AskBlocks::outcomes));
        assertEquals(
                List.of(id(2).name()),
                machine.step(new SyncEvent.Lied(id(2), 17)).rejected().stream()
                        .map(Ready.Rejected::from)
                        .toList());
        List<Outbound<SyncMessage>> later = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            later.addAll(machine.step(new SyncEvent.TimerFired()).sendAfterPersist());
        }
        assertTrue(asked(later, 2).size() >= 2);
        assertTrue(asked(later, 2).stream().noneMatch(SyncMessage.AskBlocks::outcomes));
        assertTrue(asked(later, 1).size() >= 2);
        assertTrue(asked(later, 1).stream().allMatch(SyncMessage.AskBlocks::outcomes));
    }

    /// What one peer is asked for, or anybody.
    private static List<SyncMessage.AskBlocks> asked(List<Outbound<SyncMessage>> sent, int peer) {
        return sent.stream()
                .filter(out -> peer == 0 || out.to().equals(id(peer)))
                .map(Outbound::message)
                .filter(SyncMessage.AskBlocks.class::isInstance)
                .map(SyncMessage.AskBlocks.class::cast)
                .toList();
    }

    @Test
    void messagesComeBackAsTheyWereAndNothingElseDecodes() {
        Signature signature = new Signature(Sm3.hash(new byte[] {1}).concat(Sm3.hash(new byte[] {2})), 1);
        Bytes hash = Sm3.hash(new byte[] {3});
        BlockHeader header = new BlockHeader(hash, 0, 5, hash, 7, id(1), 9, 1, hash, hash, hash);
        ProvenBlock block = new ProvenBlock(
                new FinalityProof(header, List.of(new FinalityProof.Signed(id(1), signature))),
                List.of(new TransactionLeaf(Bytes.utf8("a"), signature.rs(), 1)));
        WriteSet writes = new WriteSet(List.of(
                new Write("poyang.v1.Jobs", "job/1", Optional.of(Bytes.utf8("value"))),
                new Write("poyang.v1.Jobs", "job/2", Optional.empty())));
        Outcome outcome = new Outcome(List.of(Bytes.utf8("receipt")), writes);
        ProvenBlock written = new ProvenBlock(block.proof(), block.transactions(), Optional.of(outcome));
        List<SyncMessage> messages = List.of(
                new SyncMessage.AskPoint(),
                new SyncMessage.Point(new OrderingPoint(0, 3, 191, hash, 40)),
                new SyncMessage.AskBlocks(41, 64),
                new SyncMessage.AskBlocks(41, 64, true),
                new SyncMessage.Blocks(41, List.of(block, block)),
                new SyncMessage.Blocks(41, List.of(written, block)));
        for (SyncMessage message : messages) {
            byte[] encoded = message.encoded();
            assertEquals(message, SyncMessage.decode(encoded));
            for (int i = 0; i < encoded.length; i++) {
                byte[] cut = java.util.Arrays.copyOf(encoded, i);
                assertEquals(
                        KernelErrors.BAD_ENCODING,
                        assertThrows(PoyangException.class, () -> SyncMessage.decode(cut))
                                .code());
                byte[] flipped = encoded.clone();
                flipped[i] ^= 1;
                try {
                    assertEquals(
                            Bytes.wrap(flipped),
                            Bytes.wrap(SyncMessage.decode(flipped).encoded()));
                } catch (PoyangException e) {
                    assertEquals(KernelErrors.BAD_ENCODING, e.code());
                }
            }
        }
    }
}
