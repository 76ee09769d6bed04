package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm2PrivateKey;
import poyang.executor.compute.Replay;
import poyang.executor.job.JobPlan;
import poyang.kernel.PartyId;

/// A small set against a prepared large one by real jailed processes, job after job.
class LocalUnbalancedJobTest extends LocalScene {

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

    private LocalJob.Attempt attempt(int number, Source left, Source right) {
        return new LocalJob.Attempt(
                "j1",
                number,
                JobPlan.Collision.of("number", "number", "text", "unbalanced"),
                new LocalJob.Side(
                        new PartyId("housing"),
                        left,
                        leftDepartment.publicKey(),
                        folder.resolve("left.opening"),
                        Optional.of(leftStore.prepared("housing/few", "taxation/many", setup.jail()))),
                new LocalJob.Side(
                        new PartyId("taxation"),
                        right,
                        rightDepartment.publicKey(),
                        folder.resolve("right.opening"),
                        Optional.of(rightStore.prepared("taxation/many", "", setup.jail()))),
                receiver.publicKey());
    }

    /// The rows that the large side told of while it read, one entry each time.
    private final List<Long> rightRead = new CopyOnWriteArrayList<>();

    private LocalJob.Result run(LocalJob.Attempt attempt) {
        rightRead.clear();
        return LocalJob.run(setup, attempt, folder.resolve("result"), (_, _, _) -> {}, (phase, done, _) -> {
            if (phase.equals("reading")) {
                rightRead.add(done);
            }
        });
    }

    private List<String> opened(int attempt) throws IOException {
        return text(result("j1", attempt)).lines().toList();
    }

    private void replays(LocalJob.Result result) throws IOException {
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("left.opening")))) {
            Replay.Commitment left = Replay.run(opening, leftDepartment);
            assertEquals(result.leftInput().inputRoot(), left.inputRoot());
            assertEquals(result.left().transcript(), left.transcript());
            assertEquals(result.left().outputCommitment(), left.outputCommitment());
        }
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("right.opening")))) {
            assertEquals(
                    result.right().transcript(),
                    Replay.run(opening, rightDepartment).transcript());
        }
    }

    /// The table is made and crosses in the first job only, and the large source is read in that one only: later
    /// jobs repeat its commitment, also for a client that has to be sent the table. A source that changed is read
    /// and prepared again, and each job is run again from its openings. Nothing readable is kept.
    @Test
    void aSetIsReadAndPreparedOnceForManyJobs() throws Exception {
        Source large = numbers("large.csv", 1, 1_200);
        for (int i = 0; i < 2_000 && large.stamp().isEmpty(); i++) {
            Thread.sleep(10);
        }
        LocalJob.Result first = run(attempt(1, numbers("small.csv", 1_190, 1_220), large));
        assertEquals(12, opened(1).size());
        assertEquals("1200", opened(1).getLast());
        assertTrue(rightRead.contains(1_200L), rightRead.toString());
        assertTrue(first.left().roundedBytes() > 8 * 1_200, "the table crosses once");
        replays(first);
        LocalJob.Result second = run(attempt(2, numbers("small.csv", 1_195, 1_203), large));
        assertEquals(7, opened(2).size());
        assertEquals(List.of(), rightRead, "no row of the large source is read");
        assertTrue(second.left().roundedBytes() < 2_000, second.left().roundedBytes() + " bytes");
        assertEquals(first.rightInput().versionMark(), second.rightInput().versionMark());
        assertEquals(first.rightInput().roundedRows(), second.rightInput().roundedRows());
        assertNotEquals(first.rightInput().inputRoot(), second.rightInput().inputRoot());
        replays(second);
        leftStore = new ResultStore(Files.createDirectory(folder.resolve("another")));
        LocalJob.Result other = run(attempt(3, numbers("small.csv", 1, 3), large));
        assertEquals(4, opened(3).size());
        assertEquals(List.of(), rightRead);
        assertTrue(other.left().roundedBytes() > 8 * 1_200, "the table crosses to a client that has none");
        replays(other);
        LocalJob.Result changed = run(attempt(4, numbers("small.csv", 1_195, 1_203), numbers("large.csv", 1, 1_201)));
        assertEquals(8, opened(4).size());
        assertTrue(rightRead.contains(1_201L), rightRead.toString());
        assertNotEquals(second.rightInput().versionMark(), changed.rightInput().versionMark());
        try (Stream<Path> files = Files.walk(folder.resolve("right").resolve("prepared"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertFalse(Files.readString(file, StandardCharsets.ISO_8859_1).contains("1177"), file.toString());
            }
        }
    }
}
