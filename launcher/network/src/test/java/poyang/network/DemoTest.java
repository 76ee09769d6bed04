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
        assertEquals(0, replay(out));
        Path opening = out.resolve("medical-insurance.opening");
        byte[] changed = Files.readAllBytes(opening);
        changed[changed.length / 2] ^= 1;
        Files.write(opening, changed);
        assertEquals(2, replay(out), "a changed opening");
        Files.writeString(out.resolve("medical-insurance.password"), "wrong");
        assertEquals(2, replay(out), "a wrong password");
        Files.delete(opening);
        assertEquals(2, replay(out), "no opening");
    }

    private static int replay(Path out) {
        return poyang.tools.Main.run(
                Main.commands(),
                "audit",
                "replay",
                out.resolve("medical-insurance.opening").toString(),
                "--key",
                out.resolve("medical-insurance.key.pem").toString(),
                "--password-file",
                out.resolve("medical-insurance.password").toString());
    }

    @Test
    void refusesSizesThatMakeNoSense() {
        assertEquals(2, poyang.tools.Main.run(Main.commands(), "demo", "--rows", "0"));
    }
}
