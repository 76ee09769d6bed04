package poyang.network;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import poyang.wire.schema.NodeStatus;

/// What a load run found, as one line of JSON and in words.
final class LoadReport {
    private LoadReport() {}

    /// @param cpu seconds of the validators and the client in the first phase
    /// @param verification seconds of {@link VerificationYardstick}
    /// @param first before any load; `before` the first phase; `after` it; `last` after the second, when nothing
    ///     is under way
    static String json(
            int nodes,
            LoadCounts.Phase peak,
            LoadCounts.Phase second,
            double cpu,
            double verification,
            long blockTimeMillis,
            List<NodeStatus> first,
            List<NodeStatus> before,
            List<NodeStatus> after,
            List<NodeStatus> last) {
        double perTransaction = cpu / Math.max(1, peak.succeeded());
        long failed = peak.failed() + second.failed();
        long done = peak.succeeded() + second.succeeded();
        double blocks = grown(before, after, NodeStatus::getWrittenBlocks);
        Map<String, String> fields = new TreeMap<>();
        NodeStatus any = after.getFirst();
        fields.put("nodes", Integer.toString(nodes));
        fields.put("engine", "\"" + any.getEngine() + "\"");
        fields.put("faults", any.getCrashFaultsOnly() ? "\"crash faults only\"" : "\"crashes and lies\"");
        fields.put("tps", number(peak.tps()));
        fields.put("p50Millis", number(peak.p50Millis()));
        fields.put("p99Millis", number(peak.p99Millis()));
        fields.put("tpsAt70", number(second.tps()));
        fields.put("p50MillisAt70", number(second.p50Millis()));
        fields.put("p99MillisAt70", number(second.p99Millis()));
        fields.put("successRatio", String.format(Locale.ROOT, "%.6f", done / (double) Math.max(1, done + failed)));
        fields.put("blockTimeMillis", Long.toString(blockTimeMillis));
        fields.put(
                "redundancyRatio",
                String.format(
                        Locale.ROOT,
                        "%.4f",
                        grown(first, last, NodeStatus::getReceivedTransactions)
                                / Math.max(1, grown(first, last, NodeStatus::getAdmittedTransactions))));
        fields.put("cpuSecondsPerTransaction", String.format(Locale.ROOT, "%.7f", perTransaction));
        fields.put("verificationCpuSeconds", String.format(Locale.ROOT, "%.7f", verification));
        fields.put("verifyLimitRatio", String.format(Locale.ROOT, "%.4f", nodes * verification / perTransaction));
        fields.put(
                "syncWriteMillis",
                number(grown(before, after, NodeStatus::getWriteMicros) / 1e3 / Math.max(1, blocks)));
        fields.put("transactionsPerBlock", number(peak.succeeded() / Math.max(1, blocks / nodes)));
        fields.put("blocksPerSecond", number(blocks / nodes * peak.tps() / Math.max(1, peak.succeeded())));
        StringBuilder out = new StringBuilder("{");
        fields.forEach((name, value) -> out.append(out.length() > 1 ? "," : "")
                .append('"')
                .append(name)
                .append("\":")
                .append(value));
        return out.append('}').toString();
    }

    private static double grown(List<NodeStatus> from, List<NodeStatus> to, ToLongFunction<NodeStatus> count) {
        return to.stream().mapToLong(count).sum()
                - (double) from.stream().mapToLong(count).sum();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /// The same, a line for each figure.
    static String inWords(String json) {
        return json.substring(1, json.length() - 1)
                .replace(",", "\n")
                .replace("\"", "")
                .replace(":", "  ");
    }
}
