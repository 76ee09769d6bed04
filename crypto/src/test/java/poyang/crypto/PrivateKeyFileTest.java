package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.PoyangException;

class PrivateKeyFileTest {
    private static final char[] PASSWORD = "鄱阳湖 correct horse".toCharArray();
    private final SeededRandom random = new SeededRandom(new byte[32], "key files");
    private final Sm2PrivateKey key = Sm2PrivateKey.generate(random);

    @Test
    void opensWhatItWrote(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("owner.pem");
        PrivateKeyFile.write(file, key, PASSWORD, random);
        assertEquals(key.publicKey(), PrivateKeyFile.read(file, PASSWORD).publicKey());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertThrows(PoyangException.class, () -> PrivateKeyFile.write(file, key, PASSWORD, random));
    }

    @Test
    void refusesWrongPasswordDamageAndOtherFiles() {
        String pem = PrivateKeyFile.toPem(key, PASSWORD, random);
        assertEquals("WRONG_PASSWORD", refusal(pem, "wrong"));
        List<String> lines = pem.lines().toList();
        String last = lines.get(lines.size() - 2);
        assertEquals("WRONG_PASSWORD", refusal(pem.replace(last, flip(last)), new String(PASSWORD)));
        assertEquals("BAD_KEY", refusal("-----BEGIN PRIVATE KEY-----", "x"));
        assertEquals("BAD_KEY", refusal(pem.replace(lines.get(1), ""), "x"));
        assertEquals("BAD_KEY", refusal("", "x"));
    }

    private static String flip(String line) {
        return (line.charAt(0) == 'A' ? 'B' : 'A') + line.substring(1);
    }

    private static String refusal(String pem, String password) {
        PoyangException refused =
                assertThrows(PoyangException.class, () -> PrivateKeyFile.fromPem(pem, password.toCharArray()));
        return refused.code().name();
    }
}
