package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import poyang.crypto.SeededRandom;
import poyang.kernel.RandomSource;

/// Runs both sides of a protocol in one process.
final class Runs {
    static final Progress QUIET = (_, _, _) -> {};

    /// What a run left behind on both sides.
    record Run(Intersection result, long seenBySender, RecordedNetwork receiver, RecordedNetwork sender) {}

    private Runs() {}

    static KeySet keys(Iterable<String> texts) {
        KeySet keys = new KeySet(IdentifierRule.TEXT);
        texts.forEach(keys::read);
        return keys;
    }

    static RandomSource seed(long seed, String label) {
        byte[] bytes = new byte[32];
        Octets.put(bytes, 0, seed, 8);
        return new SeededRandom(bytes, label);
    }

    static Run run(CollisionProtocol protocol, CollisionInput x, CollisionInput y, TwoParties parties, long seed)
            throws Exception {
        RecordedNetwork left = new RecordedNetwork(parties.left());
        RecordedNetwork right = new RecordedNetwork(parties.right());
        CollisionSession receiving = new CollisionSession(left, TwoParties.RIGHT, seed(seed, "receiver"), QUIET);
        CollisionSession sending = new CollisionSession(right, TwoParties.LEFT, seed(seed, "sender"), QUIET);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Long> sender = CompletableFuture.supplyAsync(() -> protocol.send(y, sending), threads);
            CompletableFuture<Intersection> receiver =
                    CompletableFuture.supplyAsync(() -> protocol.receive(x, receiving), threads);
            CompletableFuture<Long> _ = sender.whenComplete((_, failure) -> endOn(failure, parties));
            CompletableFuture<Intersection> _ = receiver.whenComplete((_, failure) -> endOn(failure, parties));
            return new Run(receiver.get(60, TimeUnit.SECONDS), sender.get(60, TimeUnit.SECONDS), left, right);
        }
    }

    private static void endOn(@Nullable Throwable failure, TwoParties parties) {
        if (failure != null) {
            parties.end();
        }
    }

    static void assertWithin(Cost cost, Cost most, String sizes) {
        assertTrue(cost.receiverFrames() <= most.receiverFrames(), sizes);
        assertTrue(cost.receiverBytes() <= most.receiverBytes(), sizes);
        assertTrue(cost.senderFrames() <= most.senderFrames(), sizes);
        assertTrue(cost.senderBytes() <= most.senderBytes(), sizes);
        assertTrue(cost.frameBytes() <= most.frameBytes(), sizes);
    }

    static Set<String> texts(SplittableRandom random, int count) {
        TreeSet<String> texts = new TreeSet<>();
        while (texts.size() < count) {
            texts.add("key-" + random.nextInt(2 * count + 5));
        }
        return texts;
    }

    static Set<String> found(KeySet keys, Run run) {
        TreeSet<String> found = new TreeSet<>();
        for (int i = 0; i < run.result().matches().size(); i++) {
            found.add(keys.keyText(run.result().matches().at(i)));
        }
        return found;
    }
}
