package poyang.network;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.ProcessSettings;
import poyang.sdk.TransactionStream;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.NodeStatus;

/// Submits evidence from many accounts at a rate of its own, whatever the chain does, and measures.
///
/// First it finds the rate at which the work of one and three quarters of a block time is under way, and holds it: the
/// peak. With less, a chain rests while its next block is not due. Then all is waited for, and a second phase runs at
/// 70 % of the peak. Latency runs from the time at which a record was due until its receipt is proven here.
public final class LoadClient implements AutoCloseable {
    static final int LEAST_PAYLOAD = 64;
    private static final String EVIDENCE = "poyang.v1.Evidence";
    private static final double FIRST_RATE = 200;
    private static final double BLOCK_TIMES_UNDER_WAY = 1.75;
    /// What is under way beyond that, or below it, shall be made good within so many seconds: the sooner, the more the
    /// rate swings.
    private static final double EVEN_SECONDS = 2;

    private static final long CONTROL_NANOS = 500_000_000;
    /// Receipts come by the block, so what completes in one control period says little.
    private static final double LATEST_SHARE = 0.1;
    /// Records that are due meanwhile are submitted together, which costs less than waking for each.
    private static final long SLEEP_NANOS = 5_000_000;
    private static final double SECOND_PHASE = 0.7;
    /// The warm-up takes so many times as long at most, as long as compilers take more than this share.
    static final int WARM_UP_TIMES = 5;

    private static final double COMPILED = 0.04;
    private static final long LOOK_SECONDS = 10;
    /// One look may fall between two bursts of the compilers.
    private static final int CALM_LOOKS = 2;
    /// A third phase without load to speak of, so that the protocol's own time shows.
    private static final double CALM_RATE = 10;

    private static final long CALM_PART = 3;
    private static final long DRAIN_MILLIS = 60_000;
    private static final int DIGEST_BYTES = 32;

    private final ChainClient client;
    private final List<NodeAddress> nodes;
    private final List<ChainAccount> accounts = new ArrayList<>();
    private final List<TransactionStream> streams = new ArrayList<>();
    /// What is recorded need not be unpredictable.
    private final SplittableRandom contents = new SplittableRandom();
    private final int payload;
    private final long blockTimeMillis;
    private final LoadCounts counts = new LoadCounts();
    private int next;

    private LoadClient(
            GenesisFile genesis,
            TlsIdentity identity,
            List<NodeAddress> nodes,
            List<SigningKey> keys,
            int payload,
            RandomSource random) {
        this.nodes = nodes;
        this.payload = payload;
        blockTimeMillis = genesis.getBlockTimeMillis();
        InstantSource clock = InstantSource.system();
        client = ChainClient.connect(genesis, identity, nodes, clock);
        for (int i = 0; i < keys.size(); i++) {
            String name = BenchNetwork.ORGANISATION + "/" + BenchNetwork.signer(i);
            accounts.add(new ChainAccount(client, name, keys.get(i), random, clock));
        }
        for (int node = 0; node < nodes.size(); node++) {
            List<ChainAccount> own = new ArrayList<>();
            for (int i = node; i < accounts.size(); i += nodes.size()) {
                own.add(accounts.get(i));
            }
            streams.add(TransactionStream.open(client, node, own.isEmpty() ? accounts : own));
        }
    }

