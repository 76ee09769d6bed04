package poyang.network;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.chain.proofs.Epoch;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;

/// How many notarized records a second a chain of real processes takes, what each costs, and how long one
/// waits for its attested receipt.
@Command(name = "chain", description = "Validators and a load client on this machine: throughput, cost and latency.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ChainBench implements Callable<Integer> {
    private static final int USUAL_NODES = 4;
    private static final int LEAST_NODES_OF_RAFT = 3;
    private static final int MOST_NODES = 16;
    private static final int MOST_PAYLOAD = 2_000;
    private static final int MOST_SECONDS = 3_600;
    private static final int SEED_BYTES = 32;

    @Option(names = "--nodes", defaultValue = "0", description = "validators (default: 4, under single 1)")
    private int nodes;

    @Option(
            names = "--engine",
            defaultValue = "bft",
            description = "bft (default); for crash faults only: raft, single")
    private String engine;

    @Option(names = "--payload", defaultValue = "256", description = "bytes of each record (default: 256)")
    private int payload;

    @Option(names = "--seconds", defaultValue = "30", description = "of each of the two phases (default: 30)")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "60",
            description =
                    "seconds before the first phase, up to five times as long while much is compiled (default: 60)")
    private int warmUp;

    @Option(names = "--signers", defaultValue = "200", description = "accounts that submit (default: 200)")
    private int signers;

    @Option(names = "--block-time", defaultValue = "500", description = "milliseconds, in the genesis (default: 500)")
    private long blockTimeMillis;

    @Option(names = "--profile", description = "keep a flight recording of each validator and of the load client")
    private boolean profile;

    @Option(names = "--keep", description = "keep the network's folder with its logs")
    private boolean keep;

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
    public Integer call() throws IOException {
        boolean single = engine.equals(Epoch.SINGLE);
        if (nodes == 0) {
            nodes = single ? 1 : USUAL_NODES;
        }
        int least = engine.equals(Epoch.RAFT) ? LEAST_NODES_OF_RAFT : USUAL_NODES;
        BenchNetwork.check(Epoch.engineFor(engine, single ? 1 : nodes), "--engine " + engine, "bft, raft or single");
        BenchNetwork.check(
                single ? nodes == 1 : nodes >= least && nodes <= MOST_NODES,
                "--nodes " + nodes + " --engine " + engine,
                "4 to 16 (bft), 3 to 16 (raft) or 1 (single)");
        BenchNetwork.check(
                payload >= LoadClient.LEAST_PAYLOAD && payload <= MOST_PAYLOAD, "--payload " + payload, "64 to 2,000");
        BenchNetwork.check(seconds >= 1 && seconds <= MOST_SECONDS, "--seconds " + seconds, "1 to 3,600");
        BenchNetwork.check(warmUp >= 1 && warmUp <= MOST_SECONDS, "--warm-up " + warmUp, "1 to 3,600");
        BenchNetwork.check(signers >= 1 && signers <= 10_000, "--signers " + signers, "1 to 10,000");
        BenchNetwork.check(
                blockTimeMillis >= 20 && blockTimeMillis <= 60_000, "--block-time " + blockTimeMillis, "20 to 60,000");
        RandomSource random = ProcessRandom.open("bench");
        byte[] seed = random.bytes(SEED_BYTES);
        Path folder = BenchNetwork.folder(directory.toAbsolutePath());
        BenchNetwork network = new BenchNetwork(
                folder, new BenchNetwork.Plan(engine, nodes, 0, blockTimeMillis, signers), seed, random, profile);
        String found;
        try (network) {
            network.start();
            found = network.loaded(seed, new BenchNetwork.Load(payload, seconds, warmUp));
        }
        command.commandLine().getOut().println(json ? found : LoadReport.inWords(found));
        if (keep || profile) {
            command.commandLine().getErr().println("the network's folder is " + folder);
        } else {
            network.wipe();
        }
        return 0;
    }
}
