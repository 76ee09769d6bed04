package poyang.psi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// Several buckets under way at a time: the same answers, whatever each party's number of threads.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class BucketLinesTest {
    private static final int BUCKET_KEYS = 60;
    private static final int BUCKETS = 5;

    @TempDir
    Path folder;

    /// On threads of its own, parts taken up in ascending order.
    static Workers pool(int count) {
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

    /// What a party came to.
    private record Came(Set<Long> rows, long peerKeys, DiskCollision.Exchanged exchanged) {}

    private static Came receive(CollisionProtocol protocol, DiskSet x, CollisionSession session, int lines) {
        TreeSet<Long> rows = new TreeSet<>();
        DiskCollision.Found found =
                DiskCollision.receive(protocol, x, x.folder(), session, BucketWork.of(BUCKET_KEYS, lines, pool(lines)));
        found.rows(rows::add);
        return new Came(rows, found.peerKeys(), found.exchanged());
    }

    private static BothEnds<Came, DiskCollision.Sent> exchange(
            CollisionProtocol protocol, DiskSet x, DiskSet y, TwoParties parties, long seed, int left, int right) {
        return BothEnds.run(
                parties,
                seed,
                s -> receive(protocol, x, s, left),
                s -> DiskCollision.send(protocol, y, y.folder(), s, BucketWork.of(BUCKET_KEYS, right, pool(right))));
    }

    private static BothEnds<Set<Long>, Long> run(
            CollisionProtocol protocol, DiskSet x, DiskSet y, TwoParties parties, long seed, int left, int right) {
        BothEnds<Came, DiskCollision.Sent> ends = exchange(protocol, x, y, parties, seed, left, right);
        return new BothEnds<>(
                ends.receiver() == null ? null : ends.receiver().rows(),
                ends.sender() == null ? null : ends.sender().peerKeys(),
                ends.receiverFailure(),
                ends.senderFailure());
    }

    /// Whatever the threads, both parties have the right answer, the same transcript, and the bytes of the formula.
    @Test
    void anyNumbersOfThreadsGiveTheSameAnswer() {
        long seed = 1;
        for (CollisionProtocol protocol : List.of(CollisionProtocol.VOLE, CollisionProtocol.VOLE_MALICIOUS)) {
            assertEquals(BUCKETS, VolePlan.of(300, 200, false, BUCKET_KEYS).buckets());
            int[][] both =
                    protocol.equals(CollisionProtocol.VOLE) ? new int[][] {{3, 3}, {1, 4}} : new int[][] {{3, 2}};
            for (int[] threads : both) {
                BothEnds<Came, DiskCollision.Sent> ends = exchange(
                        protocol,
                        set("x", 0, 300),
                        set("y", 200, 400),
                        new TwoParties(),
                        seed++,
                        threads[0],
                        threads[1]);
                Came receiver = came(ends);
                assertEquals(rows(200, 300), receiver.rows());
                DiskCollision.Exchanged there = receiver.exchanged();
                DiskCollision.Exchanged back =
                        Objects.requireNonNull(ends.sender()).exchanged();
                assertEquals(300, ends.sender().peerKeys());
                assertEquals(there.transcript(), back.transcript());
                int lines = Math.min(threads[0], threads[1]);
                Cost cost = DiskCollision.cost(protocol, 300, 200, BUCKET_KEYS, lines);
                assertEquals(cost.receiverBytes(), there.bytesSent());
                assertEquals(cost.senderBytes(), there.bytesReceived());
                assertEquals(cost.receiverBytes(), back.bytesReceived());
                assertEquals(cost.senderBytes(), back.bytesSent());
                Runs.assertWithin(cost, DiskCollision.most(protocol, 300, 200, BUCKET_KEYS, 4), "on lines");
            }
        }
    }

    private static Came came(BothEnds<Came, DiskCollision.Sent> ends) {
        return Objects.requireNonNull(ends.receiver(), () -> String.valueOf(ends.receiverFailure()));
    }

    /// The receiver's frames as they came, whichever line they were of, give its answer and transcript again: on one
    /// thread and on several, from the same randomness; a changed one does not.
    @Test
    void aSideIsRunAgainFromTheFramesThatItTook() {
        List<byte[]> took = new ArrayList<>();
        TwoParties parties = new TwoParties().tamperingBack(frame -> {
            took.add(frame.clone());
            return frame;
        });
        CollisionProtocol protocol = CollisionProtocol.VOLE_MALICIOUS;
        Came first = came(exchange(protocol, set("x", 0, 300), set("y", 200, 400), parties, 7, 3, 4));
        for (Workers threads : List.of(Workers.ALONE, pool(4))) {
            DiskSet x = set("x", 0, 300);
            Iterator<byte[]> frames = took.iterator();
            DiskCollision.Found again = DiskCollision.receive(
                    protocol,
                    x,
                    x.folder(),
                    BothEnds.session(new Recorded(frames), TwoParties.RIGHT, 7, "receiver"),
                    BucketWork.of(BUCKET_KEYS, 3, threads));
            TreeSet<Long> rows = new TreeSet<>();
            again.rows(rows::add);
            assertEquals(first.rows(), rows);
            assertEquals(first.exchanged(), again.exchanged());
            assertFalse(frames.hasNext());
        }
        took.get(took.size() - 1)[BucketLines.TAG_BYTES] ^= 1;
        DiskSet x = set("x", 0, 300);
        CollisionSession session = BothEnds.session(new Recorded(took.iterator()), TwoParties.RIGHT, 7, "receiver");
        assertTrue(BothEnds.misbehaved(assertThrows(
                PoyangException.class,
                () -> DiskCollision.receive(
                        protocol, x, x.folder(), session, BucketWork.of(BUCKET_KEYS, 3, pool(3))))));
    }

    /// Gives frames that were taken before; what is sent goes nowhere.
    private record Recorded(Iterator<byte[]> frames) implements PartyNetwork {
        @Override
        public PartyId self() {
            return TwoParties.LEFT;
        }

        @Override
        public List<PartyId> peers() {
            return List.of(TwoParties.RIGHT);
        }

        @Override
        public void send(PartyId to, byte[] frame) {}

        @Override
        public byte[] receive(PartyId from) {
            return frames.next().clone();
        }
    }

    /// Frames of a bucket that nobody could have begun are not taken before there is room for them.
    @Test
    void whatComesTooEarlyWaitsOutside() throws Exception {
        byte[] seed = new byte[32];
        List<byte[]> frames = new ArrayList<>();
        CollisionSession sending = BothEnds.session(new Kept(frames), TwoParties.LEFT, 1, "sender");
        BucketLines theirs = lines(sending, false, seed);
        for (int bucket : new int[] {0, 4, 3, 0}) {
            theirs.session(bucket, Runs.QUIET).network().send(TwoParties.LEFT, new byte[] {(byte) bucket});
        }
        AtomicBoolean room = new AtomicBoolean();
        AtomicInteger early = new AtomicInteger();
        Iterator<byte[]> coming = frames.iterator();
        AtomicInteger taken = new AtomicInteger();
        CountDownLatch second = new CountDownLatch(1);
        Recorded network = new Recorded(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return coming.hasNext();
            }

            @Override
            public byte[] next() {
                int number = taken.incrementAndGet();
                if (number > 2 && !room.get()) {
                    early.incrementAndGet();
                }
                byte[] frame = coming.next();
                if (number == 2) {
                    second.countDown();
                }
                return frame;
            }
        });
        BucketLines each = lines(BothEnds.session(network, TwoParties.RIGHT, 1, "receiver"), true, seed);
        PartyNetwork lowest = each.session(0, Runs.QUIET).network();
        assertEquals(0, lowest.receive(TwoParties.RIGHT)[0]);
        CompletableFuture<byte[]> next = CompletableFuture.supplyAsync(() -> lowest.receive(TwoParties.RIGHT));
        assertTrue(second.await(60, TimeUnit.SECONDS));
        each.doneBelow(1);
        room.set(true);
        each.doneBelow(3);
        assertEquals(1, next.get(60, TimeUnit.SECONDS).length);
        assertEquals(0, early.get());
        assertEquals(4, each.session(4, Runs.QUIET).network().receive(TwoParties.RIGHT)[0]);
    }

    private static BucketLines lines(CollisionSession session, boolean receives, byte[] seed) {
        return new BucketLines(Run.of("vole", receives, session), receives, session, seed, BUCKETS, 10, 1);
    }

    /// Keeps what is sent.
    private record Kept(List<byte[]> frames) implements PartyNetwork {
        @Override
        public PartyId self() {
            return TwoParties.RIGHT;
        }

        @Override
        public List<PartyId> peers() {
            return List.of(TwoParties.LEFT);
        }

        @Override
        public void send(PartyId to, byte[] frame) {
            frames.add(frame);
        }

        @Override
        public byte[] receive(PartyId from) {
            throw new AssertionError("nothing comes");
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
            run(CollisionProtocol.VOLE, set("x", 0, 300), set("y", 200, 400), parties, i, 2, 2 + i % 2)
                    .assertStatedAbort(rows(200, 300), "frame " + frame + ", octet " + octet);
        }
    }

    /// Killed with several buckets under way: those that are done before a lower one count for nothing, and the
    /// answer is the same, also on fewer lines than before.
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
            assertEquals(2, Checkpoint.read(y.folder()).orElseThrow().lines());
            BothEnds<Set<Long>, Long> resumed =
                    run(CollisionProtocol.VOLE_MALICIOUS, x, y, new TwoParties(), frame + 1, frame == 10 ? 2 : 1, 3);
            assertEquals(rows(200, 300), resumed.receiver(), "ended at frame " + frame);
        }
    }

    private static void assertLost(@Nullable Throwable failure) {
        assertTrue(
                failure instanceof PoyangException lost && lost.code().equals(KernelErrors.PEER_LOST),
                String.valueOf(failure));
    }
}
