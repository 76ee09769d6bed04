package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// What both sides of an unbalanced collision keep from run to run.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder, `folders` the rest
final class UnbalancedCollisionTest {
    @TempDir
    Path folder;

    private DiskFolder server;
    private DiskFolder client;
    private int prepared;

    @BeforeEach
    void folders() {
        server = sealed("server");
        client = sealed("client");
        UnbalancedCollision.beginServer(server, Runs.seed(1, "secret"));
    }

    private DiskFolder sealed(String name) {
        return DiskFolder.sealed(folder.resolve(name), Runs.seed(0, name).bytes(16), Runs.seed(1, name));
    }

    private static KeySet keys(int from, int to) {
        KeySet keys = new KeySet(IdentifierRule.TEXT);
        for (int i = from; i < to; i++) {
            byte[] key = ("key " + i).getBytes(StandardCharsets.UTF_8);
            int _ = keys.readKey(key, key.length);
        }
        return keys;
    }

    /// @param network what the client counted
    private record Outcome(List<Integer> matches, long peerKeys, RecordedNetwork network) {
        long bytes() {
            return network.bytesSent() + network.bytesReceived();
        }
    }

    private Outcome run(KeySet x, KeySet y, String content, long seed, TwoParties parties) throws Exception {
        RecordedNetwork left = new RecordedNetwork(parties.left());
        CollisionSession asking = new CollisionSession(left, TwoParties.RIGHT, Runs.seed(seed, "receiver"), Runs.QUIET);
        CollisionSession answering =
                new CollisionSession(parties.right(), TwoParties.LEFT, Runs.seed(seed, "sender"), Runs.QUIET);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<UnbalancedCollision.Answered> sender = CompletableFuture.supplyAsync(
                    () -> UnbalancedCollision.answer(
                            Sm3.hash(content.getBytes(StandardCharsets.UTF_8)),
                            () -> {
                                prepared++;
                                return y;
                            },
                            server,
                            100,
                            answering),
                    threads);
            CompletableFuture<Intersection> receiver =
                    CompletableFuture.supplyAsync(() -> UnbalancedCollision.ask(x, client, asking), threads);
            CompletableFuture<UnbalancedCollision.Answered> _ =
                    sender.whenComplete((_, failure) -> endOn(failure != null, parties));
            CompletableFuture<Intersection> _ = receiver.whenComplete((_, failure) -> endOn(failure != null, parties));
            Intersection found = receiver.get(60, TimeUnit.SECONDS);
            assertEquals(
                    new UnbalancedCollision.Answered(x.size(), found.peerKeys()), sender.get(60, TimeUnit.SECONDS));
            List<Integer> matches = new ArrayList<>();
            for (int i = 0; i < found.matches().size(); i++) {
                matches.add(found.matches().at(i));
            }
            return new Outcome(matches, found.peerKeys(), left);
        }
    }

    private static void endOn(boolean failed, TwoParties parties) {
        if (failed) {
            parties.end();
        }
    }

    /// The table crosses once for a content, and the set is asked for only then; the bound holds either way.
    @Test
    void aContentIsPreparedAndSentOnce() throws Exception {
        Outcome first = run(keys(395, 405), keys(0, 400), "one", 1, new TwoParties());
        assertEquals(List.of(0, 1, 2, 3, 4), first.matches());
        assertEquals(400, first.peerKeys());
        int once = prepared;
        assertTrue(once > 0);
        Outcome second = run(keys(398, 420), keys(0, 0), "one", 2, new TwoParties());
        assertEquals(List.of(0, 1), second.matches());
        assertEquals(once, prepared);
        assertEquals(
                UnbalancedPsi.cost(22).receiverBytes() + UnbalancedPsi.cost(22).senderBytes() + 2L * Sm3.DIGEST_BYTES,
                second.bytes() - headers());
        Outcome changed = run(keys(398, 402), keys(0, 401), "two", 3, new TwoParties());
        assertEquals(List.of(0, 1, 2), changed.matches());
        assertTrue(prepared > once);
        for (int size : new int[] {1, 2, 3, 4, 7, 8, 9, 127, 128, 129, 1_000}) {
            Outcome each = run(keys(0, 10), keys(0, size), "size " + size, 4 + size, new TwoParties());
            assertEquals(Math.min(10, size), each.matches().size());
            Cost most = UnbalancedCollision.most(10, size);
            assertTrue(each.network().bytesSent() <= most.receiverBytes()
                    && each.network().bytesReceived() <= most.senderBytes()
                    && each.network().framesSent() <= most.receiverFrames()
                    && each.network().framesReceived() <= most.senderFrames());
        }
    }

    private static long headers() {
        return UnbalancedCollision.headerBytes();
    }

    @Test
    void emptySetsHaveNothingInCommon() throws Exception {
        assertEquals(
                List.of(),
                run(keys(0, 0), keys(0, 9), "one", 1, new TwoParties()).matches());
        assertEquals(
                List.of(),
                run(keys(0, 9), keys(0, 0), "none", 2, new TwoParties()).matches());
    }

    private void refused(KeySet x, String why) {
        ExecutionException failure =
                assertThrows(ExecutionException.class, () -> run(x, keys(0, 50), "one", 5, new TwoParties()));
        PoyangException cause = assertInstanceOf(PoyangException.class, failure.getCause());
        assertTrue(
                cause.code().equals(KernelErrors.PEER_MISBEHAVED)
                                && cause.wrong().contains(why)
                        || cause.code().equals(KernelErrors.PEER_LOST),
                cause.getMessage());
    }

    @Test
    void aClientAsksNoMoreThanItMayAndTakesOneSignersTablesOnly() throws Exception {
        refused(keys(0, 101), "100 are allowed");
        Outcome _ = run(keys(0, 5), keys(0, 50), "one", 6, new TwoParties());
        server = sealed("another");
        UnbalancedCollision.beginServer(server, Runs.seed(2, "secret"));
        refused(keys(0, 5), "another signer");
    }

    /// Every frame of a first run changed in one bit on its way: a stated abort, never another answer.
    @Test
    void changedFramesEndTheRun() throws Exception {
        for (int frame = 0; frame < 5; frame++) {
            int at = frame;
            int[] seen = {0};
            folder = folder.resolve("f" + frame);
            folders();
            TwoParties parties = new TwoParties().tampering(sent -> {
                byte[] changed = sent.clone();
                changed[changed.length / 2] ^= (byte) (seen[0]++ == at ? 4 : 0);
                return changed;
            });
            try {
                Outcome outcome = run(keys(45, 55), keys(0, 50), "one", 7, parties);
                assertTrue(seen[0] <= at, "frame " + at + " was changed: " + outcome.matches());
            } catch (ExecutionException e) {
                PoyangException cause = assertInstanceOf(PoyangException.class, e.getCause());
                assertTrue(
                        cause.code().equals(KernelErrors.PEER_MISBEHAVED)
                                || cause.code().equals(KernelErrors.PEER_LOST),
                        cause.getMessage());
            }
        }
    }

    /// What is saved gives the same frames elsewhere, also where the table has to be made again.
    @Test
    void savedSidesRunAgainElsewhere() throws Exception {
        Outcome _ = run(keys(45, 55), keys(0, 50), "one", 8, new TwoParties());
        ByteArrayOutputStream ofServer = new ByteArrayOutputStream();
        ByteArrayOutputStream ofClient = new ByteArrayOutputStream();
        UnbalancedCollision.save(server, true, ofServer);
        UnbalancedCollision.save(client, false, ofClient);
        Bytes again = run(keys(45, 55), keys(0, 50), "one", 9, new TwoParties())
                .network()
                .transcript(TwoParties.RIGHT);
        server = sealed("server elsewhere");
        client = sealed("client elsewhere");
        UnbalancedCollision.restore(server, true, new ByteArrayInputStream(ofServer.toByteArray()));
        UnbalancedCollision.restore(client, false, new ByteArrayInputStream(ofClient.toByteArray()));
        assertEquals(
                again,
                run(keys(45, 55), keys(0, 50), "one", 9, new TwoParties())
                        .network()
                        .transcript(TwoParties.RIGHT));
        client = sealed("client without table");
        Outcome sent = run(keys(45, 55), keys(0, 50), "one", 10, new TwoParties());
        assertEquals(List.of(0, 1, 2, 3, 4), sent.matches());
    }
}
