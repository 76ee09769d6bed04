package poyang.chain.ledger;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// What updates of a large state cost: `--keys N --updates M [--folder F] [--json]`. Grows a ledger, with
/// everything on it sealed as in a node, to 1e5, 1e6, … and at last N keys of 100-octet values, and at
/// each size measures blocks of M random updates: CPU until they are hashed (roots known), CPU until they
/// are durable (with all background work of the store), octets written; then proofs and reads of older
/// states, warm. A folder that is named is kept, and grown further the next time.
final class StateBench {
    private static final int GROWTH = 1_000_000;
    private static final int STEP = 250_000;
    private static final int NUMBER_BITS = 26;
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 5;
    private static final int READS = 20_000;

    private final Chain chain = new Chain();
    private final Ledger ledger;
    private final int updates;
    private final Random random;
    private long keys;

    private StateBench(Path folder, int updates) {
        ledger = chain.open(folder);
        // A kept folder must not get the values that it has: they would change nothing.
        random = new Random(ledger.height());
        this.updates = updates;
        keys = ledger.head()
                .get(Chain.CONTRACT, "count")
                .map(Bytes::utf8)
                .map(Long::parseLong)
                .orElse(0L);
    }

    public static void main(String[] arguments) throws IOException {
        List<String> given = Arrays.asList(arguments);
        long keys = Long.parseLong(option(given, "--keys", "10000000"));
        int updates = Integer.parseInt(option(given, "--updates", "50000"));
        String named = option(given, "--folder", "");
        Path folder = named.isEmpty()
                ? Files.createTempDirectory("poyang-state-bench")
                : Files.createDirectories(Path.of(named));
        StateBench bench = new StateBench(folder, updates);
        try {
            List<Figures> all = new ArrayList<>();
            for (long size : sizes(keys, bench.keys)) {
                bench.grow(size);
                all.add(bench.measure());
                System.err.println(all.getLast().line());
            }
            if (given.contains("--json")) {
                System.out.println("["
                        + String.join(",\n ", all.stream().map(Figures::json).toList()) + "]");
            }
        } finally {
            bench.ledger.close();
            if (named.isEmpty()) {
                delete(folder);
            }
        }
    }

    private static SortedSet<Long> sizes(long keys, long present) {
        TreeSet<Long> sizes = new TreeSet<>();
        for (long size = 100_000; size < keys; size *= 10) {
            if (size > present) {
                sizes.add(size);
            }
        }
        sizes.add(Math.max(keys, present));
        return sizes;
    }

    private static String option(List<String> given, String name, String otherwise) {
        int at = given.indexOf(name);
        return at >= 0 && at + 1 < given.size() ? given.get(at + 1) : otherwise;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static String key(long number) {
        return String.format(Locale.ROOT, "account/%010d", number);
    }

    private Bytes value() {
        byte[] value = new byte[100];
        random.nextBytes(value);
        return Bytes.wrap(value);
    }

    /// Adds keys in the order of their hashes, so that each part of the tree is written once.
    private void grow(long size) {
        long first = keys;
        long[] order = new long[Math.toIntExact(size - first)];
        for (int from = 0; from < order.length; from += GROWTH) {
            int count = Math.min(GROWTH, order.length - from);
            List<Bytes> messages = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                messages.add(new StateKey(Chain.CONTRACT, key(first + from + i)).message());
            }
            List<Bytes> hashes = CryptoSuite.SM.hashAll(messages);
            for (int i = 0; i < count; i++) {
                long beginning = new RecordReader(hashes.get(i)).u64();
                order[from + i] = beginning >>> NUMBER_BITS + 1 << NUMBER_BITS | from + i;
            }
        }
        Arrays.sort(order);
        ledger.store().loading(order.length > STEP);
        int present = 0;
        while (present < order.length && isPresent(first, order[Math.min(present + STEP, order.length) - 1])) {
            present = Math.min(present + STEP, order.length);
        }
        keys += present;
        for (int from = present; from < order.length; from += GROWTH) {
            int count = Math.min(GROWTH, order.length - from);
            keys += count;
            StateOverlay overlay = ledger.overlay();
            overlay.begin();
            for (int i = from; i < from + count; i++) {
                overlay.put(Chain.CONTRACT, key(numbered(first, order[i])), value());
            }
            if (keys == size) {
                overlay.put(Chain.CONTRACT, "count", Bytes.utf8(Long.toString(keys)));
            }
            overlay.accept();
            commit(prepare(overlay));
        }
        ledger.store().loading(false);
    }

    /// A run that was ended while it grew a folder leaves some of the keys.
    private boolean isPresent(long first, long ordered) {
        return ledger.head().get(Chain.CONTRACT, key(numbered(first, ordered))).isPresent();
    }

    private static long numbered(long first, long ordered) {
        return first + (ordered & (1L << NUMBER_BITS) - 1);
    }

    private PreparedBlock prepare(StateOverlay overlay) {
        byte[] id = Sm3.digest(new RecordWriter().u64(ledger.height() + 1).toArray());
        TransactionLeaf leaf = new TransactionLeaf(Bytes.wrap(id), Bytes.wrap(new byte[64]), 0);
        return ledger.prepare(
                overlay,
                List.of(new LedgerTransaction(
                        leaf,
                        leaf.transactionId(CryptoSuite.SM),
                        "taxation/owner",
                        Bytes.wrap(id).slice(0, 16))),
                List.of(Bytes.wrap(id)));
    }

