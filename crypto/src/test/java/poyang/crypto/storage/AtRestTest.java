package poyang.crypto.storage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

final class AtRestTest {
    private static final char[] PASSWORD = "鄱阳湖".toCharArray();
    private static final byte[] MARKER = "张三丰-362201199001011234".getBytes(StandardCharsets.UTF_8);
    private static final int PAGE = AtRestFile.PAGE_BYTES;

    private final RandomSource random = new SeededRandom(new byte[32], "at-rest-test");

    @TempDir
    Path folder;

    private Path file;
    private StorageKey storage;

    @BeforeEach
    void makeKeys() {
        file = folder.resolve("store");
        storage = StorageKey.openOrCreate(folder.resolve("storage.key"), PASSWORD, random);
    }

    private DataKey key() {
        return storage.dataKey(folder.resolve("store.key"), "test", random);
    }

    private AtRestFile open() {
        return AtRestFile.open(file, key(), random);
    }

    private static PoyangException refused(Executable work, String what) {
        PoyangException e = assertThrows(PoyangException.class, work, what);
        assertTrue(e.code().number() >= 2070 && e.code().number() < 2090, what + ": " + e);
        return e;
    }

    private static byte[] read(AtRestFile file) throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) file.size());
        int _ = file.read(all, 0);
        return all.array();
    }

    // ---- keys -----------------------------------------------------------------------------------

    @Test
    void theStorageKeyOpensWithItsPasswordAndUnchangedOnly() throws IOException {
        Path keys = folder.resolve("storage.key");
        assertEquals(storage.current(), StorageKey.open(keys, PASSWORD).current());
        storage.write(keys, PASSWORD, StorageKey.FEWEST_ITERATIONS, random);
        byte[] stored = Files.readAllBytes(keys);
        assertEquals(storage.current(), StorageKey.open(keys, PASSWORD).current());
        assertEquals(
                CryptoErrors.STORAGE_KEY_REJECTED,
                refused(() -> StorageKey.open(keys, "another".toCharArray()), "password")
                        .code());
        for (int i = 0; i < stored.length; i++) {
            byte[] bad = stored.clone();
            bad[i] ^= 1;
            Files.write(keys, bad);
            refused(() -> StorageKey.open(keys, PASSWORD), "octet " + i);
        }
        for (int length = 0; length < stored.length; length++) {
            Files.write(keys, Arrays.copyOf(stored, length));
            if (length % 24 == 8 + 4 + 16 + 12 + 16) {
                continue;
            }
            refused(() -> StorageKey.open(keys, PASSWORD), "cut to " + length);
        }
        assertFalse(storage.toString().contains(Bytes.wrap(stored).hex().substring(100)));
    }

    @Test
    void dataKeysMoveUnderANewStorageKeyWithoutTheirDataAndAreDestroyed() throws IOException {
        Path keys = folder.resolve("storage.key");
        Path wrapped = folder.resolve("store.key");
        try (AtRestFile made = open()) {
            int _ = made.write(ByteBuffer.wrap(MARKER), 10_000);
        }
        byte[] data = Files.readAllBytes(file);
        byte[] before = Files.readAllBytes(wrapped);
        for (int i = 0; i < before.length; i++) {
            byte[] bad = before.clone();
            bad[i] ^= 1;
            Files.write(wrapped, bad);
            refused(this::key, "octet " + i);
            Files.write(wrapped, Arrays.copyOf(before, i));
            refused(this::key, "cut to " + i);
        }
        Files.write(wrapped, before);
        refused(() -> storage.dataKey(wrapped, "other", random), "purpose");
        storage.rotate(random);
        storage.write(keys, PASSWORD, random);
        refused(() -> storage.retire(List.of(wrapped)), "still needed");
        storage.rewrap(wrapped, "test", random);
        storage.retire(List.of(wrapped));
        storage.write(keys, "new password".toCharArray(), random);
        storage.close();
        storage = StorageKey.open(keys, "new password".toCharArray());
        assertArrayEquals(data, Files.readAllBytes(file));
        try (AtRestFile again = open()) {
            assertArrayEquals(MARKER, Arrays.copyOfRange(read(again), 10_000, 10_000 + MARKER.length));
        }
        Files.write(wrapped, before);
        assertEquals(
                CryptoErrors.DATA_KEY_MISSING,
                refused(this::key, "under the retired key").code());
        StorageKey.destroy(wrapped, random);
        assertFalse(Files.exists(wrapped));
        assertEquals(CryptoErrors.STORAGE_DAMAGED, refused(this::open, "erased").code());
    }

    // ---- values ---------------------------------------------------------------------------------

    @Test
    void valuesStandUnderTheirKeyAndNoNonceComesTwice() throws Exception {
        Set<Bytes> stamps = new ConcurrentSkipListSet<>();
        byte[] sealed;
        Bytes hash;
        try (SealedValues values = SealedValues.open(key(), random)) {
            sealed = values.seal("latest", MARKER, MARKER);
            assertEquals(MARKER.length + SealedValues.OVERHEAD_BYTES, sealed.length);
            hash = Bytes.wrap(values.keyedHash("latest", MARKER));
            for (int i = 0; i < sealed.length; i++) {
                byte[] bad = sealed.clone();
                bad[i] ^= 1;
                refused(() -> values.open("latest", MARKER, bad), "octet " + i);
                byte[] cut = Arrays.copyOf(sealed, i);
                refused(() -> values.open("latest", MARKER, cut), "cut to " + i);
            }
            refused(() -> values.open("history", MARKER, sealed), "family");
            refused(() -> values.open("latest", new byte[1], sealed), "key");
            List<SealedValues.Item> items = List.of(
                    new SealedValues.Item("latest", MARKER, MARKER),
                    new SealedValues.Item("history", MARKER, new byte[0]),
                    new SealedValues.Item("latest", new byte[1], new byte[5_000]));
            List<byte[]> together = values.sealAll(items);
            assertArrayEquals(MARKER, values.open("latest", MARKER, together.get(0)));
            assertArrayEquals(new byte[0], values.open("history", MARKER, together.get(1)));
            assertArrayEquals(new byte[5_000], values.open("latest", new byte[1], together.get(2)));
            refused(() -> values.open("latest", MARKER, together.get(1)), "another of those sealed together");
        }
        for (int life = 0; life < 3; life++) {
            try (SealedValues values = SealedValues.open(key(), random.fork("life " + life))) {
                assertArrayEquals(MARKER, values.open("latest", MARKER, sealed));
                assertEquals(hash, Bytes.wrap(values.keyedHash("latest", MARKER)));
                assertFalse(hash.equals(Bytes.wrap(values.keyedHash("history", MARKER))));
                List<Thread> threads = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    threads.add(Thread.ofVirtual().start(() -> {
                        for (int i = 0; i < 500; i++) {
                            SealedValues.Item empty = new SealedValues.Item("latest", MARKER, new byte[0]);
                            List<byte[]> all = new ArrayList<>(values.sealAll(List.of(empty, empty)));
                            all.add(values.seal("latest", MARKER, new byte[0]));
                            for (byte[] one : all) {
                                assertTrue(stamps.add(Bytes.wrap(Arrays.copyOf(one, SessionCipher.STAMP_BYTES))));
                            }
                        }
                    }));
                }
                for (Thread thread : threads) {
                    thread.join();
                }
            }
        }
        assertEquals(18_000, stamps.size());
    }

    // ---- pages ----------------------------------------------------------------------------------

    @Test
    void aFileBehavesLikeAnArrayOverReopeningsAndCrashes() throws IOException {
        Random dice = new Random(11);
        byte[] model = new byte[0];
        byte[] forced = model;
        AtRestFile at = open();
        for (int step = 0; step < 400; step++) {
            switch (dice.nextInt(12)) {
                case 0 -> {
                    int to = dice.nextInt(model.length + 1);
                    at.truncate(to);
                    model = Arrays.copyOf(model, to);
                }
                case 1 -> {
                    at.force();
                    forced = model.clone();
                }
                case 2 -> {
                    at.close();
                    forced = model.clone();
                    at = open();
                }
                case 3 -> {
                    at.crash();
                    at = open();
                    model = forced.clone();
                }
                default -> {
                    byte[] some = random.bytes(dice.nextInt(3 * PAGE) + 1);
                    int place = dice.nextInt(Math.min(model.length, 60 * PAGE) + PAGE);
                    assertEquals(some.length, at.write(ByteBuffer.wrap(some), place));
                    model = Arrays.copyOf(model, Math.max(model.length, place + some.length));
                    System.arraycopy(some, 0, model, place, some.length);
                }
            }
            assertEquals(model.length, at.size());
            int from = dice.nextInt(model.length + 1);
            ByteBuffer got = ByteBuffer.allocate(dice.nextInt(2 * PAGE) + 1);
            int read = Math.max(0, at.read(got, from));
            assertArrayEquals(Arrays.copyOfRange(model, from, from + read), Arrays.copyOf(got.array(), read));
        }
        assertArrayEquals(model, read(at));
        at.close();
    }

    @Test
    void manyPagesGoToDiskBetweenForces() throws IOException {
        byte[] content = random.bytes(700 * PAGE + 5);
        try (AtRestFile at = open()) {
            int _ = at.write(ByteBuffer.wrap(content), 0);
            int _ = at.write(ByteBuffer.wrap(MARKER), 900L * PAGE);
        }
        try (AtRestFile at = open()) {
            byte[] all = read(at);
            assertArrayEquals(content, Arrays.copyOf(all, content.length));
            assertArrayEquals(new byte[100], Arrays.copyOfRange(all, 800 * PAGE, 800 * PAGE + 100));
            assertArrayEquals(MARKER, Arrays.copyOfRange(all, 900 * PAGE, all.length));
        }
    }

    /// Four pages, an older state of them, and no trace of the content.
    private byte[] pages() throws IOException {
        try (AtRestFile at = open()) {
            for (int i = 0; i < 4 * PAGE - 100; i += MARKER.length) {
                int _ = at.write(ByteBuffer.wrap(MARKER), i);
            }
        }
        return Files.readAllBytes(file);
    }

    @Test
    void everyChangedByteOfAFileIsRefused() throws IOException {
        byte[] whole = pages();
        int head = 8 + SessionCipher.OVERHEAD_BYTES + 40;
        for (int i = 0; i < whole.length; i += i < head ? 1 : 1 + (i * 7) % 23) {
            byte[] bad = whole.clone();
            bad[i] ^= (byte) (1 << (i % 8));
            Files.write(file, bad);
            if (i >= head && i < AtRestFile.HEAD_BYTES) {
                open().close(); // padding says nothing
                continue;
            }
            try (AtRestFile at = open()) {
                byte[] _ = read(at);
                throw new AssertionError("octet " + i);
            } catch (PoyangException e) {
                assertTrue(
                        e.code().equals(CryptoErrors.STORAGE_DAMAGED)
                                || i < 8 && e.code().equals(CryptoErrors.PLAIN_STORAGE),
                        "octet " + i + " " + e);
            }
        }
        for (int length = 0; length < whole.length; length += length < 200 ? 1 : 97) {
            Files.write(file, Arrays.copyOf(whole, length));
            int cut = length;
            refused(this::open, "cut to " + cut);
        }
    }

    @Test
    void pagesAreNeitherMovedNorPutBack() throws IOException {
        byte[] older = pages();
        try (AtRestFile at = open()) {
            int _ = at.write(ByteBuffer.wrap(new byte[10]), PAGE);
        }
        byte[] newer = Files.readAllBytes(file);
        byte[] back = newer.clone();
        int slot = AtRestFile.HEAD_BYTES + AtRestFile.SLOT_BYTES;
        System.arraycopy(older, slot, back, slot, AtRestFile.SLOT_BYTES);
        Files.write(file, back);
        refused(this::open, "an older page");
        byte[] swapped = newer.clone();
        System.arraycopy(newer, slot, swapped, slot + AtRestFile.SLOT_BYTES, AtRestFile.SLOT_BYTES);
        System.arraycopy(newer, slot + AtRestFile.SLOT_BYTES, swapped, slot, AtRestFile.SLOT_BYTES);
        Files.write(file, swapped);
        refused(this::open, "swapped");
        byte[] head = newer.clone();
        System.arraycopy(older, 0, head, 0, AtRestFile.HEAD_BYTES);
        Files.write(file, head);
        refused(this::open, "an older head");
        // While it is open, too.
        Files.write(file, newer);
        try (AtRestFile at = open()) {
            Files.write(file, back);
            refused(() -> at.read(ByteBuffer.allocate(10), PAGE), "an older page under an open file");
            Files.write(file, newer);
        }
        Files.writeString(file, "-- H2 0.5/B -- nothing of ours, in clear".repeat(200));
        assertEquals(CryptoErrors.PLAIN_STORAGE, refused(this::open, "plain").code());
    }

    @Test
    void aCrashAtAnyPointOfAFlushLeavesTheOldOrTheNewState() throws IOException {
        byte[] before = pages();
        byte[] contentBefore;
        byte[] contentAfter;
        try (AtRestFile at = open()) {
            contentBefore = read(at);
            int _ = at.write(ByteBuffer.wrap(random.bytes(2 * PAGE)), PAGE + 77);
            at.truncate(3 * PAGE + 500);
            int _ = at.write(ByteBuffer.wrap(random.bytes(3 * PAGE)), 5 * PAGE);
            contentAfter = read(at);
        }
        byte[] after = Files.readAllBytes(file);
        TreeMap<Long, byte[]> slots = new TreeMap<>();
        slots.put(0L, Arrays.copyOf(after, AtRestFile.HEAD_BYTES));
        for (int at = AtRestFile.HEAD_BYTES; at < after.length; at += AtRestFile.SLOT_BYTES) {
            slots.put((long) at, Arrays.copyOfRange(after, at, at + AtRestFile.SLOT_BYTES));
        }
        Path journalFile = folder.resolve("store.journal");
        try (DataKey key = key();
                PageJournal journal = new PageJournal(journalFile, key)) {
            journal.write(slots);
        }
        byte[] journal = Files.readAllBytes(journalFile);
        Random dice = new Random(3);
        for (int cut = 0; cut < journal.length; cut += 1 + dice.nextInt(400)) {
            Files.write(file, before);
            Files.write(journalFile, Arrays.copyOf(journal, cut));
            check(contentBefore);
        }
        for (int i = 0; i < 60; i++) {
            byte[] bad = journal.clone();
            bad[dice.nextInt(bad.length)] ^= 1;
            Files.write(file, before);
            Files.write(journalFile, bad);
            check(contentBefore);
            Files.write(file, torn(before, after, dice));
            Files.write(journalFile, journal);
            check(contentAfter);
        }
    }

    private void check(byte[] content) throws IOException {
        try (AtRestFile at = open()) {
            assertArrayEquals(content, read(at));
        }
    }

    /// Some bytes of the new state over the old.
    private static byte[] torn(byte[] before, byte[] after, Random dice) {
        byte[] torn = Arrays.copyOf(before, dice.nextBoolean() ? before.length : after.length);
        for (int i = 0; i < 6; i++) {
            int from = dice.nextInt(Math.min(torn.length, after.length));
            int length = dice.nextInt(Math.min(torn.length, after.length) - from);
            System.arraycopy(after, from, torn, from, length);
        }
        return torn;
    }

    // ---- logs -----------------------------------------------------------------------------------

    private final List<Bytes> found = new ArrayList<>();

    private AtRestLog log(Optional<AtRestLog.Head> known) {
        found.clear();
        return AtRestLog.open(file, key(), known, found::add, random);
    }

    private static Bytes record(int i) {
        return Bytes.copyOf(MARKER).concat(Bytes.utf8(" ".repeat(i) + i));
    }

    @Test
    void aLogKeepsItsRecordsThroughTornTails() throws IOException {
        AtRestLog.Head third = new AtRestLog.Head(0, Bytes.empty());
        List<Long> ends = new ArrayList<>(List.of(8L));
        try (AtRestLog log = log(Optional.empty())) {
            for (int i = 0; i < 5; i++) {
                AtRestLog.Head head = log.append(record(i).toArray());
                third = i == 2 ? head : third;
                ends.add(Files.size(file));
            }
        }
        byte[] whole = Files.readAllBytes(file);
        for (int cut = 0; cut <= whole.length; cut++) {
            int length = cut;
            int records = (int) ends.stream().filter(end -> end <= length).count() - 1;
            for (byte[] tail : List.of(new byte[0], new byte[40])) {
                byte[] torn = Arrays.copyOf(whole, cut + tail.length);
                Arrays.fill(torn, cut, torn.length, (byte) 0);
                Files.write(file, torn);
                if (tail.length > 0 && !cleanBorder(ends, cut)) {
                    continue;
                }
                try (AtRestLog log = log(Optional.empty())) {
                    assertEquals(Math.max(0, records), found.size(), "cut to " + cut);
                    AtRestLog.Head _ = log.append(record(9).toArray());
                }
                try (AtRestLog _ = log(Optional.empty())) {
                    assertEquals(record(9), found.getLast());
                    for (int i = 0; i < found.size() - 1; i++) {
                        assertEquals(record(i), found.get(i));
                    }
                }
            }
        }
        Files.write(file, whole);
        log(Optional.of(third)).close();
        Files.write(file, Arrays.copyOf(whole, (int) (long) ends.get(2)));
        AtRestLog.Head known = third;
        refused(() -> log(Optional.of(known)), "cut at a border, but known");
    }

    private static boolean cleanBorder(List<Long> ends, long cut) {
        return ends.contains(cut);
    }

    @Test
    void everyChangedByteOfALogIsRefused() throws IOException {
        try (AtRestLog log = log(Optional.empty())) {
            for (int i = 0; i < 3; i++) {
                AtRestLog.Head _ = log.append(record(i).toArray());
            }
        }
        byte[] whole = Files.readAllBytes(file);
        for (int i = 0; i < whole.length; i++) {
            byte[] bad = whole.clone();
            bad[i] ^= (byte) (1 << (i % 8));
            Files.write(file, bad);
            assertEquals(
                    CryptoErrors.STORAGE_DAMAGED,
                    refused(() -> log(Optional.empty()), "octet " + i).code());
        }
    }

    @Test
    void nothingOfTheContentStandsInAnyFile() throws IOException {
        byte[] _ = pages();
        file = folder.resolve("log");
        try (AtRestLog log = log(Optional.empty())) {
            AtRestLog.Head _ = log.append(MARKER);
        }
        Map<Path, byte[]> all = new TreeMap<>();
        try (var files = Files.walk(folder)) {
            for (Path one : files.filter(Files::isRegularFile).toList()) {
                all.put(one, Files.readAllBytes(one));
            }
        }
        assertTrue(all.size() >= 4);
        String marker = Bytes.copyOf(MARKER).hex();
        all.forEach((one, content) ->
                assertFalse(Bytes.wrap(content).hex().contains(marker.substring(0, 16)), one.toString()));
    }
}
