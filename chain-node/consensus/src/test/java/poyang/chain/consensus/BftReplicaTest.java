package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// A replica that starts from what it kept.
final class BftReplicaTest {
    private static final Bytes CHAIN = Sm3.hash(new byte[] {7});

    private final Epoch epoch;

    BftReplicaTest() {
        SeededRandom random = new SeededRandom(new byte[32], "bft-replica-test");
        epoch = Epoch.bft(
                0,
                IntStream.range(0, 4)
                        .mapToObj(i -> new Validator(
                                id(i), Sm2PrivateKey.generate(random).publicKey()))
                        .toList());
    }

    private static PartyId id(int index) {
        return new PartyId("validator-" + index);
    }

    private QuorumCertificate certificate(long round, Bytes block) {
        byte[] message = QuorumCertificate.message(CHAIN, epoch, round, block);
        return new QuorumCertificate(
                round,
                block,
                IntStream.range(0, epoch.quorum())
                        .mapToObj(i -> new FinalityProof.Signed(id(i), new QuickSignatures(epoch, id(i)).sign(message)))
                        .toList());
    }

    /// One block a round, each on top of the one before.
    private List<OrderedBlock> chain(long rounds) {
        List<OrderedBlock> made = new ArrayList<>();
        QuorumCertificate below = QuorumCertificate.genesis(CHAIN);
        for (long round = 1; round <= rounds; round++) {
            OrderedBlock block = new OrderedBlock(round, below, id(0), round, Standing.CLEAN, List.of());
            made.add(block);
            below = certificate(round, block.id(CryptoSuite.SM));
        }
        return made;
    }

    /// The ledger lies further behind than blocks are kept for peers: all of them are ordered, in one step.
    @Test
    void ordersAPathLongerThanWhatPeersAreServed() {
        long rounds = BlockTree.KEPT_ROUNDS + 50;
        List<OrderedBlock> blocks = chain(rounds);
        BftReplica replica = new BftReplica(
                BftConfig.of(CHAIN, epoch, id(3)),
                new QuickSignatures(epoch, id(3)),
                new Dissemination(CHAIN, epoch, id(3), new QuickSignatures(epoch, id(3)), 1, List.of()),
                blocks.stream().<BftEntry>map(BftEntry.Kept::new).toList(),
                CHAIN,
                0);
        QuorumCertificate top = certificate(rounds, blocks.getLast().id(CryptoSuite.SM));

        List<BftEffect> effects = replica.step(
                        new BftEvent.Received(id(1), new BftMessage.Advance(top, Optional.empty()), 1_000))
                .apply();

        assertEquals(
                LongStream.range(1, rounds).boxed().toList(),
                effects.stream()
                        .map(effect -> ((BftEffect.Ordered) effect).block().round())
                        .toList());
    }
}
