package poyang.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
import poyang.sdk.ChainClient;

/// Validators as processes under load, of which one at a time is killed, stopped for a while, or can write no
/// more; or which, each in a network and on a disk of its own, are cut apart, and of which one's disk is full.
/// No record is lost, all come to the same height again, and how long the load takes to flow again.
@Command(
        name = "faults",
        description = "Kills, stops and fills up validators of a chain under load, or cuts them apart: what is lost"
                + " (nothing), and how long until the load flows again.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class FaultsBench implements Callable<Integer> {
    private static final int NODES = 4;
    private static final int SIGNERS = 40;
    private static final long BLOCK_TIME_MILLIS = 500;
    private static final long CALM_SECONDS = 120;
    /// A second in which so much of the offered load came back counts as flowing.
    private static final double FLOWING = 0.9;
    private static final int FLOWING_SECONDS = 60;
    /// Room for whatever a validator begins with and sets aside, and for so many octets of each record.
    private static final long DISK_BYTES = 512L << 20;

    private static final long SET_ASIDE_BYTES = 128L << 20;
    private static final long RECORD_BYTES = 16L << 10;
    /// From the end of one fault to the next, at most, where the load flows again as it should.
    private static final long BETWEEN_SECONDS = 20;

    @Option(names = "--rounds", defaultValue = "4", description = "times that each fault comes (default: 4)")
    private int rounds;

    @Option(names = "--rate", defaultValue = "60", description = "records a second (default: 60)")
    private int rate;

    @Option(names = "--fault-seconds", defaultValue = "6", description = "that each fault lasts (default: 6)")
    private int faultSeconds;

    @Option(
            names = "--partitions",
            description = "each validator in a network namespace and on a small disk of its own: one is cut off, then"
                    + " half of them, and then one's disk is full (needs root)")
    private boolean partitions;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Option(
            names = "--directory",
            defaultValue = ".poyang/bench",
            description = "where the network's folder is made (default: .poyang/bench)")
    private Path directory;

    @Spec
    private CommandSpec command;

    private final List<Double> recoveries = new ArrayList<>();
    private final List<String> broken = new ArrayList<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchNetwork.check(rounds >= 1 && rounds <= 1_000, "--rounds " + rounds, "1 to 1,000");
        BenchNetwork.check(rate >= 1 && rate <= 2_000, "--rate " + rate, "1 to 2,000");
        BenchNetwork.check(faultSeconds >= 1 && faultSeconds <= 600, "--fault-seconds " + faultSeconds, "1 to 600");
        if (partitions) {
            checkPartitions();
        }
        Path folder = BenchNetwork.folder(directory.toAbsolutePath());
        RandomSource random = ProcessRandom.open("faults");
        boolean whole = partitions
                ? apart(folder, random)
                : bench(folder, Place.onLoopback(NODES), _ -> List.of(ProcessFault.values()), random);
        if (whole) {
            Scratch.wipe(folder);
        } else {
            command.commandLine().getErr().println("the network's folder is " + folder);
        }
        return whole ? 0 : 1;
    }

    private void checkPartitions() {
        long records = (long) rate * rounds * PartitionFaults.COUNT * (faultSeconds + BETWEEN_SECONDS);
        BenchNetwork.check(
                records * RECORD_BYTES <= DISK_BYTES - SET_ASIDE_BYTES,
                "--partitions with about " + records + " records",
                "what fits onto a small disk, at most " + (DISK_BYTES - SET_ASIDE_BYTES) / RECORD_BYTES + " records,");
        PartitionFaults.missing().ifPresent(missing -> {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED, missing, "root on Linux with iproute2 and util-linux is needed");
        });
    }

    private boolean apart(Path folder, RandomSource random) throws IOException, InterruptedException {
        try (RunMark mark = RunMark.open()) {
            Namespaces namespaces = Namespaces.make(mark, NODES);
            return bench(
                    folder,
                    namespaces.places(),
                    network -> {
                        List<SmallDisk> disks = new ArrayList<>();
                        for (int i = 0; i < NODES; i++) {
                            disks.add(SmallDisk.mount(mark, i, network.data(i), DISK_BYTES));
                        }
                        return PartitionFaults.all(namespaces, disks);
                    },
                    random);
        }
    }

    /// Prepares a network that has not started, and gives what is to happen to it.
    private interface Preparation {
        List<Fault> of(BenchNetwork network) throws IOException;
    }

    private boolean bench(Path folder, List<Place> places, Preparation preparation, RandomSource random)
            throws IOException, InterruptedException {
        byte[] seed = random.bytes(32);
        BenchNetwork.Plan plan = new BenchNetwork.Plan(Epoch.BFT, NODES, 0, BLOCK_TIME_MILLIS, SIGNERS);
        BenchNetwork network = new BenchNetwork(folder, plan, places, seed, random, false);
        List<Fault> faults = preparation.of(network);
        try (network) {
            network.start();
            return run(network, faults, seed, random);
        }
    }

    private boolean run(BenchNetwork network, List<Fault> faults, byte[] seed, RandomSource random)
            throws IOException, InterruptedException {
        try (ChainClient client = network.client();
                SteadyLoad load =
                        new SteadyLoad(client, NODES, BenchNetwork.signerKeys(seed, SIGNERS), "faults", random)) {
            Heights heights = new Heights(network, client, load::anyAccount);
            Fault.Scene scene = new Fault.Scene(network, heights, faultSeconds, this::broken);
            Thread loading = load.start(rate);
            boolean _ = flowing(load, 30);
            int next = 0;
            for (int round = 0; round < rounds; round++) {
                for (Fault fault : faults) {
                    strike(scene, load, fault, next++ % NODES);
                }
            }
            load.stop();
            loading.join();
            boolean all = load.finished(CALM_SECONDS);
            boolean level = heights.level(CALM_SECONDS);
            LoadCounts.Phase phase = load.phase();
            report(phase, all, level);
            return all && level && phase.failed() == 0 && broken.isEmpty();
        }
    }

    /// One fault, its end, and the time from there until the load flows.
    private void strike(Fault.Scene scene, SteadyLoad load, Fault fault, int number)
            throws IOException, InterruptedException {
        fault.strike(scene, number);
        long healed = System.nanoTime();
        boolean flows = flowing(load, FLOWING_SECONDS);
        double seconds = (System.nanoTime() - healed) / 1e9;
        recoveries.add(seconds);
        String which = scene.network().validator(number).name() + " " + fault.name();
        if (flows) {
            say(String.format(Locale.ROOT, "%s: flows %.0f s after it", which, seconds));
        } else {
            broken(which + ": the load does not flow after it");
        }
    }

    private void broken(String what) {
        broken.add(what);
        say("BROKEN: " + what);
    }

    /// Waits until a second brings back what a second submits; false when none does in so many.
    private boolean flowing(SteadyLoad load, int mostSeconds) throws InterruptedException {
        for (int second = 0; second < mostSeconds; second++) {
            long before = load.completed();
            Thread.sleep(1_000);
            if (load.completed() - before >= FLOWING * rate) {
                return true;
            }
        }
        return false;
    }

    private void report(LoadCounts.Phase phase, boolean all, boolean level) {
        double slowest = recoveries.stream().mapToDouble(s -> s).max().orElse(0);
        String line = json
                ? String.format(
                        Locale.ROOT,
                        "{\"faults\":%d,\"submitted\":%d,\"succeeded\":%d,\"failed\":%d,\"open\":%b,\"level\":%b,\"broken\":%d,"
                                + "\"slowestRecoverySeconds\":%.1f,\"p50Millis\":%.0f,\"p99Millis\":%.0f}",
                        recoveries.size(),
                        phase.submitted(),
                        phase.succeeded(),
                        phase.failed(),
                        !all,
                        level,
                        broken.size(),
                        slowest,
                        phase.p50Millis(),
                        phase.p99Millis())
                : String.format(
                        Locale.ROOT,
                        "%d faults: %d records, %d recorded, %d failed; all validators at one height with one state:"
                                + " %s; the load flowed again within %.1f s%s",
                        recoveries.size(),
                        phase.submitted(),
                        phase.succeeded(),
                        phase.failed(),
                        level ? "yes" : "no",
                        slowest,
                        broken.isEmpty() ? "" : "; broken: " + broken);
        command.commandLine().getOut().println(line);
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
