package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JailedDemoTest {
    @TempDir
    private Path folder;

    @Test
    void runsInTheSandboxAndReplays() throws IOException {
        assertEquals(0, Main.run("jailed-demo", "--rows", "300", "--folder", folder.toString(), "--json"));
        assertTrue(Files.readAllLines(folder.resolve("matches.csv")).size() > 50);
        for (String name : new String[] {"medical-insurance", "taxation"}) {
            assertEquals(0, replay(name, name));
        }
        assertEquals(2, replay("taxation", "medical-insurance"), "another department's key");
        Path opening = folder.resolve("taxation.opening");
        byte[] changed = Files.readAllBytes(opening);
        changed[changed.length / 2] ^= 1;
        Files.write(opening, changed);
        assertNotEquals(0, replay("taxation", "taxation"));
    }

    private int replay(String opening, String key) {
        return Main.run(
                "audit",
                "replay",
                folder.resolve(opening + ".opening").toString(),
                "--key",
                folder.resolve(key + ".key.pem").toString(),
                "--password-file",
                folder.resolve(key + ".password").toString());
    }
}
