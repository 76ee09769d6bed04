package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.executor.compute.Replay;
import poyang.executor.host.LocalCrowd.Ended;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobPlan.Listed;
import poyang.executor.job.LinkDigest;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// A collision of three departments: six jailed processes.
class LocalGroupTest extends LocalScene {
    private static final List<PartyId> PARTIES =
            Stream.of("taxation", "housing", "education").map(PartyId::new).toList();
    /// Neither the first of the plan nor the first by name.
    private static final PartyId LEADER = PARTIES.get(1);

    private final Sm2PrivateKey department = Sm2PrivateKey.generate(random.fork("department"));

    /// Two key columns, which every department names differently.
    private LocalCrowd.Member member(int index, List<String> rows) throws IOException {
        String header = "name" + index + ",tel" + index;
        Source source = csv(index + ".csv", header + "\n" + String.join("\n", rows) + "\n");
        return new LocalCrowd.Member(PARTIES.get(index), Optional.of(source));
    }

    private static List<String> people(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> "n" + i + "," + (13_800_000_000L + i))
                .toList();
    }

    private LocalCrowd crowd(Listed listed) throws IOException {
        List<JobPlan.Member> planned = IntStream.range(0, PARTIES.size())
                .mapToObj(i -> new JobPlan.Member(PARTIES.get(i), List.of("name" + i, "tel" + i)))
                .toList();
        JobPlan plan = new JobPlan.GroupCollision(planned, List.of("text", "phone"), LEADER, "vole-group", listed);
        // the leader has one key in three rows, one whose telephone is no telephone, and one by another's number
        List<String> leading = new ArrayList<>(people(4, 9));
        leading.addAll(List.of("n4,13800000004", "n4,+86 138 0000 0004", "n5,12", "n6,13800000007"));
        List<LocalCrowd.Member> members =
                List.of(member(0, people(0, 300)), member(1, leading), member(2, people(5, 8)));
        return new LocalCrowd(setup, "j8", plan, members, LEADER, receiver.publicKey(), department.publicKey(), folder);
    }

    private List<String> opened(List<Ended> ended) throws IOException {
        byte[] plain = result("j8", 1);
        for (Ended each : ended) {
            assertEquals(
                    each.party().equals(LEADER) ? Sm3.hash(plain) : Bytes.empty(),
                    each.output().outputCommitment(),
                    each.party().name());
        }
        return text(plain).lines().toList();
    }

    @Test
    void theLeaderGetsWhatAllHaveAndEachLinkIsStatedAlikeAtItsEnds() throws IOException {
        List<Ended> ended = crowd(Listed.LEFT).run((_, _, _) -> {});
        assertEquals(
                List.of(
                        "name1,tel1,matched",
                        "n4,13800000004,0",
                        "n5,13800000005,1",
                        "n6,13800000006,1",
                        "n7,13800000007,1",
                        "n8,13800000008,0",
                        "n6,13800000007,0"),
                opened(ended));
        for (Ended one : ended) {
            assertEquals(2, one.output().links().size());
            assertEquals(LinkDigest.all(one.output().links()), one.output().transcript());
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
                assertEquals(one.input().inputRoot(), again.inputRoot());
                assertEquals(one.output().outputCommitment(), again.outputCommitment());
            }
        }
        assertEquals(9, ended.get(1).input().roundedRows());
        assertNotEquals(ended.get(0).input().versionMark(), ended.get(2).input().versionMark());
        try (Stream<Path> left = Files.list(scratch)) {
            assertEquals(List.of(), left.toList());
        }
    }

    /// A department whose process dies ends the attempt of all.
    @Test
    void aMemberThatIsLostEndsAll() throws IOException {
        LocalCrowd crowd = crowd(Listed.DIFFERENCE);
        PoyangException lost = assertThrows(
                PoyangException.class,
                () -> crowd.run((phase, _, _) -> {
                    if (phase.equals("hashing")) {
                        ProcessHandle.current()
                                .children()
                                .filter(child -> commandLine(child).contains("j8-1-education-compute"))
                                .forEach(ProcessHandle::destroyForcibly);
                    }
                }));
        assertEquals(ExecutorErrors.CHILD_LOST, lost.code(), lost.toString());
        assertEquals(false, Files.exists(folder.resolve("result")));
    }

    /// A member that opens another commitment than it has made is named to all, and nobody gets a result.
    @Test
    void whoOpensAnotherCommitmentIsNamed() throws IOException {
        LocalCrowd crowd = crowd(Listed.INNER);
        PartyId liar = PARTIES.getLast();
        AtomicInteger seen = new AtomicInteger();
        PoyangException broken = assertThrows(
                PoyangException.class,
                () -> crowd.run((_, _, _) -> {}, (from, to, frame) -> {
                    boolean opening = from.equals(liar) && to.equals(LEADER) && seen.getAndIncrement() == 1;
                    byte[] changed = frame.toArray();
                    changed[0] ^= (byte) (opening ? 1 : 0);
                    return Bytes.wrap(changed);
                }));
        assertEquals(KernelErrors.PEER_MISBEHAVED, broken.code(), broken.toString());
        assertEquals(Optional.of(liar), broken.accused());
        assertEquals(FailureCode.PEER_MISBEHAVED, FailureCode.of(broken));
        assertEquals(false, Files.exists(folder.resolve("result")));
    }

    private static String commandLine(ProcessHandle child) {
        try {
            return Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"));
        } catch (IOException gone) {
            return "";
        }
    }

    @Test
    void othersThanTheGroupsProtocolAreNoKind() {
        List<JobPlan.Member> members = PARTIES.stream()
                .map(party -> new JobPlan.Member(party, List.of("id")))
                .toList();
        for (List<String> wrong : List.of(List.of("vole", "id"), List.of("vole-group", "ids"))) {
            JobPlan plan = new JobPlan.GroupCollision(
                    members, List.of(wrong.getLast()), LEADER, wrong.getFirst(), Listed.INNER);
            assertEquals(
                    ExecutorErrors.UNKNOWN_JOB_KIND,
                    assertThrows(PoyangException.class, () -> JobKind.of(plan)).code());
        }
    }
}
