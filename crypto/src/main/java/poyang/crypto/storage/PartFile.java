package poyang.crypto.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;

/// A file in the making: `NAME.part`, locked against a second run, and beside it `NAME.part.state`,
/// which says how much of it is on disk for certain.
final class PartFile implements AutoCloseable {
    private static final int LONGEST_STATE = 4096;

    private final Path target;
    private final Path part;
    private final Path state;
    private final FileChannel channel;

    /// @throws PoyangException `SEALING_FAILED` when the target exists or another run is making it
    PartFile(Path target) throws IOException {
        this.target = target;
        part = target.resolveSibling(target.getFileName() + ".part");
        state = target.resolveSibling(target.getFileName() + ".part.state");
        if (Files.exists(target)) {
            throw new PoyangException(
                    CryptoErrors.SEALING_FAILED,
                    "the file " + target + " exists already",
                    "nothing is overwritten: name another file, or move this one away");
        }
        channel = FileChannel.open(
                part,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                DurableFile.mode600());
        if (!locked()) {
            channel.close();
            throw new PoyangException(
                    CryptoErrors.SEALING_FAILED,
                    "another run is writing " + part,
                    "let it end, then run this again if the file is not there");
        }
    }

    private boolean locked() throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    FileChannel channel() {
        return channel;
    }

    Optional<byte[]> state() throws IOException {
        if (!Files.exists(state) || Files.size(state) > LONGEST_STATE) {
            return Optional.empty();
        }
        return Optional.of(Files.readAllBytes(state));
    }

    /// Forgets what an earlier run has made.
    void restart() throws IOException {
        Files.deleteIfExists(state);
        channel.truncate(0);
    }

    /// What the channel holds is on disk before the state says so.
    void checkpoint(byte[] content) throws IOException {
        channel.force(false);
        DurableFile.replace(state, content);
    }

    /// Gives the file its name.
    void complete() throws IOException {
        channel.force(true);
        if (Files.exists(target)) {
            throw new PoyangException(
                    CryptoErrors.SEALING_FAILED,
                    "the file " + target + " appeared meanwhile",
                    "nothing is overwritten: move it away and run this again");
        }
        DurableFile.move(part, target);
        Files.deleteIfExists(state);
    }

    void discard() throws IOException {
        Files.deleteIfExists(state);
        Files.deleteIfExists(part);
    }

    static PoyangException failed(String wrong, @Nullable IOException cause) {
        return new PoyangException(
                CryptoErrors.SEALING_FAILED,
                wrong + (cause == null ? "" : " (" + cause + ")"),
                "files that this user may read, and a folder with room that it may write, are needed; run it"
                        + " again to go on",
                cause);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
