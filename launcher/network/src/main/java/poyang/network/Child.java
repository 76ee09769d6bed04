package poyang.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import poyang.kernel.PoyangException;

/// One process of the network. It dies with the one that started it.
final class Child {
    private static final List<String> JVM_FLAGS = List.of(
            "-ea",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "-Dfile.encoding=UTF-8",
            "-Dstdout.encoding=UTF-8",
            "-Dstderr.encoding=UTF-8",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
            "-Dorg.slf4j.simpleLogger.showThreadName=false",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData");
    /// SM3, SM4, GHASH and SM2 use the vectors that the machine has.
    static final String VECTORS = "--add-modules=jdk.incubator.vector";
    private static final String HUGE_PAGES = "-XX:+UseTransparentHugePages";
    /// For processes of which little is asked: they start sooner and hold less.
    static final List<String> QUICK_START = List.of("-XX:TieredStopAtLevel=1");
    /// For processes that stay up and share few cores: the optimising compiler puts less into one
    /// method. With its usual limits it kept almost half of two cores busy for four minutes. Half of
    /// the heap is for what is young: what is under way for a second dies there, and what outlives
    /// three collections, most of it in caches, is copied no more. All of it is had at the start, in
    /// huge pages, for the combs of many keys lie far apart. Netty asserts at every step; validators
    /// outside of tests run without.
    static final List<String> FEW_CORES = List.of(
            "-da",
            "-XX:MaxInlineLevel=9",
            "-XX:InlineSmallCode=1200",
            "-XX:FreqInlineSize=150",
            "-XX:NewRatio=1",
            "-XX:MaxTenuringThreshold=3",
            "-XX:InitialRAMPercentage=100",
            "-XX:+AlwaysPreTouch",
            HUGE_PAGES,
            VECTORS);
    /// The same for memory outside of the heap, most of it RocksDB's write buffers. The GNU C library asks for huge
    /// pages in its first arena alone, so that is the only one, holds blocks of write buffers too, and is kept.
    private static final Map<String, String> NATIVE_HUGE_PAGES = Map.of(
            "GLIBC_TUNABLES",
            "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1:glibc.malloc.mmap_threshold=33554432"
                    + ":glibc.malloc.trim_threshold=1073741824");
    private static final long READY_SECONDS = 300;
    private static final long STOP_SECONDS = 8;
    private static final int TOLD_LINES = 5;

    private final String name;
    private final Process process;
    private final Path log;
    private final CompletableFuture<String> ready = new CompletableFuture<>();

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /// @param megabytes of Java heap
    /// @param flags for the Java machine, besides those that every child gets
    record Program(
            String name,
            String mainClass,
            List<Path> classPath,
            int megabytes,
            List<String> flags,
            List<String> arguments) {
        private Map<String, String> environment() {
            return flags.contains(HUGE_PAGES) ? NATIVE_HUGE_PAGES : Map.of();
        }
    }

    /// Starts a program; must be called from a thread that lives as long as the child may.
    ///
    /// @param logs folder of the log files
    static Child start(Program program, Path logs) {
        return start(program, logs, List.of());
    }

    /// @param entrance the command that has the program run elsewhere, as the same process; empty for here
    static Child start(Program program, Path logs, List<String> entrance) {
        List<String> command = new ArrayList<>(entrance);
        command.addAll(List.of("setpriv", "--pdeathsig", "TERM"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(program.flags());
        command.add("-Djava.util.logging.config.file=" + ClassPaths.home().resolve("launcher/logging.properties"));
        command.add("-Xmx" + program.megabytes() + "m");
        command.addAll(List.of("-cp", ClassPaths.text(program.classPath()), program.mainClass()));
        command.addAll(program.arguments());
        Path log = logs.resolve(program.name() + ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(program.environment());
            Process process = builder.start();
            Child child = new Child(program.name(), process, log);
            // A virtual thread that reads a pipe keeps its carrier to itself.
            Thread _ = Thread.ofPlatform()
                    .daemon()
                    .name("output of " + program.name())
                    .start(child::listen);
            return child;
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    program.name() + " could not be started (" + e.getMessage() + ")",
                    "java and setpriv (util-linux) are needed",
                    e);
        }
    }

    private void listen() {
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("READY ")) {
                    ready.complete(line);
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IOException("it ended"));
    }

    /// The READY line.
    ///
    /// @throws PoyangException `SET_UP_FAILED` with the last lines of its log
    String awaitReady() {
        try {
            return ready.get(READY_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED, name + " does not serve: " + lastWords(), "see " + log, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PoyangException(NetworkErrors.SET_UP_FAILED, "the start was interrupted", "start again", e);
        }
    }

    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(" | ", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
        } catch (IOException e) {
            return "it left no log";
        }
    }

    String name() {
        return name;
    }

    /// Waits until it has ended by itself; false when it has not after so long.
    boolean awaitExit(long seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Of one that has ended.
    int exitCode() {
        return process.exitValue();
    }

    /// As `kill -9`.
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// As `kill`; begins to stop.
    void terminate() {
        process.destroy();
    }

    /// Waits for the end after {@link #terminate}; true when it came by itself.
    boolean awaitEnd() {
        try {
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
        return false;
    }
}
