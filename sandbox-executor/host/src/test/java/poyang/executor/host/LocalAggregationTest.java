package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poyang.crypto.MerkleTree;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.executor.compute.Replay;
import poyang.executor.host.LocalCrowd.Ended;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobPlan.Statistic;
import poyang.executor.job.LinkDigest;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// An aggregation of three reporters and a collector: eight jailed processes but for the collector's reader, which
/// there is none of.
class LocalAggregationTest extends LocalScene {
    private static final List<PartyId> REPORTERS =
            List.of(new PartyId("taxation"), new PartyId("housing"), new PartyId("medical-insurance"));
    private static final PartyId COLLECTOR = new PartyId("statistics");

    private final Sm2PrivateKey department = Sm2PrivateKey.generate(random.fork("department"));

    private Source wages(String name, String... lines) throws IOException {
        return csv(name, "district,wage\n" + String.join("\n", lines) + "\n");
    }

    private static JobPlan.Aggregation plan(PartyId receiver, long bound, Statistic... statistics) {
        return new JobPlan.Aggregation(
                REPORTERS.stream()
                        .map(party -> new JobPlan.Reporter(party, "wage", "district"))
                        .toList(),
                COLLECTOR,
                receiver,
                List.of(statistics),
                List.of("东湖区", "西湖区", "安义县"),
                2,
                bound);
    }

    private LocalCrowd crowd(JobPlan.Aggregation plan, List<Source> sources) {
        List<LocalCrowd.Member> members = new ArrayList<>();
        for (int i = 0; i < sources.size(); i++) {
            members.add(new LocalCrowd.Member(REPORTERS.get(i), Optional.of(sources.get(i))));
        }
        members.add(new LocalCrowd.Member(COLLECTOR, Optional.empty()));
        return new LocalCrowd(
                setup, "j9", plan, members, plan.receiver(), receiver.publicKey(), department.publicKey(), folder);
    }

    private List<Source> sources() throws IOException {
        return List.of(
                wages("a.csv", "东湖区,100.25", "西湖区,-3", "青云谱区,7777"),
                wages("b.csv", "东湖区,200.5", "东湖区,", "西湖区,4"),
                wages("c.csv", "西湖区,2.00"));
    }

    private String opened(List<Ended> ended, PartyId by) throws IOException {
        byte[] plain = result("j9", 1);
        for (Ended each : ended) {
            Bytes commitment = each.output().outputCommitment();
            assertEquals(
                    each.party().equals(by) ? Sm3.hash(plain) : Bytes.empty(),
                    commitment,
                    each.party().name());
        }
        return text(plain);
    }

    /// The digests at the two ends of every link agree, and each side's opening gives the same ones again.
    private void assertLinksAgreeAndReplay(List<Ended> ended) throws IOException {
        for (Ended one : ended) {
            assertEquals(3, one.output().links().size());
            assertEquals(LinkDigest.all(one.output().links()), one.output().transcript());
            for (Ended other : ended) {
                if (!one.party().equals(other.party())) {
                    assertEquals(one.link(other.party()), other.link(one.party()), one.party() + " " + other.party());
                }
            }
            try (InputStream opening =
                    new BufferedInputStream(Files.newInputStream(folder.resolve(one.party() + ".opening")))) {
                Replay.Commitment again = Replay.run(opening, department);
                assertEquals(one.output().transcript(), again.transcript());
                assertEquals(one.input().inputRoot(), again.inputRoot());
                assertEquals(one.output().outputCommitment(), again.outputCommitment());
            }
        }
    }

    @Test
    void theAskingCollectorGetsTotalsAndNothingElse() throws IOException {
        JobPlan.Aggregation plan = plan(COLLECTOR, 1_000_000_00, Statistic.values());
        List<Ended> ended = crowd(plan, sources()).run((_, _, _) -> {});
        assertEquals(
                List.of(
                        "category,count,sum,mean,variance",
                        "东湖区,2,300.75,150.37500000,2512.51562500",
                        "西湖区,3,3.00,1.00000000,8.66666667",
                        "安义县,0,0.00,,"),
                opened(ended, COLLECTOR).lines().toList());
        Ended collector = ended.getLast();
        assertEquals(0, collector.input().roundedRows());
        assertEquals(MerkleTree.root(List.of()), collector.input().inputRoot());
        assertEquals(3, ended.getFirst().input().roundedRows());
        assertLinksAgreeAndReplay(ended);
        try (Stream<Path> left = Files.list(scratch)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aReporterMayReceiveAndCountAlone() throws IOException {
        JobPlan.Aggregation plan = plan(REPORTERS.get(1), 0, Statistic.COUNT);
        List<Ended> ended = crowd(plan, sources()).run((_, _, _) -> {});
        assertEquals(
                List.of("category,count", "东湖区,2", "西湖区,3", "安义县,0"),
                opened(ended, REPORTERS.get(1)).lines().toList());
        assertLinksAgreeAndReplay(ended);
        // of counted rows only the categories are content
        assertEquals(ended.get(0).input().versionMark(), ended.get(1).input().versionMark());
        assertNotEquals(ended.get(0).input().versionMark(), ended.get(2).input().versionMark());
    }

    @Test
    void aValueOutsideOfThePlansBoundEndsTheAttemptOfAll() throws IOException {
        List<Source> sources = new ArrayList<>(sources());
        sources.set(2, wages("c.csv", "西湖区,2.00", "西湖区,1000.01"));
        JobPlan.Aggregation plan = plan(COLLECTOR, 1000_00, Statistic.SUM);
        PoyangException large =
                assertThrows(PoyangException.class, () -> crowd(plan, sources).run((_, _, _) -> {}));
        assertEquals(ExecutorErrors.INPUT_REFUSED, large.code());
        assertFalse(large.wrong().contains("1000.01"), large.wrong());
        sources.set(2, wages("c.csv", "西湖区,0.001"));
        PoyangException fine =
                assertThrows(PoyangException.class, () -> crowd(plan, sources).run((_, _, _) -> {}));
        assertTrue(fine.wrong().contains("decimals"), fine.wrong());
        assertFalse(Files.exists(folder.resolve("result")));
    }
}
