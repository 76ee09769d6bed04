package poyang.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.BiConsumer;

/// The files of processes that go on meanwhile, so that one that was listed may be gone before it is read.
final class LiveFiles extends SimpleFileVisitor<Path> {
    private final BiConsumer<Path, String> reader;
    private int read;

    private LiveFiles(BiConsumer<Path, String> reader) {
        this.reader = reader;
    }

    /// Gives each file's bytes as ISO-8859-1, and tells how many there were.
    static int read(Path folder, BiConsumer<Path, String> reader) throws IOException {
        LiveFiles files = new LiveFiles(reader);
        Path _ = Files.walkFileTree(folder, files);
        return files.read;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes of) throws IOException {
        if (of.isRegularFile()) {
            try {
                reader.accept(file, Files.readString(file, StandardCharsets.ISO_8859_1));
                read++;
            } catch (NoSuchFileException e) {
                return FileVisitResult.CONTINUE;
            }
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
        if (e instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw e;
    }
}
