package poyang.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.chain.proofs.Epoch;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.NodeStatus;

/// Validators as processes under load, of which one at a time is killed, stopped for a while, or can write no
/// more: no record is lost, all come to the same height again, and how long the load takes to flow again.
@Command(
        name = "faults",
        description = "Kills, stops and fills up validators of a chain under load: what is lost (nothing), and how long"
                + " until the load flows again.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class FaultsBench implements Callable<Integer> {
    private static final int NODES = 4;
    private static final int SIGNERS = 40;
    private static final long BLOCK_TIME_MILLIS = 500;
    private static final long CALM_SECONDS = 120;
    /// A second in which so much of the offered load came back counts as flowing.
    private static final double FLOWING = 0.9;

    @Option(names = "--rounds", defaultValue = "4", description = "times that each fault comes (default: 4)")
    private int rounds;

    @Option(names = "--rate", defaultValue = "60", description = "records a second (default: 60)")
    private int rate;

    @Option(names = "--fault-seconds", defaultValue = "6", description = "that each fault lasts (default: 6)")
    private int faultSeconds;

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

    /// What can happen to a validator.
    private enum Fault {
        /// As by `kill -9`, in the middle of whatever it did.
        KILLED,
        /// As by `kill -STOP`: it says nothing, and later goes on as if nothing had been.
        STOPPED,
        /// No file of it may grow: it must stop by itself rather than go on without its disk.
        FULL
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchNetwork.check(rounds >= 1 && rounds <= 1_000, "--rounds " + rounds, "1 to 1,000");
        BenchNetwork.check(rate >= 1 && rate <= 2_000, "--rate " + rate, "1 to 2,000");
        BenchNetwork.check(faultSeconds >= 1 && faultSeconds <= 600, "--fault-seconds " + faultSeconds, "1 to 600");
        RandomSource random = ProcessRandom.open("faults");
        byte[] seed = random.bytes(32);
        Path folder = BenchNetwork.folder(directory.toAbsolutePath());
        BenchNetwork network = new BenchNetwork(
                folder, new BenchNetwork.Plan(Epoch.BFT, NODES, 0, BLOCK_TIME_MILLIS, SIGNERS), seed, random, false);
        boolean whole;
        try (network) {
            network.start();
            whole = run(network, seed, random);
        }
        if (whole) {
            network.wipe();
        } else {
            command.commandLine().getErr().println("the network's folder is " + folder);
        }
        return whole ? 0 : 1;
    }

    private boolean run(BenchNetwork network, byte[] seed, RandomSource random)
            throws IOException, InterruptedException {
        try (ChainClient client = network.client();
                SteadyLoad load =
                        new SteadyLoad(client, NODES, BenchNetwork.signerKeys(seed, SIGNERS), "faults", random)) {
            Thread loading = load.start(rate);
            boolean _ = flowing(load, 30);
            int next = 0;
            for (int round = 0; round < rounds; round++) {
                for (Fault fault : Fault.values()) {
                    strike(network, load, fault, next++ % NODES);
                }
            }
            load.stop();
            loading.join();
            boolean all = load.finished(CALM_SECONDS);
            boolean level = level(network, load.anyAccount());
            LoadCounts.Phase phase = load.phase();
            report(phase, all, level);
            return all && level && phase.failed() == 0;
        }
    }

    /// One fault, its end, and the time from there until the load flows.
    private void strike(BenchNetwork network, SteadyLoad load, Fault fault, int number) throws InterruptedException {
        Child victim = network.validator(number);
        switch (fault) {
            case KILLED -> {
                victim.kill();
                Thread.sleep(faultSeconds * 1_000L);
                network.restart(number);
            }
            case STOPPED -> {
                signal(victim, "-STOP");
                Thread.sleep(faultSeconds * 1_000L);
                signal(victim, "-CONT");
            }
            case FULL -> {
                leaveNoRoom(victim, faultSeconds + 30L);
                network.restart(number);
            }
        }
        long healed = System.nanoTime();
        boolean flows = flowing(load, 60);
        double seconds = (System.nanoTime() - healed) / 1e9;
        recoveries.add(flows ? seconds : Double.POSITIVE_INFINITY);
        say(String.format(Locale.ROOT, "%s %s: flows %.0f s after it", victim.name(), fault, seconds));
    }

    /// From now on no file of the process may be longer than its first page, which is what a full disk does to appends.
    ///
    /// @throws PoyangException `SET_UP_FAILED` when it has not stopped after so many seconds
    static void leaveNoRoom(Child victim, long mostSeconds) {
        execute("prlimit", "--pid", Long.toString(victim.handle().pid()), "--fsize=4096:4096");
        if (!victim.awaitExit(mostSeconds)) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    victim.name() + " went on although it could write nothing",
                    "it must stop");
        }
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

    /// Waits until all validators are at one height, whose state a quorum has signed.
    private static boolean level(BenchNetwork network, ChainAccount account) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CALM_SECONDS);
        while (System.nanoTime() < end) {
            List<Long> heights = new ArrayList<>();
            for (NodeAddress node : network.nodes()) {
                try {
                    NodeStatus status = account.status(node);
                    heights.add(status.getHeight());
                } catch (PoyangException e) {
                    say("no status of " + node + ": " + e.wrong());
                }
            }
            if (heights.size() == NODES && heights.stream().distinct().count() == 1) {
                return true;
            }
            Thread.sleep(200);
        }
        return false;
    }

    private void report(LoadCounts.Phase phase, boolean all, boolean level) {
        double slowest = recoveries.stream().mapToDouble(s -> s).max().orElse(0);
        String line = json
                ? String.format(
                        Locale.ROOT,
                        "{\"faults\":%d,\"submitted\":%d,\"succeeded\":%d,\"failed\":%d,\"open\":%b,\"level\":%b,"
                                + "\"slowestRecoverySeconds\":%.1f,\"p50Millis\":%.0f,\"p99Millis\":%.0f}",
                        recoveries.size(),
                        phase.submitted(),
                        phase.succeeded(),
                        phase.failed(),
                        !all,
                        level,
                        slowest,
                        phase.p50Millis(),
                        phase.p99Millis())
                : String.format(
                        Locale.ROOT,
                        "%d faults: %d records, %d recorded, %d failed; all validators at one height: %s; the load"
                                + " flowed again within %.1f s",
                        recoveries.size(),
                        phase.submitted(),
                        phase.succeeded(),
                        phase.failed(),
                        level ? "yes" : "no",
                        slowest);
        command.commandLine().getOut().println(line);
    }

    private static void signal(Child child, String signal) {
        execute("kill", signal, Long.toString(child.handle().pid()));
    }

    private static void execute(String... command) {
        try {
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new PoyangException(
                        NetworkErrors.SET_UP_FAILED,
                        String.join(" ", command) + " ended with " + code,
                        "kill and prlimit (util-linux) are needed");
            }
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    command[0] + " could not be started (" + e.getMessage() + ")",
                    "kill and prlimit (util-linux) are needed",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PoyangException(NetworkErrors.SET_UP_FAILED, "interrupted", "start again", e);
        }
    }

    private static void say(String line) {
        System.err.println(line);
    }
}
