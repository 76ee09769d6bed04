package poyang.mpc;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Two parties in one process over queues of one frame each way, counted, digested, and changed on
/// the way where a test asks for it.
public final class Pair {
    public static final PartyId LEFT = new PartyId("left");
    public static final PartyId RIGHT = new PartyId("right");

    public final End left = new End(LEFT, RIGHT);
    public final End right = new End(RIGHT, LEFT);
    private volatile boolean lost;

    /// What both sides came to: a result, or how it was refused.
    public record Outcome<L, R>(
            @Nullable L left,
            @Nullable R right,
            @Nullable Throwable leftFailure,
            @Nullable Throwable rightFailure) {}

    /// Changes frame number `n` of a direction; the same array may be given back.
    @FunctionalInterface
    public interface Change {
        byte[] of(int n, byte[] frame);
    }

    /// A party's randomness.
    public static RandomSource seed(long seed, String label) {
        byte[] bytes = new byte[SeededRandom.SEED_BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[i] = (byte) (seed >>> 8 * i);
        }
        return new SeededRandom(bytes, label);
    }

    /// Runs both parties to their ends.
    public <L, R> Outcome<L, R> run(Function<PartyNetwork, L> leftParty, Function<PartyNetwork, R> rightParty) {
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
            CompletableFuture<L> l = CompletableFuture.supplyAsync(() -> leftParty.apply(left), threads);
            CompletableFuture<R> r = CompletableFuture.supplyAsync(() -> rightParty.apply(right), threads);
            CompletableFuture<L> _ = l.whenComplete((_, failure) -> lost |= failure != null);
            CompletableFuture<R> _ = r.whenComplete((_, failure) -> lost |= failure != null);
            return new Outcome<>(result(l), result(r), failure(l), failure(r));
        }
    }

    private static <T> @Nullable T result(CompletableFuture<T> party) {
        return failure(party) == null ? party.join() : null;
    }

    private static @Nullable Throwable failure(CompletableFuture<?> party) {
        try {
            party.get(120, TimeUnit.SECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("a party does not end", e);
        }
    }

    /// One party's end.
    public final class End implements PartyNetwork {
        private final PartyId self;
        private final PartyId peer;
        private final BlockingQueue<byte[]> in = new ArrayBlockingQueue<>(1);
        private final Sm3 digest = new Sm3();
        private Change change = (_, frame) -> frame;
        private int frames;
        private long bytes;

        End(PartyId self, PartyId peer) {
            this.self = self;
            this.peer = peer;
        }

        /// Changes what this party sends.
        public End changing(Change how) {
            change = how;
            return this;
        }

        public int framesSent() {
            return frames;
        }

        public long bytesSent() {
            return bytes;
        }

        /// SM3 over all that was sent.
        public Bytes sentDigest() {
            return Bytes.wrap(digest.digest());
        }

        @Override
        public PartyId self() {
            return self;
        }

        @Override
        public List<PartyId> peers() {
            return List.of(peer);
        }

        @Override
        public void send(PartyId to, byte[] frame) {
            bytes += frame.length;
            digest.update(frame);
            byte[] sent = change.of(frames++, frame);
            End other = this == left ? right : left;
            try {
                while (!other.in.offer(sent, 5, TimeUnit.MILLISECONDS)) {
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
                    byte[] frame = in.poll(5, TimeUnit.MILLISECONDS);
                    if (frame != null) {
                        return frame;
                    }
                    stopWhenLost();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void stopWhenLost() {
            if (lost) {
                throw new PoyangException(KernelErrors.PEER_LOST, "the session has ended", "run it again");
            }
        }
    }
}
