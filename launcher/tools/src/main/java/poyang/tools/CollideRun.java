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
import org.jspecify.annotations.Nullable;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.psi.CollisionProtocol;
import poyang.psi.IdentifierRule;

/// Runs the two party processes of one collision and watches over both: when one fails, the other is
/// ended, and the one failure is reported.
final class CollideRun {
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

    /// What to collide.
    ///
    /// @param leftKeys columns of the left file, in order
    /// @param rightKeys as many of the right file
    /// @param rules as many, how the values of each pair are brought to one form
    record Plan(
            Path left,
            List<String> leftKeys,
            Path right,
            List<String> rightKeys,
            List<IdentifierRule> rules,
            CollisionProtocol protocol,
            Listed listed,
            Path out,
            Disk disk) {
        Plan {
            leftKeys = List.copyOf(leftKeys);
            rightKeys = List.copyOf(rightKeys);
            rules = List.copyOf(rules);
        }
    }

    /// How a party keeps its set.
    ///
    /// @param work the folder for sets on disk; none for sets in memory
    /// @param memory megabytes of a party's heap
    record Disk(@Nullable Path work, int memory) {
        /// In memory, room for a million rows.
        static final Disk NONE = new Disk(null, 1700);

        private String of(String role) {
            return work == null ? "" : work.resolve(role).toAbsolutePath().toString();
        }
    }

    /// Which keys of the left file the result lists, all told from the same run.
    enum Listed {
        /// Those that the right file has too.
        INNER,
        /// All, each with whether the right file has it.
        LEFT,
        /// Those that the right file does not have.
        DIFFERENCE
    }

    /// What came of it.
    ///
    /// @param bytesExchanged protocol bytes in both directions
    /// @param seconds from start to end, process starts and file reading included
    record Outcome(
            long matches, long leftRows, long rightRows, double seconds, double protocolSeconds, long bytesExchanged) {}

    private final Plan plan;
    private final Consumer<String> progress;
    private final List<Process> parties = new ArrayList<>();

    CollideRun(Plan plan, Consumer<String> progress) {
        this.plan = plan;
        this.progress = progress;
    }

    Outcome run() {
        long start = System.nanoTime();
        Path folder = privateFolder();
        Thread onExit = new Thread(() -> {
            endParties();
            delete(folder);
        });
        Runtime.getRuntime().addShutdownHook(onExit);
        try {
            Path socket = folder.resolve("meet");
            CompletableFuture<Map<String, String>> left =
                    party("left", plan.left(), plan.leftKeys(), socket, this.progress);
            CompletableFuture<Map<String, String>> right =
                    party("right", plan.right(), plan.rightKeys(), socket, _ -> {});
            Map<String, String> leftSays = await("left", left, right);
            Map<String, String> rightSays = await("right", right, left);
            if (!String.valueOf(leftSays.get("transcript")).equals(rightSays.get("transcript"))) {
                throw new PoyangException(
                        ToolErrors.PARTY_LOST, "the parties' transcripts differ", "run again and report this");
            }
            if (plan.disk().work() != null) {
                delete(Path.of(plan.disk().of("left")));
                delete(Path.of(plan.disk().of("right")));
            }
            return new Outcome(
                    number(leftSays, "matches"),
                    number(leftSays, "rows"),
                    number(rightSays, "rows"),
                    (System.nanoTime() - start) / 1e9,
                    number(leftSays, "protocolMillis") / 1e3,
                    number(leftSays, "sent") + number(leftSays, "received"));
        } finally {
            endParties();
            Runtime.getRuntime().removeShutdownHook(onExit);
            delete(folder);
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

    private CompletableFuture<Map<String, String>> party(
            String role, Path file, List<String> keys, Path socket, Consumer<String> listener) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(PARTY_FLAGS);
        command.add("-Xmx" + plan.disk().memory() + "m");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CollideParty.class.getName()));
        command.addAll(List.of(
                role,
                file.toAbsolutePath().toString(),
                socket.toString(),
                plan.out().toAbsolutePath().toString(),
                plan.protocol().name(),
                plan.listed().name(),
                plan.disk().of(role)));
        for (int i = 0; i < keys.size(); i++) {
            command.add(keys.get(i));
            command.add(plan.rules().get(i).name());
        }
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            synchronized (parties) {
                parties.add(process);
            }
            CompletableFuture<Map<String, String>> says = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name(role).start(() -> says.complete(listen(role, process, listener)));
            return says;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static long number(Map<String, String> says, String name) {
        return Long.parseLong(says.getOrDefault(name, "-1"));
    }

    private void endParties() {
        synchronized (parties) {
            parties.forEach(Process::destroyForcibly);
        }
    }

    private static Path privateFolder() {
        try {
            return Files.createTempDirectory(
                    "poyang-collide",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
