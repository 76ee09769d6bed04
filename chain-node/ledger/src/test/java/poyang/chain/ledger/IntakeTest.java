package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
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
    /// And into fewer.
    private static final long LARGE_BYTES = 700;

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

    static Intake begin(Ledger joiner, Ledger source, long height) {
        return joiner.beginIntake(source.epochLinks(), source.finality(height).orElseThrow());
    }

    static List<Intake.Past> past(Ledger source, long from, int count) {
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
        return takeSome(intake, source, random, MOST_BYTES);
    }

    static boolean takeSome(Intake intake, Ledger source, Random random, long mostBytes) {
        List<Bytes> open = new ArrayList<>(intake.missing());
        while (!open.isEmpty()) {
            Bytes path = open.remove(random.nextInt(open.size()));
            Optional<StatePart> part = source.part(intake.height(), path, 3 + random.nextInt(60), mostBytes);
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
        isTheSame(joiner, source, height, true);
    }

    private void isTheSame(Ledger joiner, Ledger source, long height, boolean goesOn) {
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
        for (long at = height + 1; goesOn && at <= BLOCKS; at++) {
            assertEquals(source.header(at).orElseThrow(), chain.commitNextProven(joiner));
        }
        long last = joiner.height();
        assertEquals(new Verification.Whole(last, last), joiner.verify());
        for (String key : List.of("account/1", "account/59")) {
            assertEquals(source.prove(Chain.CONTRACT, key, last), joiner.prove(Chain.CONTRACT, key, last));
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
                    StateView old = joiner.at(had);
                    intake.finish();
                    for (StateView reader : List.of(old, joiner.at(had))) {
                        assertEquals(
                                source.at(had).scan(Chain.CONTRACT, "", "", 1000),
                                reader.scan(Chain.CONTRACT, "", "", 1000),
                                "whoever reads the old head is not disturbed");
                    }
                    joiner.tidy();
                    assertEquals(
                            LedgerErrors.STATE_PRUNED,
                            assertThrows(PoyangException.class, () -> old.get(Chain.CONTRACT, "account/1"))
                                    .code());
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
            StatePart part = source.part(30, Bytes.empty(), 1_000, 1 << 20).orElseThrow();
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
            assertFalse(
                    intake.take(source.part(29, Bytes.empty(), 1_000, 1 << 20).orElseThrow()), "another state");
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

    /// A crash at each write from the beginning of a snapshot until what it left behind is taken away: the log
    /// is cut in its records, of parts, which are alike, in some. What is left is gone on with, or was whole.
    @Test
    void whateverACrashLeavesIsGoneOnWith() throws IOException {
        Random random = new Random(3);
        try (Ledger source = source()) {
            Path home = fresh();
            long begun;
            long partsFrom;
            long partsTo;
            Path whole;
            try (Ledger joiner = chain.open(home)) {
                begun = Files.size(log(home));
                Intake intake = begin(joiner, source, 30);
                for (Intake.Stretch stretch : intake.missingBlocks()) {
                    assertTrue(intake.take(stretch.from(), past(source, stretch.from(), stretch.count())));
                }
                partsFrom = Files.size(log(home));
                while (takeSome(intake, source, random, LARGE_BYTES)) {
                    assertEquals(0, joiner.height(), "nothing shows before the end");
                }
                partsTo = Files.size(log(home));
                intake.finish();
                joiner.tidy();
                whole = copy(home);
            }
            byte[] log = Files.readAllBytes(log(whole));
            List<Integer> ends = recordEnds(log);
            ends.removeIf(end -> end < begun);
            assertTrue(ends.size() > 12, ends.size() + " writes");
            int unfinished = 0;
            int finished = 0;
            for (int i = 1; i < ends.size(); i++) {
                if (ends.get(i) > partsFrom && ends.get(i) < partsTo && i % 5 != 0) {
                    continue;
                }
                Path torn = copy(whole);
                int cut = ends.get(i) - random.nextInt(ends.get(i) - ends.get(i - 1));
                Files.write(log(torn), Arrays.copyOf(log, cut));
                try (Ledger joiner = chain.open(torn)) {
                    unfinished += joiner.intake().isPresent() ? 1 : 0;
                    finished += joiner.height() == 30 ? 1 : 0;
                    goesOn(joiner, source, random);
                    isTheSame(joiner, source, 30, i % 5 == 0);
                }
            }
            // The last writes take away what the snapshot replaced.
            assertTrue(unfinished > 4 && finished > 2, unfinished + " unfinished, " + finished + " finished");
        }
    }

    private void goesOn(Ledger joiner, Ledger source, Random random) {
        if (joiner.height() == 30) {
            return;
        }
        assertEquals(0, joiner.height());
        if (joiner.intake().isPresent()) {
            assertEquals(new Verification.Unfinished(30), joiner.verify());
        } else {
            assertEquals(new Verification.Whole(0, 0), joiner.verify());
        }
        Intake intake = joiner.intake().orElseGet(() -> begin(joiner, source, 30));
        takeAll(intake, source, random);
        intake.finish();
        joiner.tidy();
    }

    /// Where the log's records end.
    private static List<Integer> recordEnds(byte[] log) {
        List<Integer> ends = new ArrayList<>();
        int at = 0;
        while (at + 7 <= log.length) {
            int left = 32_768 - at % 32_768;
            if (left < 7) {
                at += left;
                continue;
            }
            int length = log[at + 4] & 0xff | (log[at + 5] & 0xff) << 8;
            int type = log[at + 6];
            at += 7 + length;
            if (type == 1 || type == 4) {
                ends.add(at);
            }
        }
        return ends;
    }

    private Path copy(Path home) throws IOException {
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
            assertTrue(source.part(held, Bytes.empty(), 1_000, 1 << 20).isPresent());
            for (int i = 0; i < BLOCKS; i++) {
                window.commitNextProven(source);
            }
            assertTrue(source.part(held, Bytes.empty(), 1_000, 1 << 20).isPresent(), "it is kept");
            for (int i = 0; i <= Leases.BLOCKS; i++) {
                window.commitNextProven(source);
            }
            assertEquals(
                    LedgerErrors.STATE_PRUNED,
                    assertThrows(PoyangException.class, () -> source.part(held, Bytes.empty(), 1_000, 1 << 20))
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
