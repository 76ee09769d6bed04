package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.psi.Runs.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Sums over the common keys, of which neither key nor value is told.
final class CollisionSumTest {
    private static final CollisionProtocol PROTOCOL = CollisionProtocol.DH_25519_SUM;

    private record Outcome(CollisionSum.Sums sums, long seenBySender, RecordedNetwork left, RecordedNetwork right) {}

    private static Outcome run(
            KeySet x, KeySet y, long[] values, int columns, long least, TwoParties parties, long seed)
            throws Exception {
        return run(PROTOCOL, x, y, values, columns, least, parties, seed);
    }

    private static Outcome run(
            CollisionProtocol protocol,
            KeySet x,
            KeySet y,
            long[] values,
            int columns,
            long least,
            TwoParties parties,
            long seed)
            throws Exception {
        RecordedNetwork left = new RecordedNetwork(parties.left());
        RecordedNetwork right = new RecordedNetwork(parties.right());
        CollisionSession receiving =
                new CollisionSession(left, TwoParties.RIGHT, Runs.seed(seed, "receiver"), Runs.QUIET);
        CollisionSession sending = new CollisionSession(right, TwoParties.LEFT, Runs.seed(seed, "sender"), Runs.QUIET);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Long> sender = CompletableFuture.supplyAsync(
                    () -> CollisionSum.send(protocol, y, values, columns, sending), threads);
            CompletableFuture<CollisionSum.Sums> receiver = CompletableFuture.supplyAsync(
                    () -> CollisionSum.receive(protocol, x, columns, least, receiving), threads);
            CompletableFuture<Long> _ = sender.whenComplete((_, failure) -> endOn(failure, parties));
            CompletableFuture<CollisionSum.Sums> _ = receiver.whenComplete((_, failure) -> endOn(failure, parties));
            return new Outcome(receiver.get(60, TimeUnit.SECONDS), sender.get(60, TimeUnit.SECONDS), left, right);
        }
    }

    private static void endOn(@Nullable Throwable failure, TwoParties parties) {
        if (failure != null) {
            parties.end();
        }
    }

    @Test
    void sumsAreThoseOfThePlainTablesAndCostWhatTheFormulasSay() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        int[][] sizes = {{0, 0}, {0, 5}, {5, 0}, {1, 1}, {1, 50}, {60, 1}, {130, 300}, {4100, 40}};
        for (int[] size : sizes) {
            int columns = 1 + random.nextInt(CollisionSum.MOST_COLUMNS);
            Set<String> mine = Runs.texts(random, size[0]);
            KeySet x = keys(mine);
            KeySet y = keys(Runs.texts(random, size[1]));
            long[] values = random.longs((long) columns * y.size()).toArray();
            long matches = 0;
            long[] expected = new long[columns];
            for (int i = 0; i < y.size(); i++) {
                if (mine.contains(y.keyText(i))) {
                    matches++;
                    for (int c = 0; c < columns; c++) {
                        expected[c] += values[columns * i + c];
                    }
                }
            }
            Outcome run = run(x, y, values, columns, 0, new TwoParties(), size[0]);
            assertEquals(matches, run.sums().matches());
            List<Long> sums = new ArrayList<>();
            for (long sum : expected) {
                sums.add(sum);
            }
            assertEquals(sums, run.sums().sums(), size[0] + ", " + size[1]);
            assertEquals(y.size(), run.sums().peerKeys());
            assertEquals(x.size(), run.seenBySender());
            Cost cost = CollisionSum.cost(PROTOCOL, x.size(), y.size(), columns);
            assertEquals(cost.receiverBytes(), run.left().bytesSent());
            assertEquals(cost.senderBytes(), run.right().bytesSent());
            assertEquals(cost.receiverFrames(), run.left().framesSent());
            assertEquals(cost.senderFrames(), run.right().framesSent());
        }
    }

    @Test
    void bothCurvesGiveTheSums() throws Exception {
        KeySet x = keys(List.of("a", "b", "c"));
        for (String name : List.of("dh-sm2-sum", "dh-25519-sum")) {
            CollisionProtocol protocol = CollisionProtocol.sumNamed(name).orElseThrow();
            Outcome run =
                    run(protocol, x, keys(List.of("b", "c", "d")), new long[] {3, -5, 7}, 1, 2, new TwoParties(), 4);
            assertEquals(List.of(-2L), run.sums().sums());
        }
    }

    /// Too few matches give no sum; the sender sees frames of the same lengths.
    @Test
    void fewMatchesGiveNoSumAndLookAlikeToTheSender() throws Exception {
        KeySet y = keys(List.of("a", "b", "c"));
        long[] values = {1, 2, 4};
        List<List<Integer>> seen = new ArrayList<>();
        for (String third : List.of("c", "z")) {
            List<Integer> lengths = new ArrayList<>();
            TwoParties parties = new TwoParties().tampering(sent -> {
                lengths.add(sent.length);
                return sent;
            });
            Outcome run = run(keys(List.of("a", "b", third)), y, values, 1, 3, parties, 1);
            assertEquals(third.equals("c") ? List.of(7L) : List.of(), run.sums().sums());
            seen.add(lengths);
        }
        assertEquals(seen.get(0), seen.get(1));
    }

    /// The answer holds no value in the clear: the same values give other words in each run, also where
    /// the receiver has no such key.
    @Test
    void valuesDoNotShowInTheAnswer() throws Exception {
        KeySet x = keys(List.of("a", "b"));
        KeySet y = keys(List.of("b", "c", "d"));
        for (long seed = 0; seed < 4; seed++) {
            List<byte[]> frames = new ArrayList<>();
            TwoParties parties = new TwoParties().tamperingBack(sent -> {
                frames.add(sent.clone());
                return sent;
            });
            Outcome run = run(x, y, new long[] {1 << 20, 2, 3}, 1, 0, parties, seed);
            assertEquals(List.of(1L << 20), run.sums().sums());
            byte[] answer = frames.get(frames.size() - 2);
            assertEquals(8 * 4, answer.length);
            for (int i = 0; i < 4; i++) {
                long word = Octets.get(answer, 8 * i, 8);
                assertTrue(Math.abs(word) > 1L << 40, "a word of chance is small once in 2^23");
            }
        }
    }
}
