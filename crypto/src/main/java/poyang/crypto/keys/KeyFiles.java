package poyang.crypto.keys;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Files that hold secrets: mode 600, written whole and synced or not at all, overwritten before they are
/// given up.
///
/// Overwriting reaches the blocks that the file system shows. Copies made by snapshots, backups, journals
/// or a flash disk's own relocation are beyond any program; that is why nothing secret is ever written
/// except under a password.
public final class KeyFiles {
    private static final int BYTES_MAX = 16 << 20;

    private KeyFiles() {}

    /// @throws PoyangException `FILE_FAILED`
    public static byte[] read(Path file) {
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw new PoyangException(
                        CryptoErrors.FILE_FAILED, "the file " + file + " is too large for a key file", "name another");
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw failed(file, "could not be read", e);
        }
    }

    /// @throws PoyangException `FILE_FAILED`, also when the file exists
    public static void create(Path file, byte[] content) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "the file " + file + " exists already",
                    "a key is never overwritten: name another file, or move this one away");
        }
        replace(file, content);
    }

    /// Puts new content in the place of the old: a reader sees the one or the other. The old content's
    /// blocks stay as they were.
    ///
    /// @throws PoyangException `FILE_FAILED`; then the old content stands
    public static void replace(Path file, byte[] content) {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.deleteIfExists(draft);
            Files.createFile(draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                writeAll(channel, content);
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncFolder(file);
        } catch (IOException e) {
            throw failed(file, "could not be written", e);
        }
    }

    /// As {@link #replace}, and the blocks of the old content are overwritten.
    ///
    /// @throws PoyangException `FILE_FAILED`
    public static void replaceAndOverwrite(Path file, byte[] content, RandomSource random) {
        try (FileChannel old = FileChannel.open(file, StandardOpenOption.WRITE)) {
            replace(file, content);
            overwrite(old, random);
        } catch (IOException e) {
            throw failed(file, "could not be overwritten", e);
        }
    }

    /// Overwrites the file with random bytes, then zeros, then removes it.
    ///
    /// @throws PoyangException `FILE_FAILED`
    public static void destroy(Path file, RandomSource random) {
        try {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                overwrite(channel, random);
                channel.truncate(0);
                channel.force(true);
            }
            Files.delete(file);
            syncFolder(file);
        } catch (IOException e) {
            throw failed(file, "could not be overwritten", e);
        }
    }

    /// Refuses a file that others than its owner may read.
    ///
    /// @throws PoyangException `UNSAFE_FILE`, `FILE_FAILED`
    public static void requirePrivate(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            for (PosixFilePermission permission : permissions) {
                switch (permission) {
                    case OWNER_READ, OWNER_WRITE, OWNER_EXECUTE -> {}
                    case GROUP_READ, GROUP_WRITE, GROUP_EXECUTE, OTHERS_READ, OTHERS_WRITE, OTHERS_EXECUTE ->
                        throw new PoyangException(
                                CryptoErrors.UNSAFE_FILE,
                                "the file " + file + " is open to others than its owner (mode "
                                        + PosixFilePermissions.toString(permissions) + ")",
                                "mode 600 is needed: chmod 600 " + file);
                }
            }
        } catch (IOException e) {
            throw failed(file, "could not be read", e);
        }
    }

    private static void overwrite(FileChannel channel, RandomSource random) throws IOException {
        long size = channel.size();
        byte[] block = new byte[(int) Math.min(size, 1 << 16)];
        for (int pass = 0; pass < 2 && block.length > 0; pass++) {
            channel.position(0);
            for (long done = 0; done < size; done += block.length) {
                if (pass == 0) {
                    random.fill(block);
                }
                writeAll(channel, Arrays.copyOf(block, (int) Math.min(block.length, size - done)));
            }
            channel.force(true);
            Arrays.fill(block, (byte) 0);
        }
    }

    private static void writeAll(FileChannel channel, byte[] content) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static void syncFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private static PoyangException failed(Path file, String what, IOException cause) {
        return new PoyangException(
                CryptoErrors.FILE_FAILED,
                "the file " + file + " " + what,
                "check that folder and file exist, that this user may use them, and the space on the disk",
                cause);
    }
}
