package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.connectors.SourceSettings;
import poyang.crypto.CryptoErrors;
import poyang.crypto.SeededRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Sources at rest.
final class SourceVaultTest {
    private final RandomSource random = new SeededRandom(new byte[32], "vault-test");

    @TempDir
    Path folder;

    @TempDir
    Path keys;

    private StorageKey storage(String name) {
        return StorageKey.openOrCreate(keys.resolve(name), "vault test 1".toCharArray(), random);
    }

    private static SourceVault.Entry entry(String name) {
        return new SourceVault.Entry(
                name,
                "postgresql",
                new SourceSettings(Map.of("host", "db.example", "password", "口令-secret")),
                Set.of("password"));
    }

    @Test
    void sourcesComeBackAfterARestartAndAreNeverOverwritten() {
        StorageKey storage = storage("storage.key");
        SourceVault vault = SourceVault.open(folder, storage, random);
        vault.add(entry("two"));
        vault.add(entry("one"));
        SourceVault again = SourceVault.open(folder, storage("storage.key"), random);
        assertEquals(
                List.of("one", "two"),
                again.all().stream().map(SourceVault.Entry::name).toList());
        SourceVault.Entry one = again.find("one").orElseThrow();
        assertEquals("口令-secret", one.settings().value("password"));
        assertEquals(Set.of("password"), one.secrets());
        assertEquals(vault.markSecret("one"), again.markSecret("one"));
        assertNotEquals(again.markSecret("one"), again.markSecret("two"));
        PoyangException exists = assertThrows(PoyangException.class, () -> again.add(entry("one")));
        assertEquals(HostErrors.SOURCE_EXISTS, exists.code());
        for (String bad : List.of("../one", "", "One", "a/b")) {
            assertEquals(
                    HostErrors.BAD_REQUEST,
                    assertThrows(PoyangException.class, () -> again.find(bad)).code());
        }
    }

    @Test
    void nothingIsReadableAtRestAndEveryChangedByteIsRefused() throws IOException {
        StorageKey storage = storage("storage.key");
        SourceVault.open(folder, storage, random).add(entry("one"));
        Path file = folder.resolve("one.source");
        byte[] right = Files.readAllBytes(file);
        String text = new String(right, StandardCharsets.UTF_8);
        assertFalse(text.contains("secret") || text.contains("example"));
        for (int i = 0; i < right.length; i++) {
            byte[] wrong = right.clone();
            wrong[i] ^= 1;
            Files.write(file, wrong);
            SourceVault vault = SourceVault.open(folder, storage, random);
            assertThrows(PoyangException.class, () -> vault.find("one"), "byte " + i);
        }
        Files.write(folder.resolve("other.source"), right);
        SourceVault vault = SourceVault.open(folder, storage, random);
        assertThrows(PoyangException.class, () -> vault.find("other"), "a file under another name");
        StorageKey stranger = storage("stranger.key");
        assertEquals(
                CryptoErrors.DATA_KEY_MISSING,
                assertThrows(PoyangException.class, () -> SourceVault.open(folder, stranger, random))
                        .code());
        Path key = folder.resolve("vault.key");
        byte[] whole = Files.readAllBytes(key);
        for (int i = 0; i < whole.length; i++) {
            byte[] wrong = whole.clone();
            wrong[i] ^= 1;
            Files.write(key, wrong);
            assertThrows(PoyangException.class, () -> SourceVault.open(folder, storage, random), "byte " + i);
        }
        Files.delete(key);
        assertEquals(
                CryptoErrors.DATA_KEY_MISSING,
                assertThrows(PoyangException.class, () -> SourceVault.open(folder, storage, random))
                        .code());
    }
}
