package poyang.network;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
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

/// Validators as processes under load, whose consensus engine is swapped for the other one again and again, and
/// which join, leave and change their keys: no record is lost, and how long each epoch takes from its proposal
/// until all nodes are in it. All is done by the commands that people use.
@Command(
        name = "epochs",
        description =
                "Swaps the engine of a chain under load, from bft to raft and back, and its validators: what is lost"
                        + " (nothing), and how long it takes.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class EpochsBench implements Callable<Integer> {
    private static final int NODES = 4;
    private static final int SIGNERS = 20;
    private static final long SWAP_SECONDS = 300;
    private static final long CALM_SECONDS = 300;
    /// Who moves, and who ends then.
    private static final int MOVED = 2;

    private static final int ENDED = 3;

    @Option(names = "--swaps", defaultValue = "4", description = "changes of the engine (default: 4)")
    private int swaps;

    @Option(
            names = "--members",
            description = "then a fifth node observes and joins, the first validator leaves, the second one changes its"
                    + " key, the third one moves to another port")
    private boolean members;

    @Option(names = "--rate", defaultValue = "60", description = "records a second (default: 60)")
    private int rate;

    @Option(names = "--seconds", defaultValue = "4", description = "in each epoch, besides (default: 4)")
    private int seconds;

    @Option(names = "--block-time", defaultValue = "500", description = "in milliseconds (default: 500)")
    private long blockTimeMillis;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Option(
            names = "--directory",
            defaultValue = ".poyang/bench",
            description = "where the network's folder is made (default: .poyang/bench)")
    private Path directory;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException, InterruptedException {
        BenchNetwork.check(swaps >= 0 && swaps <= 1_000, "--swaps " + swaps, "0 to 1,000");
        BenchNetwork.check(rate >= 1 && rate <= 2_000, "--rate " + rate, "1 to 2,000");
        BenchNetwork.check(seconds >= 0 && seconds <= 600, "--seconds " + seconds, "0 to 600");
        BenchNetwork.check(Epoch.sensible(blockTimeMillis), "--block-time " + blockTimeMillis, "20 to 60,000");
        RandomSource random = ProcessRandom.open("epochs");
        byte[] seed = random.bytes(32);
        Path folder = BenchNetwork.folder(directory.toAbsolutePath());
        boolean whole;
        try (BenchNetwork network = new BenchNetwork(
                folder,
                new BenchNetwork.Plan(Epoch.BFT, NODES, members ? 1 : 0, blockTimeMillis, SIGNERS),
                seed,
                random,
                false)) {
            network.start();
            whole = run(network, seed, random);
            if (whole) {
                network.wipe();
            }
        }
        return whole ? 0 : 1;
    }

    private boolean run(BenchNetwork network, byte[] seed, RandomSource random)
            throws IOException, InterruptedException {
        try (ChainClient client = network.client();
                SteadyLoad load =
                        new SteadyLoad(client, NODES, BenchNetwork.signerKeys(seed, SIGNERS), "epochs", random)) {
            Commands commands = new Commands(network.supervisor(), load.anyAccount());
            Thread loading = load.start(rate);
            for (int swap = 1; swap <= swaps; swap++) {
                Thread.sleep(seconds * 1_000L);
                Epoch present = client.epochs().last();
                String other = present.engine().equals(Epoch.BFT) ? Epoch.RAFT : Epoch.BFT;
                commands.turn(network.nodes().subList(0, NODES), "--engine", other);
            }
            if (members) {
                commands.admit("validator-5", key(network, 4, 0));
                network.startNewcomer();
                try (ChainClient toAll = network.client()) {
                    commands.reader = load.anyAccount(toAll);
                    changeMembers(network, commands, load);
                }
                commands.reader = load.anyAccount();
            }
            Thread.sleep(seconds * 1_000L);
            load.stop();
            loading.join();
            boolean all = load.finished(CALM_SECONDS);
            LoadCounts.Phase phase = load.phase();
            report(phase, all, commands.slowest, client.epochs().last());
            return all && phase.failed() == 0;
        }
    }

    /// A fifth node, which nobody's settings name and which knows one of the others, observes,
    /// joins and votes; a proposal that cannot be is taken back; the first validator leaves; the
    /// second one changes its key; the third one moves to another port, which it tells the others
    /// by way of the chain, and whose vote they need when the fourth one ends.
    private void changeMembers(BenchNetwork network, Commands commands, SteadyLoad load)
            throws IOException, InterruptedException {
        List<NodeAddress> nodes = network.nodes();
        commands.caughtUp(nodes.getFirst(), nodes.getLast());
        commands.withdrawn(
                "--validator", "validator-1=" + key(network, 2, 1), "--validator", "validator-2=" + key(network, 3, 1));
        commands.turn(nodes, "--validator", "validator-5=" + key(network, 4, 0));
        Thread.sleep(seconds * 1_000L);
        commands.turn(nodes, "--leave", "validator-1");
        Thread.sleep(seconds * 1_000L);
        commands.turn(nodes, "--validator", "validator-2=" + key(network, 1, 1));
        network.move(MOVED);
        commands.announced(network.peer(MOVED));
        commands.linked(List.of(nodes.get(1), nodes.get(4)), network.peer(MOVED).name());
        network.validator(ENDED).terminate();
        commands.goesOn(load);
    }

    private static String key(BenchNetwork network, int node, int which) {
        return network.keys(node).get(which).publicKey().encoded().hex();
    }

    /// The commands that people use, in this process.
    private static final class Commands {
        private final List<String> by;
        private ChainAccount reader;
        private double slowest;

        Commands(List<String> by, ChainAccount reader) {
            this.by = by;
            this.reader = reader;
        }

        private String run(String name, String... options) {
            return said("epoch", name, options);
        }

        private String said(String group, String name, String... options) {
            StringWriter out = new StringWriter();
            List<String> all = new ArrayList<>(List.of(group, name, "--json"));
            all.addAll(by);
            all.addAll(List.of(options));
            int code = Main.commands().line(group).setOut(new PrintWriter(out)).execute(all.toArray(String[]::new));
            if (code != 0) {
                throw notSo("poyang " + group + " " + name + " ended with " + code + " " + out);
            }
            return out.toString();
        }

        /// Proposes an epoch, and waits until all of these nodes are in it.
        void turn(List<NodeAddress> nodes, String... options) throws InterruptedException {
            long number = reader.client().epochs().last().number() + 1;
            long from = System.nanoTime();
            String _ = run("propose", options);
            while (!nodes.stream().allMatch(node -> reader.status(node).getEpoch() == number)) {
                within(from, "epoch " + number + " has not begun everywhere");
            }
            slowest = Math.max(slowest, (System.nanoTime() - from) / 1e9);
            String status = run("status");
            if (!status.contains("\"presentEpoch\":" + number)) {
                throw notSo("the status is " + status);
            }
        }

        /// Proposes an epoch for which too few can be ready, and takes it back.
        void withdrawn(String... options) {
            String _ = run("propose", options);
            String proposed = run("status");
            String _ = run("withdraw");
            String after = run("status");
            if (!proposed.contains("\"proposedBy\"") || after.contains("\"proposedBy\"")) {
                throw notSo("the status is " + proposed + ", then " + after);
            }
        }

        /// Waits until the other node has what the one has now.
        void caughtUp(NodeAddress one, NodeAddress other) throws InterruptedException {
            long height = reader.status(one).getHeight();
            long from = System.nanoTime();
            while (reader.status(other).getHeight() < height) {
                within(from, other.name() + " is not at height " + height);
            }
        }

        void admit(String node, String key) {
            String _ = said("node", "admit", node, "--node-key", key);
        }

        /// Waits until the chain knows where a node is.
        void announced(NodeAddress place) throws InterruptedException {
            long from = System.nanoTime();
            String at = place.host() + ":" + place.port();
            while (!said("node", "list").contains(at)) {
                within(from, place.name() + " is not known to be at " + at);
            }
        }

        /// Waits until these have a direct link with a node.
        void linked(List<NodeAddress> others, String node) throws InterruptedException {
            long from = System.nanoTime();
            while (!others.stream()
                    .allMatch(other -> reader.status(other).getPeersList().stream()
                            .anyMatch(peer -> peer.getNode().equals(node)
                                    && peer.getConnected()
                                    && peer.getVia().isEmpty()))) {
                within(from, node + " has no links with the others");
            }
        }

        /// Waits until records come back that were brought from now on.
        void goesOn(SteadyLoad load) throws InterruptedException {
            long from = System.nanoTime();
            long enough = load.submitted() + 1;
            while (load.completed() < enough) {
                within(from, "nothing is recorded any more");
            }
        }

        private static void within(long fromNanos, String wrong) throws InterruptedException {
            if (System.nanoTime() - fromNanos > TimeUnit.SECONDS.toNanos(SWAP_SECONDS)) {
                throw notSo(wrong + " after " + SWAP_SECONDS + " s");
            }
            Thread.sleep(50);
        }

        private static PoyangException notSo(String wrong) {
            return new PoyangException(NetworkErrors.SET_UP_FAILED, wrong, "look into the logs of the validators");
        }
    }

    private void report(LoadCounts.Phase phase, boolean all, double slowest, Epoch last) {
        String form = json
                ? "{\"epochs\":%d,\"engine\":\"%s\",\"submitted\":%d,\"succeeded\":%d,\"failed\":%d,\"open\":%b,"
                        + "\"slowestEpochSeconds\":%.1f,\"p50Millis\":%.0f,\"p99Millis\":%.0f}"
                : "%d epochs, in the end with %s: %d records, %d recorded, %d failed, some open: %b; the slowest began"
                        + " after %.1f s; half of the records within %.0f ms, 99 of 100 within %.0f ms";
        command.commandLine()
                .getOut()
                .println(String.format(
                        Locale.ROOT,
                        form,
                        last.number(),
                        last.engine(),
                        phase.submitted(),
                        phase.succeeded(),
                        phase.failed(),
                        !all,
                        slowest,
                        phase.p50Millis(),
                        phase.p99Millis()));
    }
}
