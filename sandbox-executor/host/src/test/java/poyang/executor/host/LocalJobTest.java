package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import poyang.connectors.ConnectorErrors;
import poyang.connectors.Discovery;
import poyang.crypto.SealedBox;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.executor.compute.Replay;
import poyang.executor.jail.Confinement.Limits;
import poyang.executor.job.ExactCounts;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.executor.job.SourceDescription;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Real jailed processes on real files.
class LocalJobTest extends LocalScene {

    private final Sm2PrivateKey leftDepartment = Sm2PrivateKey.generate(random.fork("left"));
    private final Sm2PrivateKey rightDepartment = Sm2PrivateKey.generate(random.fork("right"));

    /// Numbers `from` to `to` behind a prefix, written by a process of its own, so that this JVM never
    /// holds a row.
    private Path table(String name, int from, int to) throws IOException, InterruptedException {
        Path file = folder.resolve(name);
        String script =
                "{ echo number,person; i=$1; while [ $i -le $2 ]; do echo \"$i,QZX\"\"WVY$i\"; i=$((i+1)); done; }";
        Process process = new ProcessBuilder(
                        "/bin/sh", "-c", script, "sh", Integer.toString(from), Integer.toString(to))
                .redirectOutput(file.toFile())
                .start();
        assertEquals(0, process.waitFor());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }

    /// A table whose content other tests do not look for in this JVM's heap.
    private Path numbers(String name, int from, int to) throws IOException {
        StringBuilder text = new StringBuilder("number,person\n");
        for (int i = from; i <= to; i++) {
            text.append(i).append(",n").append(i % 7).append('\n');
        }
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }

    private LocalJob.Attempt attempt(Source left, Source right, String column) {
        return attempt(left, right, JobPlan.Collision.of(column, column, "text", "dh-sm2"));
    }

    private LocalJob.Attempt attempt(Source left, Source right, JobPlan plan) {
        return new LocalJob.Attempt(
                "j1",
                1,
                plan,
                new LocalJob.Side(
                        new PartyId("housing"), left, leftDepartment.publicKey(), folder.resolve("left.opening")),
                new LocalJob.Side(
                        new PartyId("taxation"), right, rightDepartment.publicKey(), folder.resolve("right.opening")),
                receiver.publicKey());
    }

    private LocalJob.Result run(LocalJob.Attempt attempt) {
        return LocalJob.run(setup, attempt, folder.resolve("result"), (_, _, _) -> {});
    }

    private void nothingLeftBehind() throws IOException {
        try (Stream<Path> left = Files.list(scratch)) {
            assertEquals(List.of(), left.toList());
        }
    }

