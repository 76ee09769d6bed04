package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.BlockHeader;
import poyang.kernel.PoyangException;

/// What a machine that loses power leaves of the log: a beginning of it, at whatever octet it ends, perhaps with
/// octets behind it that were never written. Blocks that were taken up from others were not synced one by one.
final class TornWriteTest {
    private static final int SYNCED = 8;
    private static final int ALL = 30;

    @TempDir
    Path folder;

    private final Chain chain = new Chain();
    private final List<BlockHeader> headers = new ArrayList<>();
    private int copies;

    /// Gives a copy of the files as they are while the ledger is open.
    private Path live() throws IOException {
        Path home = Files.createDirectory(folder.resolve("live"));
        try (Ledger ledger = chain.open(home)) {
            for (int i = 0; i < ALL; i++) {
                BlockHeader header = i < SYNCED ? chain.commitNext(ledger) : chain.commitNextProven(ledger);
                if (i < SYNCED) {
                    assertEquals(i + 1, ledger.finalise(chain.proof(header)));
                }
                headers.add(header);
            }
            assertEquals(ALL, ledger.finalisedHeight());
            return copy(home);
        }
    }

    private Path copy(Path from) throws IOException {
        Path to = folder.resolve("copy-" + copies++);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                if (!file.endsWith("LOCK")) {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                }
            }
        }
        return to;
    }

    private static Path log(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("ledger"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparing(Path::toString))
                    .orElseThrow();
        }
    }

    private long opened(Path home) {
        try (Ledger ledger = chain.open(home)) {
            long height = ledger.height();
            assertEquals(
                    new Verification.Whole(height, ledger.finalisedHeight()), ledger.verify(), "at height " + height);
            if (height > 0) {
                assertEquals(
                        headers.get((int) height - 1), ledger.header(height).orElseThrow());
            }
            // It goes on from there, to the same blocks.
            BlockHeader next = chain.commitNextProven(ledger);
            if (height < ALL) {
                assertEquals(headers.get((int) height), next);
            }
            return height;
        }
    }

    @Test
    void aLogThatEndsAnywhereLeavesABeginningOfTheChain() throws IOException {
        Path live = live();
        long length = Files.size(log(live));
        assertEquals(ALL, opened(copy(live)), "nothing is lost when only the process dies");
        Random random = new Random(9);
        List<Long> cuts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            cuts.add(length - 1 - random.nextLong(length / 2));
        }
        cuts.sort(Comparator.naturalOrder());
        long before = 0;
        for (long cut : cuts) {
            Path torn = copy(live);
            try (RandomAccessFile file = new RandomAccessFile(log(torn).toFile(), "rw")) {
                file.setLength(cut);
            }
            long height = opened(torn);
            assertTrue(height >= before, "a longer log has no fewer blocks");
            assertTrue(height < ALL, "the cut took the last block");
            before = height;
        }
        assertTrue(before > SYNCED, "cuts near the end leave blocks that were not synced");
    }

    /// Octets that were never written stand in the middle of a record: nobody can tell that from a damaged disk, so
    /// the ledger says that its log is corrupt rather than forget blocks.
    @Test
    void aLogThatEndsInOtherOctetsIsNamed() throws IOException {
        Path live = live();
        long length = Files.size(log(live));
        Random random = new Random(10);
        for (int i = 0; i < 6; i++) {
            Path torn = copy(live);
            try (RandomAccessFile file = new RandomAccessFile(log(torn).toFile(), "rw")) {
                long cut = length - 1 - random.nextLong(length / 3);
                byte[] rest = new byte[(int) (length - cut)];
                if (i % 2 == 0) {
                    random.nextBytes(rest);
                }
                file.seek(cut);
                file.write(rest);
            }
            PoyangException refused = assertThrows(PoyangException.class, () -> opened(torn));
            assertEquals(LedgerErrors.LEDGER_DAMAGED, refused.code());
            assertTrue(refused.wrong().contains(torn.toString()), refused.wrong());
        }
    }
}
