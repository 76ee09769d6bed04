package poyang.chain.consensus.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import poyang.chain.proofs.FinalityProof;
import poyang.kernel.PartyId;
import poyang.simulation.Property;
import poyang.simulation.SimulatedNetwork.Faults;

/// Raft, attestation by majority and sync as one cluster under faults of every kind but lies.
final class RaftSimulationTest {
    private static final Faults ROUGH = new Faults(0.05, 0.05, 60);

    private static PartyId id(int number) {
        return RaftCampaign.id(number);
    }

    private static SimulatedRaft chain(long seed, int n, Faults faults) {
        return new SimulatedRaft(seed, RaftCampaign.epoch(n), faults);
    }

    private static void submit(SimulatedRaft chain, int transactions, long everyMillis) {
        for (int i = 0; i < transactions; i++) {
            chain.simulation.after(200 + everyMillis * i, chain::submit);
        }
    }

    private static void mustFinish(SimulatedRaft chain, int transactions, long virtualMillis) {
        boolean done =
                chain.runUntil(() -> chain.submitted() == transactions && chain.allHave(transactions), virtualMillis);
        assertTrue(done, () -> "not all finalised after " + virtualMillis + " ms: " + chain.state());
    }

    @Test
    void aCalmNetworkFinalisesWithinFourDelays() {
        Property.seeds(20).check(seed -> {
            SimulatedRaft chain = chain(seed, 4, Faults.none());
            chain.start();
            chain.runUntil(() -> false, 5_000);
            chain.submit();
            long from = chain.simulation.nowMillis();
            assertTrue(chain.runUntil(() -> chain.allHave(1), 5_000));
            // Append, answer, commit and the words: four delays of at most 20 ms.
            assertTrue(chain.simulation.nowMillis() - from <= 4 * 20, "took longer than four delays");
        });
    }

    @Test
    void aMajoritysWordsAreAProofThatHolds() {
        SimulatedRaft chain = chain(1, 5, Faults.none());
        chain.start();
        submit(chain, 3, 500);
        mustFinish(chain, 3, 60_000);
        assertEquals(3, chain.epoch().quorum());
        for (SimulatedRaft.Node node : chain.nodes.values()) {
            for (FinalityProof proof : node.proofs) {
                assertTrue(proof.signatures().size() >= 3);
                assertEquals(proof.header(), node.chain.get((int) proof.header().height() - 1));
            }
        }
    }

    @Test
    void aRoughNetworkLosesNothing() {
        Property.seeds(60).check(seed -> {
            SimulatedRaft chain = chain(seed, 3 + (int) Math.floorMod(seed, 3L), ROUGH);
            chain.start();
            submit(chain, 12, 150);
            mustFinish(chain, 12, 120_000);
        });
    }

    @Test
    void crashesAtAnyPointTornWritesAndRestarts() {
        Property.seeds(120).check(seed -> {
            SimulatedRaft chain = chain(seed, 3 + (int) Math.floorMod(seed, 3L), ROUGH);
            chain.batchesComeLate = true;
            chain.crashChance = 0.02;
            chain.crashes = 12;
            chain.start();
            submit(chain, 12, 150);
            mustFinish(chain, 12, 300_000);
        });
    }

    /// Loss, partitions, crashes, clocks and disks all at once, as the seed decides.
    @Test
    void everythingAtOnce() {
        Property.seeds(250)
                .check(seed ->
                        RaftCampaign.of(seed, 3 + (int) Math.floorMod(seed, 4L)).run());
    }

    /// Two of five announcements of a point were lost, a quiet chain had no further one, and the leader's log began
    /// above what one replica lacked: it asks again.
    @Test
    void whatLostAnnouncementsHideIsAskedForAgain() {
        RaftCampaign.of(900_746, 5).run();
    }

    @Test
    void aMinorityMayBeGoneForGood() {
        Property.seeds(30).check(seed -> {
            SimulatedRaft chain = chain(seed, 5, ROUGH);
            chain.start();
            chain.node(id(1 + (int) Math.floorMod(seed, 5L))).crash();
            chain.node(id(1 + (int) Math.floorMod(seed + 2, 5L))).crash();
            submit(chain, 8, 150);
            assertTrue(chain.runUntil(
                    () -> chain.submitted() == 8
                            && chain.nodes.values().stream()
                                    .filter(n -> n.up)
                                    .allMatch(n -> n.ledger.size() == 8 && n.proofs.size() == n.chain.size()),
                    120_000));
        });
    }

    @Test
    void withoutAMajorityNothingIsFinalAndThenItGoesOn() {
        Property.seeds(30).check(seed -> {
            SimulatedRaft chain = chain(seed, 4, ROUGH);
            chain.start();
            submit(chain, 2, 150);
            mustFinish(chain, 2, 60_000);
            chain.node(id(1)).crash();
            chain.node(id(3)).crash();
            chain.submit();
            chain.runUntil(() -> false, 20_000);
            assertTrue(
                    chain.nodes.values().stream().allMatch(n -> n.ledger.size() == 2), "two of four are no majority");
            chain.node(id(1)).restart();
            chain.node(id(3)).restart();
            mustFinish(chain, 3, 60_000);
        });
    }

