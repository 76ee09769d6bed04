package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PartyId;
import poyang.simulation.Property;
import poyang.simulation.SimulatedNetwork.Faults;

/// Whole chains by seed, with faults up to what the protocol promises to bear, and one step beyond.
final class BftSimulationTest {
    private static final Map<PartyId, Sm2PrivateKey> KEYS = keys(7);
    private static final Faults ROUGH = new Faults(0.05, 0.05, 120);

    private static Map<PartyId, Sm2PrivateKey> keys(int count) {
        SeededRandom random = new SeededRandom(new byte[32], "validators");
        Map<PartyId, Sm2PrivateKey> keys = new LinkedHashMap<>();
        for (int i = 1; i <= count; i++) {
            keys.put(new PartyId("validator-" + i), Sm2PrivateKey.generate(random));
        }
        return keys;
    }

    private static Epoch epoch(int count) {
        return Epoch.bft(
                0,
                KEYS.entrySet().stream()
                        .limit(count)
                        .map(e -> new Validator(e.getKey(), e.getValue().publicKey()))
                        .toList());
    }

    private static SimulatedChain chain(long seed, int validators, Faults faults) {
        BiFunction<Epoch, PartyId, Signatures> quick = QuickSignatures::new;
        return new SimulatedChain(seed, epoch(validators), faults, quick);
    }

    private static PartyId id(int number) {
        return new PartyId("validator-" + number);
    }

    /// Submits transactions and waits until all honest nodes hold proofs of all of them.
    private static void runToTheEnd(SimulatedChain chain, int transactions, long virtualMillis) {
        for (int i = 0; i < transactions; i++) {
            chain.simulation.after(200L + 150L * i, chain::submit);
        }
        boolean done = chain.runUntil(
                () -> chain.submitted() == transactions
                        && chain.nodes.values().stream()
                                .filter(n -> n.honest)
                                .allMatch(n -> n.ledger.size() == transactions && n.proofs.size() == n.headers.size()),
                virtualMillis);
        assertTrue(
                done,
                () -> "not all finalised after " + virtualMillis + " ms: "
                        + chain.nodes.values().stream()
                                .map(n -> n.id + " round " + n.round() + " ledger " + n.ledger.size() + " proofs "
                                        + n.proofs.size())
                                .toList());
        for (SimulatedChain.Node node : chain.nodes.values()) {
            for (FinalityProof proof : node.honest ? node.proofs : List.<FinalityProof>of()) {
                BlockHeader header = proof.header();
                assertEquals(header, node.headers.get((int) header.height() - 1));
            }
        }
    }

    @Test
    void aCalmNetworkFinalisesWithinAFewDelays() {
        Property.seeds(20).check(seed -> {
            SimulatedChain chain = chain(seed, 4, Faults.none());
            chain.start();
            chain.runUntil(() -> false, 5_000);
            chain.submit();
            long from = chain.simulation.nowMillis();
            assertTrue(chain.runUntil(() -> chain.nodes.values().stream().allMatch(n -> n.proofs.size() == 1), 5_000));
            assertTrue(
                    chain.simulation.nowMillis() - from < 9 * 20 + 1_000,
                    "took longer than an idle round and nine delays");
        });
    }

    @Test
    void aRoughNetworkLosesNothing() {
        Property.seeds(60).check(seed -> {
            SimulatedChain chain = chain(seed, 4, ROUGH);
            chain.start();
            runToTheEnd(chain, 12, 400_000);
        });
    }

    @Test
    void oneSilentValidator() {
        Property.seeds(40).check(seed -> {
            SimulatedChain chain = chain(seed, 4, ROUGH);
            SimulatedChain.Node silent = chain.node(id(1 + (int) Math.floorMod(seed, 4L)));
            silent.honest = false;
            silent.behaviour = _ -> List.of();
            chain.start();
            runToTheEnd(chain, 10, 600_000);
        });
    }

    @Test
    void crashesAtAnyPointAndRestarts() {
        Property.seeds(80).check(seed -> {
            SimulatedChain chain = chain(seed, 4, ROUGH);
            chain.crashChance = 0.02;
            chain.crashes = 6;
            chain.start();
            runToTheEnd(chain, 12, 900_000);
        });
    }

