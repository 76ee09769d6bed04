package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.crypto.MerkleTree;
import poyang.crypto.SealedBox;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.executor.compute.Replay;
import poyang.executor.host.LocalCrowd.Ended;
import poyang.executor.job.ExactCounts;
import poyang.executor.job.JobPlan;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// A collision of two departments that a third one asks for: five jailed processes.
class LocalAskedTest extends LocalScene {
    private static final PartyId LEFT = new PartyId("taxation");
    private static final PartyId RIGHT = new PartyId("housing");
    private static final PartyId ASKER = new PartyId("audit");

    private final Sm2PrivateKey department = Sm2PrivateKey.generate(random.fork("department"));

    private Source people(String name, String columns, String... rows) throws IOException {
        return csv(name, columns + "\n" + String.join("\n", rows) + "\n");
    }

    private LocalCrowd crowd(boolean rows) throws IOException {
        JobPlan plan = new JobPlan.AskedCollision(
                List.of(new JobPlan.Key("name", "person", "text"), new JobPlan.Key("tel", "mobile", "phone")),
                LEFT,
                RIGHT,
                ASKER,
                rows,
                "dh-25519-asked");
        Source left = people(
                "a.csv",
                "name,tel,tax",
                "张三,13800000001,5",
                "张三,13800000001,6",
                "李四,13800000002,7",
                "王五,12,8",
                "赵六,13800000004,9");
        Source right = people(
                "b.csv", "mobile,person", "13800000001,张三", "13800000003,李四", "13800000004,赵六", "13800000009,钱七");
        List<LocalCrowd.Member> members = List.of(
                new LocalCrowd.Member(LEFT, Optional.of(left)),
                new LocalCrowd.Member(RIGHT, Optional.of(right)),
                new LocalCrowd.Member(ASKER, Optional.empty()));
        return new LocalCrowd(setup, "j7", plan, members, ASKER, receiver.publicKey(), department.publicKey(), folder);
    }

    private List<String> opened(List<Ended> ended) throws IOException {
        byte[] plain = result("j7", 1);
        for (Ended each : ended) {
            assertEquals(
                    each.party().equals(ASKER) ? Sm3.hash(plain) : Bytes.empty(),
                    each.output().outputCommitment(),
                    each.party().name());
        }
        return text(plain).lines().toList();
    }

    /// The asker gets the common identifiers; an owner's counts tell how many the other owner has, and nothing more.
    @Test
    void theAskerGetsTheRowsAndTheOwnersLearnSizesOnly() throws IOException {
        List<Ended> ended = crowd(true).run((_, _, _) -> {});
        assertEquals(List.of("name,tel", "张三,13800000001", "赵六,13800000004"), opened(ended));
        assertEquals(
                List.of(5L, 4L, 0L),
                ended.stream().map(each -> each.input().roundedRows()).toList());
        assertEquals(MerkleTree.root(List.of()), ended.getLast().input().inputRoot());
        for (int i = 0; i < 3; i++) {
            Ended one = ended.get(i);
            ExactCounts counts = counts(one.output().countsToDepartment());
            assertEquals(List.of(3L, 4L, 0L).get(i), counts.distinctKeys());
            assertEquals(List.of(4L, 3L, 7L).get(i), counts.peerKeys());
            assertEquals(i == 2 ? 2 : 0, counts.matches());
            assertEquals(ended.getFirst().output().rounds(), one.output().rounds());
            for (Ended other : ended) {
                if (!one.party().equals(other.party())) {
                    assertEquals(one.link(other.party()), other.link(one.party()), one.party() + " " + other.party());
                }
            }
            try (InputStream opening =
                    new BufferedInputStream(Files.newInputStream(folder.resolve(one.party() + ".opening")))) {
                Replay.Commitment again = Replay.run(opening, department);
                assertEquals(one.output().transcript(), again.transcript());
                assertEquals(one.output().outputCommitment(), again.outputCommitment());
            }
        }
    }

    private ExactCounts counts(Bytes sealed) {
        return ExactCounts.decode(
                SealedBox.open(department, "poyang.counts.v1:j7:1".getBytes(StandardCharsets.UTF_8), sealed.toArray()));
    }

    @Test
    void theAskerMayGetTheNumberAlone() throws IOException {
        List<Ended> ended = crowd(false).run((_, _, _) -> {});
        assertEquals(List.of("matches", "2"), opened(ended));
    }
}