    /// Starts, and gives who leads once a first transaction is final.
    private static SimulatedRaft.Node led(SimulatedRaft chain) {
        chain.start();
        submit(chain, 1, 100);
        mustFinish(chain, 1, 60_000);
        return chain.leader().orElseThrow();
    }

    /// Who was cut off asked around and opened no term, so its return disturbs no leader.
    @Test
    void whoComesBackDeposesNobody() {
        Property.seeds(30).check(seed -> {
            SimulatedRaft chain = chain(seed, 5, Faults.none());
            SimulatedRaft.Node leader = led(chain);
            long term = chain.highestTerm();
            PartyId away = chain.nodes.keySet().stream()
                    .filter(v -> !v.equals(leader.id))
                    .findFirst()
                    .orElseThrow();
            chain.cut(Set.of(away), true);
            chain.runUntil(() -> false, 60_000);
            chain.cut(Set.of(away), false);
            chain.submit();
            mustFinish(chain, 2, 10_000);
            chain.runUntil(() -> false, 10_000);
            assertEquals(term, chain.highestTerm(), "a new term was opened");
            assertEquals(leader.id, chain.leader().orElseThrow().id);
        });
    }

    /// A leader on the wrong side of a partition stops, and another goes on within a few seconds.
    @Test
    void aLostLeaderIsReplacedWithinSeconds() {
        Property.seeds(30).check(seed -> {
            SimulatedRaft chain = chain(seed, 5, Faults.none());
            SimulatedRaft.Node leader = led(chain);
            chain.cut(Set.of(leader.id), true);
            chain.submit();
            assertTrue(
                    chain.runUntil(
                            () -> chain.nodes.values().stream()
                                    .filter(n -> n != leader)
                                    .allMatch(n -> n.ledger.size() == 2 && n.proofs.size() == 2),
                            10_000),
                    "no other leader within 10 s");
            assertEquals(1, leader.ledger.size());
            chain.cut(Set.of(leader.id), false);
            mustFinish(chain, 2, 10_000);
        });
    }

    @Test
    void whoWasAwayForLongCatchesUpByProofsAndThenFollows() {
        Property.seeds(6).check(seed -> {
            SimulatedRaft chain = chain(seed, 3, ROUGH);
            chain.start();
            submit(chain, 1, 100);
            mustFinish(chain, 1, 60_000);
            SimulatedRaft.Node away = chain.node(id(1));
            away.crash();
            int many = (int) RaftLog.KEPT_ENTRIES + 200;
            for (int i = 0; i < many; i++) {
                chain.submit();
                chain.runUntil(
                        () -> chain.nodes.values().stream().filter(n -> n.up).allMatch(n -> n.pool.isEmpty()), 60_000);
            }
            away.restart();
            mustFinish(chain, many + 1, 120_000);
            assertTrue(away.caughtUp > 0, "it must have needed the sync");
            chain.node(id(2)).crash();
            chain.submit();
            assertTrue(
                    chain.runUntil(
                            () -> away.ledger.size() == many + 2 && away.proofs.size() == away.chain.size(), 60_000),
                    "its vote is needed now");
        });
    }

    @Test
    void oneSeedTwiceIsOneRun() {
        Property.seeds(6).check(seed -> {
            List<Long> traces = new ArrayList<>();
            for (int turn = 0; turn < 2; turn++) {
                SimulatedRaft chain = chain(seed, 5, ROUGH);
                chain.crashChance = 0.02;
                chain.crashes = 6;
                chain.start();
                submit(chain, 6, 150);
                mustFinish(chain, 6, 200_000);
                traces.add(chain.simulation.trace());
            }
            assertEquals(traces.get(0), traces.get(1));
        });
    }

    /// The simulator must see what it is there to see: replicas that forget their promises at a crash.
    @Test
    void forgottenPromisesAreNoticed() {
        assertThrows(
                AssertionError.class,
                () -> Property.seeds(300).check(seed -> {
                    SimulatedRaft chain = chain(seed, 3, ROUGH);
                    chain.nodes.values().forEach(n -> n.diskKeepsPromises = false);
                    chain.crashChance = 0.1;
                    chain.crashes = 60;
                    chain.start();
                    submit(chain, 12, 150);
                    chain.runUntil(() -> false, 60_000);
                }));
    }

    @Test
    void oneValidatorAloneOrdersAndSurvivesCrashes() {
        Property.seeds(60).check(seed -> {
            SimulatedRaft chain = chain(seed, 1, Faults.none());
            chain.crashChance = 0.1;
            chain.crashes = 8;
            chain.start();
            submit(chain, 20, 300);
            mustFinish(chain, 20, 120_000);
        });
    }
}
