package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import poyang.kernel.RandomSource;

/// Small files that are there whole or not at all, and stay there after a loss of power. Mode 600.
public final class DurableFile {
    private DurableFile() {}

    static FileAttribute<Set<PosixFilePermission>> mode600() {
        return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    }

    /// Puts the content in the place of what the file held.
    public static void replace(Path file, byte[] content) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(draft);
        try (FileChannel out =
                FileChannel.open(draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode600())) {
            writeFully(out, ByteBuffer.wrap(content), 0);
            out.force(true);
        }
        move(draft, file);
    }

    /// Writes random bytes over a file's content, as far as the medium writes in place.
    static void overwrite(Path file, RandomSource random) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            writeFully(out, ByteBuffer.wrap(random.bytes((int) out.size())), 0);
            out.force(true);
        }
    }

    /// Renames, and syncs the folder so that the new name stays.
    public static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(to);
    }

    /// Returns when the disk has the names in the folder that holds the file.
    public static void syncFolder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
                entries.force(true);
            }
        }
    }

    static void writeFully(FileChannel out, ByteBuffer content, long at) throws IOException {
        long position = at;
        while (content.hasRemaining()) {
            position += out.write(content, position);
        }
    }

    /// Fills the buffer as far as the file reaches; gives the number of bytes read.
    static int readFully(FileChannel in, ByteBuffer target, long at) throws IOException {
        int before = target.remaining();
        while (target.hasRemaining()) {
            if (in.read(target, at + before - target.remaining()) < 0) {
                break;
            }
        }
        return before - target.remaining();
    }
}
