package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// Several buckets under way at a time: the same answers, whatever each party's number of threads.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class BucketLinesTest {
    private static final int BUCKET_KEYS = 60;
    private static final int BUCKETS = 5;

    @TempDir
    Path folder;

    /// On threads of its own, parts taken up in ascending order.
    private static Workers pool(int count) {
        return (parts, work) -> {
            try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
                List<CompletableFuture<Void>> running = new ArrayList<>();
                for (int part = 0; part < parts; part++) {
                    int number = part;
                    running.add(CompletableFuture.runAsync(() -> work.accept(number), threads));
                }
                running.forEach(CompletableFuture::join);
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw e;
            }
        };
    }

    private DiskSet set(String name, int from, int to) {
        DiskSet.Writer writer = DiskSet.create(folder.resolve(name), name);
        for (int i = from; i < to; i++) {
            writer.add(("key " + i).getBytes(StandardCharsets.UTF_8));
        }
        return writer.finish();
    }

    private static Set<Long> rows(int from, int to) {
        TreeSet<Long> rows = new TreeSet<>();
        for (long i = from; i < to; i++) {
            rows.add(i);
        }
        return rows;
    }

    private static BothEnds<Set<Long>, Long> run(
            CollisionProtocol protocol, DiskSet x, DiskSet y, TwoParties parties, long seed, int left, int right) {
        return BothEnds.run(
                parties,
                seed,
                s -> {
                    TreeSet<Long> rows = new TreeSet<>();
                    DiskCollision.receive(protocol, x, on(s, pool(left)), BUCKET_KEYS, left)
                            .rows(rows::add);
                    return rows;
                },
                s -> DiskCollision.send(protocol, y, on(s, pool(right)), BUCKET_KEYS, right));
    }

    private static CollisionSession on(CollisionSession session, Workers workers) {
        return new CollisionSession(session.network(), session.peer(), session.random(), session.progress(), workers);
    }

    @Test
    void anyNumbersOfThreadsGiveTheSameAnswer() {
        long seed = 1;
        for (CollisionProtocol protocol : List.of(CollisionProtocol.VOLE, CollisionProtocol.VOLE_MALICIOUS)) {
            assertEquals(BUCKETS, VolePlan.of(300, 200, false, BUCKET_KEYS).buckets());
            int[][] both =
                    protocol.equals(CollisionProtocol.VOLE) ? new int[][] {{3, 3}, {1, 4}} : new int[][] {{2, 1}};
            for (int[] threads : both) {
                BothEnds<Set<Long>, Long> ends = run(
                        protocol,
                        set("x", 0, 300),
                        set("y", 200, 400),
                        new TwoParties(),
                        seed++,
                        threads[0],
                        threads[1]);
                assertEquals(rows(200, 300), ends.receiver(), String.valueOf(ends.receiverFailure()));
                assertEquals(300, ends.sender());
            }
        }
    }

    /// A frame whose bucket or check was changed on its way, or that takes another's place, ends the run.
    @Test
    void aFrameThatIsLedAstrayEndsTheRun() {
        SplittableRandom random = new SplittableRandom(6);
        for (int i = 0; i < 6; i++) {
            // behind the three frames of the opening
            int frame = 3 + random.nextInt(12);
            int octet = i % 2 == 0 ? 3 : random.nextInt(BucketLines.TAG_BYTES);
            int bit = 1 + random.nextInt(i % 2 == 0 ? 3 : 255);
            AtomicInteger seen = new AtomicInteger();
            UnaryOperator<byte[]> astray = sent -> {
                if (seen.getAndIncrement() == frame) {
                    sent[octet] ^= (byte) bit;
                }
                return sent;
            };
            TwoParties parties = new TwoParties();
            if (i % 3 == 0) {
                parties.tamperingBack(astray);
            } else {
                parties.tampering(astray);
            }
            run(CollisionProtocol.VOLE, set("x", 0, 300), set("y", 200, 400), parties, i, 2, 1 + i % 3)
                    .assertStatedAbort(rows(200, 300), "frame " + frame + ", octet " + octet);
        }
    }

    /// Killed with several buckets under way: those that are done before a lower one count for nothing, and the
    /// answer is the same.
    @Test
    void aPartyThatEndsWithBucketsUnderWayGoesOn() {
        for (int frame = 10; frame < 90; frame += 45) {
            DiskSet x = set("x", 0, 300);
            DiskSet y = set("y", 200, 400);
            TwoParties[] parties = {new TwoParties()};
            AtomicInteger seen = new AtomicInteger();
            int last = frame;
            parties[0].tampering(sent -> {
                if (seen.getAndIncrement() >= last) {
                    parties[0].end();
                    throw new PoyangException(KernelErrors.PEER_LOST, "killed", "run again");
                }
                return sent;
            });
            BothEnds<Set<Long>, Long> killed = run(CollisionProtocol.VOLE_MALICIOUS, x, y, parties[0], frame, 3, 2);
            assertLost(killed.receiverFailure());
            BothEnds<Set<Long>, Long> resumed =
                    run(CollisionProtocol.VOLE_MALICIOUS, x, y, new TwoParties(), frame + 1, 2, 3);
            assertEquals(rows(200, 300), resumed.receiver(), "ended at frame " + frame);
        }
    }

    private static void assertLost(@Nullable Throwable failure) {
        assertTrue(
                failure instanceof PoyangException lost && lost.code().equals(KernelErrors.PEER_LOST),
                String.valueOf(failure));
    }
}