    /// `--config FILE`: see `BenchNetwork`.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        ProcessSettings from = ProcessSettings.read(Path.of(arguments[1]));
        RandomSource random = ProcessRandom.open("load");
        char[] password = from.password();
        TlsIdentity identity = from.tlsIdentity(password, InstantSource.system(), random, System.err::println);
        Arrays.fill(password, '\0');
        GenesisFile genesis = ChainForms.readGenesis(from.path("genesis"));
        List<NodeAddress> nodes = NodeAddress.list(from.text("nodes"));
        List<Long> pids = Arrays.stream(from.text("pids").split(",", -1))
                .map(Long::valueOf)
                .toList();
        List<SigningKey> keys = BenchNetwork.signerKeys(
                HexFormat.of().parseHex(from.text("seed")), (int) from.number("signers", 1, 10_000, 200));
        int payload = (int) from.number("payload", LEAST_PAYLOAD, 2_000, 256);
        long seconds = from.number("seconds", 1, 3_600, 30);
        long warmUp = from.number("warm.up", 1, 3_600, 30);
        Path result = from.path("result");
        from.end();
        try (LoadClient load = new LoadClient(genesis, identity, nodes, keys, payload, random)) {
            String report = load.run(warmUp, seconds, pids);
            Path beside = result.resolveSibling("result.part");
            Files.writeString(beside, report + "\n");
            Path _ = Files.move(beside, result, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private String run(long warmUp, long seconds, List<Long> validators) throws InterruptedException {
        // Before, between and after: a machine that is shared is not as fast at all times.
        double[] verifications = new double[3];
        verifications[0] = VerificationYardstick.cpuSeconds(payload, seconds);
        List<Long> pids = Stream.concat(
                        validators.stream(), Stream.of(ProcessHandle.current().pid()))
                .toList();
        List<NodeStatus> first = statuses();
        double rate = warm(seek(FIRST_RATE, warmUp, true), (WARM_UP_TIMES - 1) * warmUp, pids);
        say(String.format(Locale.ROOT, "warm: %.0f a second", rate));
        List<NodeStatus> before = statuses();
        counts.begin();
        double cpuFrom = cpuSeconds(pids);
        double _ = seek(rate, seconds, true);
        double cpu = cpuSeconds(pids) - cpuFrom;
        LoadCounts.Phase peak = counts.end(seconds);
        List<NodeStatus> after = statuses();
        say("peak: " + peak);
        drain();
        verifications[1] = VerificationYardstick.cpuSeconds(payload, seconds);
        counts.begin();
        double _ = seek(peak.tps() * SECOND_PHASE, seconds, false);
        drain();
        LoadCounts.Phase second = counts.end(seconds);
        say("at 70 %: " + second);
        List<NodeStatus> last = statuses();
        counts.begin();
        long calmSeconds = Math.max(1, seconds / CALM_PART);
        double _ = seek(CALM_RATE, calmSeconds, false);
        drain();
        LoadCounts.Phase calm = counts.end(calmSeconds);
        say("calm: " + calm);
        verifications[2] = VerificationYardstick.cpuSeconds(payload, seconds);
        say("verifications: " + Arrays.toString(verifications));
        Arrays.sort(verifications);
        return LoadReport.json(
                nodes.size(),
                new LoadReport.Phases(peak, second, calm),
                cpu,
                verifications[1],
                blockTimeMillis,
                new LoadReport.Statuses(first, before, after, last, statuses()));
    }

    /// Goes on until the processes have been compiled for the most part, for so many seconds at most.
    private double warm(double from, long mostSeconds, List<Long> pids) throws InterruptedException {
        double rate = from;
        int calm = 0;
        for (long waited = 0; waited + LOOK_SECONDS <= mostSeconds && calm < CALM_LOOKS; waited += LOOK_SECONDS) {
            double compiled = CompilerTime.seconds(pids);
            double used = cpuSeconds(pids);
            rate = seek(rate, LOOK_SECONDS, true);
            double share = (CompilerTime.seconds(pids) - compiled) / (cpuSeconds(pids) - used);
            say(String.format(Locale.ROOT, "%.0f a second; compilers take %.0f %%", rate, 100 * share));
            calm = share < COMPILED ? calm + 1 : 0;
        }
        return rate;
    }

    /// Submits for some time; when `searching`, at whatever rate keeps so much under way. Gives what came back lately,
    /// a second.
    private double seek(double from, long seconds, boolean searching) throws InterruptedException {
        double rate = from;
        long start = System.nanoTime();
        long end = start + Duration.ofSeconds(seconds).toNanos();
        double due = start;
        long control = start;
        long completedBefore = counts.completed();
        double completing = from;
        double secondsUnderWay = BLOCK_TIMES_UNDER_WAY * blockTimeMillis / 1e3;
        while (System.nanoTime() < end) {
            long now = System.nanoTime();
            if (searching && now - control >= CONTROL_NANOS) {
                double latest = (counts.completed() - completedBefore) * 1e9 / (now - control);
                completing += LATEST_SHARE * (latest - completing);
                int underWay =
                        streams.stream().mapToInt(TransactionStream::underWay).sum();
                rate = Math.max(FIRST_RATE, completing + (secondsUnderWay * completing - underWay) / EVEN_SECONDS);
                control = now;
                completedBefore = counts.completed();
            }
            if (due > now) {
                LockSupport.parkNanos(SLEEP_NANOS);
                continue;
            }
            submit((long) due);
            due += 1e9 / rate;
        }
        return completing;
    }

    private void submit(long dueNanos) {
        int signer = next++ % accounts.size();
        byte[] content = new byte[payload];
        contents.nextBytes(content);
        EvidenceRecord.Builder record = EvidenceRecord.newBuilder()
                .setDigest(ByteString.copyFrom(content, 0, DIGEST_BYTES))
                .setSubject("load");
        int text = payload - record.build().getSerializedSize() - 3;
        record.setDescription(HexFormat.of().formatHex(content).substring(0, text));
        counts.submitted();
        var _ = streams.get(signer % streams.size())
                .submit(accounts.get(signer), EVIDENCE, "Record", record.build())
                .whenComplete((receipt, failure) -> {
                    boolean fine = failure == null && receipt.getCode() == 0;
                    counts.done(System.nanoTime() - dueNanos, fine);
                    if (!fine) {
                        say("failed: " + (failure == null ? receipt.getWrong() : failure));
                    }
                });
    }

    private void drain() throws InterruptedException {
        long end = System.nanoTime() + DRAIN_MILLIS * 1_000_000;
        while (streams.stream().anyMatch(stream -> stream.underWay() > 0) && System.nanoTime() < end) {
            Thread.sleep(20);
        }
    }

    private List<NodeStatus> statuses() {
        TreeMap<String, NodeStatus> found = new TreeMap<>();
        for (NodeAddress node : nodes) {
            try {
                found.put(node.name(), accounts.getFirst().status(node));
            } catch (PoyangException e) {
                say("no status of " + node + ": " + e);
            }
        }
        return List.copyOf(found.values());
    }

    /// Of these processes together.
    private static double cpuSeconds(List<Long> pids) {
        double sum = 0;
        for (long pid : pids) {
            Optional<Duration> used =
                    ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration());
            sum += used.orElse(Duration.ZERO).toNanos() / 1e9;
        }
        return sum;
    }

    private static void say(String line) {
        System.err.println(line);
    }

    @Override
    public void close() {
        streams.forEach(TransactionStream::close);
        client.close();
    }
}
