package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demonstration as a person runs it.
final class DemoTest {

    @Test
    void findsAndReplaysWhatTheGeneratorMade(@TempDir Path out) throws IOException {
        assertEquals(
                0, poyang.tools.Main.run(Main.commands(), "demo", "--rows", "400", "--out", out.toString(), "--json"));
        assertEquals(151, Files.readAllLines(out.resolve("matches.csv")).size());
    }

    @Test
    void refusesSizesThatMakeNoSense() {
        assertEquals(2, poyang.tools.Main.run(Main.commands(), "demo", "--rows", "0"));
    }
}
