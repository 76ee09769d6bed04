package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// A child that commits blocks is killed at arbitrary moments; what it had announced must be there.
final class CrashTest {
    private static final String KEPT = "40";
    private static final int TAKEN = 12;
    /// Megabytes of a small disk.
    private static final int FIRST_ROOM = 6;

    private static final int MORE_ROOM = 2;

    @TempDir
    Path folder;

    /// The child: commits blocks for ever and announces each height once it is durable.
    static final class Committer {
        private Committer() {}

        public static void main(String[] arguments) {
            Chain chain = new Chain(retention(arguments[1]));
            try (Ledger ledger = chain.open(Path.of(arguments[0]))) {
                while (ledger.height() < 1_000_000) {
                    System.out.println(chain.commitNext(ledger).height());
                }
            }
        }
    }

    /// The child: one ledger takes a snapshot over from another that commits blocks meanwhile; a step for each octet
    /// that
    /// it is sent, which it announces.
    static final class Taker {
        private Taker() {}

        public static void main(String[] arguments) throws IOException {
            Chain chain = new Chain();
            Random random = new Random(7);
            Path home = Path.of(arguments[0]);
            try (Ledger source = chain.open(home.resolve("source"));
                    Ledger joiner = chain.open(home.resolve("joiner"))) {
                Intake intake = joiner.intake().orElseGet(() -> IntakeTest.begin(joiner, source, TAKEN));
                for (Intake.Stretch stretch : intake.missingBlocks()) {
                    if (!intake.take(stretch.from(), IntakeTest.past(source, stretch.from(), stretch.count()))) {
                        throw new IllegalStateException("blocks that do not hold");
                    }
                }
                boolean serves = arguments[1].equals("serves");
                do {
                    System.out.println(intake.missing().size());
                    if (System.in.read() < 0) {
                        return;
                    }
                    if (serves) {
                        chain.commitNextProven(source);
                    }
                } while (IntakeTest.takeSome(intake, source, random, 300));
                intake.finish();
                joiner.tidy();
            }
        }
    }

    /// `archive`, or so many blocks: fewer than a configuration allows, so that there is soon something to forget.
    private static Retention retention(String keep) {
        return keep.equals("archive") ? new Retention.Archive() : new Retention.Window(Long.parseLong(keep));
    }

    @Test
    void aKilledLedgerHoldsEveryAnnouncedBlockAsAWhole() throws Exception {
        Random random = new Random(5);
        Chain chain = new Chain();
        long announced = 0;
        for (int life = 0; life < 3; life++) {
            announced = Math.max(announced, liveAndDie("archive", announced + 5 + random.nextInt(60)));
            holds(chain, announced);
        }
    }

    /// Killed while it forgets old states.
    @Test
    void aKilledLedgerThatForgetsStatesIsWholeAllTheSame() throws Exception {
        Random random = new Random(6);
        Chain chain = new Chain(retention(KEPT));
        long announced = 0;
        for (int life = 0; life < 2; life++) {
            announced = Math.max(announced, liveAndDie(KEPT, Math.max(announced, 50) + 5 + random.nextInt(60)));
            holds(chain, announced);
        }
        try (Ledger ledger = chain.open(folder)) {
            assertTrue(ledger.horizon() > 0, "old states were forgotten");
        }
    }

