package poyang.crypto.storage;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.BooleanSupplier;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.RandomSource;

/// Sealing and storage at rest beside the same work in clear; argument: a folder on the disk to measure.
///
/// Candidates take turns; a turn is one call; two rounds warm, the median of the next seven counts, in wall
/// time with the thread's CPU time beside it. Files are read through the operating system's cache.
final class StorageBench {
    private static final int ROUNDS = 9;
    private static final int WARM_ROUNDS = 2;
    private static final int STREAM_BYTES = 64 << 20;
    private static final int FILE_BYTES = 64 << 20;
    private static final int ACCESSES = 10_000;
    private static final int BLOCK = 4096;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final RandomSource random = new SeededRandom(new byte[32], "storage-bench");
    private final Random places = new Random(7);
    private final Path folder;
    private final List<Candidate> candidates = new ArrayList<>();

    /// @param bytes content moved by one call
    private record Candidate(String name, double bytes, Work work, List<Long> wall, List<Long> cpu) {}

    private interface Work {
        void run() throws IOException;
    }

    private StorageBench(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        StorageBench bench = new StorageBench(Files.createTempDirectory(Path.of(arguments[0]), "storage-bench"));
        bench.streams();
        bench.files();
        try (StorageKey storage = StorageKey.openOrCreate(
                bench.folder.resolve("storage.key"), "storage bench".toCharArray(), bench.random)) {
            bench.pages(storage);
            bench.values(storage);
            bench.measure();
        }
        try (var left = Files.list(bench.folder)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(bench.folder);
    }

    private void add(String name, double bytes, Work work) {
        candidates.add(new Candidate(name, bytes, work, new ArrayList<>(), new ArrayList<>()));
    }

    private void measure() throws IOException {
        for (int round = 0; round < ROUNDS; round++) {
            for (Candidate candidate : candidates) {
                long cpu = THREADS.getCurrentThreadCpuTime();
                long wall = System.nanoTime();
                candidate.work.run();
                if (round >= WARM_ROUNDS) {
                    candidate.wall.add(System.nanoTime() - wall);
                    candidate.cpu.add(THREADS.getCurrentThreadCpuTime() - cpu);
                }
            }
        }
        for (Candidate each : candidates) {
            double wall = median(each.wall);
            double cpu = median(each.cpu);
            System.out.printf(
                    Locale.ROOT,
                    "%-46s %9.0f MB/s wall %9.0f MB/s CPU %9.2f us per 4 KiB%n",
                    each.name,
                    each.bytes * 1000 / wall,
                    each.bytes * 1000 / cpu,
                    wall / 1000 / (each.bytes / BLOCK));
        }
    }

    private static double median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /// In memory, so that the disk does not count.
    private void streams() throws IOException {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        byte[] content = random.bytes(STREAM_BYTES);
        byte[] sm4 = random.bytes(Sm4Gcm.KEY_BYTES);
        byte[] nonce = random.bytes(Sm4Gcm.NONCE_BYTES);
        byte[] chunk = Arrays.copyOf(content, 1 << 16);
        add("SM4-GCM alone, chunks of 64 KiB", STREAM_BYTES, () -> {
            for (int at = 0; at < STREAM_BYTES; at += chunk.length) {
                Sm4Gcm.encrypt(sm4, nonce, new byte[0], chunk);
            }
        });
        add("seal a stream", STREAM_BYTES, () -> seal(OutputStream.nullOutputStream(), key, content));
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        seal(whole, key, content);
        byte[] closed = whole.toByteArray();
        byte[] buffer = new byte[1 << 16];
        add("open a stream", STREAM_BYTES, () -> {
            try (InputStream in = SealedFile.open(new ByteArrayInputStream(closed), key, new byte[0])) {
                require(() -> drained(in, buffer));
            }
        });
    }

    private void seal(OutputStream out, Sm2PrivateKey key, byte[] content) throws IOException {
        try (SealingStream stream = SealedFile.seal(out, List.of(key.publicKey()), new byte[0], random)) {
            stream.write(content);
            stream.finish();
        }
    }

    private static boolean drained(InputStream in, byte[] buffer) {
        try {
            long total = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                total += read;
            }
            return total == STREAM_BYTES;
        } catch (IOException e) {
            return false;
        }
    }

