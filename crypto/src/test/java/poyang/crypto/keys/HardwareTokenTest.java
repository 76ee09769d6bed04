package poyang.crypto.keys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SecretBytes;
import poyang.crypto.SeededRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Against SoftHSM2, a PKCS#11 token in software (Debian package softhsm2). The surefire configuration sets
/// SOFTHSM2_CONF, which the library reads when the JDK loads it.
final class HardwareTokenTest {
    private static final String PIN = "8264-1937";
    private static final Path LIBRARY = Stream.of(
                    "/usr/lib/softhsm/libsofthsm2.so",
                    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
                    "/usr/lib64/pkcs11/libsofthsm2.so")
            .map(Path::of)
            .filter(Files::exists)
            .findFirst()
            .orElse(Path.of("SoftHSM2 is missing: apt-get install softhsm2"));

    private final RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "token");

    @BeforeAll
    static void initialiseTokens() throws IOException, InterruptedException {
        Path configuration =
                Path.of(Optional.ofNullable(System.getenv("SOFTHSM2_CONF")).orElseThrow());
        Path tokens = configuration.resolveSibling("tokens").toAbsolutePath();
        if (Files.exists(tokens)) {
            try (Stream<Path> old = Files.walk(tokens)) {
                for (Path path : old.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(path);
                }
            }
        }
        Files.createDirectories(tokens);
        Files.writeString(configuration, "directories.tokendir = " + tokens + "\nlog.level = ERROR\n");
        for (String label : List.of("other", "poyang")) {
            Process process = new ProcessBuilder(
                            "softhsm2-util",
                            "--init-token",
                            "--free",
                            "--label",
                            label,
                            "--so-pin",
                            "11223344",
                            "--pin",
                            PIN)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0, said);
        }
    }

    private static HardwareToken open(String pin, String keyLabel) {
        return HardwareToken.open(LIBRARY, "poyang", pin.toCharArray(), keyLabel);
    }

    /// One test, since a PKCS#11 library has one state for the whole process.
    @Test
    void keysOpenOnlyWithTheTokenAndItsPin(@TempDir Path folder) {
        PoyangException wrongPin = assertThrows(PoyangException.class, () -> open("0000-0000", "province"));
        assertEquals(CryptoErrors.WRONG_PIN, wrongPin.code(), wrongPin.toString());
        assertFalse(wrongPin.toString().contains("0000-0000"));

        SecretBytes secret = SecretBytes.random("data key", 16, random);
        byte[] locked;
        try (HardwareToken token = open(PIN, "province")) {
            assertFalse(token.hasKey());
            assertEquals(
                    CryptoErrors.TOKEN_FAILED,
                    assertThrows(PoyangException.class, () -> token.lock("test", secret, random))
                            .code());
            token.createKey();
            assertTrue(token.hasKey() && token.keepsItsKey());
            assertEquals(
                    CryptoErrors.TOKEN_FAILED,
                    assertThrows(PoyangException.class, token::createKey).code());
            locked = token.lock("test", secret, random);
            assertEquals(secret, token.unlock("test", locked));
        }
        // the key outlives the session; another key, token or purpose does not open it
        try (HardwareToken token = open(PIN, "province")) {
            assertTrue(token.keepsItsKey());
            assertEquals(secret, token.unlock("test", locked));
            refused(CryptoErrors.UNKNOWN_KEY_FORM.number(), () -> token.unlock("another", locked));
            for (int i = 0; i < locked.length; i++) {
                byte[] bad = locked.clone();
                bad[i] ^= 1;
                PoyangException refusal = assertThrows(PoyangException.class, () -> token.unlock("test", bad));
                assertEquals(2, refusal.code().number() / 1000, "byte " + i);
            }
            for (int length = 0; length < locked.length; length += 5) {
                byte[] cut = java.util.Arrays.copyOf(locked, length);
                assertThrows(PoyangException.class, () -> token.unlock("test", cut));
            }
            ring(folder.resolve("token.ring"), token);
        }
        try (HardwareToken other = HardwareToken.open(LIBRARY, "other", PIN.toCharArray(), "province")) {
            other.createKey();
            refused(CryptoErrors.TOKEN_FAILED.number(), () -> other.unlock("test", locked));
            refused(
                    CryptoErrors.TOKEN_FAILED.number(),
                    () -> KeyRing.open(folder.resolve("token.ring"), other, () -> Instant.EPOCH, random));
        }
        refused(
                CryptoErrors.TOKEN_FAILED.number(),
                () -> HardwareToken.open(LIBRARY, "absent", PIN.toCharArray(), "province"));
        refused(
                CryptoErrors.TOKEN_FAILED.number(),
                () -> HardwareToken.open(Path.of("/nowhere.so"), "poyang", PIN.toCharArray(), "province"));
    }

    private void ring(Path file, HardwareToken token) {
        KeyRing.create(file, "tax", KeyRing.Algorithm.SM2, token, () -> Instant.EPOCH, random)
                .rotate(Instant.EPOCH, Duration.ZERO);
        try (KeyRing ring = KeyRing.open(file, token, () -> Instant.EPOCH, random)) {
            assertEquals(1, ring.active().orElseThrow().number());
        }
    }

    private static void refused(int code, org.junit.jupiter.api.function.Executable action) {
        assertEquals(code, assertThrows(PoyangException.class, action).code().number());
    }
}
