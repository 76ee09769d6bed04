package poyang.network.yardstick;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// All replicas of one log, seen from the load: where they stand, what they cost, and streams to their leader.
final class LogUnderLoad implements AutoCloseable {
    private static final long SETTLE_MILLIS = 500;
    private static final long MOST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long POLL_MILLIS = 100;

    private final String name;
    private final List<InetSocketAddress> doors;
    private final List<Long> pids;
    private final List<DoorStream> streams = new ArrayList<>();

    /// What a window of time gave.
    ///
    /// @param cpuSeconds of the replicas and the load together
    record Window(double tps, double p50Millis, double p99Millis, double cpuSeconds, long failed) {}

    private record State(boolean leads, Applied.Seen seen) {}

    /// @param pids of the replicas
    LogUnderLoad(String name, List<InetSocketAddress> doors, List<Long> pids) {
        this.name = name;
        this.doors = List.copyOf(doors);
        this.pids = List.copyOf(pids);
    }

    String name() {
        return name;
    }

    /// Opens streams to the leader, once there is one.
    void connect(int connections, int payloadBytes, int underWay, long seed) throws IOException, InterruptedException {
        long end = System.nanoTime() + MOST_WAIT_NANOS;
        while (System.nanoTime() < end) {
            for (InetSocketAddress door : doors) {
                if (state(door).leads()) {
                    for (int i = 0; i < connections; i++) {
                        streams.add(new DoorStream(door, payloadBytes, underWay / connections, seed + i));
                    }
                    return;
                }
            }
            Thread.sleep(POLL_MILLIS);
        }
        throw new IOException(name + " has no leader");
    }

    private static State state(InetSocketAddress door) throws IOException {
        try (Socket socket = new Socket(door.getAddress(), door.getPort())) {
            socket.getOutputStream().write(RequestDoor.STATE);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return new State(in.readBoolean(), new Applied.Seen(in.readLong(), in.readLong()));
        }
    }

    /// Loads for some time and measures all of it but the beginning; then waits for what is under way.
    ///
    /// @param perSecond requests; 0 for as many as may be under way
    Window load(double seconds, double perSecond) throws IOException, InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (DoorStream stream : streams) {
            threads.add(stream.start(perSecond / streams.size()));
        }
        Thread.sleep(SETTLE_MILLIS);
        streams.forEach(DoorStream::begin);
        double cpu = cpuSeconds();
        long start = System.nanoTime();
        Thread.sleep((long) (seconds * 1_000));
        double took = (System.nanoTime() - start) / 1e9;
        cpu = cpuSeconds() - cpu;
        List<DoorStream.Tally> tallies = streams.stream().map(DoorStream::end).toList();
        streams.forEach(DoorStream::stop);
        for (Thread thread : threads) {
            thread.join();
        }
        await(() -> streams.stream().allMatch(stream -> stream.underWay() == 0), "answers are missing");
        int[] micros = tallies.stream()
                .map(DoorStream.Tally::micros)
                .flatMapToInt(Arrays::stream)
                .sorted()
                .toArray();
        if (micros.length == 0) {
            throw new IOException(name + " answered nothing");
        }
        long failed = tallies.stream().mapToLong(DoorStream.Tally::failed).sum();
        return new Window(micros.length / took, quantile(micros, 0.5), quantile(micros, 0.99), cpu / took, failed);
    }

    private static double quantile(int[] sorted, double share) {
        return sorted[(int) (share * (sorted.length - 1))] / 1e3;
    }

    /// Waits until all replicas have applied the same.
    ///
    /// @return how many requests that is
    long agreed() throws IOException, InterruptedException {
        await(() -> seen().size() == 1, "its replicas differ: " + seen());
        return seen().iterator().next().requests();
    }

    private Set<Applied.Seen> seen() throws IOException {
        Set<Applied.Seen> found = new HashSet<>();
        for (InetSocketAddress door : doors) {
            found.add(state(door).seen());
        }
        return found;
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private void await(Condition condition, String otherwise) throws IOException, InterruptedException {
        long end = System.nanoTime() + MOST_WAIT_NANOS;
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new IOException(name + ": " + otherwise);
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    private double cpuSeconds() {
        double sum = 0;
        List<Long> all = new ArrayList<>(pids);
        all.add(ProcessHandle.current().pid());
        for (long pid : all) {
            Optional<Duration> used =
                    ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration());
            sum += used.orElse(Duration.ZERO).toNanos() / 1e9;
        }
        return sum;
    }

    @Override
    public void close() throws IOException {
        for (DoorStream stream : streams) {
            stream.close();
        }
        streams.clear();
    }
}
