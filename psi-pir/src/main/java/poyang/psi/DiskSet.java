package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// One party's set of keys on disk, as 192-bit digests with the rows that they came from: no object for a
/// key, and memory that does not grow with the set. Repeated keys are dropped, the first row stays.
///
/// Digests are SM3(domain ‖ key) cut to 24 bytes. Two of n keys meet with probability below n²·2^-193; whoever brings
/// two keys of one digest needs 2^96 steps to find them, and has one key that stands for two.
public final class DiskSet {
    static final int PARTS = 256;
    private static final int RECORD_WORDS = 4;
    private static final int RECORD_BYTES = RECORD_WORDS * Long.BYTES;
    private static final byte[] KEY_DOMAIN = "poyang.psi.key.v1".getBytes(StandardCharsets.US_ASCII);
    private static final String DOMAIN = "poyang.psi.disk-set.v1";
    private static final String FILES = "keys";
    private static final String NAME = "set";
    /// Keys of one length are hashed side by side.
    private static final int BATCHED_BYTES = 64;

    private static final int BATCH = 64;

    private final DiskFolder folder;
    private final long size;
    private final long rowsRead;
    private final List<byte[]> digests;
    /// Made now, and not found as an earlier run had left it.
    private final boolean fresh;

    private DiskSet(DiskFolder folder, boolean fresh, long size, long rowsRead, List<byte[]> digests) {
        this.folder = folder;
        this.fresh = fresh;
        this.size = size;
        this.rowsRead = rowsRead;
        this.digests = List.copyOf(digests);
    }

    /// Fills a set.
    public static final class Writer {
        private final DiskFolder folder;
        private final String source;
        private final Parts parts;
        private long rowsRead;
        /// For keys of each length up to {@link #BATCHED_BYTES} those that wait to be hashed, domains before them.
        private final byte[][] waiting = new byte[BATCHED_BYTES + 1][];

        private final long[][] waitingRows = new long[BATCHED_BYTES + 1][];
        private final int[] waitingKeys = new int[BATCHED_BYTES + 1];

        private Writer(DiskFolder folder, String source) {
            this.folder = folder;
            this.source = source;
            parts = new Parts(folder, FILES, PARTS, RECORD_WORDS);
        }

        /// Reads the next row's key; an empty one is none.
        public void add(byte[] key) {
            add(key, key.length);
        }

        /// Reads the next row's key, the first `length` bytes; of 0 bytes for none. Equal keys keep their order.
        public void add(byte[] key, int length) {
            long row = rowsRead++;
            if (length > BATCHED_BYTES) {
                put(Sm3.digest(KEY_DOMAIN, Arrays.copyOf(key, length)), 0, row);
            } else if (length > 0) {
                int message = KEY_DOMAIN.length + length;
                if (waitingKeys[length] == 0 && waitingRows[length] == null) {
                    waiting[length] = new byte[BATCH * message];
                    waitingRows[length] = new long[BATCH];
                }
                int at = waitingKeys[length]++;
                System.arraycopy(KEY_DOMAIN, 0, waiting[length], at * message, KEY_DOMAIN.length);
                System.arraycopy(key, 0, waiting[length], at * message + KEY_DOMAIN.length, length);
                waitingRows[length][at] = row;
                if (at + 1 == BATCH) {
                    hash(length);
                }
            }
        }

        private void hash(int length) {
            int count = waitingKeys[length];
            byte[] digests = Sm3.digestMany(waiting[length], KEY_DOMAIN.length + length, count);
            for (int i = 0; i < count; i++) {
                put(digests, i * Sm3.DIGEST_BYTES, waitingRows[length][i]);
            }
            waitingKeys[length] = 0;
        }

        private void put(byte[] digests, int at, long row) {
            long first = Octets.get(digests, at, 8);
            parts.put(
                    (int) (first >>> 56), first, Octets.get(digests, at + 8, 8), Octets.get(digests, at + 16, 8), row);
        }

        /// Drops repeated keys and completes the set.
        public DiskSet finish() {
            for (int length = 1; length <= BATCHED_BYTES; length++) {
                if (waitingKeys[length] > 0) {
                    hash(length);
                }
            }
            parts.finish();
            long size = 0;
            List<byte[]> digests = new ArrayList<>();
            for (int part = 0; part < PARTS; part++) {
                String file = Parts.file(FILES, part);
                byte[] once = once(folder.read(file));
                folder.write(file, once);
                size += once.length / RECORD_BYTES;
                digests.add(Run.digest(once));
            }
            folder.replace(
                    NAME,
                    new CanonicalWriter(DOMAIN)
                            .text(source)
                            .u64(size)
                            .u64(rowsRead)
                            .list(digests, CanonicalWriter::bytes)
                            .toArray());
            return new DiskSet(folder, true, size, rowsRead, digests);
        }
    }

