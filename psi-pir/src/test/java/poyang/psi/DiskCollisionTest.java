package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// Sets on disk: the same answers as in memory, and after a fault at any place.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class DiskCollisionTest {
    private static final int BUCKET_KEYS = 200;
    private static final int BUCKETS = 3;

    @TempDir
    Path folder;

    private DiskSet set(String name, List<String> keys) {
        DiskSet.Writer writer = DiskSet.create(folder.resolve(name), name);
        keys.forEach(key -> writer.add(key.getBytes(StandardCharsets.UTF_8)));
        return writer.finish();
    }

    private static List<String> numbered(int from, int to) {
        List<String> keys = new ArrayList<>();
        for (int i = from; i < to; i++) {
            keys.add("key " + i);
        }
        return keys;
    }

    private static Set<Long> rows(int from, int to) {
        TreeSet<Long> rows = new TreeSet<>();
        for (long i = from; i < to; i++) {
            rows.add(i);
        }
        return rows;
    }

    /// What a run gave the receiver, and how many bytes and frames it took.
    private record Outcome(Set<Long> rows, long bytes, long frames) {}

    private static Outcome run(
            CollisionProtocol protocol, DiskSet x, DiskSet y, TwoParties parties, long seed, Progress receivers)
            throws Exception {
        return run(protocol, x, y, parties, seed, receivers, Runs.QUIET);
    }

    private static Outcome run(
            CollisionProtocol protocol,
            DiskSet x,
            DiskSet y,
            TwoParties parties,
            long seed,
            Progress receivers,
            Progress senders)
            throws Exception {
        RecordedNetwork left = new RecordedNetwork(parties.left());
        CollisionSession receiving =
                new CollisionSession(left, TwoParties.RIGHT, Runs.seed(seed, "receiver"), receivers);
        CollisionSession sending =
                new CollisionSession(parties.right(), TwoParties.LEFT, Runs.seed(seed, "sender"), senders);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            BucketWork work = BucketWork.oneByOne(BUCKET_KEYS);
            CompletableFuture<DiskCollision.Sent> sender = CompletableFuture.supplyAsync(
                    () -> DiskCollision.send(protocol, y, y.folder(), sending, work), threads);
            CompletableFuture<DiskCollision.Found> receiver = CompletableFuture.supplyAsync(
                    () -> DiskCollision.receive(protocol, x, x.folder(), receiving, work), threads);
            CompletableFuture<DiskCollision.Sent> _ =
                    sender.whenComplete((_, failure) -> endOn(failure != null, parties));
            CompletableFuture<DiskCollision.Found> _ =
                    receiver.whenComplete((_, failure) -> endOn(failure != null, parties));
            DiskCollision.Found found = receiver.get(60, TimeUnit.SECONDS);
            assertEquals(x.size(), sender.get(60, TimeUnit.SECONDS).peerKeys());
            assertEquals(left.bytesSent(), found.exchanged().bytesSent());
            assertEquals(left.bytesReceived(), found.exchanged().bytesReceived());
            assertEquals(y.size(), found.peerKeys());
            TreeSet<Long> rows = new TreeSet<>();
            assertEquals(found.rows(rows::add), rows.size());
            return new Outcome(
                    rows, left.bytesSent() + left.bytesReceived(), left.framesSent() + left.framesReceived());
        }
    }

    private static void endOn(boolean failed, TwoParties parties) {
        if (failed) {
            parties.end();
        }
    }

    @Test
    void findsTheRowsOfTheCommonKeysInEveryShape() throws Exception {
        for (CollisionProtocol protocol : List.of(CollisionProtocol.VOLE, CollisionProtocol.VOLE_MALICIOUS)) {
            DiskSet x = set("x", numbered(0, 500));
            DiskSet y = set("y", numbered(400, 560));
            Outcome outcome = run(protocol, x, y, new TwoParties(), 1, Runs.QUIET);
            assertEquals(rows(400, 500), outcome.rows());
            Cost cost = DiskCollision.cost(protocol, 500, 160, BUCKET_KEYS, 1);
            assertEquals(cost.receiverBytes() + cost.senderBytes(), outcome.bytes());
            assertEquals(cost.receiverFrames() + cost.senderFrames(), outcome.frames());
            assertEquals(
                    Set.of(),
                    run(protocol, set("x", List.of()), set("y", numbered(0, 9)), new TwoParties(), 2, Runs.QUIET)
                            .rows());
            assertEquals(
                    Set.of(),
                    run(protocol, set("x", numbered(0, 9)), set("y", numbered(9, 18)), new TwoParties(), 3, Runs.QUIET)
                            .rows());
            assertEquals(
                    rows(0, 9),
                    run(protocol, set("x", numbered(0, 9)), set("y", numbered(0, 9)), new TwoParties(), 4, Runs.QUIET)
                            .rows());
            assertEquals(
                    rows(7, 8),
                    run(protocol, set("x", numbered(0, 9)), set("y", numbered(7, 8)), new TwoParties(), 5, Runs.QUIET)
                            .rows());
        }
    }

    /// A repeated key stands for its first row; a row without a key for none.
    @Test
    void repeatedKeysCountOnce() throws Exception {
        DiskSet x = set("x", List.of("a", "b", "a", "", "c", "b"));
        assertEquals(3, x.size());
        assertEquals(6, x.rowsRead());
        DiskSet y = set("y", List.of("b", "b", "c", "d"));
        assertEquals(3, y.size());
        assertEquals(
                Set.of(1L, 4L),
                run(CollisionProtocol.VOLE, x, y, new TwoParties(), 4, Runs.QUIET)
                        .rows());
    }

    /// Ends the session at a frame.
    private static UnaryOperator<byte[]> endAt(int frame, TwoParties[] parties) {
        int[] seen = {0};
        return sent -> {
            if (seen[0]++ == frame) {
                parties[0].end();
                throw new PoyangException(KernelErrors.PEER_LOST, "killed", "run again");
            }
            return sent;
        };
    }

    @Test
    void aPartyThatEndsAnywhereGoesOnWhereItWas() throws Exception {
        List<String> left = numbered(0, 500);
        List<String> right = numbered(250, 700);
        Outcome whole = run(CollisionProtocol.VOLE, set("x", left), set("y", right), new TwoParties(), 5, Runs.QUIET);
        assertEquals(rows(250, 500), whole.rows());
        Cost bucket = VolePlan.of(500, 450, false, BUCKET_KEYS).cost(false);
        long perBucket = (bucket.receiverBytes() + bucket.senderBytes()) / BUCKETS;
        long frames = bucket.receiverFrames() + 2L * BUCKETS + 3;
        int spared = 0;
        for (int frame = 0; frame < frames; frame += frame < 3 ? 1 : 12) {
            DiskSet x = set("x", left);
            DiskSet y = set("y", right);
            TwoParties[] parties = new TwoParties[1];
            parties[0] = new TwoParties().tampering(endAt(frame, parties));
            long seed = 100L + frame;
            try {
                run(CollisionProtocol.VOLE, x, y, parties[0], seed, Runs.QUIET);
            } catch (ExecutionException e) {
                assertEquals(
                        KernelErrors.PEER_LOST,
                        assertInstanceOf(PoyangException.class, e.getCause()).code());
            }
            Optional<DiskSet> again = DiskSet.open(folder.resolve("x"), "x");
            assertTrue(again.isPresent()
                    && DiskSet.open(folder.resolve("x"), "another file").isEmpty());
            Outcome resumed =
                    run(CollisionProtocol.VOLE, again.orElseThrow(), y, new TwoParties(), seed + 1, Runs.QUIET);
            assertEquals(rows(250, 500), resumed.rows(), "ended at frame " + frame);
            spared += resumed.bytes() < whole.bytes() - perBucket / 2 ? 1 : 0;
            // whoever is done gives the same answer again
            Outcome done = run(CollisionProtocol.VOLE, x, y, new TwoParties(), seed + 2, Runs.QUIET);
            assertEquals(rows(250, 500), done.rows());
            assertTrue(done.bytes() < 1000);
        }
        assertTrue(spared > 1, spared + " runs were spared a bucket");
    }

    /// Killed between messages, in each phase that a party reports.
    @Test
    void aPartyThatEndsInAnyPhaseGoesOnWhereItWas() throws Exception {
        for (Progress.Phase phase : Progress.Phase.values()) {
            DiskSet x = set("x", numbered(0, 500));
            DiskSet y = set("y", numbered(250, 700));
            int[] seen = {0};
            Progress dying = (at, _, _) -> {
                if (at == phase && ++seen[0] == 2) {
                    throw new PoyangException(KernelErrors.PEER_LOST, "killed", "run again");
                }
            };
            assertThrows(
                    ExecutionException.class,
                    () -> run(CollisionProtocol.VOLE, x, y, new TwoParties(), 7, dying),
                    phase::toString);
            assertEquals(
                    rows(250, 500),
                    run(CollisionProtocol.VOLE, x, y, new TwoParties(), 8, Runs.QUIET)
                            .rows());
        }
    }

    /// The sender, against a receiver that is not trusted.
    @Test
    void aSenderThatEndsInAnyPhaseGoesOnWhereItWas() throws Exception {
        for (Progress.Phase phase : Progress.Phase.values()) {
            DiskSet x = set("x", numbered(0, 500));
            DiskSet y = set("y", numbered(250, 700));
            int[] seen = {0};
            Progress dying = (at, _, _) -> {
                if (at == phase && ++seen[0] == 2) {
                    throw new PoyangException(KernelErrors.PEER_LOST, "killed", "run again");
                }
            };
            CollisionProtocol protocol = CollisionProtocol.VOLE_MALICIOUS;
            assertThrows(
                    ExecutionException.class,
                    () -> run(protocol, x, y, new TwoParties(), 12, Runs.QUIET, dying),
                    phase::toString);
            DiskSet again = DiskSet.open(folder.resolve("y"), "y").orElseThrow();
            assertEquals(
                    rows(250, 500),
                    run(protocol, x, again, new TwoParties(), 13, Runs.QUIET).rows(),
                    phase::toString);
        }
    }

    /// Every file of an interrupted run is needed as it was.
    @Test
    void whatWasChangedOnDiskIsRefused() throws Exception {
        DiskSet x = set("x", numbered(0, 500));
        DiskSet y = set("y", numbered(250, 700));
        int[] seen = {0};
        Progress dying = (at, _, _) -> {
            if (at == Progress.Phase.EXCHANGING && ++seen[0] == 2) {
                throw new PoyangException(KernelErrors.PEER_LOST, "killed", "run again");
            }
        };
        assertThrows(ExecutionException.class, () -> run(CollisionProtocol.VOLE, x, y, new TwoParties(), 9, dying));
        DiskSet found = DiskSet.open(folder.resolve("x"), "x").orElseThrow();
        for (String name : List.of("checkpoint", "bucket-1", "matches-0")) {
            Path file = folder.resolve("x").resolve(name);
            byte[] content = Files.readAllBytes(file);
            byte[] changed = content.clone();
            changed[changed.length / 2] ^= 1;
            Files.write(file, changed);
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> run(CollisionProtocol.VOLE, found, y, new TwoParties(), 10, Runs.QUIET),
                    name);
            assertEquals(
                    Checkpoint.DAMAGED,
                    assertInstanceOf(PoyangException.class, refused.getCause()).code(),
                    name);
            Files.write(file, content);
        }
        assertEquals(
                rows(250, 500),
                run(CollisionProtocol.VOLE, found, y, new TwoParties(), 11, Runs.QUIET)
                        .rows());
        try (Stream<Path> files = Files.list(folder.resolve("x"))) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith(".part")));
        }
    }
}
