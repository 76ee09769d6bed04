package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// Runs that go on with sets that were read again, as jobs do: checkpoints apart from the sets, everything sealed.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class DiskResumeTest {
    private static final int BUCKET_KEYS = 200;
    private static final int BUCKETS = 3;

    @TempDir
    Path folder;

    /// One party: its keys as last read, and what it keeps over attempts.
    private final class Party {
        private final String name;
        private final DiskFolder kept;
        private int reads;
        private DiskKeys keys;

        Party(String name, int from, int to) {
            this.name = name;
            kept = DiskFolder.sealed(folder.resolve(name + "-kept"), key(name), Runs.seed(1, name));
            keys = read(from, to);
        }

        DiskKeys read(int from, int to) {
            DiskFolder place = DiskFolder.sealed(
                    folder.resolve(name + "-" + reads++), key(name + reads), Runs.seed(reads, name + " nonces"));
            DiskKeys.Writer writer = new DiskKeys.Writer(place);
            for (int i = from; i < to; i++) {
                byte[] key = ("key " + i).getBytes(StandardCharsets.UTF_8);
                writer.add(key, key.length);
            }
            keys = writer.finish();
            return keys;
        }
    }

    private static byte[] key(String name) {
        return Runs.seed(0, name).bytes(16);
    }

    private record Outcome(Set<Long> rows, long bytes) {}

    private static Outcome run(CollisionProtocol protocol, Party x, Party y, long seed, Progress receivers)
            throws Exception {
        TwoParties parties = new TwoParties();
        RecordedNetwork left = new RecordedNetwork(parties.left());
        CollisionSession receiving =
                new CollisionSession(left, TwoParties.RIGHT, Runs.seed(seed, "receiver"), receivers);
        CollisionSession sending =
                new CollisionSession(parties.right(), TwoParties.LEFT, Runs.seed(seed, "sender"), Runs.QUIET);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            BucketWork work = BucketWork.oneByOne(BUCKET_KEYS);
            CompletableFuture<DiskCollision.Sent> sender = CompletableFuture.supplyAsync(
                    () -> DiskCollision.send(protocol, y.keys.set(), y.kept, sending, work), threads);
            CompletableFuture<DiskCollision.Found> receiver = CompletableFuture.supplyAsync(
                    () -> DiskCollision.receive(protocol, x.keys.set(), x.kept, receiving, work), threads);
            CompletableFuture<DiskCollision.Sent> _ =
                    sender.whenComplete((_, failure) -> endOn(failure != null, parties));
            CompletableFuture<DiskCollision.Found> _ =
                    receiver.whenComplete((_, failure) -> endOn(failure != null, parties));
            DiskCollision.Found found = receiver.get(60, TimeUnit.SECONDS);
            assertEquals(x.keys.set().size(), sender.get(60, TimeUnit.SECONDS).peerKeys());
            assertEquals(
                    found.exchanged().transcript(), sender.join().exchanged().transcript());
            TreeSet<Long> rows = new TreeSet<>();
            assertEquals(found.rows(rows::add), rows.size());
            return new Outcome(rows, left.bytesSent() + left.bytesReceived());
        }
    }

    private static void endOn(boolean failed, TwoParties parties) {
        if (failed) {
            parties.end();
        }
    }

    private static Set<Long> rows(int from, int to) {
        TreeSet<Long> rows = new TreeSet<>();
        for (long i = from; i < to; i++) {
            rows.add(i);
        }
        return rows;
    }

    /// Ends the receiver when it has done so many buckets.
    private static Progress endAfter(int buckets) {
        return (phase, done, total) -> {
            if (phase == Progress.Phase.MATCHING && total == BUCKETS && done == buckets) {
                throw new PoyangException(KernelErrors.PEER_LOST, "killed", "run again");
            }
        };
    }

    private void broken(CollisionProtocol protocol, Party x, Party y, int buckets, long seed) {
        assertThrows(ExecutionException.class, () -> run(protocol, x, y, seed, endAfter(buckets)));
    }

    @Test
    void goesOnWithTheSameRowsReadAgain() throws Exception {
        for (CollisionProtocol protocol : List.of(CollisionProtocol.VOLE, CollisionProtocol.VOLE_MALICIOUS)) {
            Party x = new Party("x" + protocol, 0, 500);
            Party y = new Party("y" + protocol, 250, 700);
            Outcome whole = run(
                    protocol, new Party("p" + protocol, 0, 500), new Party("q" + protocol, 250, 700), 1, Runs.QUIET);
            broken(protocol, x, y, 2, 2);
            x.read(0, 500);
            y.read(250, 700);
            Outcome resumed = run(protocol, x, y, 3, Runs.QUIET);
            assertEquals(whole.rows(), resumed.rows());
            assertEquals(rows(250, 500), resumed.rows());
            assertTrue(resumed.bytes() < whole.bytes() * 2 / 3, resumed.bytes() + " of " + whole.bytes() + " bytes");
        }
    }

    /// Whoever has other rows begins anew, whichever side it is, and nothing of the old run is in the answer.
    @Test
    void otherRowsBeginAnew() throws Exception {
        Party x = new Party("x", 0, 500);
        Party y = new Party("y", 250, 700);
        broken(CollisionProtocol.VOLE, x, y, 2, 4);
        y.read(300, 700);
        assertEquals(
                rows(300, 500), run(CollisionProtocol.VOLE, x, y, 5, Runs.QUIET).rows());
        broken(CollisionProtocol.VOLE, new Party("u", 0, 500), new Party("v", 250, 700), 2, 6);
        x.read(0, 499);
        assertEquals(
                rows(300, 499), run(CollisionProtocol.VOLE, x, y, 7, Runs.QUIET).rows());
    }

    private static void refused(ExecutionException failure, String why) {
        PoyangException cause = assertInstanceOf(PoyangException.class, failure.getCause());
        assertTrue(
                cause.code().equals(KernelErrors.PEER_MISBEHAVED)
                        && cause.wrong().contains(why),
                cause.wrong());
    }

    /// A party that goes on from a checkpoint with another set than it had committed to, or would have more than one
    /// bucket again, is refused.
    @Test
    void aPartyThatWouldRunDoneBucketsAgainIsRefused() throws Exception {
        Party x = new Party("x", 0, 500);
        Party y = new Party("y", 250, 700);
        broken(CollisionProtocol.VOLE, x, y, 2, 8);
        Checkpoint before = Checkpoint.read(y.kept).orElseThrow();
        y.read(0, 450);
        byte[] salt = before.sets().salt();
        byte[] own = y.keys.set().commitment(salt);
        assertNotEquals(Bytes.wrap(own), Bytes.wrap(before.sets().own()));
        new Checkpoint(
                        before.opening(),
                        before.seed(),
                        before.peerKeys(),
                        new Checkpoint.Sets(salt, own, before.sets().peer(), BUCKET_KEYS),
                        before.lines(),
                        List.of(),
                        before.matches())
                .write(y.kept);
        refused(
                assertThrows(ExecutionException.class, () -> run(CollisionProtocol.VOLE, x, y, 9, Runs.QUIET)),
                "another set");
        y.read(250, 700);
        before.backTo(0).write(y.kept);
        refused(
                assertThrows(ExecutionException.class, () -> run(CollisionProtocol.VOLE, x, y, 10, Runs.QUIET)),
                "0 buckets, of 2");
        before.write(y.kept);
        assertEquals(
                rows(250, 500),
                run(CollisionProtocol.VOLE, x, y, 11, Runs.QUIET).rows());
    }

    /// What is saved of a checkpoint goes on elsewhere.
    @Test
    void aSavedCheckpointGoesOnInAnotherFolder() throws Exception {
        Party x = new Party("x", 0, 500);
        Party y = new Party("y", 250, 700);
        ByteArrayOutputStream nothing = new ByteArrayOutputStream();
        DiskCollision.save(x.kept, nothing);
        assertEquals(0, nothing.size());
        broken(CollisionProtocol.VOLE, x, y, 2, 12);
        ByteArrayOutputStream saved = new ByteArrayOutputStream();
        DiskCollision.save(x.kept, saved);
        Party elsewhere = new Party("z", 0, 500);
        DiskCollision.restore(elsewhere.kept, new ByteArrayInputStream(saved.toByteArray()));
        Outcome resumed = run(CollisionProtocol.VOLE, elsewhere, y, 13, Runs.QUIET);
        assertEquals(rows(250, 500), resumed.rows());
        Outcome whole = run(CollisionProtocol.VOLE, new Party("a", 0, 500), new Party("b", 250, 700), 14, Runs.QUIET);
        assertTrue(resumed.bytes() < whole.bytes() * 2 / 3);
    }

    @Test
    void damagedCheckpointsAreForgottenWhereThatIsAskedFor() throws Exception {
        Party x = new Party("x", 0, 500);
        Party y = new Party("y", 250, 700);
        broken(CollisionProtocol.VOLE, x, y, 2, 15);
        DiskCollision.forgetDamaged(x.kept);
        assertTrue(Checkpoint.read(x.kept).isPresent());
        Path file = folder.resolve("x-kept").resolve("matches-0");
        byte[] content = Files.readAllBytes(file);
        content[content.length - 1] ^= 1;
        Files.write(file, content);
        DiskCollision.forgetDamaged(x.kept);
        assertTrue(Checkpoint.read(x.kept).isEmpty());
        assertEquals(
                rows(250, 500),
                run(CollisionProtocol.VOLE, x, y, 16, Runs.QUIET).rows());
    }

    private static List<String> lines() {
        List<String> keys = new ArrayList<>(List.of("", "b", "a", "b", "", "long ".repeat(40_000), "a", "c"));
        for (int i = 0; i < 9_000; i++) {
            keys.add("a key of some length " + i % 7_000);
        }
        return keys;
    }

    /// Root and mark as of keys in memory, and no key readable on disk.
    @Test
    void commitsToTheSameAsInMemory() throws IOException {
        KeySet inMemory = new KeySet(IdentifierRule.TEXT);
        DiskKeys.Writer writer =
                new DiskKeys.Writer(DiskFolder.sealed(folder.resolve("s"), key("s"), Runs.seed(1, "s")));
        for (String line : lines()) {
            byte[] key = line.getBytes(StandardCharsets.UTF_8);
            int _ = inMemory.readKey(key, key.length);
            writer.add(key, key.length);
        }
        assertEquals(lines().size(), writer.rows());
        DiskKeys onDisk = writer.finish();
        assertEquals(inMemory.size(), onDisk.set().size());
        assertEquals(Commitments.input(inMemory, Runs.seed(3, "salts")), onDisk.inputRoot(Runs.seed(3, "salts")));
        assertEquals(Commitments.versionMark(inMemory, key("m")), onDisk.versionMark(key("m")));
        List<String> read = new ArrayList<>();
        onDisk.each((row, key, length) -> {
            String text = new String(key, 0, length, StandardCharsets.UTF_8);
            assertEquals(lines().get((int) row), text);
            read.add(text);
        });
        assertEquals(inMemory.size(), read.size());
        try (Stream<Path> files = Files.list(folder.resolve("s"))) {
            for (Path file : files.toList()) {
                assertTrue(
                        !Files.readString(file, StandardCharsets.ISO_8859_1).contains("some length"), file.toString());
            }
        }
    }

    /// Chunks of a sealed file that are changed, swapped, cut or moved.
    @Test
    void sealedFilesOpenOnlyAsTheyWere() throws IOException {
        DiskFolder sealed = DiskFolder.sealed(folder.resolve("s"), key("s"), Runs.seed(1, "s"));
        byte[] one = {1, 2, 3};
        byte[] two = {4, 5, 6};
        sealed.append("f", 0, one, one.length);
        sealed.append("f", 1, two, two.length);
        assertEquals(Bytes.wrap(new byte[] {1, 2, 3, 4, 5, 6}), Bytes.wrap(sealed.read("f")));
        Path file = folder.resolve("s").resolve("f");
        byte[] good = Files.readAllBytes(file);
        int half = good.length / 2;
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            Files.write(file, bad);
            damaged(() -> sealed.read("f"));
        }
        byte[] swapped = new byte[good.length];
        System.arraycopy(good, half, swapped, 0, half);
        System.arraycopy(good, 0, swapped, half, half);
        Files.write(file, swapped);
        damaged(() -> sealed.read("f"));
        Files.write(file, java.util.Arrays.copyOf(good, half - 1));
        damaged(() -> sealed.read("f"));
        Files.write(file, good);
        Files.move(file, file.resolveSibling("g"));
        damaged(() -> sealed.read("g"));
        damaged(() -> sealed.read("f"));
    }

    private static void damaged(org.junit.jupiter.api.function.Executable read) {
        assertEquals(
                Checkpoint.DAMAGED, assertThrows(PoyangException.class, read).code());
    }
}
