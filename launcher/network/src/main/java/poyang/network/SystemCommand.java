package poyang.network;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import poyang.kernel.PoyangException;

/// Programs of the operating system that do one thing and end.
final class SystemCommand {
    private SystemCommand() {}

    /// Runs one to its end.
    ///
    /// @throws PoyangException `SET_UP_FAILED` with what it said, when it is missing or does not end with 0
    static void run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.waitFor();
            if (code != 0) {
                throw new PoyangException(
                        NetworkErrors.SET_UP_FAILED,
                        "\"" + String.join(" ", command) + "\" ended with " + code + " (" + said + ")",
                        "the right to do that is needed");
            }
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    command[0] + " could not be started (" + e.getMessage() + ")",
                    "util-linux and iproute2 are needed",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PoyangException(NetworkErrors.SET_UP_FAILED, "interrupted", "start again", e);
        }
    }

    /// The first of these programs that is nowhere on the path.
    static Optional<String> missing(String... programs) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(programs)
                .filter(program -> Arrays.stream(path.split(File.pathSeparator, -1))
                        .noneMatch(folder -> Files.isExecutable(Path.of(folder, program))))
                .findFirst();
    }
}
