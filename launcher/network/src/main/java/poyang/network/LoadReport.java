package poyang.network;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import poyang.chain.consensus.DeclaredTime;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.PeerStatus;

/// What a load run found, as one line of JSON and in words.
final class LoadReport {
    private LoadReport() {}

    /// @param calm without load to speak of
    record Phases(LoadCounts.Phase peak, LoadCounts.Phase second, LoadCounts.Phase calm) {}

    /// Of all nodes.
    ///
    /// @param first before any load
    /// @param before the first phase
    /// @param after it
    /// @param last after the second, when nothing is under way
    /// @param calm after the calm phase
    record Statuses(
            List<NodeStatus> first,
            List<NodeStatus> before,
            List<NodeStatus> after,
            List<NodeStatus> last,
            List<NodeStatus> calm) {}

    /// @param cpu seconds of the validators and the client in the first phase
    /// @param verification seconds of {@link VerificationYardstick}
    static String json(
            int nodes, Phases phases, double cpu, double verification, long blockTimeMillis, Statuses statuses) {
        LoadCounts.Phase peak = phases.peak();
        LoadCounts.Phase second = phases.second();
        List<NodeStatus> first = statuses.first();
        List<NodeStatus> before = statuses.before();
        List<NodeStatus> after = statuses.after();
        List<NodeStatus> last = statuses.last();
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
        double delayMillis = delayMillis(statuses.calm());
        fields.put("delayMillis", String.format(Locale.ROOT, "%.2f", delayMillis));
        model(fields, "AtPeak", declared(peak, blockTimeMillis, delayMillis, before, after));
        model(fields, "At70", declared(second, blockTimeMillis, delayMillis, after, last));
        model(fields, "", declared(phases.calm(), blockTimeMillis, delayMillis, last, statuses.calm()));
        fields.put("executionMillis", number(executionMillis(last, statuses.calm())));
        fields.put("p50MillisCalm", number(phases.calm().p50Millis()));
        fields.put("p99MillisCalm", number(phases.calm().p99Millis()));
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

    /// The longest delay between two validators, as half of a heartbeat's round trip.
    private static double delayMillis(List<NodeStatus> nodes) {
        return nodes.stream()
                        .flatMap(node -> node.getPeersList().stream())
                        .mapToLong(PeerStatus::getRoundTripMicros)
                        .max()
                        .orElse(0)
                / 2e3;
    }

    /// To execute and write a block between two looks.
    private static double executionMillis(List<NodeStatus> from, List<NodeStatus> to) {
        return grown(from, to, NodeStatus::getWriteMicros)
                / 1e3
                / Math.max(1, grown(from, to, NodeStatus::getWrittenBlocks));
    }

    /// The protocol's own time by the model, under the load of a phase.
    private static DeclaredTime declared(
            LoadCounts.Phase phase,
            long blockTimeMillis,
            double delayMillis,
            List<NodeStatus> from,
            List<NodeStatus> to) {
        double blocks = grown(from, to, NodeStatus::getWrittenBlocks) / to.size();
        return DeclaredTime.of(
                to.getFirst().getEngine(),
                to.size(),
                blockTimeMillis,
                delayMillis,
                executionMillis(from, to),
                phase.succeeded() / Math.max(1, blocks));
    }

    private static void model(Map<String, String> fields, String phase, DeclaredTime declared) {
        fields.put("modelMillis" + phase, number(declared.leastMillis()));
        fields.put("modelMostMillis" + phase, number(declared.mostMillis()));
    }

    private static double grown(List<NodeStatus> from, List<NodeStatus> to, ToLongFunction<NodeStatus> count) {
        return to.stream().mapToLong(count).sum()
                - (double) from.stream().mapToLong(count).sum();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    /// The same, a line for each figure; model and measurement side by side at the end.
    static String inWords(String json) {
        Map<String, String> figures = new TreeMap<>();
        for (String field :
                json.substring(1, json.length() - 1).replace("\"", "").split(",", -1)) {
            String[] parts = field.split(":", 2);
            figures.put(parts[0], parts[1]);
        }
        StringBuilder out = new StringBuilder();
        figures.forEach(
                (name, figure) -> out.append(name).append("  ").append(figure).append('\n'));
        beside(out, figures, "without load", "", "Calm");
        beside(out.append('\n'), figures, "at 70 % of the peak", "At70", "At70");
        return out.toString();
    }

    private static void beside(
            StringBuilder out, Map<String, String> figures, String when, String model, String measured) {
        out.append("from submission to the proof ").append(when).append(", ms: by the model ");
        out.append(figures.get("modelMillis" + model)).append(" to ").append(figures.get("modelMostMillis" + model));
        out.append(", measured ").append(figures.get("p50Millis" + measured)).append(" (half), ");
        out.append(figures.get("p99Millis" + measured)).append(" (99 of 100)");
    }
}
