package poyang.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.kernel.PoyangException;
import poyang.psi.CollisionProtocol;

/// How long a collision takes: one process a party over TCP on this machine, warmed up, the run of median
/// length of all its runs. Bytes are the receiver's, or the leader's with all others.
@Command(
        name = "bench-psi",
        description = "How long a collision takes: a process a party over TCP, the median of five runs.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class BenchPsi implements Callable<Integer> {
    private static final List<String> FIELDS = List.of(
            "loadSeconds",
            "hashSeconds",
            "offlineSeconds",
            "onlineSeconds",
            "outputSeconds",
            "seconds",
            "protocolSeconds",
            "bytesSent",
            "bytesReceived",
            "bitsPerItem",
            "peakMemoryBytes",
            "matches");

    /// Large pages: the correlation reads strips of ten megabytes in random order.
    private static final List<String> PARTY_FLAGS = List.of(
            "--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC", "-XX:+UseTransparentHugePages", "-Xmx1700m");

    private static final String UNBALANCED = "unbalanced";

    @Option(
            names = "--protocol",
            required = true,
            description = "dh-sm2, dh-25519, vole, vole-malicious or unbalanced; with --parties: vole")
    private String protocol;

    @Option(
            names = "--size",
            required = true,
            description = "keys of the receiver, or of each of several parties; unbalanced: of the large set")
    private int size;

    @Option(
            names = "--other-size",
            defaultValue = "0",
            description = "keys of the sender (default: as many); unbalanced: of the small set")
    private int otherSize;

    @Option(names = "--parties", defaultValue = "2", description = "how many parties, 2 to 10 (default: 2)")
    private int parties;

    @Option(names = "--cache", description = "unbalanced: a folder that keeps the prepared set for the next bench")
    private @Nullable Path cache;

    @Option(names = "--threads", defaultValue = "1", description = "threads of each party (default: 1)")
    private int threads;

    @Option(names = "--runs", defaultValue = "5", description = "measured runs (default: 5)")
    private int runs;

    @Option(names = "--warm-up", defaultValue = "3", description = "runs before them (default: 3)")
    private int warmUp;

    @Option(names = "--delay", defaultValue = "0", description = "milliseconds that a frame is under way (default: 0)")
    private double delay;

    @Option(names = "--mbps", defaultValue = "0", description = "megabits a second of the line (default: no bound)")
    private double megabits;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException {
        boolean group = parties > 2 && protocol.equals(CollisionProtocol.VOLE.name());
        if (!group && !protocol.equals(UNBALANCED) && tells(protocol).isEmpty()) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--protocol " + protocol + " is no protocol",
                    "one of "
                            + CollisionProtocol.all().stream()
                                    .filter(found -> !found.sizeOnly())
                                    .map(CollisionProtocol::name)
                                    .collect(Collectors.joining(", "))
                            + " or unbalanced is needed");
        }
        boolean odd = parties < 2 || parties > 10 || (parties > 2 && (!group || otherSize > 0));
        if (odd || size < 1 || otherSize < 0 || threads < 1 || runs < 1 || warmUp < 0) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "a number is out of range",
                    "sizes, runs and threads from 1 are needed, and 2 parties; vole: up to 10, with sets of one size");
        }
        if (group) {
            group();
        } else if (protocol.equals(UNBALANCED)) {
            unbalanced();
        } else {
            two(BenchPsiParty.class, protocol);
        }
        return 0;
    }

    private static Optional<CollisionProtocol> tells(String name) {
        return CollisionProtocol.named(name).filter(found -> !found.sizeOnly());
    }

    private void unbalanced() throws IOException {
        Path folder = cache == null ? Files.createTempDirectory("poyang-bench-psi") : Files.createDirectories(cache);
        try {
            two(BenchUnbalancedParty.class, folder.toAbsolutePath().toString());
        } finally {
            if (cache == null) {
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(folder);
            }
        }
    }

    /// Each process is told the ports of those before it; the leader is the first.
    private void group() throws IOException {
        List<Process> processes = new ArrayList<>();
        List<BufferedReader> says = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        try {
            for (int number = 0; number < parties; number++) {
                List<String> line = new ArrayList<>(List.of("" + number, "" + parties, "" + size, "" + threads));
                line.addAll(List.of("" + (warmUp + runs), "" + delay, "" + megabits));
                line.addAll(ports);
                Process process = start(BenchGroupParty.class, line);
                processes.add(process);
                says.add(process.inputReader(StandardCharsets.UTF_8));
                ports.add(read(says.get(number), "port"));
            }
            List<Map<String, Double>> measured = measured(says.getFirst());
            double peak = 0;
            for (BufferedReader party : says.subList(1, parties)) {
                peak = Math.max(peak, Double.parseDouble(read(party, "peakMemoryBytes")));
            }
            report(measured, 0, peak);
        } finally {
            processes.forEach(Process::destroy);
        }
    }

    private List<Map<String, Double>> measured(BufferedReader says) throws IOException {
        List<Map<String, Double>> measured = new ArrayList<>();
        for (int run = 0; run < warmUp + runs; run++) {
            Map<String, Double> one = fields(read(says, "run"));
            if (run >= warmUp) {
                measured.add(one);
            }
            if (!json) {
                command.commandLine()
                        .getErr()
                        .printf(Locale.ROOT, "run %d: %.3f s%n", run + 1, one.getOrDefault("seconds", 0.0));
            }
        }
        return measured;
    }

    /// @param what the parties' second argument
    private void two(Class<?> main, String what) throws IOException {
        Process sender = party(main, "sender", what, 0);
        try (BufferedReader senderSays = sender.inputReader(StandardCharsets.UTF_8)) {
            double prepared = main == BenchUnbalancedParty.class ? Double.parseDouble(read(senderSays, "prepared")) : 0;
            int port = Integer.parseInt(read(senderSays, "port"));
            Process receiver = party(main, "receiver", what, port);
            try (BufferedReader receiverSays = receiver.inputReader(StandardCharsets.UTF_8)) {
                List<Map<String, Double>> measured = measured(receiverSays);
                report(measured, prepared, Double.parseDouble(read(senderSays, "peakMemoryBytes")));
            } finally {
                receiver.destroy();
            }
        } finally {
            sender.destroy();
        }
    }

    /// @param prepared seconds before all runs, which count as offline
    private void report(List<Map<String, Double>> measured, double prepared, double otherPeak) {
        measured.sort((a, b) -> Double.compare(a.getOrDefault("seconds", 0.0), b.getOrDefault("seconds", 0.0)));
        Map<String, Double> median = new TreeMap<>(measured.get(measured.size() / 2));
        median.merge("peakMemoryBytes", otherPeak, Math::max);
        median.merge("offlineSeconds", prepared, Double::sum);
        String body = FIELDS.stream()
                .map(field -> "\"" + field + "\":" + number(field, median.getOrDefault(field, 0.0)))
                .collect(Collectors.joining(","));
        command.commandLine()
                .getOut()
                .println("{\"protocol\":\"" + protocol + "\",\"size\":" + size + ",\"otherSize\":" + other()
                        + ",\"parties\":" + parties + ",\"threads\":" + threads + ",\"runs\":" + runs + "," + body
                        + "}");
    }

    private static String number(String field, double value) {
        return field.endsWith("Seconds") || field.equals("seconds")
                ? String.format(Locale.ROOT, "%.4f", value)
                : String.format(Locale.ROOT, field.equals("bitsPerItem") ? "%.1f" : "%.0f", value);
    }

    private int other() {
        return otherSize == 0 ? size : otherSize;
    }

    private Process party(Class<?> main, String role, String what, int port) {
        List<String> line = new ArrayList<>(List.of(role, what, "" + size, "" + other(), "" + threads));
        line.addAll(List.of("" + (warmUp + runs), "" + delay, "" + megabits, "" + port));
        return start(main, line);
    }

    private static Process start(Class<?> main, List<String> arguments) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(PARTY_FLAGS);
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        line.addAll(arguments);
        try {
            return new ProcessBuilder(line)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The value of the next line, which has this name.
    private static String read(BufferedReader lines, String name) throws IOException {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(name + "=")) {
                return line.substring(name.length() + 1);
            }
        }
        throw new PoyangException(ToolErrors.PARTY_LOST, "a party ended before its " + name, "see its own message");
    }

    private static Map<String, Double> fields(String line) {
        Map<String, Double> fields = new TreeMap<>();
        for (String field : line.split(" ", -1)) {
            int colon = field.indexOf(':');
            fields.put(field.substring(0, colon), Double.parseDouble(field.substring(colon + 1)));
        }
        return fields;
    }
}
