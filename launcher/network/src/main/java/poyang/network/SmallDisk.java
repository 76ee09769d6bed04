package poyang.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import poyang.kernel.PoyangException;

/// A disk of its own under a folder, in memory and so small that it can be filled up.
final class SmallDisk {
    private static final int LARGE_PIECE = 1 << 20;
    private static final int PAGE = 4096;

    /// What is written while the room behind it is taken must not be cut.
    private static final long APPENDED_MEANWHILE_BYTES = 256 << 10;

    private final Path folder;
    private final Path ballast;

    private SmallDisk(Path folder) {
        this.folder = folder;
        ballast = folder.resolve("ballast");
    }

    /// Makes the folder a disk.
    ///
    /// @param mark takes it away
    /// @param number of the mark's disks
    /// @throws PoyangException `SET_UP_FAILED` where this machine or this user cannot
    static SmallDisk mount(RunMark mark, int number, Path folder, long bytes) throws IOException {
        Files.createDirectories(folder);
        SystemCommand.run(
                "mount", "-t", "tmpfs", "-o", "mode=700,size=" + bytes, mark.on("d" + number), folder.toString());
        return new SmallDisk(folder);
    }

    /// Takes all room that is left, and what files have set aside behind their ends, as databases do for what
    /// they append next. To be called again, since whoever has files there may delete some.
    void fill() throws IOException {
        if (!Files.exists(ballast)) {
            takeBack();
        }
        try (FileChannel out = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            takeUp(out, LARGE_PIECE);
            takeUp(out, PAGE);
        }
    }

    private void takeBack() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(folder)) {
            files = found.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            try {
                long from = Files.size(file) + APPENDED_MEANWHILE_BYTES;
                SystemCommand.run("fallocate", "--punch-hole", "-o", "" + from, "-l", "1GiB", file.toString());
            } catch (NoSuchFileException | PoyangException e) {
                if (Files.exists(file)) {
                    throw e;
                }
            }
        }
    }

    private static void takeUp(FileChannel out, int pieceBytes) {
        ByteBuffer piece = ByteBuffer.allocate(pieceBytes);
        try {
            while (true) {
                piece.clear();
                while (piece.hasRemaining()) {
                    int _ = out.write(piece);
                }
            }
        } catch (IOException e) {
            // No space is left, which is what was wanted.
        }
    }

    /// Gives the room back.
    void empty() throws IOException {
        Files.deleteIfExists(ballast);
    }
}
