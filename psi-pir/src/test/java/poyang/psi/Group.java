package poyang.psi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// Several parties in one process, each two joined by queues of two frames. The first leads.
final class Group {
    /// Sees and may change a frame on its way.
    @FunctionalInterface
    interface Wire {
        byte[] carry(int from, int to, byte[] frame);
    }

    private final Map<String, BlockingQueue<byte[]>> queues = new TreeMap<>();
    private final List<PartyId> parties = new ArrayList<>();
    private final Wire wire;
    private volatile boolean lost;
    private final long[][] bytes;
    private final long[][] frames;

    Group(int size, Wire wire) {
        this.wire = wire;
        bytes = new long[size][size];
        frames = new long[size][size];
        for (int i = 0; i < size; i++) {
            // names in another order than numbers, but for the leader's, which may be anywhere
            parties.add(new PartyId(i == 0 ? "m" : String.valueOf((char) ('a' + i))));
        }
        for (PartyId from : parties) {
            for (PartyId to : parties) {
                queues.put(from + ">" + to, new ArrayBlockingQueue<>(2));
            }
        }
    }

    long bytes(int from, int to) {
        return bytes[from][to];
    }

    long frames(int from, int to) {
        return frames[from][to];
    }

    /// Runs the group on these sets; gives the numbers of the leader's matches.
    IntList run(List<? extends CollisionInput> sets, long seed, int bucketKeys) throws Exception {
        return each(sets.size(), seed, (number, session) -> {
                    if (number == 0) {
                        return GroupPsi.lead(sets.get(number), session, bucketKeys)
                                .matches();
                    }
                    GroupPsi.contribute(sets.get(number), session, bucketKeys);
                    return IntList.of(new int[0]);
                })
                .getFirst();
    }

    /// Runs all sides of some protocol that the first leads; gives what each has in the end.
    <T> List<T> each(int size, long seed, BiFunction<Integer, GroupSession, T> side) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<CompletableFuture<T>> running = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                int number = i;
                CompletableFuture<T> one = CompletableFuture.supplyAsync(
                        () -> side.apply(
                                number,
                                new GroupSession(
                                        new End(number),
                                        parties.getFirst(),
                                        Runs.seed(seed, "party " + number),
                                        Runs.QUIET,
                                        Workers.ALONE)),
                        threads);
                running.add(one);
                CompletableFuture<T> _ = one.whenComplete((_, failure) -> lost |= failure != null);
            }
            List<T> done = new ArrayList<>();
            for (CompletableFuture<T> one : running) {
                done.add(one.get(60, TimeUnit.SECONDS));
            }
            return done;
        } finally {
            lost = true;
        }
    }

    private final class End implements PartyNetwork {
        private final int number;

        End(int number) {
            this.number = number;
        }

        @Override
        public PartyId self() {
            return parties.get(number);
        }

        @Override
        public List<PartyId> peers() {
            return parties.stream().filter(p -> !p.equals(self())).sorted().toList();
        }

        @Override
        public void send(PartyId to, byte[] frame) {
            int target = parties.indexOf(to);
            bytes[number][target] += frame.length;
            frames[number][target]++;
            byte[] sent = wire.carry(number, target, frame);
            try {
                while (!queue(self(), to).offer(sent, 5, TimeUnit.MILLISECONDS)) {
                    stopWhenLost();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public byte[] receive(PartyId from) {
            try {
                while (true) {
                    byte[] frame = queue(from, self()).poll(5, TimeUnit.MILLISECONDS);
                    if (frame != null) {
                        return frame;
                    }
                    stopWhenLost();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private BlockingQueue<byte[]> queue(PartyId from, PartyId to) {
            return Objects.requireNonNull(queues.get(from + ">" + to));
        }

        private void stopWhenLost() {
            if (lost) {
                throw new PoyangException(KernelErrors.PEER_LOST, "the session has ended", "run it again");
            }
        }
    }
}
