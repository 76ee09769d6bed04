package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.StatePart;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A ledger that takes the state after a block over from another one, in parts, and goes on from there.
final class IntakeTest {
    private static final int BLOCKS = 40;
    /// So few octets in a part that the state is cut into many.
    private static final long MOST_BYTES = 400;

    @TempDir
    private Path folder;

    private final Chain chain = new Chain();
    private int copies;

    private Ledger source() throws IOException {
        Ledger source = chain.open(Files.createDirectory(folder.resolve("source")));
        for (int i = 0; i < BLOCKS; i++) {
            chain.commitNextProven(source);
        }
        return source;
    }

    private Path fresh() throws IOException {
        return Files.createDirectory(folder.resolve("copy-" + copies++));
    }

    private static Intake begin(Ledger joiner, Ledger source, long height) {
        return joiner.beginIntake(source.epochLinks(), source.finality(height).orElseThrow());
    }

    private static List<Intake.Past> past(Ledger source, long from, int count) {
        List<Intake.Past> past = new ArrayList<>();
        for (long height = from; height < from + count; height++) {
            long at = height;
            past.add(new Intake.Past(
                    source.finality(at).orElseThrow(),
                    IntStream.range(0, source.transactions(at).size())
                            .mapToObj(i -> Chain.transaction(at, i))
                            .toList(),
                    source.receipts(at)));
        }
        return past;
    }

    /// Takes one of the parts that are missing, or cuts it; false when none is.
    private static boolean takeSome(Intake intake, Ledger source, Random random) {
        List<Bytes> open = new ArrayList<>(intake.missing());
        while (!open.isEmpty()) {
            Bytes path = open.remove(random.nextInt(open.size()));
            Optional<StatePart> part = source.part(intake.height(), path, MOST_BYTES);
            if (part.isPresent()) {
                assertTrue(intake.take(part.get()), "an honest part holds");
                return true;
            }
            for (byte branch = 0; branch < 16; branch++) {
                open.add(path.concat(Bytes.wrap(new byte[] {branch})));
            }
        }
        return false;
    }

    private static void takeAll(Intake intake, Ledger source, Random random) {
        for (Intake.Stretch stretch : intake.missingBlocks()) {
            assertTrue(intake.take(stretch.from(), past(source, stretch.from(), stretch.count())));
        }
        assertEquals(List.of(), intake.missingBlocks());
        while (takeSome(intake, source, random)) {
            assertTrue(intake.height() <= BLOCKS);
        }
    }

    /// The joiner stands at `height` as the source did, and makes the same blocks from there on.
    private void isTheSame(Ledger joiner, Ledger source, long height) {
        assertEquals(height, joiner.height());
        assertEquals(height, joiner.finalisedHeight());
        assertEquals(height, joiner.horizon());
        assertEquals(new Verification.Whole(height, height), joiner.verify());
        assertEquals(
                source.at(height).scan(Chain.CONTRACT, "", "", 1000),
                joiner.head().scan(Chain.CONTRACT, "", "", 1000));
        assertEquals(
                source.at(height).scan(Chain.CONTRACT, "", "", 1000),
                joiner.at(height).scan(Chain.CONTRACT, "", "", 1000));
        assertEquals(
                LedgerErrors.STATE_PRUNED,
                assertThrows(PoyangException.class, () -> joiner.at(height - 1)).code());
        assertTrue(joiner.seen("taxation/owner", Chain.nonce(height, 1)), "its last transactions are not new");
        for (long at = height + 1; at <= BLOCKS; at++) {
            assertEquals(source.header(at).orElseThrow(), chain.commitNextProven(joiner));
        }
        assertEquals(new Verification.Whole(BLOCKS, BLOCKS), joiner.verify());
        for (String key : List.of("account/1", "account/59")) {
            assertEquals(source.prove(Chain.CONTRACT, key, BLOCKS), joiner.prove(Chain.CONTRACT, key, BLOCKS));
        }
    }

    @Test
    void aLedgerGoesOnFromASnapshotThatItTookInParts() throws IOException {
        Random random = new Random(1);
        try (Ledger source = source()) {
            for (long had : new long[] {0, 7}) {
                Path home = fresh();
                try (Ledger joiner = chain.open(home)) {
                    for (int i = 0; i < had; i++) {
                        chain.commitNextProven(joiner);
                    }
                    Intake intake = begin(joiner, source, 30);
                    takeAll(intake, source, random);
                    assertEquals(had, joiner.height(), "nothing shows before the end");
                    assertEquals(
                            source.at(had).scan(Chain.CONTRACT, "", "", 1000),
                            joiner.head().scan(Chain.CONTRACT, "", "", 1000));
                    assertEquals(new Verification.Unfinished(30), joiner.verify());
                    intake.finish();
                    assertEquals(
                            source.at(had).get(Chain.CONTRACT, "account/1"),
                            joiner.at(had).get(Chain.CONTRACT, "account/1"),
                            "whoever reads the old head is not disturbed");
                    joiner.tidy();
                    isTheSame(joiner, source, 30);
                    assertEquals(1, joiner.base());
                }
                try (Ledger joiner = chain.open(home)) {
                    assertEquals(new Verification.Whole(BLOCKS, BLOCKS), joiner.verify());
                }
            }
        }
    }

