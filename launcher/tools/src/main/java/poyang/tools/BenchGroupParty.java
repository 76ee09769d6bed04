package poyang.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import poyang.crypto.SeededRandom;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;
import poyang.psi.GroupPsi;
import poyang.psi.GroupSession;
import poyang.psi.LongKeys;
import poyang.psi.RecordedNetwork;

/// One of several parties of `bench psi --parties` in a process of its own; number 0 leads.
///
/// Arguments: `NUMBER PARTIES SIZE THREADS RUNS DELAY MBPS`, then the ports of the parties of lower numbers. Each
/// prints its port; the leader prints a line of figures for each run. Half of each set is with all, a quarter
/// with the next party only.
final class BenchGroupParty {
    private BenchGroupParty() {}

    public static void main(String[] arguments) throws IOException {
        int number = Integer.parseInt(arguments[0]);
        int parties = Integer.parseInt(arguments[1]);
        int size = Integer.parseInt(arguments[2]);
        int runs = Integer.parseInt(arguments[4]);
        RandomSource seeds = ProcessRandom.open("bench");
        List<SocketNetwork> sockets = new ArrayList<>();
        try (PoolWorkers workers = new PoolWorkers(Integer.parseInt(arguments[3]))) {
            Map<PartyId, PartyNetwork> links = new TreeMap<>();
            List<Integer> ports = new ArrayList<>();
            for (int i = 7; i < arguments.length; i++) {
                ports.add(Integer.parseInt(arguments[i]));
            }
            meet(number, parties, ports, sockets);
            for (SocketNetwork socket : sockets) {
                PartyNetwork line = BenchPsiParty.slowed(
                        socket, Double.parseDouble(arguments[5]), Double.parseDouble(arguments[6]));
                links.put(socket.peers().getFirst(), line);
            }
            MeshNetwork mesh = new MeshNetwork(party(number), links);
            for (int run = 0; run < runs; run++) {
                long start = System.nanoTime();
                LongKeys keys = new LongKeys(keys(number, parties, size));
                double load = (System.nanoTime() - start) / 1e9;
                RecordedNetwork network = new RecordedNetwork(mesh);
                BenchPsiParty.Clock clock = new BenchPsiParty.Clock();
                RandomSource random = new SeededRandom(seeds.bytes(SeededRandom.SEED_BYTES), "bench");
                GroupSession session = new GroupSession(network, party(0), random, clock, workers);
                if (number == 0) {
                    int matches = GroupPsi.lead(keys, session).matches().size();
                    BenchPsiParty.print(clock, network, load, matches, size);
                } else {
                    GroupPsi.contribute(keys, session);
                }
            }
        } finally {
            for (SocketNetwork socket : sockets) {
                socket.close();
            }
        }
        System.out.println("peakMemoryBytes=" + BenchPsiParty.peakMemoryBytes());
    }

    private static PartyId party(int number) {
        return new PartyId("party-" + (char) ('a' + number));
    }

    private static long[] keys(int number, int parties, int size) {
        long[] keys = new long[size];
        for (int i = 0; i < size; i++) {
            long pair = i < size * 3L / 4 ? number : (number + parties - 1) % parties;
            keys[i] = i < size / 2 ? i : (pair + 1) << 40 | (i - (i < size * 3L / 4 ? size / 2 : size * 3L / 4));
        }
        return keys;
    }

    /// Connects to the parties of lower numbers and waits for those of higher ones.
    private static void meet(int number, int parties, List<Integer> ports, List<SocketNetwork> sockets)
            throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(here, 0));
            System.out.println("port=" + ((InetSocketAddress) server.getLocalAddress()).getPort());
            for (int lower = 0; lower < number; lower++) {
                SocketChannel channel = SocketChannel.open(new InetSocketAddress(here, ports.get(lower)));
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.write(ByteBuffer.wrap(new byte[] {(byte) number}));
                sockets.add(new SocketNetwork(party(number), party(lower), channel));
            }
            for (int higher = number + 1; higher < parties; higher++) {
                SocketChannel channel = server.accept();
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                ByteBuffer name = ByteBuffer.allocate(1);
                if (channel.read(name) != 1) {
                    throw new IOException("a party ended before it said who it is");
                }
                sockets.add(new SocketNetwork(party(number), party(name.get(0)), channel));
            }
        }
    }
}
