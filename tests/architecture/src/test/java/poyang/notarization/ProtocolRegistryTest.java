package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import poyang.homomorphic.aggregate.JointSum;
import poyang.homomorphic.scoring.FixedPoint;
import poyang.homomorphic.scoring.Scoring;
import poyang.homomorphic.scoring.ScoringShape;
import poyang.psi.AskedProtocol;
import poyang.psi.AskedPsi;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSum;
import poyang.psi.Cost;
import poyang.psi.GroupPsi;
import poyang.psi.UnbalancedCollision;
import poyang.psi.UnbalancedPsi;
import poyang.wire.schema.Reveal;
import poyang.zkp.uses.ProofOnRequest;

/// What the chain says of a protocol is what the protocol says of itself: the chain's registry is part of
/// consensus and therefore written down a second time.
final class ProtocolRegistryTest {
    private static final Path PAGES = Path.of("../../stats-dashboard/web/src/parts/protocols.ts");

    private static List<ProtocolRegistry.Protocol> collisions() {
        return ProtocolRegistry.of(ProtocolRegistry.Form.PAIR);
    }

    @Test
    void whatTheChainKnowsExecutorsRunByTheSameFacts() {
        for (ProtocolRegistry.Protocol said : collisions()) {
            CollisionProtocol runs = CollisionProtocol.named(said.name()).orElse(CollisionProtocol.UNBALANCED);
            assertEquals(runs.name(), said.name());
            assertEquals(runs.id(), said.id(), said.name());
            assertEquals(runs.version(), said.version(), said.name());
            assertEquals(runs.cost(1000, 1000).rounds(), said.cost().rounds(), said.name());
            ProtocolRegistry.Learns learns = said.learns(runs.sizeOnly() ? Reveal.SIZE_ONLY : Reveal.MATCHING_ROWS)
                    .orElseThrow();
            assertEquals(runs.receiverLearns(), learns.receiver(), said.name());
            assertEquals(runs.receiverLearnsEnglish(), learns.receiverEnglish(), said.name());
            assertTrue(learns.sender().startsWith(runs.senderLearns()), said.name());
            assertTrue(learns.senderEnglish().startsWith(runs.senderLearnsEnglish()), said.name());
        }
    }

    @Test
    void whatTheChainKnowsOfScoringExecutorsRunByTheSameFacts() {
        ProtocolRegistry.Protocol said = ProtocolRegistry.named(Scoring.NAME).orElseThrow();
        assertEquals(Scoring.ID, said.id());
        assertEquals(Scoring.VERSION, said.version());
        FixedPoint numbers = new FixedPoint(2, 10_000);
        ScoringShape shape = new ScoringShape(List.of(numbers, numbers), 2, numbers);
        assertEquals(Scoring.cost(shape, 1).rounds(), said.cost().rounds());
        assertEquals(ScoringRules.terms(2, 2), shape.termCount());
        ProtocolRegistry.Learns learns = said.learns(Reveal.SCORES).orElseThrow();
        assertTrue(learns.receiver().startsWith(Scoring.FEATURES_LEARN));
        assertTrue(learns.receiverEnglish().startsWith(Scoring.FEATURES_LEARN_ENGLISH));
        assertTrue(learns.sender().startsWith(Scoring.MODEL_LEARNS));
        assertTrue(learns.senderEnglish().startsWith(Scoring.MODEL_LEARNS_ENGLISH));
    }

    @Test
    void whatTheChainSaysOfJointSumsTheySayThemselves() {
        ProtocolRegistry.Protocol said = ProtocolRegistry.named(JointSum.NAME).orElseThrow();
        ProtocolRegistry.Learns learns = said.learns(Reveal.TOTALS).orElseThrow();
        assertEquals(JointSum.ID, said.id());
        assertEquals(JointSum.VERSION, said.version());
        assertEquals(JointSum.ROUNDS, said.cost().rounds());
        assertEquals(JointSum.RECEIVER_LEARNS, learns.receiver());
        assertEquals(JointSum.RECEIVER_LEARNS_ENGLISH, learns.receiverEnglish());
        assertEquals(JointSum.OTHERS_LEARN, learns.sender());
        assertEquals(JointSum.OTHERS_LEARN_ENGLISH, learns.senderEnglish());
    }

