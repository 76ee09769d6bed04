package poyang.chain.consensus;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// `--nodes N [--wan] [--seconds S] [--seed X] [--json]`: how many transactions a second N validators prove, and
/// how soon, on one site or (`--wan`) on five sites of a country, in virtual time. The load doubles until the
/// chain cannot follow. The last line is one JSON object.
final class WideArea {
    /// Of `./poyang bench crypto` and `./poyang bench chain` on two shared cores; docs/consensus.md says which.
    static final WideAreaChain.Costs COSTS = new WideAreaChain.Costs(25, 15, 200, 10_000, 20, 1_000);

    private static final int FIRST = 125;
    private static final int LAST = 32_000;

    private WideArea() {}

    public static void main(String[] arguments) {
        List<String> given = List.of(arguments);
        int nodes = number(given, "--nodes", 4);
        int seconds = number(given, "--seconds", 20);
        int seed = number(given, "--seed", 1);
        boolean wide = given.contains("--wan");
        if (nodes < 4 || nodes > 100 || seconds < 5) {
            System.err.println("--nodes from 4 to 100 and --seconds from 5 on are needed");
            System.exit(2);
        }
        System.out.printf(
                Locale.ROOT,
                "%d validators on %s, %d s of virtual time a line%n%8s %8s %8s %8s %12s %8s %8s %8s%n",
                nodes,
                wide ? "five sites of a country" : "one site",
                seconds,
                "load/s",
                "proven/s",
                "p50 ms",
                "p99 ms",
                "model ms",
                "tx/block",
                "cpu",
                "Mbit/s");
        List<String> curve = new ArrayList<>();
        double peak = 0;
        double way = 0;
        DeclaredTime model = new DeclaredTime(0, 0);
        long p50 = -1;
        long p99 = -1;
        for (int load = FIRST; load <= LAST; load *= 2) {
            WideAreaChain.Settings settings = new WideAreaChain.Settings(nodes, seed, wide, load, seconds, COSTS);
            WideAreaChain.Outcome outcome = new WideAreaChain(settings).run();
            DeclaredTime declared = outcome.declared(settings, 1);
            System.out.printf(
                    Locale.ROOT,
                    "%8d %8.0f %8d %8d %12s %8.0f %8.2f %8.1f%n",
                    load,
                    outcome.perSecond(),
                    outcome.p50Millis(),
                    outcome.p99Millis(),
                    Math.round(declared.leastMillis()) + " to " + Math.round(declared.mostMillis()),
                    outcome.transactionsABlock(),
                    outcome.busiest(),
                    outcome.megabits());
            curve.add(String.format(
                    Locale.ROOT,
                    "{\"load\":%d,\"tps\":%.0f,\"p50Millis\":%d,\"p99Millis\":%d,\"modelMillis\":%.0f,"
                            + "\"modelMostMillis\":%.0f,\"cpu\":%.2f,\"megabits\":%.1f}",
                    load,
                    outcome.perSecond(),
                    outcome.p50Millis(),
                    outcome.p99Millis(),
                    declared.leastMillis(),
                    declared.mostMillis(),
                    outcome.busiest(),
                    outcome.megabits()));
            peak = Math.max(peak, outcome.perSecond());
            way = outcome.slowestDelayMillis();
            if (load == FIRST) {
                model = declared;
                p50 = outcome.p50Millis();
                p99 = outcome.p99Millis();
            }
            if (outcome.perSecond() < 0.9 * load) {
                break;
            }
        }
        System.out.printf(
                Locale.ROOT,
                "{\"nodes\":%d,\"wan\":%b,\"seed\":%d,\"delayMillis\":%.1f,\"modelMillis\":%.0f,"
                        + "\"modelMostMillis\":%.0f,\"p50Millis\":%d,\"p99Millis\":%d,\"tps\":%.0f,\"curve\":[%s]}%n",
                nodes,
                wide,
                seed,
                way,
                model.leastMillis(),
                model.mostMillis(),
                p50,
                p99,
                peak,
                String.join(",", curve));
    }

    private static int number(List<String> arguments, String option, int otherwise) {
        int at = arguments.indexOf(option);
        return at >= 0 && at + 1 < arguments.size() ? Integer.parseInt(arguments.get(at + 1)) : otherwise;
    }
}
