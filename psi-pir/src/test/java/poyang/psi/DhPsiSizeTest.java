package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.psi.Runs.keys;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bug;

/// How many keys both sides have, and not which.
final class DhPsiSizeTest {
    private static final List<CollisionProtocol> PROTOCOLS =
            List.of(CollisionProtocol.DH_SM2_SIZE, CollisionProtocol.DH_25519_SIZE);

    private record Outcome<T>(T received, long seenBySender, RecordedNetwork receiver, RecordedNetwork sender) {}

    private static <T> Outcome<T> run(
            CollisionProtocol protocol, Function<CollisionSession, T> receive, KeySet y, TwoParties parties, long seed)
            throws Exception {
        RecordedNetwork left = new RecordedNetwork(parties.left());
        RecordedNetwork right = new RecordedNetwork(parties.right());
        CollisionSession receiving =
                new CollisionSession(left, TwoParties.RIGHT, Runs.seed(seed, "receiver"), Runs.QUIET);
        CollisionSession sending = new CollisionSession(right, TwoParties.LEFT, Runs.seed(seed, "sender"), Runs.QUIET);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Long> sender = CompletableFuture.supplyAsync(() -> protocol.send(y, sending), threads);
            CompletableFuture<T> receiver = CompletableFuture.supplyAsync(() -> receive.apply(receiving), threads);
            CompletableFuture<Long> _ = sender.whenComplete((_, failure) -> endOn(failure, parties));
            CompletableFuture<T> _ = receiver.whenComplete((_, failure) -> endOn(failure, parties));
            return new Outcome<>(receiver.get(60, TimeUnit.SECONDS), sender.get(60, TimeUnit.SECONDS), left, right);
        }
    }

    private static void endOn(@Nullable Throwable failure, TwoParties parties) {
        if (failure != null) {
            parties.end();
        }
    }

    @Test
    void countsExactlyTheCommonKeysAtEverySize() throws Exception {
        int[][] sizes = {{0, 0}, {0, 5}, {5, 0}, {1, 1}, {1, 50}, {50, 1}, {37, 41}, {4096, 10}, {4097, 300}};
        for (CollisionProtocol protocol : PROTOCOLS) {
            SplittableRandom random = new SplittableRandom(2026);
            for (int[] size : sizes) {
                Set<String> x = Runs.texts(random, size[0]);
                Set<String> y = Runs.texts(random, size[1]);
                KeySet mine = keys(x);
                Outcome<IntersectionSize> run =
                        run(protocol, s -> protocol.receiveSize(mine, s), keys(y), new TwoParties(), size[0]);
                TreeSet<String> common = new TreeSet<>(x);
                common.retainAll(y);
                assertEquals(new IntersectionSize(common.size(), y.size()), run.received());
                assertEquals(x.size(), run.seenBySender());
                Cost cost = protocol.cost(x.size(), y.size());
                assertEquals(cost.receiverBytes(), run.receiver().bytesSent());
                assertEquals(cost.senderBytes(), run.sender().bytesSent());
                assertEquals(cost.receiverFrames(), run.receiver().framesSent());
                assertEquals(cost.senderFrames(), run.sender().framesSent());
            }
        }
    }

    /// A receiver that takes the tags for its own keys' in their order, as it may in {@link DhPsi}, is right
    /// as often as one that guesses.
    @Test
    void theTagsComeInNoOrderThatTheReceiverKnows() throws Exception {
        KeySet x = keys(List.of("a", "b", "c"));
        int right = 0;
        for (long seed = 0; seed < 60; seed++) {
            Outcome<int[]> run = run(
                    CollisionProtocol.DH_25519_SIZE,
                    session -> {
                        Run open = Run.open(CollisionProtocol.DH_25519_SIZE, true, x.size(), session);
                        int[] guessed = new DhPsi(MaskingGroup.CURVE_25519)
                                .receive(x.items(open.seed(), Workers.ALONE), open.peerKeys(), open);
                        open.confirm();
                        return guessed;
                    },
                    keys(List.of("a", "x", "y")),
                    new TwoParties(),
                    seed);
            assertEquals(1, run.received().length);
            right += run.received()[0] == 0 ? 1 : 0;
        }
        assertTrue(right >= 8 && right <= 32, right + " of 60 guesses at one in three");
    }

    @Test
    void sizesAndKeysAreNotMixedUp() {
        for (CollisionProtocol protocol : CollisionProtocol.all()) {
            KeySet x = keys(List.of("a"));
            TwoParties parties = new TwoParties();
            ExecutionException mixed = assertThrows(
                    ExecutionException.class,
                    () -> run(
                            protocol,
                            s -> protocol.sizeOnly() ? protocol.receive(x, s) : protocol.receiveSize(x, s),
                            x,
                            parties,
                            1));
            assertTrue(mixed.getCause() instanceof Bug, String.valueOf(mixed.getCause()));
        }
    }
}