    /// Each digest's first record.
    private static byte[] once(byte[] records) {
        int count = records.length / RECORD_BYTES;
        int[] slots = new int[Integer.highestOneBit(Math.max(1, count)) * 4];
        int kept = 0;
        for (int i = 0; i < count; i++) {
            long third = Octets.get(records, i * RECORD_BYTES + 16, 8);
            int slot = (int) (third >>> 32) & (slots.length - 1);
            while (slots[slot] != 0 && !equal(records, slots[slot] - 1, i)) {
                slot = (slot + 1) & (slots.length - 1);
            }
            if (slots[slot] == 0) {
                System.arraycopy(records, i * RECORD_BYTES, records, kept * RECORD_BYTES, RECORD_BYTES);
                slots[slot] = ++kept;
            }
        }
        return Arrays.copyOf(records, kept * RECORD_BYTES);
    }

    private static boolean equal(byte[] records, int one, int other) {
        int a = one * RECORD_BYTES;
        int b = other * RECORD_BYTES;
        return Arrays.equals(records, a, a + RECORD_BYTES - 8, records, b, b + RECORD_BYTES - 8);
    }

    /// Begins a set in a folder of its own, which only its owner may read.
    ///
    /// @param source what the keys are read from, in its present state
    public static Writer create(Path folder, String source) {
        return create(DiskFolder.plain(folder), source);
    }

    /// The same in any folder.
    public static Writer create(DiskFolder folder, String source) {
        folder.delete(NAME);
        Checkpoint.forget(folder);
        return new Writer(folder, source);
    }

    /// The set that an earlier run completed in this folder from the same source.
    public static Optional<DiskSet> open(Path folder, String source) {
        DiskFolder plain = DiskFolder.plain(folder);
        if (!plain.has(NAME)) {
            return Optional.empty();
        }
        byte[] content = plain.replaced(NAME);
        CanonicalReader in = new CanonicalReader(DOMAIN, content);
        boolean same = in.text(content.length).equals(source);
        long size = in.u64();
        long rowsRead = in.u64();
        List<byte[]> digests = Checkpoint.digests(in);
        in.end();
        return same ? Optional.of(new DiskSet(plain, false, size, rowsRead, digests)) : Optional.empty();
    }

    DiskFolder folder() {
        return folder;
    }

    boolean fresh() {
        return fresh;
    }

    /// How many different keys there are.
    public long size() {
        return size;
    }

    /// Rows read, those without a key and repeated ones included.
    public long rowsRead() {
        return rowsRead;
    }

    /// The rows that keys came from first.
    public BitSet firstRows() {
        BitSet rows = new BitSet();
        for (int part = 0; part < PARTS; part++) {
            byte[] records = folder.read(Parts.file(FILES, part), digests.get(part));
            for (int at = RECORD_BYTES - Long.BYTES; at < records.length; at += RECORD_BYTES) {
                rows.set(Math.toIntExact(Octets.get(records, at, Long.BYTES)));
            }
        }
        return rows;
    }

    /// A digest of the whole set, salted: says nothing of the keys.
    byte[] commitment(byte[] salt) {
        Sm3 hash = new Sm3().update(salt);
        digests.forEach(hash::update);
        return hash.digest();
    }

    /// The keys of one part under a run's seed, and their rows.
    @SuppressWarnings("ArrayRecordComponent") // handed over once, inside the package
    record Part(Items items, long[] rows) {}

    Part part(int part, byte[] seed, Workers workers) {
        byte[] records = folder.read(Parts.file(FILES, part), digests.get(part));
        int count = records.length / RECORD_BYTES;
        long[] rows = new long[count];
        for (int i = 0; i < count; i++) {
            rows[i] = Octets.get(records, i * RECORD_BYTES + RECORD_BYTES - 8, 8);
        }
        Items.Keys keys = (i, out, at, room) -> {
            System.arraycopy(records, i * RECORD_BYTES, out, at, RECORD_BYTES - 8);
            return RECORD_BYTES - 8;
        };
        return new Part(Items.hash(keys, count, seed, workers), rows);
    }

    @Override
    public String toString() {
        return "DiskSet[" + size + " keys]";
    }
}
