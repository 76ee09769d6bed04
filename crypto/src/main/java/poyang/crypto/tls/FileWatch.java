package poyang.crypto.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// Notices that files, or those in a folder, are not as they were: other names, sizes, times or inodes. It
/// looks at most once a second.
final class FileWatch {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final List<Path> watched;
    private String seen = "";
    private Instant looked = Instant.MIN;

    FileWatch(List<Path> watched) {
        this.watched = List.copyOf(watched);
    }

    /// Did anything change since the last time that this said so? The first look says yes.
    synchronized boolean changed(Instant now) {
        if (now.isBefore(looked.plus(PAUSE)) && !now.isBefore(looked)) {
            return false;
        }
        looked = now;
        StringBuilder state = new StringBuilder();
        for (Path path : watched) {
            files(path).forEach(file -> state.append(file).append(stamp(file)).append('\n'));
        }
        String found = state.toString();
        boolean differs = !found.equals(seen);
        seen = found;
        return differs;
    }

    /// The file itself, or what lies in the folder, in order.
    static List<Path> files(Path path) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        try (Stream<Path> inside = Files.list(path)) {
            return inside.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            return List.of(path);
        }
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
            return " " + is.size() + " " + is.lastModifiedTime() + " " + is.fileKey();
        } catch (IOException e) {
            return " " + e.getClass().getSimpleName();
        }
    }
}
