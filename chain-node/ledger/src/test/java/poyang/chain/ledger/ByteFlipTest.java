package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Single octets changed anywhere in a ledger's files: opening it or verifying it says so.
final class ByteFlipTest {
    private static final int BLOCKS = 3;
    private static final int SHORT_FILE = 40;
    private static final int IN_A_LONG_FILE = 6;

    @TempDir
    Path folder;

    private final Chain chain = new Chain();

    /// RocksDB's own notes to people, which it writes and never reads back.
    private static boolean aNote(String name) {
        return name.startsWith("LOG") || name.startsWith("OPTIONS-") || name.equals("IDENTITY") || name.equals("LOCK");
    }

    @Test
    void everyChangedByteIsFound() throws IOException {
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < BLOCKS; i++) {
                ledger.finalise(chain.proof(chain.commitNext(ledger)));
            }
        }
        Map<Path, byte[]> whole = read();
        assertTrue(whole.size() > 10, "a ledger has tables");
        assertEquals("whole", verdict());
        try (StorageKey storage = Chain.storage(folder)) {
            assertEquals(List.of(), missed(whole, storage));
        }
        restore(whole);
        assertEquals("whole", verdict());
    }

    private List<String> missed(Map<Path, byte[]> whole, StorageKey storage) throws IOException {
        Random dice = new Random(11);
        List<String> missed = new ArrayList<>();
        for (Map.Entry<Path, byte[]> file : whole.entrySet()) {
            byte[] content = file.getValue();
            if (aNote(file.getKey().getFileName().toString()) || content.length == 0) {
                continue;
            }
            boolean all = content.length <= SHORT_FILE;
            for (int i = 0; i < (all ? content.length : IN_A_LONG_FILE); i++) {
                // In each part of a long file, so that no region of one is left out.
                int part = content.length / IN_A_LONG_FILE;
                int at = all ? i : i * part + dice.nextInt(part);
                restore(whole);
                byte[] changed = content.clone();
                changed[at] ^= (byte) (1 << dice.nextInt(Byte.SIZE));
                Files.write(file.getKey(), changed);
                boolean key = file.getKey().endsWith("storage.key");
                if ((key ? verdict() : verdict(storage)).equals("whole")) {
                    missed.add(folder.relativize(file.getKey()) + " at " + at + " of " + content.length);
                }
            }
        }
        return missed;
    }

    private String verdict() {
        try (StorageKey storage = Chain.storage(folder)) {
            return verdict(storage);
        } catch (PoyangException e) {
            return e.wrong();
        }
    }

    private String verdict(StorageKey storage) {
        RandomSource random = ProcessRandom.open("test");
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

    private Map<Path, byte[]> read() throws IOException {
        Map<Path, byte[]> files = new LinkedHashMap<>();
        for (Path file : walk()) {
            if (Files.isRegularFile(file)) {
                files.put(file, Files.readAllBytes(file));
            }
        }
        return files;
    }

    private List<Path> walk() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.sorted(Comparator.comparing(Path::toString)).toList();
        }
    }

    private void restore(Map<Path, byte[]> files) throws IOException {
        for (Path file : walk()) {
            if (Files.isRegularFile(file) && !files.containsKey(file)) {
                Files.delete(file);
            }
        }
        for (Map.Entry<Path, byte[]> file : files.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
    }
}
