package poyang.chain.ledger;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A file system with little room, in memory and in namespaces of its own, so that nobody needs to be root. It is gone
/// when it is closed.
final class SmallDisk implements AutoCloseable {
    private final Process holder;
    private final Path at;

    private SmallDisk(Process holder, Path at) {
        this.holder = holder;
        this.at = at;
    }

    /// Empty where the system lets nobody mount one.
    ///
    /// @param at where programs that are started on it see it
    static Optional<SmallDisk> open(Path at, int megabytes) throws IOException {
        Files.createDirectories(at);
        String script = "mount -t tmpfs -o size=" + megabytes + "m tmpfs \"$0\" && echo mounted && cat";
        Process holder;
        try {
            holder = new ProcessBuilder("unshare", "-Urm", "sh", "-c", script, at.toString())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return Optional.empty();
        }
        BufferedReader said = holder.inputReader(StandardCharsets.UTF_8);
        if (!"mounted".equals(said.readLine())) {
            holder.destroyForcibly();
            return Optional.empty();
        }
        return Optional.of(new SmallDisk(holder, at));
    }

    /// Where it is seen from outside.
    Path outside() {
        return Path.of("/proc", Long.toString(holder.pid()), "root")
                .resolve(at.toString().substring(1));
    }

    /// A command that runs where it is mounted.
    List<String> inside(List<String> command) {
        List<String> entered = new ArrayList<>(
                List.of("nsenter", "-t", Long.toString(holder.pid()), "-U", "-m", "--preserve-credentials"));
        entered.addAll(command);
        return entered;
    }

    /// From now on it has so much room.
    void grow(int megabytes) throws IOException, InterruptedException {
        Process mount = new ProcessBuilder(
                        inside(List.of("mount", "-o", "remount,size=" + megabytes + "m", at.toString())))
                .redirectErrorStream(true)
                .start();
        String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (mount.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
