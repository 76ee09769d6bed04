package poyang.network;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditSeal;
import poyang.tools.PasswordPrompt;

/// An audit log that a command reads, and what opens it when its lines are sealed.
@SuppressWarnings("NullAway.Init") // picocli sets the options before they are used
final class AuditFile {
    @Parameters(paramLabel = "FILE", description = "the log, for example .../data/audit.log")
    private Path file;

    @Option(
            names = "--home",
            paramLabel = "DIRECTORY",
            description = "the process's directory, which holds audit.key and storage.key (the log's own folder)")
    private @Nullable Path home;

    @Option(names = "--storage-key", paramLabel = "FILE", description = "the storage key (DIRECTORY/storage.key)")
    private @Nullable Path storageKey;

    @Option(
            names = "--storage-password-file",
            paramLabel = "FILE",
            description = "holds the storage key's password; asked for when absent")
    private @Nullable Path passwordFile;

    /// Gives `use` the log, and the seal that opens it; none for a log in clear, which asks for no key.
    <R> R with(BiFunction<Path, Optional<AuditSeal>, R> use) {
        if (!AuditSeal.sealed(file)) {
            return use.apply(file, Optional.empty());
        }
        Path directory =
                home == null ? file.toAbsolutePath().resolveSibling(".").normalize() : home;
        Path key = storageKey == null ? directory.resolve("storage.key") : storageKey;
        RandomSource random = ProcessRandom.open("audit");
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + key.getFileName());
        try (StorageKey storage = StorageKey.open(key, password);
                AuditSeal seal = AuditSeal.open(directory.resolve("audit.key"), storage, random)) {
            return use.apply(file, Optional.of(seal));
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