    /// A disk that takes no more octets ends the ledger's work with an error, and loses nothing announced.
    @Test
    void aLedgerWithoutRoomStopsAndIsWholeWhenThereIsRoomAgain() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "prlimit is not installed");
        Chain chain = new Chain();
        Process child = start("archive");
        long last = -1;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            long blocks = 0;
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = Long.parseLong(line);
                if (++blocks == 20) {
                    noRoom(child);
                }
            }
        }
        assertNotEquals(0, child.waitFor(), "it ended with an error");
        assertTrue(last >= 20, "after " + last);
        holds(chain, last);
    }

    /// A disk that fills up while blocks are committed and old states forgotten, again and again.
    @Test
    void aDiskThatFillsUpStopsTheLedgerAndLosesNothing() throws Exception {
        Optional<SmallDisk> mounted = SmallDisk.open(folder.resolve("small"), FIRST_ROOM);
        assumeTrue(mounted.isPresent(), "no file system can be mounted here");
        Chain chain = new Chain(retention(KEPT));
        try (SmallDisk disk = mounted.get()) {
            long announced = 0;
            for (int life = 1; life <= 2; life++) {
                Process child = new ProcessBuilder(disk.inside(
                                command(Committer.class, folder.resolve("small").toString(), KEPT)))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                long last = -1;
                try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
                    for (String line = out.readLine(); line != null; line = out.readLine()) {
                        last = Long.parseLong(line);
                    }
                }
                assertNotEquals(0, child.waitFor(), "it ended with an error");
                assertTrue(last > announced + Long.parseLong(KEPT), last + " after " + announced);
                announced = last;
                disk.grow(FIRST_ROOM + life * MORE_ROOM);
                holds(chain, disk.outside(), announced);
            }
        }
    }

    /// A node that takes a snapshot and the one that serves it, in one process, are killed in the middle of it; then
    /// there
    /// is no room for what is taken. Both are whole each time, and in the end the snapshot is.
    @Test
    void whoTakesASnapshotAndWhoServesItAreWholeAfterAKillAndWithoutRoom() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "prlimit is not installed");
        Chain chain = new Chain();
        try (Ledger source = chain.open(Files.createDirectory(folder.resolve("source")))) {
            for (int i = 0; i < TAKEN + 2; i++) {
                chain.commitNextProven(source);
            }
        }
        Path _ = Files.createDirectory(folder.resolve("joiner"));
        for (String life : List.of("killed", "without room")) {
            Process child = child(Taker.class, folder.toString(), life.equals("killed") ? "serves" : "takes");
            try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8);
                    OutputStream steps = child.getOutputStream()) {
                for (int i = 0; i < 4; i++) {
                    assertTrue(Integer.parseInt(out.readLine()) > 0, "it is not done yet");
                    steps.write('.');
                    steps.flush();
                }
                if (life.equals("killed")) {
                    steps.write('.');
                    steps.flush();
                    child.destroyForcibly();
                } else {
                    String _ = out.readLine();
                    noRoom(child);
                    steps.write("....".getBytes(StandardCharsets.US_ASCII));
                    steps.flush();
                }
                assertNotEquals(0, child.waitFor(), life);
            }
            try (Ledger source = chain.open(folder.resolve("source"));
                    Ledger joiner = chain.open(folder.resolve("joiner"))) {
                assertTrue(source.height() >= TAKEN + 2, life);
                assertEquals(new Verification.Whole(source.height(), source.finalisedHeight()), source.verify(), life);
                assertEquals(new Verification.Unfinished(TAKEN), joiner.verify(), life);
                assertTrue(joiner.intake().orElseThrow().missing().size() > 1, "some parts are here, and not all");
            }
        }
        try (Ledger source = chain.open(folder.resolve("source"));
                Ledger joiner = chain.open(folder.resolve("joiner"))) {
            Intake intake = joiner.intake().orElseThrow();
            Random random = new Random(8);
            while (IntakeTest.takeSome(intake, source, random, 300)) {
                assertEquals(0, joiner.height());
            }
            intake.finish();
            joiner.tidy();
            assertEquals(new Verification.Whole(TAKEN, TAKEN), joiner.verify());
            assertEquals(
                    source.at(TAKEN).scan(Chain.CONTRACT, "", "", 1000),
                    joiner.head().scan(Chain.CONTRACT, "", "", 1000));
        }
    }

    /// From now on no file of the process may grow beyond some octets: each log is longer than that.
    private static void noRoom(Process child) throws IOException, InterruptedException {
        Process limit = new ProcessBuilder("prlimit", "--pid", Long.toString(child.pid()), "--fsize=64").start();
        assertEquals(0, limit.waitFor());
    }

    private void holds(Chain chain, long announced) {
        holds(chain, folder, announced);
    }

    private static void holds(Chain chain, Path folder, long announced) {
        try (Ledger ledger = chain.open(folder)) {
            assertTrue(ledger.height() >= announced, ledger.height() + " < " + announced);
            assertEquals(new Verification.Whole(ledger.height(), 0), ledger.verify());
            if (ledger.height() > 0) {
                Bytes hash = ledger.header(ledger.height()).orElseThrow().hash(CryptoSuite.SM);
                assertEquals(
                        new OrderedMark(2 * ledger.height(), hash),
                        ledger.orderedMark().orElseThrow());
            }
        }
    }

    private Process start(String keep) throws IOException {
        return child(Committer.class, folder.toString(), keep);
    }

    private static Process child(Class<?> program, String... arguments) throws IOException {
        return new ProcessBuilder(command(program, arguments))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static List<String> command(Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /// Runs the child until it has announced `until`, and kills it; gives the last announced height.
    private long liveAndDie(String keep, long until) throws IOException, InterruptedException {
        Process child = start(keep);
        long last = -1;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            String line = out.readLine();
            while (line != null && last < until) {
                last = Long.parseLong(line);
                line = last < until ? out.readLine() : null;
            }
        } finally {
            child.destroyForcibly();
            child.waitFor();
        }
        assertTrue(last >= until, "the child ended by itself at " + last);
        return last;
    }
}
