package poyang.tools;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.kernel.PoyangException;
import poyang.psi.CollisionProtocol;

/// How long a collision takes: one process a party over TCP on this machine, warmed up, the run of median
/// length of all its runs.
@Command(
        name = "bench-psi",
        description = "How long a collision takes: two processes over TCP, the median of five runs.")
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

    @Option(names = "--protocol", required = true, description = "dh-sm2, dh-25519, vole or vole-malicious")
    private String protocol;

    @Option(names = "--size", required = true, description = "keys of the receiver")
    private int size;

    @Option(names = "--other-size", defaultValue = "0", description = "keys of the sender (default: as many)")
    private int otherSize;

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
    public Integer call() throws IOException, InterruptedException {
        if (CollisionProtocol.named(protocol).isEmpty()) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--protocol " + protocol + " is no protocol",
                    "one of "
                            + CollisionProtocol.all().stream()
                                    .map(CollisionProtocol::name)
                                    .collect(Collectors.joining(", "))
                            + " is needed");
        }
        if (size < 1 || otherSize < 0 || threads < 1 || runs < 1 || warmUp < 0) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, "a number is out of range", "sizes, runs and threads from 1 are needed");
        }
        Process sender = party("sender", 0);
        try (BufferedReader senderSays = sender.inputReader(StandardCharsets.UTF_8)) {
            int port = Integer.parseInt(read(senderSays, "port"));
            Process receiver = party("receiver", port);
            try (BufferedReader receiverSays = receiver.inputReader(StandardCharsets.UTF_8)) {
                List<Map<String, Double>> measured = new ArrayList<>();
                for (int run = 0; run < warmUp + runs; run++) {
                    Map<String, Double> one = fields(read(receiverSays, "run"));
                    if (run >= warmUp) {
                        measured.add(one);
                    }
                    if (!json) {
                        command.commandLine()
                                .getErr()
                                .printf(Locale.ROOT, "run %d: %.3f s%n", run + 1, one.getOrDefault("seconds", 0.0));
                    }
                }
                report(measured, Double.parseDouble(read(senderSays, "peakMemoryBytes")));
            } finally {
                receiver.destroy();
            }
        } finally {
            sender.destroy();
        }
        return 0;
    }

    private void report(List<Map<String, Double>> measured, double otherPeak) {
        measured.sort((a, b) -> Double.compare(a.getOrDefault("seconds", 0.0), b.getOrDefault("seconds", 0.0)));
        Map<String, Double> median = new TreeMap<>(measured.get(measured.size() / 2));
        median.merge("peakMemoryBytes", otherPeak, Math::max);
        String body = FIELDS.stream()
                .map(field -> "\"" + field + "\":" + number(field, median.getOrDefault(field, 0.0)))
                .collect(Collectors.joining(","));
        command.commandLine()
                .getOut()
                .println("{\"protocol\":\"" + protocol + "\",\"size\":" + size + ",\"otherSize\":" + other()
                        + ",\"threads\":" + threads + ",\"runs\":" + runs + "," + body + "}");
    }

    private static String number(String field, double value) {
        return field.endsWith("Seconds") || field.equals("seconds")
                ? String.format(Locale.ROOT, "%.4f", value)
                : String.format(Locale.ROOT, field.equals("bitsPerItem") ? "%.1f" : "%.0f", value);
    }

    private int other() {
        return otherSize == 0 ? size : otherSize;
    }

    private Process party(String role, int port) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC", "-Xmx1700m"));
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), BenchPsiParty.class.getName()));
        line.addAll(List.of(role, protocol, "" + size, "" + other(), "" + threads, "" + (warmUp + runs)));
        line.addAll(List.of("" + delay, "" + megabits, "" + port));
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
