package poyang.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.chain.proofs.Epoch;
import poyang.crypto.random.ProcessRandom;
import poyang.executor.jail.Scratch;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// What our Raft costs: its log with opaque requests, beside those of Apache Ratis and SOFAJRaft in the same
/// run, under the same load, by turns; and a whole chain that it orders.
@Command(name = "raft", description = "Our Raft beside other libraries': a log of opaque requests, and a whole chain.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class RaftBench implements Callable<Integer> {
    private static final int LEAST_NODES = 3;
    private static final int MOST_NODES = 7;
    private static final int MOST_SECONDS = 600;
    private static final int WINDOWS = 5;
    private static final int SEED_BYTES = 32;
    private static final int SIGNERS = 200;
    private static final int PAYLOAD_OF_CHAIN_MOST = 2_000;
    private static final long MARGIN_SECONDS = 240;
    private static final String OWN = "own";
    private static final List<String> PHASES = List.of("peak", "at70");
    private static final List<String> COMPARED = List.of("tps", "p50Millis", "p99Millis", "cpuSecondsPerTransaction");

    @Option(names = "--nodes", defaultValue = "3", description = "replicas (default: 3)")
    private int nodes;

    @Option(names = "--payload", defaultValue = "256", description = "bytes of each request (default: 256)")
    private int payload;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "measured of each log in each of two phases, in five windows (default: 20)")
    private int seconds;

    @Option(names = "--warm-up", defaultValue = "20", description = "seconds of load before, each (default: 20)")
    private int warmUp;

    @Option(
            names = "--under-way",
            defaultValue = "1024",
            description = "requests on their way at the peak (default: 1,024)")
    private int underWay;

    @Option(names = "--yardsticks", description = "beside Apache Ratis and SOFAJRaft")
    private boolean yardsticks;

    @Option(names = "--without-chain", description = "the logs alone")
    private boolean withoutChain;

    @Option(names = "--keep", description = "keep the folder with the logs of all processes")
    private boolean keep;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Option(
            names = "--directory",
            defaultValue = ".poyang/bench",
            description = "where the folder is made (default: .poyang/bench)")
    private Path directory;

    @Spec
    private CommandSpec command;

    private final List<Child> others = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        BenchNetwork.check(
                nodes >= LEAST_NODES && nodes <= MOST_NODES && nodes % 2 == 1, "--nodes " + nodes, "3, 5 or 7");
        BenchNetwork.check(
                payload >= LoadClient.LEAST_PAYLOAD && payload <= PAYLOAD_OF_CHAIN_MOST,
                "--payload " + payload,
                "64 to 2,000");
        BenchNetwork.check(seconds >= WINDOWS && seconds <= MOST_SECONDS, "--seconds " + seconds, "5 to 600");
        BenchNetwork.check(warmUp >= 1 && warmUp <= MOST_SECONDS, "--warm-up " + warmUp, "1 to 600");
        BenchNetwork.check(underWay >= 4 && underWay <= 20_000, "--under-way " + underWay, "4 to 20,000");
        RandomSource random = ProcessRandom.open("bench");
        Path folder = BenchNetwork.folder(directory.toAbsolutePath());
        Map<String, String> figures = logs(folder, random);
        String chain = withoutChain ? "" : chain(Files.createDirectory(folder.resolve("chain")), random);
        report(figures, chain);
        if (keep) {
            command.commandLine().getErr().println("the folder is " + folder);
        } else {
            Scratch.wipe(folder);
        }
        return 0;
    }

    /// All logs at once, loaded in turns.
    private Map<String, String> logs(Path folder, RandomSource random) throws IOException {
        Path logs = Files.createDirectory(folder.resolve("logs"));
        Map<String, String> settings = new TreeMap<>();
        BenchNetwork own = new BenchNetwork(
                Files.createDirectory(folder.resolve(OWN)),
                new BenchNetwork.Plan(
                        Epoch.RAFT,
                        nodes,
                        0,
                        Epoch.DEFAULT_BLOCK_TIME_MILLIS,
                        1,
                        "poyang.network.yardstick.OwnReplica",
                        List.of("launcher/network")),
                random.bytes(SEED_BYTES),
                random,
                false);
        try (own) {
            own.start();
            List<Integer> doors = own.nodes().stream().map(each -> each.port()).toList();
            List<Child> replicas = new ArrayList<>();
            for (int i = 0; i < nodes; i++) {
                replicas.add(own.validator(i));
            }
            List<String> names = new ArrayList<>(List.of(OWN));
            describe(OWN, doors, replicas, settings);
            if (yardsticks) {
                names.addAll(List.of("ratis", "sofajraft"));
                start("ratis", "poyang.yardsticks.RatisReplica", folder, logs, settings);
                start("sofajraft", "poyang.yardsticks.SofaReplica", folder, logs, settings);
            }
            settings.put("logs", String.join(",", names));
            return loaded(folder, logs, settings, names.size());
        } finally {
            others.forEach(Child::terminate);
            others.forEach(child -> {
                boolean _ = child.awaitEnd();
            });
        }
    }

    private void start(String name, String program, Path folder, Path logs, Map<String, String> settings)
            throws IOException {
        List<Integer> ports = BenchNetwork.freePorts(2 * nodes);
        List<Integer> doors = ports.subList(nodes, 2 * nodes);
        List<Child> replicas = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            replicas.add(Child.start(
                    new Child.Program(
                            name + "-" + i,
                            program,
                            ClassPaths.of("tests/yardsticks"),
                            BenchNetwork.MEGABYTES,
                            List.of("-da", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                            List.of(
                                    Integer.toString(i),
                                    list(ports.subList(0, nodes)),
                                    Integer.toString(doors.get(i)),
                                    folder.resolve(name + "-" + i).toString())),
                    logs));
        }
        others.addAll(replicas);
        replicas.forEach(child -> {
            String _ = child.awaitReady();
        });
        describe(name, doors, replicas, settings);
    }

    private static void describe(String name, List<Integer> doors, List<Child> replicas, Map<String, String> settings) {
        settings.put(name + ".doors", list(doors));
        settings.put(
                name + ".pids",
                list(replicas.stream().map(child -> child.handle().pid()).toList()));
    }

    private static String list(List<? extends Number> numbers) {
        return String.join(",", numbers.stream().map(Number::toString).toList());
    }

    private Map<String, String> loaded(Path folder, Path logs, Map<String, String> settings, int count)
            throws IOException {
        Path result = folder.resolve("result.properties");
        settings.put("payload", Integer.toString(payload));
        settings.put("under.way", Integer.toString(underWay));
        settings.put("warm.up", Integer.toString(warmUp));
        settings.put("windows", Integer.toString(WINDOWS));
        settings.put("window.millis", Integer.toString(seconds * 1_000 / WINDOWS));
        settings.put("result", result.toString());
        StringBuilder text = new StringBuilder();
        settings.forEach(
                (key, value) -> text.append(key).append(" = ").append(value).append('\n'));
        Path config = Files.writeString(folder.resolve("load.properties"), text);
        Child load = Child.start(
                new Child.Program(
                        "load",
                        "poyang.network.yardstick.RequestLoad",
                        ClassPaths.of("launcher/network"),
                        BenchNetwork.MEGABYTES,
                        List.of(),
                        List.of("--config", config.toString())),
                logs);
        others.add(load);
        if (!load.awaitExit(count * (warmUp + 2L * seconds) + MARGIN_SECONDS) || !Files.exists(result)) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED, "the load left no result: " + load.lastWords(), "see " + logs);
        }
        Map<String, String> figures = new LinkedHashMap<>();
        for (String line : Files.readAllLines(result)) {
            String[] parts = line.split(" = ", 2);
            figures.put(parts[0], parts[1]);
        }
        return figures;
    }

    private String chain(Path folder, RandomSource random) throws IOException {
        byte[] seed = random.bytes(SEED_BYTES);
        BenchNetwork network = new BenchNetwork(
                folder,
                new BenchNetwork.Plan(Epoch.RAFT, nodes, 0, Epoch.DEFAULT_BLOCK_TIME_MILLIS, SIGNERS),
                seed,
                random,
                false);
        try (network) {
            network.start();
            return network.loaded(seed, new BenchNetwork.Load(payload, seconds, warmUp));
        }
    }

    /// Each figure of ours over the same figure of the others.
    private Map<String, String> ratios(Map<String, String> figures) {
        Map<String, String> ratios = new LinkedHashMap<>();
        for (String other : yardsticks ? List.of("ratis", "sofajraft") : List.<String>of()) {
            for (String phase : PHASES) {
                for (String figure : COMPARED) {
                    double ours = number(figures, OWN + "." + phase + "." + figure);
                    double theirs = number(figures, other + "." + phase + "." + figure);
                    ratios.put(
                            OWN + "/" + other + "." + phase + "." + figure,
                            String.format(Locale.ROOT, "%.3f", ours / theirs));
                }
            }
        }
        return ratios;
    }

    private static double number(Map<String, String> figures, String name) {
        return Double.parseDouble(figures.getOrDefault(name, "NaN"));
    }

    private void report(Map<String, String> figures, String chain) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("nodes", Integer.toString(nodes));
        all.put("payload", Integer.toString(payload));
        all.put("underWay", Integer.toString(underWay));
        all.putAll(figures);
        all.putAll(ratios(figures));
        if (json) {
            StringBuilder line = new StringBuilder("{\"bench\":\"raft\"");
            all.forEach((name, figure) ->
                    line.append(",\"").append(name).append("\":").append(figure));
            if (!chain.isEmpty()) {
                line.append(",\"chain\":").append(chain);
            }
            command.commandLine().getOut().println(line.append('}'));
            return;
        }
        all.forEach((name, figure) -> command.commandLine().getOut().printf("%-52s %s%n", name, figure));
        if (!chain.isEmpty()) {
            command.commandLine().getOut().println("a whole chain under the same engine:");
            command.commandLine().getOut().println(LoadReport.inWords(chain));
        }
    }
}
