package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
            if (height < headers.size()) {
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
        for (int i = 0; i < 8; i++) {
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

    /// Octets that were never written stand where the last writes were torn: what came before is there, and with
    /// it all that was synced.
    @Test
    void aLogThatEndsInOtherOctetsEndsBeforeThem() throws IOException {
        Path live = live();
        long length = Files.size(log(live));
        Random random = new Random(10);
        for (int i = 0; i < 6; i++) {
            Path torn = copy(live);
            long cut = length - 1 - random.nextLong(length / 3);
            byte[] rest = new byte[(int) (length - cut)];
            if (i % 2 == 0) {
                random.nextBytes(rest);
            } else if (i > 1) { // one page was not written, and those behind it were
                System.arraycopy(Files.readAllBytes(log(live)), (int) cut, rest, 0, rest.length);
                Arrays.fill(rest, 0, Math.min(512, rest.length), (byte) 0);
            }
            overwrite(log(torn), cut, rest);
            long height = opened(torn);
            assertTrue(SYNCED <= height && height < ALL, "at " + cut + " of " + length + ": " + height);
        }
    }

    /// An octet that changes in what was synced is named, or takes away nothing but the word that it was synced.
    @Test
    void aChangedOctetInWhatWasSyncedIsNamed() throws IOException {
        Path home = Files.createDirectory(folder.resolve("live"));
        Path live;
        try (Ledger ledger = chain.open(home)) {
            for (int i = 0; i < SYNCED; i++) {
                headers.add(chain.commitNext(ledger));
            }
            live = copy(home);
        }
        Path log = log(live);
        byte[] octets = Files.readAllBytes(log);
        Random random = new Random(11);
        // The last block's record begins behind what says that the one before was synced: its length says as well.
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        String mark = new String(TornLog.mark(0), StandardCharsets.ISO_8859_1);
        String word = mark.substring(0, mark.indexOf(':'));
        int last = text.lastIndexOf(word, text.lastIndexOf(word) - 1) + mark.length();
        int named = 0;
        for (int i = 0; i < 16; i++) {
            // The last octets as well: the last block, and what says that it was synced.
            int at = i < 8 ? random.nextInt(octets.length) : octets.length - 1 - random.nextInt(600);
            at = i > 13 ? last + 4 + i % 2 : at;
            byte[] changed = octets.clone();
            changed[at] ^= (byte) (1 << random.nextInt(Byte.SIZE));
            Path damaged = copy(live);
            Files.write(log(damaged), changed);
            try {
                assertEquals(SYNCED, opened(damaged), "at " + at + " of " + octets.length);
            } catch (PoyangException refused) {
                assertEquals(LedgerErrors.LEDGER_DAMAGED, refused.code());
                assertTrue(refused.wrong().contains(log(damaged).toString()), refused.wrong());
                named++;
            }
        }
        assertTrue(named >= 10, named + " were named");
    }

    private static void overwrite(Path file, long at, byte[] octets) throws IOException {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek(at);
            out.write(octets);
        }
    }
}
