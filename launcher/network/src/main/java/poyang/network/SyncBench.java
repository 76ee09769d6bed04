package poyang.network;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.chain.ledger.Verification;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.wire.schema.EvidenceRecord;

/// How fast a validator with an empty disk, or one that was away for long, takes up a chain with a long past from three
/// others, and that it votes then. The past is made by whoever holds all validators' keys; everything else are the
/// processes of every day.
@Command(name = "sync", description = "A validator with an empty disk takes up a long chain from three others.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class SyncBench implements Callable<Integer> {
    private static final long MOST_SECONDS = 600;
    private static final int SLOWEST_BLOCKS_PER_SECOND = 50;
    private static final int JOINER = 3;
    /// So long the load runs before it is looked at: those who serve have run for long.
    private static final int WARM_UP_SECONDS = 60;
    /// So long it is looked at before the joiner starts.
    private static final int LOADED_SECONDS = 10;

    @Option(names = "--blocks", defaultValue = "100000", description = "blocks of the past (default: 100,000)")
    private int blocks;

    @Option(names = "--transactions", defaultValue = "10", description = "in each block (default: 10)")
    private int transactions;

    @Option(names = "--past", description = "folder that keeps the chain's past for the next run; made when missing")
    private Path past;

    @Option(
            names = "--away-from",
            defaultValue = "0",
            description = "the height at which the fourth validator left; 0: its disk is empty (default: 0)")
    private int away;

    @Option(names = "--prepare", description = "make the past in --past, and measure nothing")
    private boolean prepare;

    @Option(
            names = "--kills",
            defaultValue = "0",
            description = "times that the joiner is killed on its way (default: 0)")
    private int kills;

    @Option(
            names = "--full-disks",
            defaultValue = "0",
            description = "times that the joiner's disk takes no more on its way (default: 0)")
    private int fullDisks;

    @Option(
            names = "--replay",
            defaultValue = "writes",
            description = "writes: blocks by their write sets; execute: the joiner executes each (default: writes)")
    private String replay;

    @Option(names = "--snapshot", description = "the joiner takes the state over instead of the blocks")
    private boolean snapshot;

    @Option(
            names = "--load",
            defaultValue = "0",
            description = "records of evidence a second that the three others take before and meanwhile (default: 0)")
    private int load;

    @Option(names = "--profile", description = "keep a flight recording of the joiner")
    private boolean profile;

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
        BenchNetwork.check(blocks >= 100 && blocks <= 10_000_000, "--blocks " + blocks, "100 to 10,000,000");
        BenchNetwork.check(transactions >= 1 && transactions <= 1_000, "--transactions " + transactions, "1 to 1,000");
        BenchNetwork.check(
                away == 0 || away >= 100 && away < blocks, "--away-from " + away, "0, or 100 to fewer than --blocks");
        BenchNetwork.check(!prepare || past != null, "--prepare without --past", "a folder that keeps what is made");
        BenchNetwork.check(kills >= 0 && kills <= 1_000, "--kills " + kills, "0 to 1,000");
        BenchNetwork.check(fullDisks >= 0 && fullDisks <= 1_000, "--full-disks " + fullDisks, "0 to 1,000");
        BenchNetwork.check(
                replay.equals("writes") || replay.equals("execute"), "--replay " + replay, "writes or execute");
        BenchNetwork.check(load >= 0 && load <= 1_000, "--load " + load, "0 to 1,000");
        RandomSource random = ProcessRandom.open("sync");
        boolean kept = past != null;
        Path folder = kept ? past.toAbsolutePath() : BenchNetwork.folder(directory.toAbsolutePath());
        PastNetwork network =
                PastNetwork.open(folder, new PastNetwork.Past(blocks, transactions, away), profile, random);
        try (network) {
            if (!prepare) {
                measure(network, random);
            }
        }
        if (!kept) {
            network.wipe();
        }
        return 0;
    }

    private void measure(PastNetwork network, RandomSource random) throws IOException, InterruptedException {
        network.replay(replay);
        // What the others add meanwhile is taken up block by block.
        network.snapshot(snapshot ? Integer.toString((blocks - away) / 2) : "never");
        network.empty(JOINER);
        if (away > 0) {
            network.putBack();
        }
        for (int i = 0; i < JOINER; i++) {
            network.start(i);
        }
        try (ChainClient client = network.client();
                SteadyLoad others = network.load(client, JOINER, random)) {
            ChainAccount account = network.account(client, random);
            LoadCounts.Phase before = begin(others);
            List<Duration> cpuBefore = cpu(network);
            long from = System.nanoTime();
            others.restart();
            double seconds = joined(network, account, from);
            LoadCounts.Phase meanwhile = others.phase((System.nanoTime() - from) / 1e9);
            List<Duration> cpuAfter = cpu(network);
            others.stop();
            BenchNetwork.check(others.finished(MOST_SECONDS), "a load that does not come back", "what ends");
            double voting = votes(network, account, random, from);
            double served = 0;
            for (int i = 0; i < JOINER; i++) {
                served += cpuAfter.get(i).minus(cpuBefore.get(i)).toMillis() / 1e3;
            }
            Verification.Whole whole =
                    kills + fullDisks == 0 ? new Verification.Whole(0, 0) : network.verify(JOINER, random);
            long all = (long) (blocks - away) * transactions;
            command.commandLine()
                    .getOut()
                    .println(String.format(
                            Locale.ROOT,
                            json
                                    ? "{\"by\":\"%s\",\"blocks\":%d,\"transactions\":%d,\"seconds\":%.1f,"
                                            + "\"transactionsPerSecond\":%.0f,\"joinerCpuSeconds\":%.1f,"
                                            + "\"serversCpuSeconds\":%.1f,\"votingAfterSeconds\":%.1f,"
                                            + "\"kills\":%d,\"fullDisks\":%d,\"verifiedTo\":%d%s}"
                                    : "%s: %,d blocks, %,d transactions taken up in %.1f s, %,.0f a second; CPU %.1f s"
                                            + " here and %.1f s at the three that served; its vote counted after"
                                            + " %.1f s; killed %d times, without room %d times,"
                                            + " verified to height %d%s",
                            snapshot ? "snapshot" : replay,
                            blocks - away,
                            all,
                            seconds,
                            all / seconds,
                            cpuAfter.get(JOINER).toMillis() / 1e3,
                            served,
                            voting,
                            kills,
                            fullDisks,
                            whole.height(),
                            load == 0 ? "" : pace(before, meanwhile)));
        }
    }

    /// Begins the load, if any, and says how it goes before there is a joiner.
    private LoadCounts.Phase begin(SteadyLoad others) throws InterruptedException {
        if (load > 0) {
            Thread _ = others.start(load);
            Thread.sleep(WARM_UP_SECONDS * 1_000L);
            others.restart();
            Thread.sleep(LOADED_SECONDS * 1_000L);
        }
        return others.phase(LOADED_SECONDS);
    }

    private String pace(LoadCounts.Phase before, LoadCounts.Phase meanwhile) {
        return json
                ? String.format(
                        Locale.ROOT,
                        ",\"load\":%d,\"recordedPerSecondBefore\":%.1f,\"p50MillisBefore\":%.0f,"
                                + "\"p99MillisBefore\":%.0f,\"recordedPerSecond\":%.1f,\"p50Millis\":%.0f,"
                                + "\"p99Millis\":%.0f,\"failed\":%d",
                        load,
                        before.tps(),
                        before.p50Millis(),
                        before.p99Millis(),
                        meanwhile.tps(),
                        meanwhile.p50Millis(),
                        meanwhile.p99Millis(),
                        before.failed() + meanwhile.failed())
                : String.format(
                        Locale.ROOT,
                        "; of %d records a second the others took before %s; meanwhile %s",
                        load,
                        before,
                        meanwhile);
    }

    /// Seconds until the joiner, through all its faults, has what the others began with.
    private double joined(PastNetwork network, ChainAccount account, long from)
            throws IOException, InterruptedException {
        Child joiner = network.start(JOINER);
        int faults = kills + fullDisks;
        for (int fault = 1; fault <= faults; fault++) {
            if (snapshot) {
                takes(network, joiner, fault);
            } else {
                double _ = reached(network, account, joiner, from, (long) blocks * fault / (faults + 1));
            }
            if (fault <= kills) {
                joiner.kill();
            } else {
                ProcessFault.leaveNoRoom(joiner, MOST_SECONDS);
            }
            joiner = network.start(JOINER);
        }
        return reached(network, account, joiner, from, blocks);
    }

    private static List<Duration> cpu(PastNetwork network) {
        List<Duration> found = new ArrayList<>();
        for (int i = 0; i <= JOINER; i++) {
            found.add(network.cpu(i));
        }
        return found;
    }

    /// Waits until the joiner takes a snapshot in so many lives, and a little longer.
    private static void takes(PastNetwork network, Child joiner, int lives) throws IOException, InterruptedException {
        String _ = joiner.awaitReady();
        long end = System.nanoTime() + MOST_SECONDS * 1_000_000_000L;
        while (network.said(JOINER, "is taken up") < lives) {
            if (System.nanoTime() > end || !joiner.isAlive()) {
                throw new PoyangException(
                        NetworkErrors.SET_UP_FAILED,
                        "the joiner takes no snapshot: " + joiner.lastWords(),
                        "a longer past (--blocks), or fewer faults, are needed");
            }
            Thread.sleep(5);
        }
        Thread.sleep(ThreadLocalRandom.current().nextInt(200));
    }

    /// Seconds from the joiner's first start until it has so many blocks, with proofs.
    private double reached(PastNetwork network, ChainAccount account, Child joiner, long from, long wanted)
            throws InterruptedException {
        String _ = joiner.awaitReady();
        long said = 0;
        while (true) {
            double seconds = (System.nanoTime() - from) / 1e9;
            if (!joiner.isAlive() || seconds > MOST_SECONDS + (double) blocks / SLOWEST_BLOCKS_PER_SECOND) {
                throw new PoyangException(
                        NetworkErrors.SET_UP_FAILED,
                        "the joiner did not take the chain up: " + joiner.lastWords(),
                        "see its log");
            }
            try {
                long height = account.status(network.node(JOINER)).getHeight();
                if (height >= wanted) {
                    return seconds;
                }
                if (seconds >= said + 10) {
                    said = (long) seconds;
                    System.err.printf("%.0f s: height %,d%n", seconds, height);
                }
            } catch (PoyangException e) {
                // Its account is registered by the genesis, which it may not have executed yet.
                System.err.println("no answer yet: " + e.wrong());
            }
            Thread.sleep(100);
        }
    }

    /// One of the others leaves: what becomes final then has the joiner's vote and attestation.
    private static double votes(PastNetwork network, ChainAccount account, RandomSource random, long from) {
        network.stop(0);
        var _ = account.call(
                "poyang.v1.Evidence",
                "Record",
                EvidenceRecord.newBuilder()
                        .setDigest(ByteString.copyFrom(random.bytes(32)))
                        .setSubject("sync")
                        .build());
        return (System.nanoTime() - from) / 1e9;
    }
}
