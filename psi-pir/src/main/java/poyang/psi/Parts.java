package poyang.psi;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// Records of some words each, spread over files: a buffer a file, and no file open in between, so that memory and
/// handles follow from the number of files alone.
final class Parts {
    private static final int BUFFER_BYTES = 1 << 14;

    private final Path folder;
    private final String name;
    private final int recordBytes;
    private final byte[][] buffers;
    private final int[] filled;

    /// Begins with empty files.
    Parts(Path folder, String name, int parts, int recordWords) {
        this.folder = folder;
        this.name = name;
        recordBytes = recordWords * Long.BYTES;
        buffers = new byte[parts][BUFFER_BYTES / recordBytes * recordBytes];
        filled = new int[parts];
        for (int part = 0; part < parts; part++) {
            write(file(folder, name, part), new byte[0]);
        }
    }

    static Path file(Path folder, String name, int part) {
        return folder.resolve(name + "-" + part);
    }

    /// Adds a record to a part.
    void put(int part, long... words) {
        byte[] buffer = buffers[part];
        for (long word : words) {
            Octets.put(buffer, filled[part], word, Long.BYTES);
            filled[part] += Long.BYTES;
        }
        if (filled[part] == buffer.length) {
            flush(part);
        }
    }

    private void flush(int part) {
        try (OutputStream out = Files.newOutputStream(file(folder, name, part), StandardOpenOption.APPEND)) {
            out.write(buffers[part], 0, filled[part]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        filled[part] = 0;
    }

    /// Writes out what is left and gives each file's digest.
    byte[][] finish() {
        byte[][] digests = new byte[filled.length][];
        for (int part = 0; part < filled.length; part++) {
            flush(part);
            digests[part] = Run.digest(read(file(folder, name, part)));
        }
        return digests;
    }

    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The content of a file that must have this digest.
    static byte[] read(Path file, byte[] digest) {
        if (!Files.exists(file)) {
            throw Checkpoint.damaged(file);
        }
        byte[] content = read(file);
        if (!Arrays.equals(Run.digest(content), digest)) {
            throw Checkpoint.damaged(file);
        }
        return content;
    }

    static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
