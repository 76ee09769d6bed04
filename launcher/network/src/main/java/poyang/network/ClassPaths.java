package poyang.network;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import poyang.kernel.PoyangException;

/// The run-time class paths of the modules that are processes, as the build left them.
final class ClassPaths {
    private ClassPaths() {}

    /// The jars of `modules` and all that they need, each once.
    static List<Path> of(String... modules) {
        Path home = home();
        List<Path> entries = new ArrayList<>();
        for (String module : modules) {
            Path target = home.resolve(module).resolve("target");
            try (Stream<Path> jars = Files.list(target)) {
                entries.addAll(jars.filter(jar -> jar.toString().endsWith(".jar"))
                        .sorted()
                        .toList());
                String others =
                        Files.readString(target.resolve("classpath.txt")).strip();
                entries.addAll(Arrays.stream(others.split(File.pathSeparator, -1))
                        .map(Path::of)
                        .toList());
            } catch (IOException e) {
                throw new PoyangException(
                        NetworkErrors.SET_UP_FAILED,
                        "the module " + module + " is not built (" + e.getMessage() + ")",
                        "start this by ./poyang, which builds it",
                        e);
            }
        }
        return entries.stream().distinct().toList();
    }

    static String text(List<Path> entries) {
        return String.join(
                File.pathSeparator, entries.stream().map(Path::toString).toList());
    }

    /// The folder of the checkout.
    static Path home() {
        String home = System.getenv("POYANG_HOME");
        if (home == null) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED, "POYANG_HOME is not set", "start this by ./poyang, which sets it");
        }
        return Path.of(home);
    }
}
