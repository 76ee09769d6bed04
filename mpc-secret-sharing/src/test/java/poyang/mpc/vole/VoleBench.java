package poyang.mpc.vole;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import poyang.kernel.PartyNetwork;
import poyang.mpc.Pair;
import poyang.mpc.Peer;
import poyang.mpc.ot.BaseOt;
import poyang.mpc.ot.OtExtension;

/// How long correlations and their layers take: both parties in one process, a thread each, frames over
/// queues. Every figure is the median of the rounds after the warm-up; processor time is what the party's
/// own thread used, and depends less than wall time on what else the machine does.
/// `./poyang bench vole [--size N] [--protocol semi-honest|malicious|wide|wide-malicious] [--rounds R] [--json]`
final class VoleBench {
    private static final int WARM_UP = 3;
    private static final double MILLION = 1e6;

    private VoleBench() {}

    private record Round(double wall, double sender, double receiver, long senderBytes, long receiverBytes) {}

    public static void main(String[] arguments) {
        int size = 1_342_177; // 1.28 · 2^20
        int rounds = 5;
        boolean json = false;
        VoleProtocol protocol = VoleProtocol.SEMI_HONEST;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--size" -> size = Integer.parseInt(arguments[++i]);
                case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
                case "--json" -> json = true;
                case "--protocol" ->
                    protocol = switch (arguments[++i]) {
                        case "malicious" -> VoleProtocol.MALICIOUS;
                        case "wide" -> VoleProtocol.SEMI_HONEST_WIDE;
                        case "wide-malicious" -> VoleProtocol.MALICIOUS_WIDE;
                        default -> VoleProtocol.SEMI_HONEST;
                    };
                default -> throw new IllegalArgumentException("there is no option " + arguments[i]);
            }
        }
        Round[] all = new Round[rounds];
        for (int i = -WARM_UP; i < rounds; i++) {
            Round round = run(protocol, size, i);
            if (i >= 0) {
                all[i] = round;
            }
        }
        Map<String, Double> layers = layers(size);
        Round last = all[rounds - 1];
        long bytes = last.senderBytes() + last.receiverBytes();
        double wall = median(all, Round::wall);
        double sender = median(all, Round::sender);
        double receiver = median(all, Round::receiver);
        if (!json) {
            System.out.printf(
                    Locale.ROOT,
                    "%s, %,d elements: %.0f ms; processor time: sender %.0f ms, receiver %.0f ms; %,d bytes%n",
                    protocol.name(),
                    size,
                    wall,
                    sender,
                    receiver,
                    bytes);
            layers.forEach((name, millis) -> System.out.printf(Locale.ROOT, "  %-28s %8.1f ms%n", name, millis));
        }
        StringBuilder line = new StringBuilder();
        line.append(String.format(
                Locale.ROOT,
                "{\"bench\":\"vole\",\"protocol\":\"%s\",\"size\":%d,\"rounds\":%d,\"seconds\":%.4f,"
                        + "\"senderCpuSeconds\":%.4f,\"receiverCpuSeconds\":%.4f,\"senderBytes\":%d,\"receiverBytes\":%d,"
                        + "\"bitsPerElement\":%.3f",
                protocol.name(),
                size,
                rounds,
                wall / 1000,
                sender / 1000,
                receiver / 1000,
                last.senderBytes(),
                last.receiverBytes(),
                8.0 * bytes / size));
        layers.forEach((name, millis) -> line.append(
                String.format(Locale.ROOT, ",\"%sCpuSeconds\":%.4f", name.replaceAll("[ ,]", ""), millis / 1000)));
        System.out.println(line.append('}'));
    }

    private static double median(Round[] rounds, Function<Round, Double> figure) {
        double[] sorted =
                Arrays.stream(rounds).mapToDouble(figure::apply).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private record Timed<T>(T share, double millis) {}

    private static <T> Timed<T> timed(Function<PartyNetwork, T> party, PartyNetwork network) {
        long start = cpuNanos();
        T share = party.apply(network);
        return new Timed<>(share, (cpuNanos() - start) / MILLION);
    }

    private static Round run(VoleProtocol protocol, int size, long seed) {
        Pair pair = new Pair();
        long start = System.nanoTime();
        Pair.Outcome<Timed<ReceiverShare>, Timed<SenderShare>> outcome = pair.run(
                network -> timed(
                        n -> SilentVole.receive(protocol, size, n, Pair.RIGHT, Pair.seed(seed, "receiver")), network),
                network ->
                        timed(n -> SilentVole.send(protocol, size, n, Pair.LEFT, Pair.seed(seed, "sender")), network));
        double wall = (System.nanoTime() - start) / MILLION;
        Timed<ReceiverShare> receiver = Objects.requireNonNull(outcome.left());
        Timed<SenderShare> sender = Objects.requireNonNull(outcome.right());
        if (SilentVoleTest.wrong(receiver.share(), sender.share()) != 0) {
            throw new IllegalStateException("the correlation is wrong");
        }
        return new Round(wall, sender.millis(), receiver.millis(), pair.right.bytesSent(), pair.left.bytesSent());
    }

    /// Processor time of each layer by itself, in milliseconds; the least of five.
    private static Map<String, Double> layers(int size) {
        CodeParameters code = CodeParameters.of(size);
        TreeShape shape = code.tree();
        int transfers = VoleProtocol.transfers(code);
        byte[] session = new byte[32];
        Peer peer = new Peer(new Pair().left, Pair.RIGHT, "bench");
        long[] rows = new long[2 * transfers];
        byte[] corrections = new byte[shape.correctionBytes()];
        Map<String, Double> best = new TreeMap<>();
        for (int round = 0; round < WARM_UP + 2; round++) {
            BaseOt.Sender baseSender = new BaseOt.Sender(Pair.seed(1, "s"));
            BaseOt.Receiver baseReceiver = new BaseOt.Receiver(session, new byte[128], Pair.seed(1, "r"));
            byte[][][] seeds = new byte[1][][];
            note(
                    best,
                    "base transfers sender",
                    () -> seeds[0] = baseSender.seeds(session, OtExtension.BASE, baseReceiver.message(), peer));
            note(best, "base transfers receiver", () -> {
                BaseOt.Receiver again = new BaseOt.Receiver(session, new byte[128], Pair.seed(1, "r"));
                again.seeds(baseSender.message(), peer);
            });
            note(
                    best,
                    "transfers",
                    () -> new OtExtension.Receiver(seeds[0], new byte[transfers], "b", Pair.seed(1, "x")).rows());
            note(
                    best,
                    "base correlation",
                    () -> new BaseVole.Receiver(seeds[0], new long[VoleProtocol.MALICIOUS_WIDE.baseCount(code)])
                            .correlation());
            long[][] leaves = new long[1][];
            note(best, "sender trees", () -> {
                SenderTrees trees =
                        new SenderTrees(shape, new TreeHash(new byte[16]), new long[] {3, 5}, Pair.seed(1, "t"));
                for (int k = 0; k < code.blocks(); k++) {
                    leaves[0] = trees.grow(k, rows, 0, 1, 2, corrections, 0);
                }
            });
            note(best, "receiver trees", () -> {
                ReceiverTrees trees = new ReceiverTrees(shape, new TreeHash(new byte[16]));
                for (int k = 0; k < code.blocks(); k++) {
                    trees.grow(k, k % code.blockLength(), rows, 0, 1, 2, corrections, 0);
                }
            });
            for (int lanes = 0; lanes < 3; lanes++) {
                int noise = lanes;
                note(best, noise == 0 ? "sender code" : "receiver code, limbs " + noise, () -> {
                    Compression compression = new Compression(code, noise);
                    for (int k = 0; k < code.blocks(); k++) {
                        compression.absorb(leaves[0], k % code.blockLength(), 5, 6);
                    }
                    compression.elements();
                });
            }
        }
        return best;
    }

    private static void note(Map<String, Double> best, String name, Runnable work) {
        long start = cpuNanos();
        work.run();
        best.merge(name, (cpuNanos() - start) / MILLION, Math::min);
    }
}
