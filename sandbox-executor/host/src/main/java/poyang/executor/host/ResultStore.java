package poyang.executor.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import poyang.kernel.Bytes;
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

    /// A piece of a sealed result.
    ///
    /// @param total bytes of the whole
    record Slice(Bytes content, long total) {}

    /// At most `most` bytes from `offset` on; empty when there is no result of this attempt here.
    Optional<Slice> sealedResult(String job, int attempt, long offset, int most) {
        Path file = result(job, attempt);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long total = in.size();
            if (offset < 0 || offset > total) {
                throw new PoyangException(
                        HostErrors.BAD_REQUEST,
                        "the sealed result has " + total + " bytes, none from " + offset + " on",
                        "an offset from 0 to " + total + " is needed");
            }
            ByteBuffer slice = ByteBuffer.allocate((int) Math.min(most, total - offset));
            while (slice.hasRemaining() && in.read(slice, offset + slice.position()) >= 0) {
                // until it is full
            }
            return Optional.of(new Slice(Bytes.wrap(Arrays.copyOf(slice.array(), slice.position())), total));
        } catch (IOException e) {
            throw failed("the result cannot be read", e);
        }
    }

    private static PoyangException failed(String wrong, IOException cause) {
        return new PoyangException(HostErrors.VAULT_FAILED, wrong, "a healthy disk is needed", cause);
    }
}
