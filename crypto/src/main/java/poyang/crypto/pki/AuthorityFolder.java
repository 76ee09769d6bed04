package poyang.crypto.pki;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Supplier;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;

/// The files of an authority beside its log, and the lock under which one process at a time acts.
final class AuthorityFolder {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path folder;

    AuthorityFolder(Path folder) {
        this.folder = folder;
    }

    void make() {
        try {
            Files.createDirectories(folder, PRIVATE);
            Files.createDirectories(folder.resolve("issued"));
        } catch (IOException e) {
            throw failed("the folder " + folder + " cannot be made", e);
        }
    }

    /// Runs `work` while no other process does.
    <T> T locked(Supplier<T> work) {
        try (FileChannel channel =
                        FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            return work.get();
        } catch (IOException | OverlappingFileLockException e) {
            throw failed("the folder " + folder + " cannot be locked for this step", e);
        }
    }

    /// @throws PoyangException `FILE_FAILED`
    byte[] read(String name) {
        try {
            return Files.readAllBytes(folder.resolve(name));
        } catch (IOException e) {
            throw failed("the file " + folder.resolve(name) + " cannot be read", e);
        }
    }

    /// Writes a text whole or not at all; a file that holds it already is left alone.
    void write(String name, String text) {
        Path file = folder.resolve(name);
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        try {
            if (!Files.exists(file) || !Files.readString(file).equals(text)) {
                Files.writeString(draft, text, StandardCharsets.UTF_8);
                Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw failed("the file " + file + " cannot be written", e);
        }
    }

    /// As {@link #write}, for a text that never changes.
    void writeOnce(String name, String text) {
        if (!Files.exists(folder.resolve(name))) {
            write(name, text);
        }
    }

    private static PoyangException failed(String wrong, Exception cause) {
        return new PoyangException(CryptoErrors.FILE_FAILED, wrong, "check folder, rights and space", cause);
    }
}