    /// The host's heap, garbage included, holds nothing of the rows after frames have flowed, and no file does but the
    /// tables. The marker that is searched for is made only once the heap is written out.
    @Test
    void collidesWithoutARowInTheHost() throws IOException, InterruptedException {
        LocalJob.Attempt attempt = attempt(csv(table("a.csv", 1, 900)), csv(table("b.csv", 601, 1300)), "person");
        LocalJob.Result result = run(attempt);
        assertEquals(900, result.leftInput().roundedRows());
        assertEquals(700, result.rightInput().roundedRows());
        nothingLeftBehind();

        Path dump = folder.resolve("heap.hprof");
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(dump.toString(), false);
        byte[] marker = new StringBuilder("YVWXZQ").reverse().toString().getBytes(StandardCharsets.US_ASCII);
        byte[] hexMarker = "housing".getBytes(StandardCharsets.US_ASCII);
        assertTrue(contains(dump, hexMarker), "the search finds what is there");
        assertFalse(contains(dump, marker), "a row was in the host");
        Files.delete(dump);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertEquals(file.toString().endsWith(".csv"), contains(file, marker), file.toString());
            }
        }

        String csv = opened(result);
        TreeSet<String> matches = new TreeSet<>(csv.lines().skip(1).toList());
        assertEquals(300, matches.size());
        assertTrue(matches.contains(new String(marker, StandardCharsets.US_ASCII) + "900"));
        assertReplays(result);
    }

    private String opened(LocalJob.Result result) throws IOException {
        byte[] plain = result("j1", 1);
        assertEquals(result.left().outputCommitment(), Sm3.hash(plain));
        return text(plain);
    }

    /// Two key columns, another protocol, and every own row listed with whether it matched.
    @ParameterizedTest
    @ValueSource(strings = {"vole", "vole-malicious"})
    void listsTheOwnRowsByTwoKeysUnderAnotherProtocol(String protocol) throws IOException {
        JobPlan.Collision plan = new JobPlan.Collision(
                List.of(new JobPlan.Key("number", "number", "text"), new JobPlan.Key("person", "person", "text")),
                protocol,
                new JobPlan.Reveal.MatchingRows(),
                JobPlan.Listed.LEFT);
        Source left = csv(numbers("a.csv", 1, 120));
        LocalJob.Result result = run(attempt(left, csv(numbers("b.csv", 101, 150)), plan));
        List<String> lines = opened(result).lines().toList();
        assertEquals("number,person,matched", lines.getFirst());
        assertEquals(121, lines.size());
        assertEquals(20, lines.stream().filter(line -> line.endsWith(",1")).count());
        assertTrue(lines.get(101).startsWith("101,") && lines.get(101).endsWith(",1"), lines.get(101));
        assertReplays(result);
        if (protocol.equals("vole-malicious")) {
            return;
        }
        // marks are of contents, whatever the protocol
        LocalJob.Result less = run(attempt(left, csv(numbers("b.csv", 101, 149)), plan));
        assertEquals(result.leftInput().versionMark(), less.leftInput().versionMark());
        assertNotEquals(result.rightInput().versionMark(), less.rightInput().versionMark());
    }

    /// Twenty in common are told from twenty on, and not from twenty-one.
    @Test
    void tellsTheNumberOnlyWhereItIsLargeEnough() throws IOException {
        for (int least : new int[] {20, 21}) {
            JobPlan plan = new JobPlan.Collision(
                    List.of(new JobPlan.Key("number", "number", "text")),
                    "dh-25519-size",
                    new JobPlan.Reveal.SizeAtLeast(least),
                    JobPlan.Listed.INNER);
            LocalJob.Result result = run(attempt(csv(numbers("a.csv", 1, 120)), csv(numbers("b.csv", 101, 150)), plan));
            assertEquals(
                    List.of("matches", least == 20 ? "20" : "fewer than 21"),
                    opened(result).lines().toList());
            assertEquals(least == 20 ? 20 : 0, matchesToldTo(result));
            assertReplays(result);
        }
    }

    private long matchesToldTo(LocalJob.Result result) {
        return ExactCounts.decode(SealedBox.open(
                        receiver,
                        "poyang.counts.v1:j1:1".getBytes(StandardCharsets.UTF_8),
                        result.left().countsToReceiver().toArray()))
                .matches();
    }

    /// A key in several rows is listed once, where it first came; both values of a row must be the same as another's.
    /// `CollideTest` has the same for the command.
    @Test
    void repeatedKeysOfTwoColumnsAreListedOnce() throws IOException {
        Path left = Files.writeString(folder.resolve("a.csv"), """
                id,tel
                b,13800000002
                a,13800000001
                a,13800000001
                a,13800000009
                b,12
                c,13800000003
                """);
        Path right = Files.writeString(folder.resolve("b.csv"), """
                id,tel
                a,13800000001
                a,13800000001
                b,13800000002
                c,13800000002
                b,13800000002
                """);
        for (Path file : List.of(left, right)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        }
        JobPlan plan = new JobPlan.Collision(
                List.of(new JobPlan.Key("id", "id", "text"), new JobPlan.Key("tel", "tel", "phone")),
                "dh-25519",
                new JobPlan.Reveal.MatchingRows(),
                JobPlan.Listed.INNER);
        LocalJob.Result result = run(attempt(csv(left), csv(right), plan));
        assertEquals(
                List.of("id,tel", "b,13800000002", "a,13800000001"),
                opened(result).lines().toList());
        assertReplays(result);
    }

    private void assertReplays(LocalJob.Result result) throws IOException {
        Replay.Commitment left;
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("left.opening")))) {
            left = Replay.run(opening, leftDepartment);
        }
        assertEquals(result.leftInput().inputRoot(), left.inputRoot());
        assertEquals(result.leftInput().seedCommitment(), left.seedCommitment());
        assertEquals(result.left().transcript(), left.transcript());
        assertEquals(result.left().outputCommitment(), left.outputCommitment());
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("right.opening")))) {
            assertEquals(
                    result.right().transcript(),
                    Replay.run(opening, rightDepartment).transcript());
        }
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("right.opening")))) {
            PoyangException wrongKey = assertThrows(PoyangException.class, () -> Replay.run(opening, leftDepartment));
            assertEquals(ExecutorErrors.OPENING_REJECTED, wrongKey.code());
        }
    }

    @Test
    void saysWhatIsWrongWithASource() throws IOException, InterruptedException {
        Path good = table("a.csv", 1, 20);
        PoyangException column =
                assertThrows(PoyangException.class, () -> run(attempt(csv(good), csv(good), "citizen")));
        assertEquals(ConnectorErrors.UNKNOWN_COLUMN.name(), column.code().name());
        assertTrue(column.right().contains("person"), column.right());
        PoyangException missing = assertThrows(
                PoyangException.class, () -> run(attempt(csv(good), csv(folder.resolve("absent.csv")), "person")));
        assertEquals(ConnectorErrors.SOURCE_MISSING, missing.code());
        Path broken = folder.resolve("broken.csv");
        Files.write(broken, new byte[] {'p', 'e', 'r', 's', 'o', 'n', '\n', (byte) 0xff, (byte) 0xfe, '\n'});
        Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rw-r--r--"));
        PoyangException bytes =
                assertThrows(PoyangException.class, () -> run(attempt(csv(broken), csv(good), "person")));
        assertEquals(ConnectorErrors.NOT_UTF8.name(), bytes.code().name());
        nothingLeftBehind();
    }

    /// Whichever side is killed, and in which phase: both end, nothing stays, and the next attempt gives the answer.
    @Test
    void aSideKilledInAnyPhaseEndsBothAndTheNextAttemptAnswers() throws IOException {
        LocalJob.Attempt attempt = attempt(
                csv(numbers("a.csv", 1, 6_000)),
                csv(numbers("b.csv", 5_851, 9_000)),
                JobPlan.Collision.of("number", "number", "text", "vole"));
        List<List<String>> faults =
                List.of(List.of("reading", "housing"), List.of("preparing", "taxation"), List.of("masking", "housing"));
        for (List<String> fault : faults) {
            AtomicBoolean killed = new AtomicBoolean();
            PoyangException lost = assertThrows(
                    PoyangException.class,
                    () -> LocalJob.run(setup, attempt, folder.resolve("result"), (phase, _, _) -> {
                        if (phase.equals(fault.getFirst()) && killed.compareAndSet(false, true)) {
                            kill("j1-1-" + fault.getLast() + "-compute");
                        }
                    }),
                    fault.toString());
            assertEquals(ExecutorErrors.CHILD_LOST, lost.code(), fault.toString());
            assertFalse(Files.exists(folder.resolve("result")));
            assertEquals(0, children("ComputeMain").count());
            nothingLeftBehind();
        }
        assertEquals(151, opened(run(attempt)).lines().count());
    }

    /// Within one second the child has not yet reached the host; three end in the middle of the protocol.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void endsAtItsTimeLimit(int seconds) throws IOException, InterruptedException {
        setup = setup(setup.jail(), new Limits(256, 600, 1, 256, seconds));
        LocalJob.Attempt attempt = attempt(csv(table("a.csv", 1, 60_000)), csv(table("b.csv", 1, 60_000)), "person");
        PoyangException late = assertThrows(PoyangException.class, () -> run(attempt));
        assertEquals(ExecutorErrors.TIME_LIMIT, late.code(), late.getMessage());
        nothingLeftBehind();
    }

    @Test
    void discoversASource() throws IOException, InterruptedException {
        SourceDescription found = Discoveries.discover(setup, csv(table("a.csv", 1, 250)));
        Discovery discovery = ((SourceDescription.Discovered) found).discovery();
        assertEquals(250, discovery.rows());
        assertEquals(
                List.of("number", "person"),
                discovery.columns().stream().map(Discovery.Column::name).toList());
        nothingLeftBehind();
    }

    private static Stream<ProcessHandle> children(String mark) {
        return ProcessHandle.current().children().filter(child -> {
            try {
                return Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"))
                        .contains(mark);
            } catch (IOException e) {
                return false;
            }
        });
    }

    private static void kill(String mark) {
        children(mark).forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean contains(Path file, byte[] wanted) throws IOException {
        byte[] window = new byte[1 << 20];
        int kept = 0;
        try (InputStream in = Files.newInputStream(file)) {
            while (true) {
                int read = in.read(window, kept, window.length - kept);
                if (read < 0) {
                    return false;
                }
                int end = kept + read;
                for (int i = 0; i + wanted.length <= end; i++) {
                    if (window[i] == wanted[0]
                            && Arrays.equals(window, i, i + wanted.length, wanted, 0, wanted.length)) {
                        return true;
                    }
                }
                kept = Math.min(wanted.length - 1, end);
                System.arraycopy(window, end - kept, window, 0, kept);
            }
        }
    }
}
