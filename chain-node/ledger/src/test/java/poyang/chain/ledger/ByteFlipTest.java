package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.Options;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;
import poyang.crypto.CryptoSuite;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.SealedValues;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Octets changed anywhere in a ledger's files, one at a time: opening the ledger or verifying it says so.
///
/// Both take long beside the tens of thousands of octets that even a small ledger has. So each octet is changed
/// before that step of the two which reads its file as a whole, and some of each file before all of both.
final class ByteFlipTest {
    private static final int BLOCKS = 3;
    /// Octets of each file for which the ledger is opened and verified.
    private static final int WHOLLY = 1;

    /// No part of a filter is shorter.
    private static final int LEAST_FILTER = 16;

    @TempDir
    Path folder;

    private final Chain chain = new Chain();
    private final RandomSource random = ProcessRandom.open("test");
    private final Random dice = new Random(11);
    private final Map<Path, byte[]> whole = new LinkedHashMap<>();
    private final Map<Path, TableFile> tables = new LinkedHashMap<>();

    /// RocksDB's own notes to people, which it writes and never reads back.
    private static boolean aNote(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith("LOG") || name.startsWith("OPTIONS-") || name.equals("IDENTITY") || name.equals("LOCK");
    }

    @Test
    void everyChangedByteIsFound() throws IOException {
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < BLOCKS; i++) {
                ledger.finalise(chain.proof(chain.commitNext(ledger)));
            }
        }
        try (StorageKey storage = Chain.storage(folder)) {
            try (Ledger ledger = chain.open(folder)) {
                ledger.store().tables().forEach(table -> tables.put(table.file(), table));
            }
            read();
            assertTrue(tables.size() > 10, "a ledger has tables");
            assertEquals("whole", verdict(storage));
            List<String> missed = new ArrayList<>();
            int octets = 0;
            for (Path file : whole.keySet()) {
                if (!aNote(file)) {
                    restore();
                    missed.addAll(unseen(file, storage));
                    missed.addAll(unseenByAll(file, wholly(file), storage));
                    octets += octets(file).length;
                }
            }
            restore();
            Path table = tables.keySet().stream()
                    .filter(each -> passedOver(each) >= 0)
                    .findFirst()
                    .orElseThrow();
            missed.addAll(unseenByAll(table, List.of(passedOver(table)), storage));
            assertEquals(List.of(), missed);
            assertTrue(octets > 10_000, octets + " octets");
            restore();
            for (Path note : whole.keySet().stream().filter(ByteFlipTest::aNote).toList()) {
                byte[] changed = octets(note).clone();
                new Random(12).nextBytes(changed);
                Files.write(note, changed);
            }
            assertEquals("whole", verdict(storage), "with other notes");
        }
    }

    /// Each octet of a file whose change the step that reads it does not notice.
    private List<String> unseen(Path file, StorageKey storage) throws IOException {
        Path key = folder.resolve("ledger.key");
        try (SealedValues values = SealedValues.open(storage.dataKey(key, Ledger.KEY_PURPOSE, random), random)) {
            String name = file.getFileName().toString();
            if (tables.containsKey(file)) {
                return unseen(file, tables.get(file)::check);
            } else if (name.startsWith("MANIFEST-") || name.equals("ledger.mark")) {
                ClosingMark mark = new ClosingMark(folder.resolve("ledger"), values, CryptoSuite.SM);
                return unseen(file, () -> {
                    OptionalLong _ = mark.checkList();
                });
            } else if (file.equals(key)) {
                return unseen(
                        file,
                        () -> storage.dataKey(key, Ledger.KEY_PURPOSE, random).close());
            }
            // All of CURRENT goes through the whole of it, and AtRestTest has the key that a password opens.
            assertTrue(List.of("CURRENT", "storage.key").contains(name) || octets(file).length == 0, name);
            return List.of();
        }
    }

    private List<String> unseen(Path file, Runnable step) throws IOException {
        List<String> unseen = new ArrayList<>();
        byte[] content = octets(file);
        step.run();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int at = 0; at < content.length; at++) {
                byte other = (byte) (content[at] ^ 1 << dice.nextInt(Byte.SIZE));
                assertEquals(1, channel.write(ByteBuffer.wrap(new byte[] {other}), at));
                try {
                    step.run();
                    unseen.add(where(file, at));
                } catch (PoyangException _) {
                    // It is named.
                }
                assertEquals(1, channel.write(ByteBuffer.wrap(content, at, 1), at));
            }
        }
        return unseen;
    }

    private List<Integer> wholly(Path file) {
        int length = octets(file).length;
        return file.endsWith("CURRENT")
                ? IntStream.range(0, length).boxed().toList()
                : dice.ints(length == 0 ? 0 : WHOLLY, 0, Math.max(1, length))
                        .boxed()
                        .toList();
    }

    private List<String> unseenByAll(Path file, List<Integer> octets, StorageKey storage) throws IOException {
        List<String> unseen = new ArrayList<>();
        for (int at : octets) {
            restore();
            byte[] changed = octets(file).clone();
            changed[at] ^= (byte) (1 << dice.nextInt(Byte.SIZE));
            Files.write(file, changed);
            if ((file.endsWith("storage.key") ? verdict() : verdict(storage)).equals("whole")) {
                unseen.add(where(file, at));
            }
        }
        return unseen;
    }

    private byte[] octets(Path file) {
        return Objects.requireNonNull(whole.get(file));
    }

    private String where(Path file, int at) {
        return folder.relativize(file) + " at " + at + " of " + octets(file).length;
    }

    /// An octet of a table that RocksDB's own check of its blocks passes over, as it does part of a filter; -1 when
    /// none is found.
    private int passedOver(Path table) {
        byte[] content = octets(table);
        for (int at = 0; at < content.length; at += LEAST_FILTER) {
            byte[] changed = content.clone();
            changed[at] ^= 1;
            try (Options options = new Options();
                    SstFileReader reader = new SstFileReader(options)) {
                Files.write(table, changed);
                reader.open(table.toString());
                reader.verifyChecksum();
                return at;
            } catch (RocksDBException _) {
                // It is not passed over.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return -1;
    }

    private String verdict() {
        try (StorageKey storage = Chain.storage(folder)) {
            return verdict(storage);
        } catch (PoyangException e) {
            return e.wrong();
        }
    }

    private String verdict(StorageKey storage) {
        Path files = folder.resolve("ledger");
        try (Ledger ledger = Ledger.open(files, chain.genesis(), new Retention.Archive(), storage, random)) {
            return switch (ledger.verify()) {
                case Verification.Whole(long height, long finalised) -> {
                    assertEquals(BLOCKS, height);
                    assertEquals(BLOCKS, finalised);
                    yield "whole";
                }
                case Verification.Unfinished(long height) -> "the snapshot of " + height + " is not whole";
                case Verification.Damaged(long height, String reason) -> height + ": " + reason;
            };
        } catch (PoyangException e) {
            return e.wrong();
        }
    }

    private void read() throws IOException {
        for (Path file : walk()) {
            if (Files.isRegularFile(file)) {
                whole.put(file, Files.readAllBytes(file));
            }
        }
    }

    private List<Path> walk() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.sorted(Comparator.comparing(Path::toString)).toList();
        }
    }

    private void restore() throws IOException {
        for (Path file : walk()) {
            if (Files.isRegularFile(file) && !whole.containsKey(file)) {
                Files.delete(file);
            }
        }
        for (Map.Entry<Path, byte[]> file : whole.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
    }
}
