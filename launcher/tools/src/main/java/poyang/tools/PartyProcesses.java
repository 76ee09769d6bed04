package poyang.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// Runs the processes of two parties that meet at a socket, and watches over both: when one fails, the other is
/// ended, and the one failure is reported. They say what came of it in lines `name=value`.
final class PartyProcesses {
    private static final List<String> PARTY_FLAGS = List.of(
            "-ea",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Dstdout.encoding=UTF-8",
            "-Dsun.stdout.encoding=UTF-8",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-XX:MaxDirectMemorySize=256m",
            "-XX:+UseSerialGC",
            "--add-modules=jdk.incubator.vector",
            // the correlation of vole reads strips of ten megabytes in random order
            "-XX:+UseTransparentHugePages");

    private final Class<?> main;
    private final int memory;
    private final List<Process> parties = new ArrayList<>();

    /// @param main what a process runs
    /// @param memory megabytes of a party's heap
    PartyProcesses(Class<?> main, int memory) {
        this.main = main;
        this.memory = memory;
    }

    /// One party.
    ///
    /// @param file the only file that it opens
    /// @param arguments behind role, file and socket
    record Party(String role, Path file, List<String> arguments) {
        Party {
            arguments = List.copyOf(arguments);
        }
    }

    /// What both said.
    ///
    /// @param seconds from start to end, process starts and file reading included
    record Said(Map<String, String> first, Map<String, String> second, double seconds) {
        long ofFirst(String name) {
            return Long.parseLong(first.getOrDefault(name, "-1"));
        }

        long ofSecond(String name) {
            return Long.parseLong(second.getOrDefault(name, "-1"));
        }
    }

    /// Where two parties run, which meet at a socket.
    interface Parties {
        /// @param progress hears the first party
        Said run(Party one, Party other, Consumer<String> progress);
    }

    /// Runs both; the parameters as for {@link Parties#run}.
    Said run(Party one, Party other, Consumer<String> progress) {
        long start = System.nanoTime();
        Path folder = privateFolder();
        Thread onExit = new Thread(() -> {
            endParties();
            delete(folder);
        });
        Runtime.getRuntime().addShutdownHook(onExit);
        try {
            Path socket = folder.resolve("meet");
            CompletableFuture<Map<String, String>> first = start(one, socket, progress);
            CompletableFuture<Map<String, String>> second = start(other, socket, _ -> {});
            Map<String, String> firstSays = await(one.role(), first, second);
            Map<String, String> secondSays = await(other.role(), second, first);
            if (!String.valueOf(firstSays.get("transcript")).equals(secondSays.get("transcript"))) {
                throw new PoyangException(
                        ToolErrors.PARTY_LOST, "the parties' transcripts differ", "run again and report this");
            }
            return new Said(firstSays, secondSays, (System.nanoTime() - start) / 1e9);
        } finally {
            endParties();
            Runtime.getRuntime().removeShutdownHook(onExit);
            delete(folder);
        }
    }

    private CompletableFuture<Map<String, String>> start(Party party, Path socket, Consumer<String> listener) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(PARTY_FLAGS);
        command.add("-Xmx" + memory + "m");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(party.role(), party.file().toAbsolutePath().toString(), socket.toString()));
        command.addAll(party.arguments());
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            synchronized (parties) {
                parties.add(process);
            }
            CompletableFuture<Map<String, String>> says = new CompletableFuture<>();
            Thread.ofPlatform()
                    .daemon()
                    .name(party.role())
                    .start(() -> says.complete(listen(party.role(), process, listener)));
            return says;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The party's own values; the first failure of either party is thrown.
    private Map<String, String> await(
            String name, CompletableFuture<Map<String, String>> party, CompletableFuture<Map<String, String>> other) {
        CompletableFuture.anyOf(party, other).join();
        for (CompletableFuture<Map<String, String>> ended : List.of(party, other)) {
            if (ended.isDone() && ended.join().containsKey("failure")) {
                Map<String, String> says = ended.join();
                if (!says.getOrDefault("failure", "").startsWith("1003|")) {
                    throw failure(says);
                }
            }
        }
        Map<String, String> says = party.join();
        if (says.containsKey("failure")) {
            Map<String, String> cause = other.join();
            throw failure(cause.containsKey("failure") ? cause : says);
        }
        if (!says.containsKey("transcript")) {
            throw new PoyangException(
                    ToolErrors.PARTY_LOST, "the " + name + " party ended without a result", "run again");
        }
        return says;
    }

    private static PoyangException failure(Map<String, String> says) {
        String[] parts = says.getOrDefault("failure", "").split(Pattern.quote("|"), 5);
        ErrorCode code = new ErrorCode(parts[1], Integer.parseInt(parts[0]), ErrorCode.Category.valueOf(parts[2]));
        return new PoyangException(code, says.get("party") + ": " + parts[3], parts[4]);
    }

    /// Collects `name=value` lines until the process ends; one that ended badly has a `failure`.
    private static Map<String, String> listen(String role, Process process, Consumer<String> listener) {
        Map<String, String> says = new TreeMap<>();
        says.put("party", role);
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int equals = line.indexOf('=');
                if (line.startsWith("progress=")) {
                    listener.accept(line.substring(equals + 1));
                } else if (equals > 0) {
                    says.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
            int exit = process.waitFor();
            if (exit != 0 && !says.containsKey("failure")) {
                ErrorCode code = ToolErrors.PARTY_LOST;
                says.put(
                        "failure",
                        code.number() + "|" + code.name() + "|" + code.category() + "|the process ended with exit code "
                                + exit + "|give the machine more memory or run again");
            }
        } catch (IOException e) {
            says.put("failure", "10003|PARTY_LOST|ENVIRONMENT|its output broke off|run again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return says;
    }

    private void endParties() {
        synchronized (parties) {
            parties.forEach(Process::destroyForcibly);
        }
    }

    private static Path privateFolder() {
        try {
            return Files.createTempDirectory(
                    "poyang-parties",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path folder) {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
