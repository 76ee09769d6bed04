package poyang.network.yardstick;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import poyang.sdk.ProcessSettings;

/// Loads several replicated logs in turns, window by window, so that whatever the machine does meets all of
/// them alike; tells the median of each figure.
///
/// At the peak as many requests are under way as allowed; then each log gets 70 % of its own peak, due at even
/// times whatever it does. In the end each log's replicas must have applied the same requests in one order.
public final class RequestLoad {
    private static final double SECOND_PHASE = 0.7;
    /// In the second phase nothing but the log itself may hold requests back.
    private static final int MOST_UNDER_WAY = 60_000;

    private final List<LogUnderLoad> logs = new ArrayList<>();
    private final double seconds;
    private final int windows;

    private RequestLoad(double seconds, int windows) {
        this.seconds = seconds;
        this.windows = windows;
    }

    /// `--config FILE`: `logs`, and for each `NAME.doors` and `NAME.pids`; how to load; where the result goes.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ProcessSettings from = ProcessSettings.of(arguments);
        RequestLoad load = new RequestLoad(
                from.number("window.millis", 500, 600_000, 4_000) / 1e3, (int) from.number("windows", 1, 99, 5));
        for (String name : from.text("logs").split(",", -1)) {
            load.logs.add(
                    new LogUnderLoad(name, doors(from.text(name + ".doors")), numbers(from.text(name + ".pids"))));
        }
        int payload = (int) from.number("payload", 1, 65_535, 256);
        int underWay = (int) from.number("under.way", 1, MOST_UNDER_WAY, 1_024);
        int connections = (int) from.number("connections", 1, 64, 4);
        double warmUp = from.number("warm.up", 1, 3_600, 20);
        Path result = from.path("result");
        from.end();
        Map<String, String> figures = load.run(payload, underWay, connections, warmUp);
        StringBuilder out = new StringBuilder();
        figures.forEach(
                (name, figure) -> out.append(name).append(" = ").append(figure).append('\n'));
        Path beside = result.resolveSibling("result.part");
        Files.writeString(beside, out);
        Path _ = Files.move(beside, result, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<InetSocketAddress> doors(String text) {
        return numbers(text).stream()
                .map(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), port.intValue()))
                .toList();
    }

    private static List<Long> numbers(String text) {
        return Arrays.stream(text.split(",", -1)).map(Long::valueOf).toList();
    }

    private Map<String, String> run(int payload, int underWay, int connections, double warmUp)
            throws IOException, InterruptedException {
        for (LogUnderLoad log : logs) {
            log.connect(connections, payload, underWay, logs.indexOf(log));
            say(log, "warm-up", log.load(warmUp, 0));
        }
        List<List<LogUnderLoad.Window>> peaks = measure("peak", List.of());
        List<Double> rates = peaks.stream()
                .map(each -> SECOND_PHASE * median(each, LogUnderLoad.Window::tps))
                .toList();
        for (LogUnderLoad log : logs) {
            log.close();
            log.connect(connections, payload, MOST_UNDER_WAY, logs.indexOf(log));
        }
        List<List<LogUnderLoad.Window>> seconds70 = measure("at 70 %", rates);
        Map<String, String> figures = new LinkedHashMap<>();
        for (int i = 0; i < logs.size(); i++) {
            LogUnderLoad log = logs.get(i);
            figures.put(log.name() + ".applied", Long.toString(log.agreed()));
            report(log.name() + ".peak.", peaks.get(i), figures);
            report(log.name() + ".at70.", seconds70.get(i), figures);
            log.close();
        }
        return figures;
    }

    /// By log, its windows. The log that goes first changes from turn to turn.
    private List<List<LogUnderLoad.Window>> measure(String what, List<Double> rates)
            throws IOException, InterruptedException {
        List<List<LogUnderLoad.Window>> found = new ArrayList<>();
        logs.forEach(_ -> found.add(new ArrayList<>()));
        for (int turn = 0; turn < windows; turn++) {
            for (int i = 0; i < logs.size(); i++) {
                int which = (turn + i) % logs.size();
                LogUnderLoad.Window window = logs.get(which).load(seconds, rates.isEmpty() ? 0 : rates.get(which));
                say(logs.get(which), what, window);
                found.get(which).add(window);
            }
        }
        return found;
    }

    private static void report(String prefix, List<LogUnderLoad.Window> windows, Map<String, String> figures) {
        figures.put(prefix + "tps", String.format(Locale.ROOT, "%.1f", median(windows, LogUnderLoad.Window::tps)));
        figures.put(
                prefix + "p50Millis",
                String.format(Locale.ROOT, "%.2f", median(windows, LogUnderLoad.Window::p50Millis)));
        figures.put(
                prefix + "p99Millis",
                String.format(Locale.ROOT, "%.2f", median(windows, LogUnderLoad.Window::p99Millis)));
        figures.put(
                prefix + "cpuSecondsPerTransaction",
                String.format(Locale.ROOT, "%.8f", median(windows, each -> each.cpuSeconds() / each.tps())));
        figures.put(
                prefix + "failed",
                Long.toString(
                        windows.stream().mapToLong(LogUnderLoad.Window::failed).sum()));
    }

    private static double median(List<LogUnderLoad.Window> windows, ToDoubleFunction<LogUnderLoad.Window> figure) {
        double[] sorted = windows.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static void say(LogUnderLoad log, String what, LogUnderLoad.Window window) {
        System.err.printf(
                Locale.ROOT,
                "%s %s: %.0f a second, p50 %.2f ms, p99 %.2f ms, %.2f cores, %d failed%n",
                log.name(),
                what,
                window.tps(),
                window.p50Millis(),
                window.p99Millis(),
                window.cpuSeconds(),
                window.failed());
    }
}
