package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Scalar;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

final class DhPsiTest {
    private static final Progress QUIET = (_, _, _) -> {};
    private static final CollisionProtocol PROTOCOL = CollisionProtocol.DH_SM2;

    /// What a run left behind on both sides.
    private record Run(DhPsi.Intersection result, int seenBySender, RecordedNetwork receiver, RecordedNetwork sender) {}

    private static KeySet keys(Iterable<String> texts) {
        KeySet keys = new KeySet(IdentifierRule.TEXT);
        texts.forEach(keys::read);
        return keys;
    }

    private static RandomSource seed(long seed, String label) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) seed;
        bytes[1] = (byte) (seed >>> 8);
        return new SeededRandom(bytes, label);
    }

    private static Run run(KeySet x, KeySet y, TwoParties parties, long seed) throws Exception {
        RecordedNetwork left = new RecordedNetwork(parties.left());
        RecordedNetwork right = new RecordedNetwork(parties.right());
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Integer> sender = CompletableFuture.supplyAsync(
                    () -> DhPsi.send(y, right, TwoParties.LEFT, seed(seed, "sender"), QUIET), threads);
            CompletableFuture<DhPsi.Intersection> receiver = CompletableFuture.supplyAsync(
                    () -> DhPsi.receive(x, left, TwoParties.RIGHT, seed(seed, "receiver"), QUIET), threads);
            CompletableFuture<Integer> _ = sender.whenComplete((_, failure) -> endOn(failure, parties));
            CompletableFuture<DhPsi.Intersection> _ = receiver.whenComplete((_, failure) -> endOn(failure, parties));
            return new Run(receiver.get(60, TimeUnit.SECONDS), sender.get(60, TimeUnit.SECONDS), left, right);
        }
    }

    private static void endOn(@Nullable Throwable failure, TwoParties parties) {
        if (failure != null) {
            parties.end();
        }
    }

    @Test
    void findsExactlyTheCommonKeysAtEverySize() throws Exception {
        SplittableRandom random = new SplittableRandom(2026);
        int[][] sizes = {{0, 0}, {0, 5}, {5, 0}, {1, 1}, {1, 50}, {50, 1}, {37, 41}, {4096, 10}, {4097, 4097}};
        for (int[] size : sizes) {
            Set<String> x = texts(random, size[0]);
            Set<String> y = texts(random, size[1]);
            KeySet mine = keys(x);
            Run run = run(mine, keys(y), new TwoParties(), size[0]);
            TreeSet<String> expected = new TreeSet<>(x);
            expected.retainAll(y);
            assertEquals(expected, found(mine, run), "sizes " + size[0] + ", " + size[1]);
            assertEquals(y.size(), run.result().peerKeys());
            assertEquals(x.size(), run.seenBySender());
            assertCosts(run, x.size(), y.size());
        }
    }

    private static Set<String> texts(SplittableRandom random, int count) {
        TreeSet<String> texts = new TreeSet<>();
        while (texts.size() < count) {
            texts.add("key-" + random.nextInt(2 * count + 5));
        }
        return texts;
    }

    private static Set<String> found(KeySet keys, Run run) {
        TreeSet<String> found = new TreeSet<>();
        for (int i = 0; i < run.result().matches().size(); i++) {
            found.add(keys.keyText(run.result().matches().at(i)));
        }
        return found;
    }

    /// The descriptor's formulas and the counters; and both sides have one transcript.
    private static void assertCosts(Run run, int x, int y) {
        assertEquals(PROTOCOL.receiverBytes(x), run.receiver().bytesSent());
        assertEquals(PROTOCOL.senderBytes(x, y), run.sender().bytesSent());
        assertEquals(PROTOCOL.receiverFrames(x), run.receiver().framesSent());
        assertEquals(PROTOCOL.senderFrames(x, y), run.sender().framesSent());
        assertEquals(run.sender().bytesReceived(), run.receiver().bytesSent());
        assertEquals(run.receiver().transcript(TwoParties.RIGHT), run.sender().transcript(TwoParties.LEFT));
    }

    @Test
    void theSameSeedGivesTheSameTranscriptAndAnotherSeedAnother() throws Exception {
        KeySet x = keys(List.of("a", "b", "c"));
        KeySet y = keys(List.of("b", "c", "d"));
        List<Bytes> digests = new ArrayList<>();
        for (long seed : new long[] {1, 1, 2}) {
            digests.add(run(x, y, new TwoParties(), seed).receiver().transcript(TwoParties.RIGHT));
        }
        assertEquals(digests.get(0), digests.get(1));
        assertNotEquals(digests.get(0), digests.get(2));
    }

    @Test
    void aChangedFrameIsRefusedOrLosesMatchesButNeverMakesOne() throws Exception {
        KeySet x = keys(List.of("a", "b", "c"));
        KeySet y = keys(List.of("b", "c", "d"));
        int frames = 2;
        for (int frame = 0; frame < frames; frame++) {
            int length = frame == 0 ? CollisionProtocol.HEADER_BYTES : 3 * CollisionProtocol.POINT_BYTES;
            for (int octet = 0; octet < length; octet += 1 + octet % 3) {
                int target = frame;
                int position = octet;
                int[] seen = {0};
                TwoParties parties = new TwoParties().tampering(sent -> {
                    if (seen[0]++ == target) {
                        sent[position] ^= 1;
                    }
                    return sent;
                });
                try {
                    Run run = run(x, y, parties, 3);
                    Set<String> found = found(x, run);
                    assertTrue(new TreeSet<>(List.of("b", "c")).containsAll(found), found.toString());
                    assertEquals(1, target, "a changed header must be refused, octet " + position);
                } catch (ExecutionException e) {
                    assertTrue(
                            e.getCause() instanceof PoyangException refused
                                    && (refused.code().equals(KernelErrors.PEER_MISBEHAVED)
                                            || refused.code().equals(KernelErrors.PEER_LOST)),
                            String.valueOf(e.getCause()));
                }
            }
        }
    }

    @Test
    void framesOfAnotherLengthAreRefused() {
        for (int change : new int[] {-1, 1, 33, -33}) {
            int[] seen = {0};
            TwoParties parties = new TwoParties()
                    .tampering(sent -> seen[0]++ == 1 ? Arrays.copyOf(sent, sent.length + change) : sent);
            assertRefused(parties);
        }
    }

    private static void assertRefused(TwoParties parties) {
        try {
            run(keys(List.of("a", "b")), keys(List.of("b")), parties, 4);
            fail("the run must not succeed");
        } catch (ExecutionException e) {
            assertTrue(e.getCause() instanceof PoyangException, String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            fail("the run hangs");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /// With "hash times generator" instead of a hash to the curve, H'(x) = h(x)·G, whoever sees one
    /// masked key of a set and knows that key computes the masked form of every other guess:
    /// (h(g)/h(k))·(h(k)·a·G) = h(g)·a·G. Here the same computation finds nothing.
    @Test
    void aKnownKeyDoesNotOpenTheOthers() {
        byte[] domain = "attack".getBytes(StandardCharsets.US_ASCII);
        RandomSource random = seed(9, "attack");
        Sm2Scalar known = Sm2Scalar.random(random);
        Sm2Scalar guessed = Sm2Scalar.random(random);
        Sm2Scalar secret = Sm2Scalar.random(random);
        long[] base = Sm2Group.hashToCurve(List.of(new byte[] {0}), domain);
        // the wrong way: both hashes are known multiples of one base point
        long[] maskedKnown = Sm2Group.multiply(Sm2Group.multiply(base, known), secret);
        long[] maskedGuess = Sm2Group.multiply(Sm2Group.multiply(base, guessed), secret);
        assertEquals(
                Bytes.wrap(Sm2Group.encode(Sm2Group.multiply(maskedKnown, guessed))),
                Bytes.wrap(Sm2Group.encode(Sm2Group.multiply(maskedGuess, known))),
                "h(g)·masked(k) = h(k)·masked(g): the attacker recognises every guess");
        // the right way: the relation between two hashes is nobody's multiple
        long[] rightKnown = Sm2Group.multiply(Sm2Group.hashToCurve(List.of(new byte[] {1}), domain), secret);
        long[] rightGuess = Sm2Group.multiply(Sm2Group.hashToCurve(List.of(new byte[] {2}), domain), secret);
        assertFalse(Bytes.wrap(Sm2Group.encode(Sm2Group.multiply(rightKnown, guessed)))
                .equals(Bytes.wrap(Sm2Group.encode(Sm2Group.multiply(rightGuess, known)))));
    }

    @Test
    void inputAndSeedCommitmentsBind() {
        KeySet keys = keys(List.of("a", "b", "c"));
        Bytes root = Commitments.input(keys, seed(1, "salts"));
        assertEquals(root, Commitments.input(keys, seed(1, "salts")));
        assertNotEquals(root, Commitments.input(keys, seed(2, "salts")));
        assertNotEquals(root, Commitments.input(keys(List.of("a", "b", "d")), seed(1, "salts")));
        assertNotEquals(root, Commitments.input(keys(List.of("a", "c", "b")), seed(1, "salts")));
        assertNotEquals(
                Commitments.seed(new byte[32]), Commitments.seed(seed(1, "x").bytes(32)));
    }

    @Test
    void secretOrdersAreNotTheOrderOfTheRows() throws Exception {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            rows.add("row-" + i);
        }
        KeySet x = keys(rows);
        byte[][] frames = new byte[2][];
        int[] seen = {0};
        TwoParties parties = new TwoParties().tampering(sent -> {
            frames[seen[0]++] = sent.clone();
            return sent;
        });
        run(x, keys(List.of("row-1")), parties, 5);
        try (Sm2Scalar secret = Sm2Scalar.random(seed(5, "receiver").fork("scalar"))) {
            byte[] inOrder = Sm2Group.encode(Sm2Group.multiply(
                    Sm2Group.hashToCurve(
                            rows.stream()
                                    .map(r -> r.getBytes(StandardCharsets.UTF_8))
                                    .toList(),
                            "POYANG-V01-PSI-SM2_XMD:SM3_SSWU_RO_".getBytes(StandardCharsets.US_ASCII)),
                    secret));
            assertEquals(points(inOrder), points(frames[1]), "the same masked keys");
            assertNotEquals(Bytes.wrap(inOrder), Bytes.wrap(frames[1]), "in another order");
        }
    }

    private static Set<Bytes> points(byte[] encoded) {
        TreeSet<Bytes> points = new TreeSet<>();
        for (int at = 0; at < encoded.length; at += CollisionProtocol.POINT_BYTES) {
            points.add(Bytes.copyOf(encoded).slice(at, at + CollisionProtocol.POINT_BYTES));
        }
        return points;
    }
}