    /// Two epochs were given up below the snapshot, the second one before it had a block: the
    /// ledger is in the third, and takes up no snapshot whose links do not say so, or say more.
    @Test
    void aSnapshotLiesBeyondEpochsThatWereGivenUp() throws IOException {
        Random random = new Random(8);
        List<EpochLink> links = new ArrayList<>();
        try (Ledger source = chain.open(fresh())) {
            for (int i = 1; i <= BLOCKS; i++) {
                chain.commitNextProven(source);
                if (i == 12) {
                    links.add(chain.giveUp(source));
                    links.add(chain.giveUp(source));
                }
            }
            assertEquals(links, source.epochLinks());
            Path home = fresh();
            try (Ledger joiner = chain.open(home)) {
                FinalityProof proof = source.finality(30).orElseThrow();
                EpochLink second = links.get(1);
                EpochLink.Ground.GivenUp words = (EpochLink.Ground.GivenUp) second.ground();
                EpochLink forged = new EpochLink(
                        second.handOff(),
                        new EpochLink.Ground.GivenUp(words.words().subList(0, 2)),
                        second.next());
                for (List<EpochLink> wrong : List.of(
                        List.<EpochLink>of(),
                        links.subList(0, 1),
                        links.reversed(),
                        List.of(links.getFirst(), forged),
                        List.of(links.getFirst(), links.getFirst()))) {
                    assertFalse(Intake.proven(joiner, wrong, proof));
                    assertEquals(
                            LedgerErrors.BAD_FINALITY,
                            assertThrows(PoyangException.class, () -> joiner.beginIntake(wrong, proof))
                                    .code());
                }
                takeAll(begin(joiner, source, 30), source, random);
            }
            // It ended in the middle, and goes on with the links that it has.
            try (Ledger joiner = chain.open(home)) {
                joiner.intake().orElseThrow().finish();
                joiner.tidy();
                assertEquals(source.epochs(), joiner.epochs());
                assertEquals(links, joiner.epochLinks());
                assertEquals(source.start(), joiner.start());
                isTheSame(joiner, source, 30);
            }
        }
    }

    @Test
    void whatDoesNotHoldIsNotTaken() throws IOException {
        try (Ledger source = source();
                Ledger joiner = chain.open(fresh())) {
            assertThrows(
                    PoyangException.class,
                    () -> joiner.beginIntake(
                            List.of(),
                            new FinalityProof(
                                    source.header(30).orElseThrow(),
                                    source.finality(29).orElseThrow().signatures())));
            Intake intake = begin(joiner, source, 30);
            StatePart part = source.part(30, Bytes.empty(), 1 << 20).orElseThrow();
            for (int i = 0; i < part.entries().size(); i++) {
                List<StatePart.Entry> less = new ArrayList<>(part.entries());
                StatePart.Entry entry = less.remove(i);
                assertFalse(intake.take(new StatePart(part.path(), part.range(), less)), "an entry is missing");
                less.add(new StatePart.Entry(entry.contract(), entry.key(), Bytes.utf8("other")));
                assertFalse(intake.take(new StatePart(part.path(), part.range(), less)), "a value is another");
                less.set(less.size() - 1, new StatePart.Entry(entry.contract(), entry.key() + " ", entry.value()));
                assertFalse(intake.take(new StatePart(part.path(), part.range(), less)), "a key is another");
                less.set(less.size() - 1, entry);
                less.add(entry);
                assertFalse(intake.take(new StatePart(part.path(), part.range(), less)), "an entry comes twice");
            }
            assertFalse(intake.take(source.part(29, Bytes.empty(), 1 << 20).orElseThrow()), "another state");
            List<Intake.Past> past = past(source, 1, 30);
            for (int i = 0; i < past.size(); i++) {
                Intake.Past block = past.get(i);
                List<Bytes> receipts = new ArrayList<>(block.receipts());
                receipts.set(0, Bytes.utf8("other"));
                past.set(i, new Intake.Past(block.proof(), block.transactions(), receipts));
                assertFalse(intake.take(1, past), "a receipt is another");
                past.set(i, new Intake.Past(block.proof(), block.transactions().subList(1, 3), block.receipts()));
                assertFalse(intake.take(1, past), "a transaction is missing");
                past.set(i, block);
            }
            assertFalse(intake.take(2, past), "they begin elsewhere");
            assertFalse(intake.take(31, past(source, 31, 1)), "it lies above the snapshot");
            assertEquals(List.of(Bytes.empty()), intake.missing(), "nothing was taken");
            assertEquals(List.of(new Intake.Stretch(1, 30)), intake.missingBlocks());
        }
    }

