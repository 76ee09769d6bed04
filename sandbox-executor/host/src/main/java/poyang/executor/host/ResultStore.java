package poyang.executor.host;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import poyang.executor.jail.Jail;
import poyang.executor.jail.Scratch;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.PrivateFolder;

/// Where sealed results and openings of this department's attempts lie, which open with a key of a person only, and
/// what lost attempts of runs on disk have left for the next one, sealed by their children.
final class ResultStore {
    private final Path results;
    private final Path openings;
    private final Path runs;
    private final Path prepared;

    ResultStore(Path directory) {
        results = directory.resolve("results");
        openings = directory.resolve("openings");
        runs = directory.resolve("runs");
        PrivateFolder.make(runs);
        prepared = directory.resolve("prepared");
        PrivateFolder.make(prepared);
        PrivateFolder.make(results);
        PrivateFolder.make(openings);
    }

    Path result(String job, int attempt) {
        return results.resolve(job + "." + attempt + ".sealed");
    }

    Path opening(String job, int attempt) {
        return openings.resolve(job + "." + attempt + ".opening");
    }

    /// The folder that a job's attempts keep things in; made when it is first needed.
    synchronized Path run(String job, Jail jail) {
        Path folder = runs.resolve(job);
        return Files.exists(folder) ? folder : jail.newScratch(runs, job);
    }

    /// The folder in which jobs of a data set keep what later ones use; made when it is first needed.
    ///
    /// @param other data set that it is about, where it is about another one
    synchronized Path prepared(String own, String other, Jail jail) {
        String name = (own + (other.isEmpty() ? "" : "@" + other)).replace('/', '.');
        Path folder = prepared.resolve(name);
        return Files.exists(folder) ? folder : jail.newScratch(prepared, name);
    }

    /// Takes away what a job's attempts kept.
    synchronized void forgetRun(String job) {
        Path folder = runs.resolve(job);
        if (Files.exists(folder)) {
            Scratch.wipe(folder);
        }
    }

    /// Takes away what was last written to before this time.
    void forgetRunsBefore(long millis) {
        for (String job : runs()) {
            try {
                if (Files.getLastModifiedTime(runs.resolve(job)).toMillis() < millis) {
                    forgetRun(job);
                }
            } catch (IOException e) {
                throw failed("the folder " + runs + " cannot be read", e);
            }
        }
    }

    /// The jobs whose attempts keep something.
    List<String> runs() {
        try (Stream<Path> folders = Files.list(runs)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failed("the folder " + runs + " cannot be read", e);
        }
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