    private static void require(BooleanSupplier fact) {
        if (!fact.getAsBoolean()) {
            throw new IllegalStateException("the bench's own work went wrong");
        }
    }

    /// From disk to disk, synced.
    private void files() throws IOException {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        Path plain = folder.resolve("plain");
        Path closed = folder.resolve("closed");
        Path opened = folder.resolve("opened");
        Path copy = folder.resolve("copy");
        Files.write(plain, random.bytes(FILE_BYTES));
        add("copy a file, synced", FILE_BYTES, () -> {
            Files.deleteIfExists(copy);
            Files.copy(plain, copy);
            try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        });
        add("seal a file (resumable: content hashed first)", FILE_BYTES, () -> {
            Files.deleteIfExists(closed);
            SealedFile.sealFile(plain, closed, List.of(key.publicKey()), new byte[0], random);
        });
        add("open a file", FILE_BYTES, () -> {
            Files.deleteIfExists(opened);
            SealedFile.openFile(closed, opened, key, new byte[0]);
        });
    }

    private void pages(StorageKey storage) throws IOException {
        FileChannel plain = FileChannel.open(
                folder.resolve("pages.plain"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Path file = folder.resolve("pages");
        Path keyFile = folder.resolve("pages.key");
        AtRestFile closed = AtRestFile.open(file, storage.dataKey(keyFile, "bench", random), random);
        byte[] block = random.bytes(BLOCK);
        for (long at = 0; at < FILE_BYTES; at += BLOCK) {
            plain.write(ByteBuffer.wrap(block), at);
            closed.write(ByteBuffer.wrap(block), at);
        }
        closed.force();
        ByteBuffer into = ByteBuffer.allocate(BLOCK);
        add("read 4 KiB anywhere, plain", (double) ACCESSES * BLOCK, () -> {
            for (int i = 0; i < ACCESSES; i++) {
                plain.read(into.clear(), place());
            }
        });
        add("read 4 KiB anywhere, at rest", (double) ACCESSES * BLOCK, () -> {
            for (int i = 0; i < ACCESSES; i++) {
                closed.read(into.clear(), place());
            }
        });
        add("write 4 KiB anywhere, force each 256, plain", (double) ACCESSES * BLOCK, () -> {
            for (int i = 1; i <= ACCESSES; i++) {
                plain.write(ByteBuffer.wrap(block), place());
                if (i % 256 == 0) {
                    plain.force(false);
                }
            }
        });
        add("write 4 KiB anywhere, force each 256, at rest", (double) ACCESSES * BLOCK, () -> {
            for (int i = 1; i <= ACCESSES; i++) {
                closed.write(ByteBuffer.wrap(block), place());
                if (i % 256 == 0) {
                    closed.force();
                }
            }
        });
        Path other = folder.resolve("checked");
        Path otherKey = folder.resolve("checked.key");
        try (AtRestFile checked = AtRestFile.open(other, storage.dataKey(otherKey, "bench", random), random)) {
            for (long at = 0; at < FILE_BYTES; at += BLOCK) {
                checked.write(ByteBuffer.wrap(block), at);
            }
            checked.force();
        }
        add(
                "open a file at rest (checks all pages)",
                FILE_BYTES,
                () -> AtRestFile.open(other, storage.dataKey(otherKey, "bench", random), random)
                        .close());
    }

    private long place() {
        return (long) places.nextInt(FILE_BYTES / BLOCK) * BLOCK;
    }

    private void values(StorageKey storage) {
        SealedValues values = SealedValues.open(storage.dataKey(folder.resolve("values.key"), "bench", random), random);
        byte[] itemKey = random.bytes(32);
        byte[] value = random.bytes(300);
        byte[] closed = values.seal("bench", itemKey, value);
        add("seal values of 300 bytes", (double) ACCESSES * value.length, () -> {
            for (int i = 0; i < ACCESSES; i++) {
                values.seal("bench", itemKey, value);
            }
        });
        add("open values of 300 bytes", (double) ACCESSES * value.length, () -> {
            for (int i = 0; i < ACCESSES; i++) {
                require(() -> values.open("bench", itemKey, closed).length == value.length);
            }
        });
    }
}
