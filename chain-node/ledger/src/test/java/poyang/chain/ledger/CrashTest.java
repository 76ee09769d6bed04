package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// A child that commits blocks is killed at arbitrary moments; what it had announced must be there.
final class CrashTest {
    @TempDir
    Path folder;

    /// The child: commits blocks for ever and announces each height once it is durable.
    static final class Committer {
        private Committer() {}

        public static void main(String[] arguments) {
            Chain chain = new Chain();
            try (Ledger ledger = chain.open(Path.of(arguments[0]))) {
                while (ledger.height() < 1_000_000) {
                    System.out.println(chain.commitNext(ledger).height());
                }
            }
        }
    }

    @Test
    void aKilledLedgerHoldsEveryAnnouncedBlockAsAWhole() throws Exception {
        Random random = new Random(5);
        Chain chain = new Chain();
        long announced = 0;
        for (int life = 0; life < 4; life++) {
            announced = Math.max(announced, liveAndDie(announced + 5 + random.nextInt(60)));
            try (Ledger ledger = chain.open(folder)) {
                assertTrue(ledger.height() >= announced, ledger.height() + " < " + announced);
                assertEquals(new Verification.Whole(ledger.height(), 0), ledger.verify());
                Bytes hash = ledger.header(ledger.height()).orElseThrow().hash(CryptoSuite.SM);
                assertEquals(
                        new OrderedMark(2 * ledger.height(), hash),
                        ledger.orderedMark().orElseThrow());
            }
        }
    }

    /// Runs the child until it has announced `until`, and kills it; gives the last announced height.
    private long liveAndDie(long until) throws IOException, InterruptedException {
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Committer.class.getName(),
                        folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
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