    @Test
    void partitionsHeal() {
        Property.seeds(40).check(seed -> {
            SimulatedChain chain = chain(seed, 4, ROUGH);
            chain.start();
            for (int i = 1; i <= 4; i++) {
                for (int j = i + 1; j <= 4; j++) {
                    PartyId a = id(i);
                    PartyId b = id(j);
                    boolean apart = (i + seed) % 2 != (j + seed) % 2;
                    chain.simulation.after(1_000, () -> chain.network.cut(a, b, apart));
                    chain.simulation.after(20_000, () -> chain.network.cut(a, b, false));
                }
            }
            runToTheEnd(chain, 10, 600_000);
        });
    }

    @Test
    void oneLyingValidator() {
        long[] seen = {0};
        Property.seeds(120).check(seed -> {
            SimulatedChain chain = chain(seed, 4, ROUGH);
            PartyId liar = id(1 + (int) Math.floorMod(seed, 4L));
            lie(chain, liar, (int) Math.floorMod(seed / 4, (long) Liar.KINDS));
            chain.start();
            runToTheEnd(chain, 8, 900_000);
            seen[0] += chain.equivocationsSeen;
        });
        assertTrue(seen[0] > 0 || !System.getProperty("poyang.seed", "").isEmpty(), "equivocation must be noticed");
    }

    @Test
    void twoFaultyOfSeven() {
        Property.seeds(15).check(seed -> {
            SimulatedChain chain = chain(seed, 7, ROUGH);
            lie(chain, id(2), (int) Math.floorMod(seed, (long) Liar.KINDS));
            chain.node(id(5)).honest = false;
            chain.node(id(5)).behaviour = _ -> List.of();
            chain.start();
            runToTheEnd(chain, 6, 900_000);
        });
    }

    @Test
    void realSignaturesToo() {
        Property.seeds(3).check(seed -> {
            SimulatedChain chain = new SimulatedChain(
                    seed,
                    epoch(4),
                    Faults.none(),
                    (epoch, id) -> Signatures.of(epoch, Objects.requireNonNull(KEYS.get(id))));
            lie(chain, id(3), 0);
            chain.start();
            runToTheEnd(chain, 3, 300_000);
            for (FinalityProof proof : chain.node(id(1)).proofs) {
                assertTrue(proof.verify(SimulatedChain.CHAIN, chain.epoch()));
                assertTrue(FinalityProof.decode(proof.encoded().toArray()).verify(SimulatedChain.CHAIN, chain.epoch()));
            }
        });
    }

    @Test
    void oneSeedTwiceIsOneRun() {
        Property.seeds(6).check(seed -> {
            List<Long> traces = new ArrayList<>();
            for (int turn = 0; turn < 2; turn++) {
                SimulatedChain chain = chain(seed, 4, ROUGH);
                chain.crashChance = 0.02;
                chain.crashes = 3;
                chain.start();
                runToTheEnd(chain, 6, 900_000);
                traces.add(chain.simulation.trace());
            }
            assertEquals(traces.get(0), traces.get(1));
        });
    }

    /// What the campaign runs many thousand times on demand.
    @Test
    void everythingAtOnce() {
        Property.seeds(100).check(seed -> Campaign.of(seed, 4, seed % 2 == 0).run());
        Property.seeds(20).check(seed -> Campaign.of(seed, 7, seed % 2 == 0).run());
    }

    /// The simulator must see what it is there to see: replicas that forget their promises at a crash.
    @Test
    void forgottenPromisesAreNoticed() {
        assertThrows(
                AssertionError.class,
                () -> Property.seeds(300).check(seed -> {
                    SimulatedChain chain = chain(seed, 4, ROUGH);
                    chain.nodes.values().forEach(n -> n.diskKeepsPromises = false);
                    chain.crashChance = 0.05;
                    chain.crashes = 60;
                    chain.start();
                    for (int i = 0; i < 12; i++) {
                        chain.simulation.after(200L + 150L * i, chain::submit);
                    }
                    chain.runUntil(() -> false, 60_000);
                }));
    }

    /// Two liars of four are more than the protocol bears: two histories must come up, and be noticed.
    @Test
    void moreLiarsThanAllowedAreNoticedToo() {
        assertThrows(
                AssertionError.class,
                () -> Property.seeds(200).check(seed -> {
                    SimulatedChain chain = chain(seed, 4, ROUGH);
                    lie(chain, id(1), 0);
                    lie(chain, id(2), 0);
                    chain.start();
                    runToTheEnd(chain, 8, 60_000);
                }));
    }

    private static void lie(SimulatedChain chain, PartyId liar, int kind) {
        SimulatedChain.Node node = chain.node(liar);
        node.honest = false;
        node.behaviour = new Liar(chain, liar, kind);
    }
}