    @Test
    void whatTheChainKnowsOfGroupsExecutorsRunByTheSameFacts() {
        ProtocolRegistry.Protocol said = ProtocolRegistry.named(GroupPsi.NAME).orElseThrow();
        ProtocolRegistry.Learns learns = said.learns(Reveal.MATCHING_ROWS).orElseThrow();
        assertEquals(GroupPsi.ID, said.id());
        assertEquals(GroupPsi.VERSION, said.version());
        assertEquals(GroupPsi.LEADER_LEARNS, learns.receiver());
        assertEquals(GroupPsi.LEADER_LEARNS_ENGLISH, learns.receiverEnglish());
        assertTrue(learns.sender().startsWith(GroupPsi.OTHERS_LEARN));
        assertTrue(learns.senderEnglish().startsWith(GroupPsi.OTHERS_LEARN_ENGLISH));
        var pair = GroupPsi.costs(List.of(1L << 20, 1L << 20, 1L << 20)).getFirst();
        assertEquals(pair.rounds(), said.cost().rounds());
        double reckoned =
                (double) (said.cost().bytesPerReceiverRow() + said.cost().bytesPerSenderRow()) * (1 << 20);
        assertEquals(1, reckoned / (pair.receiverBytes() + pair.senderBytes()), 0.25);
    }

    @Test
    void whatTheChainKnowsOfSumsExecutorsRunByTheSameFacts() {
        for (ProtocolRegistry.Protocol said : ProtocolRegistry.of(ProtocolRegistry.Form.SUMS)) {
            CollisionProtocol runs = CollisionProtocol.sumNamed(said.name()).orElseThrow();
            ProtocolRegistry.Learns learns = said.learns(Reveal.MATCH_SUMS).orElseThrow();
            assertEquals(runs.id(), said.id());
            assertEquals(runs.version(), said.version());
            assertTrue(learns.receiver().startsWith(runs.receiverLearns()));
            assertTrue(learns.receiverEnglish().startsWith(runs.receiverLearnsEnglish()));
            assertTrue(learns.sender().startsWith(runs.senderLearns()));
            assertTrue(learns.senderEnglish().startsWith(runs.senderLearnsEnglish()));
            for (long[] sizes : new long[][] {{1L << 20, 1L << 20}, {1L << 21, 1L << 18}, {1L << 18, 1L << 21}}) {
                var cost = CollisionSum.cost(runs, sizes[0], sizes[1], 1);
                double bytes = (double) (cost.receiverBytes() + cost.senderBytes());
                double reckoned = (double) (said.cost().bytesPerReceiverRow() * sizes[0]
                        + said.cost().bytesPerSenderRow() * sizes[1]);
                assertEquals(1, reckoned / bytes, 0.25, said.name());
                assertEquals(cost.rounds(), said.cost().rounds(), said.name());
            }
        }
    }

    @Test
    void whatTheChainKnowsOfAskersExecutorsRunByTheSameFacts() {
        for (ProtocolRegistry.Protocol said : ProtocolRegistry.of(ProtocolRegistry.Form.ASKED)) {
            AskedProtocol runs = AskedProtocol.named(said.name()).orElseThrow();
            assertEquals(runs.id(), said.id());
            assertEquals(AskedProtocol.VERSION, said.version());
            assertEquals(AskedPsi.rounds(), said.cost().rounds());
            ProtocolRegistry.Learns rows = said.learns(Reveal.MATCHING_ROWS).orElseThrow();
            ProtocolRegistry.Learns size = said.learns(Reveal.SIZE_ONLY).orElseThrow();
            assertEquals(AskedProtocol.ROWS, rows.receiver());
            assertEquals(AskedProtocol.ROWS_ENGLISH, rows.receiverEnglish());
            assertEquals(AskedProtocol.SIZE, size.receiver());
            assertEquals(AskedProtocol.SIZE_ENGLISH, size.receiverEnglish());
            for (ProtocolRegistry.Learns learns : List.of(rows, size)) {
                assertTrue(learns.sender().startsWith(AskedProtocol.OWNERS));
                assertTrue(learns.senderEnglish().startsWith(AskedProtocol.OWNERS_ENGLISH));
            }
            long keys = 1 << 20;
            long bytes = 0;
            for (var cost : List.of(
                    AskedPsi.ownersCost(runs, keys, keys),
                    AskedPsi.askerCost(runs, keys, keys, 20, true),
                    AskedPsi.askerCost(runs, keys, keys, 20, false))) {
                bytes += cost.receiverBytes() + cost.senderBytes();
            }
            double reckoned =
                    (double) (said.cost().bytesPerReceiverRow() + said.cost().bytesPerSenderRow()) * keys;
            assertEquals(1, reckoned / bytes, 0.25, said.name());
        }
    }

