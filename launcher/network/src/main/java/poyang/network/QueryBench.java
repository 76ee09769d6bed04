package poyang.network;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.chain.ledger.query.Condition;
import poyang.chain.ledger.query.QueryIndex;
import poyang.chain.ledger.query.QueryText;
import poyang.chain.ledger.query.Row;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Compound range queries on a chain's index beside PostgreSQL with the same rows and indexes: both answer
/// every query, in turns, and their answers must agree. The index was filled by a process that was killed
/// while it wrote.
@Command(name = "query", description = "Queries of the chain's index beside PostgreSQL with the same rows.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class QueryBench implements Callable<Integer> {
    private static final long AFTER_KILL_NANOS = 10_000_000_000L;
    /// As a node does.
    private static final long WARM_UP_NANOS = 2_000_000_000L;

    @Option(names = "--rows", defaultValue = "1000000", description = "transactions (default: 1,000,000)")
    private int rows;

    @Option(names = "--queries", defaultValue = "3000", description = "queries measured (default: 3,000)")
    private int queries;

    @Option(
            names = "--folder",
            defaultValue = ".poyang/bench",
            description = "where the index's folder is made (default: .poyang/bench)")
    private Path folder;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws Exception {
        if (rows < QueryRows.BLOCK_ROWS * 20 || queries < 100) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    "--rows " + rows + " --queries " + queries,
                    "20,000 rows and 100 queries at least are needed");
        }
        long blocks = rows / QueryRows.BLOCK_ROWS;
        Files.createDirectories(folder);
        Path own = Files.createTempDirectory(folder, "query-");
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("bench", "query");
        figures.put("rows", blocks * QueryRows.BLOCK_ROWS);
        RandomSource random = ProcessRandom.open("bench");
        try (StorageKey storage = StorageKey.openOrCreate(own.resolve("storage.key"), "bench".toCharArray(), random);
                EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setServerConfig("shared_buffers", "256MB")
                        .start();
                PostgresRows beside = PostgresRows.fill(postgres, blocks)) {
            fillAndKill(own, blocks, figures);
            long came = System.nanoTime();
            try (QueryIndex index = QueryIndex.open(own.resolve("index"), QueryRows.SOURCE, storage, random)) {
                figures.put("open_after_kill_ms", (System.nanoTime() - came) / 1_000_000);
                index.warmUp(WARM_UP_NANOS);
                figures.put("ready_after_kill_ms", (System.nanoTime() - came) / 1_000_000);
                need(index.height() >= blocks - 1, "the killed process' blocks are there");
                measure(index, beside, blocks, System.nanoTime() + AFTER_KILL_NANOS, "after_kill_", figures);
                measure(index, beside, blocks, Long.MAX_VALUE, "", figures);
            }
        } finally {
            try (var files = Files.walk(own)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        figures.forEach((name, figure) -> command.commandLine().getOut().printf("%-48s %s%n", name, figure));
        if (json) {
            StringBuilder line = new StringBuilder();
            figures.forEach((name, figure) -> line.append(line.isEmpty() ? "{\"" : ",\"")
                    .append(name)
                    .append("\":")
                    .append(figure instanceof Number ? figure : "\"" + figure + "\""));
            command.commandLine().getOut().println(line.append('}'));
        }
        return 0;
    }

    private static void need(boolean holds, String what) {
        if (!holds) {
            throw new PoyangException(NetworkErrors.SET_UP_FAILED, "not so: " + what, "the bench found a mistake");
        }
    }

    /// Has a process write all blocks and go on writing, and kills it.
    private static void fillAndKill(Path own, long blocks, Map<String, Object> figures)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        Child.VECTORS,
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Filler.class.getName(),
                        own.toString(),
                        Long.toString(blocks))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = process.inputReader()) {
            String line = out.readLine();
            need(line != null && line.startsWith("FILLED "), "the index was filled");
            figures.put("filled_rows_per_s", Long.parseLong(line.substring("FILLED ".length())));
            Thread.sleep(300);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    /// The process that writes.
    static final class Filler {
        private Filler() {}

        static void main(String[] arguments) {
            Path own = Path.of(arguments[0]);
            long blocks = Long.parseLong(arguments[1]);
            RandomSource random = ProcessRandom.open("bench");
            try (StorageKey storage = StorageKey.open(own.resolve("storage.key"), "bench".toCharArray());
                    QueryIndex index = QueryIndex.open(own.resolve("index"), QueryRows.SOURCE, storage, random)) {
                long start = System.nanoTime();
                for (long height = 0; ; height++) {
                    index.add(QueryRows.CHAIN, height, QueryRows.hash(height), QueryRows.block(height));
                    if (height == blocks - 1) {
                        double seconds = (System.nanoTime() - start) / 1e9;
                        System.out.println("FILLED " + Math.round(blocks * QueryRows.BLOCK_ROWS / seconds));
                    }
                }
            }
        }
    }

    private void measure(
            QueryIndex index, PostgresRows beside, long blocks, long until, String prefix, Map<String, Object> figures)
            throws SQLException {
        boolean cold = until != Long.MAX_VALUE;
        Random random = new Random(cold ? 1 : 2);
        Map<String, List<long[]>> times = new TreeMap<>();
        List<long[]> all = new ArrayList<>();
        int warm = cold ? 0 : queries / 3;
        for (int i = -warm; i < queries && System.nanoTime() < until; i++) {
            QueryRows.Question question = QueryRows.question(random, blocks);
            long[] spent = new long[2];
            List<Row> rows = List.of();
            List<Long> others = List.of();
            for (int turn = 0; turn < 2; turn++) {
                long start = System.nanoTime();
                if ((turn + i) % 2 == 0) {
                    rows = index.ask(QueryText.parse(question.text()), new Condition.All())
                            .rows();
                    spent[0] = System.nanoTime() - start;
                } else {
                    others = beside.ask(question);
                    spent[1] = System.nanoTime() - start;
                }
            }
            List<Long> places = rows.stream()
                    .map(row -> row.height() * QueryRows.BLOCK_ROWS + row.index())
                    .toList();
            need(places.equals(others), "both answer alike: " + question);
            if (i >= 0) {
                all.add(spent);
                times.computeIfAbsent(question.kind(), _ -> new ArrayList<>()).add(spent);
            }
        }
        figures.put(prefix + "queries", all.size());
        report(prefix, all, figures);
        if (!cold) {
            times.forEach((kind, spent) -> report(kind + "_", spent, figures));
        }
    }

    private static void report(String prefix, List<long[]> spent, Map<String, Object> figures) {
        for (double share : new double[] {0.5, 0.95}) {
            String name = prefix + (share == 0.5 ? "median" : "p95");
            double own = quantile(spent, 0, share);
            double other = quantile(spent, 1, share);
            figures.put(name + "_us", Math.round(own));
            figures.put(name + "_postgres_us", Math.round(other));
            figures.put(name + "_ratio", Math.round(own / other * 100) / 100.0);
        }
    }

    private static double quantile(List<long[]> spent, int of, double share) {
        long[] sorted = spent.stream().mapToLong(each -> each[of]).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[(int) (share * (sorted.length - 1))] / 1000.0;
    }
}
