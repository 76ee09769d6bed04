package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

final class UnbalancedPsiTest {
    private static final long VERSION = 7;

    private static LongKeys keys(long from, int count) {
        long[] keys = new long[count];
        Arrays.setAll(keys, i -> from + i);
        return new LongKeys(keys);
    }

    private static PreparedSet prepared(int size) {
        return UnbalancedPsi.prepare(keys(0, size), Runs.seed(1, "server"), VERSION, 1 << 20, Workers.ALONE);
    }

    private static IntList ask(LongKeys x, PreparedSet set, TwoParties parties, long most) throws Exception {
        RecordedNetwork left = new RecordedNetwork(parties.left());
        RecordedNetwork right = new RecordedNetwork(parties.right());
        CollisionSession client = new CollisionSession(left, TwoParties.RIGHT, Runs.seed(2, "client"), Runs.QUIET);
        CollisionSession server = new CollisionSession(right, TwoParties.LEFT, Runs.seed(3, "run"), Runs.QUIET);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CompletableFuture<Long> answered = CompletableFuture.supplyAsync(
                    () -> UnbalancedPsi.answer(Runs.seed(1, "server"), VERSION, most, server), threads);
            CompletableFuture<IntList> found =
                    CompletableFuture.supplyAsync(() -> UnbalancedPsi.ask(x, set, client), threads);
            CompletableFuture<Long> _ = answered.whenComplete((_, failure) -> {
                if (failure != null) {
                    parties.end();
                }
            });
            CompletableFuture<IntList> _ = found.whenComplete((_, failure) -> {
                if (failure != null) {
                    parties.end();
                }
            });
            IntList matches = found.get(60, TimeUnit.SECONDS);
            assertEquals((long) x.size(), answered.get(60, TimeUnit.SECONDS));
            // 64 bytes a key, whatever the server's size
            Cost cost = UnbalancedPsi.cost(x.size());
            assertEquals(64L * x.size() + 4 + 31 + 16 + 2 * 32, cost.receiverBytes() + cost.senderBytes());
            assertEquals(cost.receiverBytes(), left.bytesSent());
            assertEquals(cost.senderBytes(), right.bytesSent());
            assertEquals(cost.receiverFrames(), left.framesSent());
            assertEquals(cost.senderFrames(), right.framesSent());
            return matches;
        }
    }

    @Test
    void smallSetsFindTheirKeysInAPreparedOne() throws Exception {
        PreparedSet set = prepared(3000);
        assertEquals(3000, set.keys());
        assertEquals(0, ask(keys(0, 0), set, new TwoParties(), 10).size());
        assertEquals(0, ask(keys(5000, 20), set, new TwoParties(), 20).size());
        IntList found = ask(keys(2400, 1100), set, new TwoParties(), 2000);
        assertEquals(600, found.size());
        for (int i = 0; i < found.size(); i++) {
            assertEquals(i, found.at(i));
        }
    }

    @Test
    void onlyTheOwnersLatestSetIsTaken() {
        PreparedSet set = prepared(50);
        try (SigningKey owner = Sm2PrivateKey.generate(Runs.seed(9, "owner"));
                SigningKey stranger = Sm2PrivateKey.generate(Runs.seed(10, "stranger"))) {
            byte[] signed = set.signed(owner);
            PreparedSet read = PreparedSet.verified(signed, owner.publicKey(), VERSION);
            assertEquals(50, read.keys());
            assertTrue(Arrays.equals(signed, read.signed(owner)));
            assertThrows(PoyangException.class, () -> PreparedSet.verified(signed, stranger.publicKey(), VERSION));
            assertThrows(PoyangException.class, () -> PreparedSet.verified(signed, owner.publicKey(), VERSION + 1));
            for (int at = 0; at < signed.length; at += 7) {
                byte[] changed = signed.clone();
                changed[at] ^= 1;
                assertThrows(PoyangException.class, () -> PreparedSet.verified(changed, owner.publicKey(), VERSION));
            }
            byte[] none = new byte[10];
            assertThrows(PoyangException.class, () -> PreparedSet.verified(none, owner.publicKey(), VERSION));
        }
    }

    @Test
    void whoAsksTooMuchOrOfAnotherVersionOrChangesAByteIsRefused() throws Exception {
        PreparedSet set = prepared(20);
        assertRefused(set, new TwoParties(), 4);
        PreparedSet older =
                UnbalancedPsi.prepare(keys(0, 20), Runs.seed(1, "server"), VERSION - 1, 1 << 20, Workers.ALONE);
        assertRefused(older, new TwoParties(), 100);
        for (int frame = 0; frame < 3; frame++) {
            int target = frame;
            int[] seen = {0, 0};
            assertRefused(
                    set,
                    new TwoParties().tampering(sent -> {
                        if (seen[0]++ == target) {
                            sent[sent.length / 2] ^= 1;
                        }
                        return sent;
                    }),
                    100);
            assertRefused(
                    set,
                    new TwoParties().tamperingBack(sent -> {
                        if (seen[1]++ == Math.min(target, 1)) {
                            sent[sent.length / 2] ^= 1;
                        }
                        return sent;
                    }),
                    100);
        }
    }

    private static void assertRefused(PreparedSet set, TwoParties parties, long most) throws Exception {
        try {
            ask(keys(0, 5), set, parties, most);
            fail("must be refused");
        } catch (ExecutionException e) {
            assertTrue(
                    e.getCause() instanceof PoyangException refused
                            && (refused.code().equals(KernelErrors.PEER_MISBEHAVED)
                                    || refused.code().equals(KernelErrors.PEER_LOST)),
                    String.valueOf(e.getCause()));
        }
    }

    private static PreparedSet inSlices(int size, String secret, Workers workers, Path folder) {
        return UnbalancedPsi.prepare(
                keys(0, size),
                Runs.seed(1, secret),
                VERSION,
                1 << 20,
                workers,
                new PreparedSlices(DiskFolder.plain(folder), 200),
                Runs.QUIET);
    }

    /// Preparing that was interrupted goes on: what is done is not done again, what belongs to another set or secret
    /// is, what was damaged is refused, and the table is the same as in one go.
    @Test
    void preparingGoesOnWithTheFirstSliceThatIsMissing(@TempDir Path folder) throws Exception {
        int[] worked = {0};
        Workers counting = (parts, work) -> {
            // hashing has one part, too, and comes first
            if (++worked[0] == 4) {
                throw new IllegalStateException("killed in the third slice");
            }
            Workers.ALONE.each(parts, work);
        };
        assertThrows(IllegalStateException.class, () -> inSlices(900, "server", counting, folder));
        assertTrue(Files.exists(folder.resolve("slice-200")) && Files.notExists(folder.resolve("slice-400")));
        worked[0] = 10;
        PreparedSet resumed = inSlices(900, "server", counting, folder);
        assertEquals(10 + 1 + 3, worked[0], "hashing and three slices of five");
        try (SigningKey owner = Sm2PrivateKey.generate(Runs.seed(9, "owner"))) {
            assertArrayEquals(prepared(900).signed(owner), resumed.signed(owner));
            assertArrayEquals(
                    resumed.signed(owner),
                    inSlices(900, "server", counting, folder).signed(owner));
            assertEquals(10 + 1 + 3 + 1, worked[0], "all slices are there");
            byte[] foreign = inSlices(900, "another", counting, folder).signed(owner);
            assertEquals(10 + 1 + 3 + 1 + 1 + 5, worked[0], "slices of another secret are made anew");
            assertFalse(Arrays.equals(resumed.signed(owner), foreign));
        }
        byte[] slice = Files.readAllBytes(folder.resolve("slice-0"));
        slice[50] ^= 1;
        Files.write(folder.resolve("slice-0"), slice);
        PoyangException damaged =
                assertThrows(PoyangException.class, () -> inSlices(900, "another", Workers.ALONE, folder));
        assertEquals(Checkpoint.DAMAGED, damaged.code());
    }

    @Test
    void aTableSaysNothingWithoutTheServersKey() {
        PreparedSet one = prepared(500);
        PreparedSet other =
                UnbalancedPsi.prepare(keys(0, 500), Runs.seed(4, "other key"), VERSION, 1 << 20, Workers.ALONE);
        assertFalse(one.toString().contains("table"));
        try (SigningKey owner = Sm2PrivateKey.generate(Runs.seed(9, "owner"))) {
            assertFalse(Arrays.equals(one.signed(owner), other.signed(owner)));
        }
    }
}