    @Test
    void whatTheChainSaysOfProofsTheirDescriptorSays() {
        ProtocolRegistry.Protocol said =
                ProtocolRegistry.named(ProofOnRequest.NAME).orElseThrow();
        ProtocolRegistry.Learns learns = said.learns(Reveal.PROOF).orElseThrow();
        assertEquals(ProofOnRequest.ID, said.id());
        assertEquals(ProofOnRequest.VERSION, said.version());
        assertEquals(ProofOnRequest.ROUNDS, said.cost().rounds());
        assertEquals(ProofOnRequest.ASKER_LEARNS, learns.receiver());
        assertEquals(ProofOnRequest.ASKER_LEARNS_ENGLISH, learns.receiverEnglish());
        assertEquals(ProofOnRequest.PROVER_LEARNS, learns.sender());
        assertEquals(ProofOnRequest.PROVER_LEARNS_ENGLISH, learns.senderEnglish());
    }

    /// Names and numbers are given once.
    @Test
    void noTwoProtocolsShareANumber() {
        List<ProtocolRegistry.Protocol> all = ProtocolRegistry.all();
        assertEquals(
                all.size(),
                all.stream().map(ProtocolRegistry.Protocol::id).distinct().count());
        assertEquals(
                all.size(),
                all.stream().map(ProtocolRegistry.Protocol::name).distinct().count());
    }

    /// Bytes that `auto` reckons with are those of the protocols' own formulas, within a quarter.
    @Test
    void theChainReckonsWithTheProtocolsOwnBytes() {
        for (ProtocolRegistry.Protocol said : collisions()) {
            if (said.name().equals(UnbalancedCollision.NAME)) {
                continue;
            }
            for (long[] sizes : new long[][] {{1L << 20, 1L << 20}, {1L << 22, 1L << 18}, {1L << 18, 1L << 22}}) {
                var cost = CollisionProtocol.named(said.name()).orElseThrow().cost(sizes[0], sizes[1]);
                double bytes = (double) (cost.receiverBytes() + cost.senderBytes());
                double reckoned = (double) (said.cost().bytesPerReceiverRow() * sizes[0]
                        + said.cost().bytesPerSenderRow() * sizes[1]);
                assertEquals(1, reckoned / bytes, 0.25, said.name() + " with " + sizes[0] + " and " + sizes[1]);
            }
        }
    }

    /// Of an unbalanced collision: what each question costs, and a table that crosses once in some thirty jobs.
    @Test
    void theChainReckonsWithASetThatIsPreparedAlready() {
        ProtocolRegistry.Cost said =
                ProtocolRegistry.named(UnbalancedCollision.NAME).orElseThrow().cost();
        Cost question = UnbalancedPsi.cost(10_000);
        assertEquals(
                1, said.bytesPerReceiverRow() * 10_000.0 / (question.receiverBytes() + question.senderBytes()), 0.05);
        Cost all = UnbalancedCollision.most(0, 1 << 20);
        assertTrue(all.senderBytes() < 30 * said.bytesPerSenderRow() * (1 << 20));
    }

    @Test
    void theConsoleOffersTheSameProtocolsWithWhatTheyCanReveal() throws IOException {
        Pattern line =
                Pattern.compile("\\{ name: '([a-z0-9-]+)', form: '(\\w+)', label: '\\w+', reveals: \\[([^]]*)] }");
        List<MatchResult> offered =
                line.matcher(Files.readString(PAGES)).results().toList();
        assertEquals(
                ProtocolRegistry.all().stream()
                        .map(ProtocolRegistry.Protocol::name)
                        .toList(),
                offered.stream().map(m -> m.group(1)).toList());
        for (MatchResult protocol : offered) {
            assertEquals(
                    ProtocolRegistry.named(protocol.group(1))
                            .orElseThrow()
                            .form()
                            .name(),
                    protocol.group(2).toUpperCase(Locale.ROOT));
            TreeSet<String> reveals = new TreeSet<>();
            for (String reveal : protocol.group(3).split(", *", -1)) {
                reveals.add(reveal.replace("Reveal.", ""));
            }
            TreeSet<String> known = new TreeSet<>();
            ProtocolRegistry.named(protocol.group(1))
                    .orElseThrow()
                    .learns()
                    .keySet()
                    .forEach(reveal -> known.add(reveal.name()));
            assertEquals(known, reveals, protocol.group(1));
        }
    }
}
