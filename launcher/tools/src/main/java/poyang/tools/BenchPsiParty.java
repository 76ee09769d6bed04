package poyang.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import poyang.crypto.SeededRandom;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.Intersection;
import poyang.psi.LongKeys;
import poyang.psi.Progress;
import poyang.psi.RecordedNetwork;

/// One party of `bench psi` in a process of its own.
///
/// Arguments: `receiver|sender PROTOCOL SIZE OTHER-SIZE THREADS RUNS DELAY MBPS PORT`. The sender prints its port;
/// the receiver prints a line of figures for each run. Half of the smaller set is common.
final class BenchPsiParty {
    private static final PartyId RECEIVER = new PartyId("receiver");
    private static final PartyId SENDER = new PartyId("sender");

    private BenchPsiParty() {}

    /// Adds up how long a run is in each phase.
    static final class Clock implements Progress {
        private final Map<Phase, Long> nanos = new EnumMap<>(Phase.class);
        final long start = System.nanoTime();
        private long since = start;
        private Phase phase = Phase.PREPARING;

        @Override
        public void at(Phase next, long done, long total) {
            if (next != phase) {
                long now = System.nanoTime();
                nanos.merge(phase, now - since, Long::sum);
                since = now;
                phase = next;
            }
        }

        double seconds(Phase which) {
            return nanos.getOrDefault(which, 0L) / 1e9;
        }
    }

    public static void main(String[] arguments) throws IOException {
        boolean receives = arguments[0].equals("receiver");
        CollisionProtocol protocol = CollisionProtocol.named(arguments[1]).orElseThrow();
        int size = Integer.parseInt(arguments[2]);
        int other = Integer.parseInt(arguments[3]);
        int runs = Integer.parseInt(arguments[5]);
        RandomSource seeds = ProcessRandom.open("bench");
        try (SocketChannel channel = meet(receives, Integer.parseInt(arguments[8]));
                PoolWorkers workers = new PoolWorkers(Integer.parseInt(arguments[4]));
                SocketNetwork socket =
                        new SocketNetwork(receives ? RECEIVER : SENDER, receives ? SENDER : RECEIVER, channel)) {
            PartyNetwork line = slowed(socket, Double.parseDouble(arguments[6]), Double.parseDouble(arguments[7]));
            for (int run = 0; run < runs; run++) {
                long start = System.nanoTime();
                LongKeys keys = new LongKeys(receives ? keys(size, 7) : keys(other, size, other));
                double load = (System.nanoTime() - start) / 1e9;
                RecordedNetwork network = new RecordedNetwork(line);
                Clock clock = new Clock();
                RandomSource random = new SeededRandom(seeds.bytes(SeededRandom.SEED_BYTES), "bench");
                CollisionSession session =
                        new CollisionSession(network, receives ? SENDER : RECEIVER, random, clock, workers);
                if (receives) {
                    Intersection found = protocol.receive(keys, session);
                    print(clock, network, load, found.matches().size(), size);
                } else {
                    protocol.send(keys, session);
                }
            }
        }
        System.out.println("peakMemoryBytes=" + peakMemoryBytes());
    }

    static PartyNetwork slowed(PartyNetwork socket, double delay, double megabits) {
        return delay == 0 && megabits == 0 ? socket : new SlowNetwork(socket, delay, megabits);
    }

    static long[] keys(int count, long step) {
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            keys[i] = i * step;
        }
        return keys;
    }

    /// Keys of which half of the smaller set are the receiver's.
    private static long[] keys(int count, int receivers, int senders) {
        long[] keys = keys(count, 7);
        for (int i = Math.min(receivers, senders) / 2; i < count; i++) {
            keys[i] = -1L - i;
        }
        return keys;
    }

    static void print(Clock clock, RecordedNetwork network, double load, long matches, int size) throws IOException {
        double all = (System.nanoTime() - clock.start) / 1e9;
        double hash = clock.seconds(Progress.Phase.HASHING);
        double offline = clock.seconds(Progress.Phase.PREPARING);
        double online = clock.seconds(Progress.Phase.MASKING) + clock.seconds(Progress.Phase.EXCHANGING);
        long bytes = network.bytesSent() + network.bytesReceived();
        System.out.printf(
                Locale.ROOT,
                "run=loadSeconds:%f hashSeconds:%f offlineSeconds:%f onlineSeconds:%f outputSeconds:%f seconds:%f"
                        + " protocolSeconds:%f bytesSent:%d bytesReceived:%d bitsPerItem:%f peakMemoryBytes:%d"
                        + " matches:%d%n",
                load,
                hash,
                offline,
                online,
                all - hash - offline - online,
                load + all,
                all,
                network.bytesSent(),
                network.bytesReceived(),
                8.0 * bytes / size,
                peakMemoryBytes(),
                matches);
    }

    /// The most memory that this process has had, as Linux says.
    static long peakMemoryBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return 0;
    }

    static SocketChannel meet(boolean receives, int port) throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        SocketChannel channel;
        if (receives) {
            channel = SocketChannel.open(new InetSocketAddress(here, port));
        } else {
            try (ServerSocketChannel server = ServerSocketChannel.open()) {
                server.bind(new InetSocketAddress(here, 0));
                System.out.println("port=" + ((InetSocketAddress) server.getLocalAddress()).getPort());
                channel = server.accept();
            }
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }
}
