package poyang.network;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
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
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.TransactionReceipt;

/// Validators as processes under load, whose consensus engine is swapped for the other one again and again: no
/// record is lost, and how long each swap takes from its proposal until all validators are in the new epoch.
@Command(
        name = "epochs",
        description = "Swaps the engine of a chain under load, from bft to raft and back: what is lost (nothing), and"
                + " how long it takes.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class EpochsBench implements Callable<Integer> {
    private static final int NODES = 4;
    private static final int SIGNERS = 20;
    private static final long BLOCK_TIME_MILLIS = 500;
    private static final long SWAP_SECONDS = 120;
    private static final long CALM_SECONDS = 90;

    @Option(names = "--swaps", defaultValue = "4", description = "changes of the engine (default: 4)")
    private int swaps;

    @Option(names = "--rate", defaultValue = "60", description = "records a second (default: 60)")
    private int rate;

    @Option(names = "--seconds", defaultValue = "4", description = "in each epoch (default: 4)")
    private int seconds;

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
        BenchNetwork.check(swaps >= 1 && swaps <= 1_000, "--swaps " + swaps, "1 to 1,000");
        BenchNetwork.check(rate >= 1 && rate <= 2_000, "--rate " + rate, "1 to 2,000");
        BenchNetwork.check(seconds >= 1 && seconds <= 600, "--seconds " + seconds, "1 to 600");
        RandomSource random = ProcessRandom.open("epochs");
        byte[] seed = random.bytes(32);
        Path folder = BenchNetwork.folder(directory.toAbsolutePath());
        boolean whole;
        try (BenchNetwork network =
                new BenchNetwork(folder, Epoch.BFT, NODES, BLOCK_TIME_MILLIS, SIGNERS, seed, random, false)) {
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
                SteadyLoad load = new SteadyLoad(client, NODES, seed, SIGNERS, "epochs", random)) {
            ChainAccount supervisor = new ChainAccount(
                    client,
                    BenchNetwork.ORGANISATION + "/" + BenchNetwork.SUPERVISOR,
                    BenchNetwork.supervisorKey(seed),
                    random,
                    InstantSource.system());
            Thread loading = load.start(rate);
            double slowest = 0;
            for (int swap = 1; swap <= swaps; swap++) {
                Thread.sleep(seconds * 1_000L);
                slowest = Math.max(slowest, swap(network, supervisor, swap));
            }
            Thread.sleep(seconds * 1_000L);
            load.stop();
            loading.join();
            boolean all = load.finished(CALM_SECONDS);
            LoadCounts.Phase phase = load.phase();
            report(phase, all, slowest, client.epochs().last());
            return all && phase.failed() == 0;
        }
    }

    /// Proposes the other engine, and gives the seconds until all validators are in its epoch.
    private static double swap(BenchNetwork network, ChainAccount supervisor, long number) throws InterruptedException {
        Epoch present = supervisor.client().epochs().last();
        EpochProposal.Builder proposal = EpochProposal.newBuilder()
                .setNumber(number)
                .setEngine(present.engine().equals(Epoch.BFT) ? Epoch.RAFT : Epoch.BFT)
                .setBlockTimeMillis(present.blockTimeMillis());
        present.validators()
                .forEach(v -> proposal.addValidators(EpochValidator.newBuilder()
                        .setId(v.id().name())
                        .setPublicKey(
                                ByteString.copyFrom(v.publicKey().encoded().toArray()))));
        long from = System.nanoTime();
        TransactionReceipt _ = supervisor.call("poyang.v1.Epochs", "Propose", proposal.build());
        while (!network.nodes().stream()
                .allMatch(node -> supervisor.status(node).getEpoch() == number)) {
            if (System.nanoTime() - from > TimeUnit.SECONDS.toNanos(SWAP_SECONDS)) {
                throw new PoyangException(
                        NetworkErrors.SET_UP_FAILED,
                        "epoch " + number + " has not begun everywhere after " + SWAP_SECONDS + " s",
                        "look into the logs of the validators");
            }
            Thread.sleep(50);
        }
        return (System.nanoTime() - from) / 1e9;
    }

    private void report(LoadCounts.Phase phase, boolean all, double slowest, Epoch last) {
        String form = json
                ? "{\"swaps\":%d,\"engine\":\"%s\",\"submitted\":%d,\"succeeded\":%d,\"failed\":%d,\"open\":%b,"
                        + "\"slowestSwapSeconds\":%.1f,\"p50Millis\":%.0f,\"p99Millis\":%.0f}"
                : "%d swaps, in the end to %s: %d records, %d recorded, %d failed, some open: %b; the slowest swap took"
                        + " %.1f s; half of the records within %.0f ms, 99 of 100 within %.0f ms";
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
