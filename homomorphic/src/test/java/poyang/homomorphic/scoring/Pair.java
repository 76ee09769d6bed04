package poyang.homomorphic.scoring;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// Two parties in one process over queues of one frame each, the least that the protocol asks for; counts what they
/// send.
final class Pair {
    static final PartyId FEATURES = new PartyId("features");
    static final PartyId MODEL = new PartyId("model");

    final End features;
    final End model;
    private volatile boolean over;

    Pair(UnaryOperator<byte[]> fromFeatures, UnaryOperator<byte[]> fromModel) {
        BlockingQueue<byte[]> there = new ArrayBlockingQueue<>(1);
        BlockingQueue<byte[]> back = new ArrayBlockingQueue<>(1);
        features = new End(FEATURES, MODEL, there, back, fromFeatures);
        model = new End(MODEL, FEATURES, back, there, fromModel);
    }

    /// Runs both sides; the first failure that is not the loss of the other side is thrown.
    static <T> T both(Pair pair, Function<PartyNetwork, T> features, Function<PartyNetwork, Long> model) {
        CompletableFuture<Long> other = CompletableFuture.supplyAsync(() -> pair.run(model, pair.model));
        PoyangException first = null;
        T result = null;
        try {
            result = pair.run(features, pair.features);
        } catch (PoyangException e) {
            first = e;
        }
        try {
            long _ = other.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PoyangException second
                    && (first == null || first.code().equals(KernelErrors.PEER_LOST))) {
                first = second;
            }
        }
        if (first != null) {
            throw first;
        }
        return Objects.requireNonNull(result);
    }

    private <T> T run(Function<PartyNetwork, T> side, PartyNetwork network) {
        try {
            return side.apply(network);
        } catch (RuntimeException e) {
            over = true;
            throw e;
        }
    }

    final class End implements PartyNetwork {
        private final PartyId self;
        private final PartyId peer;
        private final BlockingQueue<byte[]> out;
        private final BlockingQueue<byte[]> in;
        private final UnaryOperator<byte[]> change;
        long frames;
        long bytes;
        int longest;

        private End(
                PartyId self,
                PartyId peer,
                BlockingQueue<byte[]> out,
                BlockingQueue<byte[]> in,
                UnaryOperator<byte[]> change) {
            this.self = self;
            this.peer = peer;
            this.out = out;
            this.in = in;
            this.change = change;
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
            frames++;
            bytes += frame.length;
            longest = Math.max(longest, frame.length);
            byte[] sent = change.apply(frame);
            try {
                while (!out.offer(sent, 5, TimeUnit.MILLISECONDS)) {
                    stopWhenOver();
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
                    stopWhenOver();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void stopWhenOver() {
            if (over) {
                throw new PoyangException(KernelErrors.PEER_LOST, "the other side has ended", "run it again");
            }
        }
    }
}
