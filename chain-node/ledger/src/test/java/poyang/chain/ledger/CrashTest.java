package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// A child that commits blocks is killed at arbitrary moments; what it had announced must be there.
final class CrashTest {
    private static final String KEPT = "40";

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

    /// `archive`, or so many blocks: fewer than a configuration allows, so that there is soon something to forget.
    private static Retention retention(String keep) {
        return keep.equals("archive") ? new Retention.Archive() : new Retention.Window(Long.parseLong(keep));
    }

    @Test
    void aKilledLedgerHoldsEveryAnnouncedBlockAsAWhole() throws Exception {
        Random random = new Random(5);
        Chain chain = new Chain();
        long announced = 0;
        for (int life = 0; life < 4; life++) {
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
        for (int life = 0; life < 3; life++) {
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
        long announced = 0;
        for (int life = 0; life < 3; life++) {
            Process child = start("archive");
            long last = -1;
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
                long blocks = 0;
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    last = Long.parseLong(line);
                    if (++blocks == 20) {
                        // From now on no file may grow beyond some octets: each log is longer than that.
                        Process limit = new ProcessBuilder("prlimit", "--pid", Long.toString(child.pid()), "--fsize=64")
                                .start();
                        assertEquals(0, limit.waitFor());
                    }
                }
            }
            assertNotEquals(0, child.waitFor(), "it ended with an error");
            assertTrue(last >= announced + 20, last + " after " + announced);
            announced = last;
            holds(chain, announced);
        }
    }

    private void holds(Chain chain, long announced) {
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
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Committer.class.getName(),
                folder.toString(),
                keep);
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
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
