package poyang.executor.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import poyang.kernel.PoyangException;
import poyang.sdk.PrivateFolder;

/// Where sealed results and openings of this department's attempts lie. Nothing in here opens without a
/// key of a person.
final class ResultStore {
    private final Path results;
    private final Path openings;

    ResultStore(Path directory) {
        results = directory.resolve("results");
        openings = directory.resolve("openings");
        PrivateFolder.make(results);
        PrivateFolder.make(openings);
    }

    Path result(String job, int attempt) {
        return results.resolve(job + "." + attempt + ".sealed");
    }

    Path opening(String job, int attempt) {
        return openings.resolve(job + "." + attempt + ".opening");
    }

    Optional<byte[]> sealedResult(String job, int attempt) {
        try {
            Path file = result(job, attempt);
            return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
        } catch (IOException e) {
            throw failed("the result cannot be read", e);
        }
    }

    private static PoyangException failed(String wrong, IOException cause) {
        return new PoyangException(HostErrors.VAULT_FAILED, wrong, "a healthy disk is needed", cause);
    }
}