    private void commit(PreparedBlock block) {
        ledger.commit(
                chain.header(ledger, block), block, new OrderedMark(2 * block.height(), Bytes.wrap(new byte[32])));
    }

    private Figures measure() {
        settle();
        for (int i = 0; i < WARM_UP; i++) {
            update(new long[2]);
        }
        settle();
        long[] cpu = new long[2];
        long bytesFrom = written();
        long allFrom = cpu();
        for (int i = 0; i < ROUNDS; i++) {
            update(cpu);
        }
        settle();
        double all = (cpu() - allFrom) / 1e9 / ROUNDS;
        long bytes = (written() - bytesFrom) / ROUNDS;
        double hashed = cpu[0] / 1e9 / ROUNDS;
        Bytes root = ledger.header(ledger.height()).orElseThrow().stateRoot();
        double[] proof = percentiles(i -> {
            String key = key(random.nextLong(keys));
            var proven = ledger.prove(Chain.CONTRACT, key, ledger.height());
            if (i % 100 == 0
                    && !proven.verify(
                            CryptoSuite.SM,
                            root,
                            Chain.CONTRACT,
                            key,
                            ledger.head().get(Chain.CONTRACT, key))) {
                throw new AssertionError("a proof does not hold");
            }
        });
        double[] past = percentiles(i -> {
            long height = ledger.height() - random.nextInt(Math.min(ROUNDS + 1, (int) ledger.height()));
            if (ledger.at(height)
                    .get(Chain.CONTRACT, key(random.nextLong(keys)))
                    .isEmpty()) {
                throw new AssertionError("a value is missing");
            }
        });
        return new Figures(
                keys,
                updates,
                hashed,
                all - hashed,
                cpu[1] / 1e9 / ROUNDS,
                bytes,
                proof[0],
                proof[1],
                past[0],
                past[1]);
    }

    private void update(long[] cpu) {
        StateOverlay overlay = ledger.overlay();
        overlay.begin();
        TreeSet<Long> chosen = new TreeSet<>();
        while (chosen.size() < Math.min(updates, keys)) {
            chosen.add(random.nextLong(keys));
        }
        chosen.forEach(i -> overlay.put(Chain.CONTRACT, key(i), value()));
        overlay.accept();
        long from = cpu();
        PreparedBlock block = prepare(overlay);
        long between = cpu();
        commit(block);
        cpu[0] += between - from;
        cpu[1] += cpu() - between;
        // What this block leaves to do must not count for the next one's hashes.
        ledger.store().rest();
    }

    /// Waits until the store's background work has come to rest.
    private void settle() {
        ledger.store().settle();
    }

    private double[] percentiles(IntConsumer read) {
        for (int i = 0; i < READS; i++) {
            read.accept(i);
        }
        long[] nanos = new long[READS];
        for (int i = 0; i < READS; i++) {
            long from = System.nanoTime();
            read.accept(1);
            nanos[i] = System.nanoTime() - from;
        }
        Arrays.sort(nanos);
        return new double[] {nanos[READS / 2] / 1e6, nanos[READS * 99 / 100] / 1e6};
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /// Octets that this process gave to the file system.
    private static long written() {
        try {
            return Files.readAllLines(Path.of("/proc/self/io")).stream()
                    .filter(line -> line.startsWith("wchar:"))
                    .mapToLong(line -> Long.parseLong(line.substring(7).trim()))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Figures(
            long keys,
            int updates,
            double hashedCpuSeconds,
            double committedCpuSeconds,
            double durableCpuSeconds,
            long writtenBytes,
            double proofMillisMedian,
            double proofMillisP99,
            double pastReadMillisMedian,
            double pastReadMillisP99) {
        String line() {
            return String.format(
                    Locale.ROOT,
                    "%,d keys: %,d updates hashed in %.2f s CPU, committed in %.2f s (%.2f until durable), %,d octets"
                            + " written; proof %.3f ms (p99 %.3f), read of an older state %.3f ms (p99 %.3f)",
                    keys,
                    updates,
                    hashedCpuSeconds,
                    committedCpuSeconds,
                    durableCpuSeconds,
                    writtenBytes,
                    proofMillisMedian,
                    proofMillisP99,
                    pastReadMillisMedian,
                    pastReadMillisP99);
        }

        String json() {
            return String.format(
                    Locale.ROOT,
                    "{\"keys\":%d,\"updates\":%d,\"hashedCpuSeconds\":%.3f,\"committedCpuSeconds\":%.3f,"
                            + "\"durableCpuSeconds\":%.3f,\"writtenBytes\":%d,\"proofMillisMedian\":%.4f,"
                            + "\"proofMillisP99\":%.4f,\"pastReadMillisMedian\":%.4f,\"pastReadMillisP99\":%.4f}",
                    keys,
                    updates,
                    hashedCpuSeconds,
                    committedCpuSeconds,
                    durableCpuSeconds,
                    writtenBytes,
                    proofMillisMedian,
                    proofMillisP99,
                    pastReadMillisMedian,
                    pastReadMillisP99);
        }
    }
}
