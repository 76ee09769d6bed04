package poyang.executor.jail;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JailProbe;
import poyang.kernel.PoyangException;

/// Tries a jail before anything is entrusted to it: runs {@link JailProbe} inside and compares what
/// was open with what may be.
public final class JailTrial {
    private static final List<String> NEEDED = List.of("scratch", "temporary", "thread", "unix-socket");
    private static final List<String> FORBIDDEN = List.of(
            "environment",
            "exec",
            "foreign-file",
            "home-folders",
            "host-process",
            "key-folder",
            "password-file",
            "privileges",
            "tcp-connect",
            "tcp-listen",
            "udp",
            "write-root",
            "write-usr");
    private static final Confinement.Limits LIMITS = new Confinement.Limits(48, 400, 1, 16, 20);

    private JailTrial() {}

    /// What the probes found: by name, whether it was open.
    public record Findings(Map<String, Boolean> open) {
        public Findings {
            open = Map.copyOf(open);
        }

        /// The probes that went otherwise than a jail must have it, in order of name.
        public List<String> faults() {
            List<String> faults = new ArrayList<>();
            for (String name : FORBIDDEN) {
                if (open.getOrDefault(name, true)) {
                    faults.add(name);
                }
            }
            for (String name : NEEDED) {
                if (!open.getOrDefault(name, false)) {
                    faults.add(name + " (needed)");
                }
            }
            return faults;
        }
    }

    /// Runs the probes.
    ///
    /// @param classPath holds {@link JailProbe}
    /// @param scratchParent where children's scratch folders are made
    /// @param keyFolder holds the host's keys
    /// @throws PoyangException `JAIL_UNAVAILABLE` when the probes did not run to their end
    public static Findings run(Jail jail, List<Path> classPath, Path scratchParent, Path keyFolder) {
        Path scratch = jail.newScratch(
                scratchParent, "trial-" + ProcessHandle.current().pid());
        try (ServerSocket listener = new ServerSocket(0, 8, InetAddress.ofLiteral("127.0.0.1"))) {
            Path foreign = Files.createTempFile("poyang-trial", "");
            try {
                List<String> arguments = List.of(
                        jail.insideScratch(scratch),
                        Integer.toString(listener.getLocalPort()),
                        foreign.toString(),
                        keyFolder.toString(),
                        Long.toString(ProcessHandle.current().pid()));
                Confinement probe = new Confinement(
                        JailProbe.class.getName(),
                        classPath,
                        arguments,
                        scratch,
                        List.of(),
                        Sockets.UNIX_ONLY,
                        Confinement.Work.BRIEF,
                        LIMITS);
                return findings(jail, jail.process(probe));
            } finally {
                Files.delete(foreign);
            }
        } catch (IOException e) {
            throw unavailable("the probes could not be started: " + e.getMessage());
        } finally {
            Scratch.wipe(scratch);
        }
    }

    /// @throws PoyangException `JAIL_UNAVAILABLE` naming the probes that went wrong
    public static void require(Findings findings) {
        List<String> faults = findings.faults();
        if (!faults.isEmpty()) {
            throw unavailable("these probes went wrong: " + String.join(", ", new TreeSet<>(faults)));
        }
    }

    private static Findings findings(Jail jail, ProcessBuilder builder) throws IOException {
        builder.environment().put("POYANG_TRIAL", "visible");
        Path errors = Files.createTempFile("poyang-trial", ".err");
        try {
            Process process =
                    jail.start(List.of(builder.redirectError(errors.toFile()))).getFirst();
            process.getOutputStream().close();
            if (!process.waitFor(LIMITS.seconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw unavailable("the probes did not end in " + LIMITS.seconds() + " s");
            }
            Map<String, Boolean> open = new TreeMap<>();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            try (Stream<String> lines = output.lines()) {
                lines.map(line -> line.split(" ", -1))
                        .filter(words -> words.length == 2)
                        .forEach(words -> open.put(words[0], words[1].equals("open")));
            }
            if (process.exitValue() != 0 || open.size() != NEEDED.size() + FORBIDDEN.size()) {
                throw unavailable(
                        "the probes failed: " + Files.readString(errors).strip().replace('\n', ' '));
            }
            return new Findings(open);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("the trial was interrupted");
        } finally {
            Files.delete(errors);
        }
    }

    private static PoyangException unavailable(String wrong) {
        return new PoyangException(
                ExecutorErrors.JAIL_UNAVAILABLE,
                "the jail does not hold: " + wrong,
                "mend it (docs/threat-model.md says what it needs), or start with --unsafe-no-sandbox, which every"
                        + " receipt then records");
    }
}
