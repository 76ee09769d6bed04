package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm2PrivateKey;
import poyang.executor.compute.Replay;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.psi.CollisionProtocol;
import poyang.psi.Cost;
import poyang.psi.DiskCollision;

/// Collisions of sets on disk by real jailed processes: killed in the middle, gone on with, run again.
class LocalDiskJobTest extends LocalScene {
    private static final int BUCKET_KEYS = 1_500;
    private static final int BUCKETS = 4;

    private final Sm2PrivateKey leftDepartment = Sm2PrivateKey.generate(random.fork("left"));
    private final Sm2PrivateKey rightDepartment = Sm2PrivateKey.generate(random.fork("right"));
    private ResultStore leftStore;
    private ResultStore rightStore;

    @BeforeEach
    void stores() throws IOException {
        leftStore = new ResultStore(Files.createDirectory(folder.resolve("left")));
        rightStore = new ResultStore(Files.createDirectory(folder.resolve("right")));
    }

    private Source numbers(String name, int from, int to) throws IOException {
        StringBuilder text = new StringBuilder("number,person\n");
        for (int i = from; i <= to; i++) {
            text.append(i).append(",person ").append(i % 7).append('\n');
        }
        return csv(name, text);
    }

    private LocalJob.Attempt attempt(int number, Source left, Source right, String protocol, JobPlan.Listed listed) {
        JobPlan plan = new JobPlan.Collision(
                List.of(new JobPlan.Key("number", "number", "text"), new JobPlan.Key("person", "person", "text")),
                protocol,
                new JobPlan.Reveal.MatchingRows(),
                listed);
        return new LocalJob.Attempt(
                "j1",
                number,
                plan,
                new LocalJob.Side(
                        new PartyId("housing"),
                        left,
                        leftDepartment.publicKey(),
                        folder.resolve("left.opening"),
                        Optional.of(leftStore.run("j1", setup.jail()))),
                new LocalJob.Side(
                        new PartyId("taxation"),
                        right,
                        rightDepartment.publicKey(),
                        folder.resolve("right.opening"),
                        Optional.of(rightStore.run("j1", setup.jail()))),
                receiver.publicKey(),
                BUCKET_KEYS);
    }

    private LocalJob.Result run(LocalJob.Attempt attempt) {
        return LocalJob.run(setup, attempt, folder.resolve("result"), (_, _, _) -> {});
    }

    private List<String> opened(int attempt) throws IOException {
        return text(result("j1", attempt)).lines().toList();
    }

    private void replays(LocalJob.Result result, boolean resumed) throws IOException {
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("left.opening")))) {
            Replay.Commitment left = Replay.run(opening, leftDepartment);
            assertEquals(resumed, left.resumed());
            assertEquals(result.leftInput().inputRoot(), left.inputRoot());
            assertEquals(result.leftInput().seedCommitment(), left.seedCommitment());
            assertEquals(result.left().transcript(), left.transcript());
            assertEquals(result.left().outputCommitment(), left.outputCommitment());
        }
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("right.opening")))) {
            Replay.Commitment right = Replay.run(opening, rightDepartment);
            assertEquals(resumed, right.resumed());
            assertEquals(result.right().transcript(), right.transcript());
        }
        assertEquals(result.left().transcript(), result.right().transcript());
    }

    /// Kills a side's compute child once so much of the exchange is done.
    private JobProgress killing(String mark, double share, AtomicBoolean killed) {
        return (phase, done, total) -> {
            if (phase.equals("exchanging") && done >= share * total && killed.compareAndSet(false, true)) {
                ProcessHandle.current()
                        .children()
                        .filter(child -> commandOf(child).contains(mark))
                        .forEach(ProcessHandle::destroyForcibly);
            }
        };
    }

    private static String commandOf(ProcessHandle child) {
        try {
            return Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"));
        } catch (IOException e) {
            return "";
        }
    }

    /// Two buckets at a time. Whichever side is killed in the middle, and killed again, the next attempt goes on: it
    /// has
    /// the answer of a whole run, takes fewer bytes, and is run again from its openings.
    @Test
    void aSideKilledInTheMiddleGoesOnWhereItWas() throws IOException {
        Source left = numbers("a.csv", 1, 6_000);
        Source right = numbers("b.csv", 5_851, 9_000);
        int number = 0;
        // at 2.9 buckets the first is done on both sides, as nobody begins the third before
        for (String victim : List.of("housing", "taxation")) {
            LocalJob.Attempt lost = attempt(++number, left, right, "vole", JobPlan.Listed.INNER);
            String mark = "j1-" + number + "-" + victim + "-compute";
            double share = number == 1 ? 2.9 / BUCKETS : 0.3;
            PoyangException failure = assertThrows(
                    PoyangException.class,
                    () -> LocalJob.run(
                            setup, lost, folder.resolve("result"), killing(mark, share, new AtomicBoolean())));
            assertEquals(ExecutorErrors.CHILD_LOST, failure.code());
            assertEquals(List.of("j1"), leftStore.runs());
            noKeyReadable(folder.resolve("left").resolve("runs"));
            try (Stream<Path> scratch = Files.list(folder.resolve("s"))) {
                assertEquals(List.of(), scratch.toList());
            }
        }
        LocalJob.Result resumed = run(attempt(++number, left, right, "vole", JobPlan.Listed.INNER));
        List<String> answer = opened(number);
        assertEquals("number,person", answer.getFirst());
        assertEquals(
                IntStream.rangeClosed(5_851, 6_000)
                        .mapToObj(i -> i + ",person " + i % 7)
                        .toList(),
                answer.subList(1, answer.size()));
        Cost most = DiskCollision.most(CollisionProtocol.VOLE, 6_000, 3_150, BUCKET_KEYS, LocalJob.Attempt.LINES);
        long whole = most.receiverBytes() + most.senderBytes();
        assertTrue(
                resumed.left().roundedBytes() < whole * 0.85,
                resumed.left().roundedBytes() + " of " + whole + " bytes");
        replays(resumed, true);
    }

    private static void noKeyReadable(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains("person"), file.toString());
            }
        }
    }

    /// A whole run is run again from its openings. A source that changed afterwards: nothing of the first attempt
    /// enters the answer, which lists all own rows
    /// with whether they match.
    @Test
    void aSourceThatChangedBeginsAnew() throws IOException {
        Source left = numbers("a.csv", 1, 6_000);
        Source right = numbers("b.csv", 5_851, 9_000);
        replays(run(attempt(1, left, right, "vole-malicious", JobPlan.Listed.LEFT)), false);
        assertEquals(List.of("j1"), leftStore.runs());
        LocalJob.Result result =
                run(attempt(2, left, numbers("b.csv", 5_901, 9_000), "vole-malicious", JobPlan.Listed.LEFT));
        List<String> lines = opened(2);
        assertEquals("number,person,matched", lines.getFirst());
        assertEquals(6_001, lines.size());
        assertEquals("5900,person 6,0", lines.get(5_900));
        assertEquals("5901,person 0,1", lines.get(5_901));
        assertEquals(100, lines.stream().filter(line -> line.endsWith(",1")).count());
        replays(result, true);
    }
}
