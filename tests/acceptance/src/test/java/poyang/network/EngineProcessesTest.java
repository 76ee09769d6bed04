package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The engines that bear crashes only, with validators and a load client as processes.
@Timeout(600)
final class EngineProcessesTest {
    @TempDir
    private Path folder;

    @Test
    void raftOfThreeProcessesLosesNoTransaction() throws Exception {
        underLoad("raft", 3);
    }

    @Test
    void oneProcessAloneLosesNoTransaction() throws Exception {
        underLoad("single", 1);
    }

    private void underLoad(String engine, int nodes) throws Exception {
        Path out = folder.resolve("out");
        int code = run(out, engine, nodes);
        String found = Files.readString(out);
        assertEquals(0, code, found);
        String last = found.strip().lines().reduce((a, b) -> b).orElseThrow();
        assertTrue(last.contains("\"successRatio\":1.000000"), last);
        assertTrue(last.contains("\"engine\":\"" + engine + "\""), last);
        assertTrue(last.contains("\"faults\":\"crash faults only\""), last);
    }

    private int run(Path out, String engine, int nodes) throws Exception {
        PrintStream before = System.out;
        try (PrintStream to = new PrintStream(Files.newOutputStream(out), true, StandardCharsets.UTF_8)) {
            System.setOut(to);
            return poyang.tools.Main.run(
                    Main.commands(),
                    "bench",
                    "chain",
                    "--engine",
                    engine,
                    "--nodes",
                    Integer.toString(nodes),
                    "--seconds",
                    "1",
                    "--warm-up",
                    "1",
                    "--signers",
                    "20",
                    "--json",
                    "--directory",
                    folder.resolve("network").toString());
        } finally {
            System.setOut(before);
        }
    }
}