    /// The log is cut anywhere: what is left is a beginning of what was taken, and the rest is taken again.
    @Test
    void whatACrashLeavesIsGoneOnWith() throws IOException {
        Random random = new Random(3);
        try (Ledger source = source()) {
            for (int life = 0; life < 3; life++) {
                Path torn = torn(source, random, 5 + 20 * life);
                try (RandomAccessFile file = new RandomAccessFile(log(torn).toFile(), "rw")) {
                    file.setLength(Math.max(0, file.length() - random.nextLong(20_000)));
                }
                try (Ledger joiner = chain.open(torn)) {
                    Intake intake = joiner.intake().orElseGet(() -> begin(joiner, source, 30));
                    takeAll(intake, source, random);
                    intake.finish();
                    // It ends before it is tidied.
                }
                try (Ledger joiner = chain.open(torn)) {
                    isTheSame(joiner, source, 30);
                }
            }
        }
    }

    /// A copy of the files of a ledger that is taking up a snapshot.
    private Path torn(Ledger source, Random random, int parts) throws IOException {
        Path home = fresh();
        try (Ledger joiner = chain.open(home)) {
            Intake intake = begin(joiner, source, 30);
            for (Intake.Stretch stretch : intake.missingBlocks()) {
                assertTrue(intake.take(stretch.from(), past(source, stretch.from(), stretch.count())));
            }
            int taken = 0;
            while (taken < parts && takeSome(intake, source, random)) {
                taken++;
            }
            Path copy = fresh();
            try (Stream<Path> files = Files.walk(home)) {
                for (Path file : files.sorted().toList()) {
                    if (!file.endsWith("LOCK") && !file.equals(home)) {
                        Files.copy(file, copy.resolve(home.relativize(file).toString()));
                    }
                }
            }
            return copy;
        }
    }

    private static Path log(Path home) throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("ledger"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .max(Comparator.comparing(Path::toString))
                    .orElseThrow();
        }
    }

    @Test
    void anotherSnapshotIsTakenWhenNobodyHasThisOneAnyMore() throws IOException {
        Random random = new Random(4);
        try (Ledger source = source();
                Ledger joiner = chain.open(fresh())) {
            chain.commitNextProven(joiner);
            Intake intake = begin(joiner, source, 20);
            assertTrue(intake.take(2, past(source, 2, 19)));
            for (int i = 0; i < 10; i++) {
                assertTrue(takeSome(intake, source, random));
            }
            intake = intake.instead(source.epochLinks(), source.finality(35).orElseThrow());
            assertEquals(
                    source.at(1).scan(Chain.CONTRACT, "", "", 1000),
                    joiner.head().scan(Chain.CONTRACT, "", "", 1000));
            takeAll(intake, source, random);
            intake.finish();
            joiner.tidy();
            isTheSame(joiner, source, 35);
        }
    }

    /// Pruning waits for who takes a state over, and not for ever.
    @Test
    void aStateThatIsBeingTakenIsKept() throws IOException {
        Chain window = new Chain(new Retention.Window(10));
        try (Ledger source = window.open(fresh())) {
            for (int i = 0; i < BLOCKS; i++) {
                window.commitNextProven(source);
            }
            long held = source.horizon();
            assertTrue(source.part(held, Bytes.empty(), 1 << 20).isPresent());
            for (int i = 0; i < BLOCKS; i++) {
                window.commitNextProven(source);
            }
            assertTrue(source.part(held, Bytes.empty(), 1 << 20).isPresent(), "it is kept");
            for (int i = 0; i <= Leases.BLOCKS; i++) {
                window.commitNextProven(source);
            }
            assertEquals(
                    LedgerErrors.STATE_PRUNED,
                    assertThrows(PoyangException.class, () -> source.part(held, Bytes.empty(), 1 << 20))
                            .code(),
                    "nobody asked for it any more");
        }
        Leases leases = new Leases();
        for (long now = 100; now < 100 + 2 * Leases.BLOCKS_MAX; now++) {
            leases.renew(90, now);
            boolean kept = now - 100 <= Leases.BLOCKS_MAX;
            assertEquals(kept ? 90 : now - 5, leases.keptFrom(now - 5, now, 80), "at " + now);
        }
    }

    @Test
    void noFileHoldsANameOrAValueOfASnapshot() throws IOException {
        Random random = new Random(6);
        Path home = fresh();
        try (Ledger source = source()) {
            try (Ledger joiner = chain.open(home)) {
                takeAll(begin(joiner, source, 30), source, random);
            }
            noneHolds(home);
            try (Ledger joiner = chain.open(home)) {
                joiner.intake().orElseThrow().finish();
                joiner.tidy();
                isTheSame(joiner, source, 30);
            }
        }
        noneHolds(home);
    }

    private static void noneHolds(Path home) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(home)) {
            all = files.filter(Files::isRegularFile).toList();
        }
        for (Path file : all) {
            String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            for (String marker : List.of("account/", Chain.CONTRACT, "validator-1", "payload ", "receipt ")) {
                assertFalse(content.contains(marker), file + " holds " + marker);
            }
        }
    }
}
