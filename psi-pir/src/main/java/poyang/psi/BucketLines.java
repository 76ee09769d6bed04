package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// One connection as a line for each bucket, so that a party may work on several buckets at a time: while one waits
/// for the other party, the next goes on. Whoever takes up buckets in ascending order has the lowest that is not done
/// among its own, and so has the other party.
///
/// Before each frame stand its bucket and four octets of SM3(seed ‖ direction ‖ bucket ‖ number of the frame): a
/// frame that was led astray on its way belongs nowhere and ends the run. Whoever waits for a frame and finds nobody
/// reading reads for all. Once a line has failed all have. Safe on several threads.
///
/// Memory: of two parties that have L buckets under way at most, neither begins one that is 2·L above the lowest that
/// the other has not done: its own lowest is at most L above that, as a bucket that is done was begun on both
/// sides. A frame of a higher one is not taken before there is room for it: so frames of 2·L buckets wait at most,
/// whatever the other party sends.
///
/// - rejects: a frame that is not the next of a bucket, or more than a bucket has: `PEER_MISBEHAVED`
/// - network: room for one frame and {@link #TAG_BYTES} in each direction
final class BucketLines {
    static final int TAG_BYTES = 8;

    private static final byte[] DOMAIN = "poyang.psi.bucket-line.v1".getBytes(StandardCharsets.US_ASCII);

    private final Run run;
    private final boolean receives;
    private final CollisionSession session;
    private final byte[] seed;
    private final long mostFrames;
    private final int window;
    private final int[] sent;
    private final int[] got;
    private final List<Deque<byte[]>> waiting = new ArrayList<>();

    private final ReentrantLock sending = new ReentrantLock();
    private final ReentrantLock reading = new ReentrantLock();
    private final Condition news = reading.newCondition();
    private boolean somebodyReads;
    /// The lowest bucket that is not done.
    private int lowest;

    private volatile @Nullable RuntimeException failure;

    /// @param run for messages to people
    /// @param receives is this party the receiver?
    /// @param seed of the run, known to both
    /// @param mostFrames that the other party sends in one bucket
    /// @param lines that either party has under way at most
    BucketLines(
            Run run, boolean receives, CollisionSession session, byte[] seed, int buckets, long mostFrames, int lines) {
        this.run = run;
        this.receives = receives;
        this.session = session;
        this.seed = seed.clone();
        this.mostFrames = mostFrames;
        window = 2 * lines;
        sent = new int[buckets];
        got = new int[buckets];
        for (int b = 0; b < buckets; b++) {
            waiting.add(new ArrayDeque<>());
        }
    }

    /// A session on one bucket's line.
    ///
    /// @param heard by one line at a time
    synchronized CollisionSession session(int bucket, Progress heard) {
        RandomSource random = session.random().fork("line " + bucket);
        Progress inTurn = (phase, done, total) -> {
            synchronized (this) {
                heard.at(phase, done, total);
            }
        };
        return new CollisionSession(new Line(bucket), session.peer(), random, inTurn, session.workers());
    }

    /// All buckets below this one are done.
    void doneBelow(int bucket) {
        reading.lock();
        try {
            lowest = bucket;
            news.signalAll();
        } finally {
            reading.unlock();
        }
    }

    /// Ends all lines.
    void fail(RuntimeException cause) {
        reading.lock();
        try {
            if (failure == null) {
                failure = cause;
            }
            news.signalAll();
        } finally {
            reading.unlock();
        }
    }

    /// Throws when a line has failed.
    void check() {
        RuntimeException cause = failure;
        if (cause != null) {
            throw cause;
        }
    }

    private byte[] tag(boolean receivers, int bucket, int number) {
        byte[] message = new byte[9];
        message[0] = (byte) (receivers ? 1 : 0);
        Octets.put(message, 1, bucket, Integer.BYTES);
        Octets.put(message, 5, number, Integer.BYTES);
        byte[] digest = Sm3.digest(DOMAIN, seed, message);
        byte[] tag = new byte[TAG_BYTES];
        Octets.put(tag, 0, bucket, Integer.BYTES);
        System.arraycopy(digest, 0, tag, Integer.BYTES, TAG_BYTES - Integer.BYTES);
        return tag;
    }

    private void send(int bucket, byte[] frame) {
        sending.lock();
        try {
            check();
            byte[] tagged = Arrays.copyOf(tag(receives, bucket, sent[bucket]++), TAG_BYTES + frame.length);
            System.arraycopy(frame, 0, tagged, TAG_BYTES, frame.length);
            session.network().send(session.peer(), tagged);
        } finally {
            sending.unlock();
        }
    }

    private byte[] receive(int bucket) {
        reading.lock();
        try {
            while (true) {
                check();
                byte[] frame = waiting.get(bucket).poll();
                if (frame != null) {
                    return frame;
                }
                if (somebodyReads) {
                    news.awaitUninterruptibly();
                } else {
                    read();
                }
            }
        } finally {
            reading.unlock();
        }
    }

    /// Reads one frame, for whomever, and meanwhile lets others see what has come.
    private void read() {
        somebodyReads = true;
        reading.unlock();
        byte[] frame = null;
        RuntimeException lost = null;
        try {
            frame = session.network().receive(session.peer());
        } catch (RuntimeException e) {
            lost = e;
        } finally {
            reading.lock();
        }
        if (frame != null) {
            take(frame);
        } else if (lost != null && failure == null) {
            failure = lost;
        }
        somebodyReads = false;
        news.signalAll();
    }

    private void take(byte[] tagged) {
        long bucket = tagged.length < TAG_BYTES ? -1 : Octets.get(tagged, 0, Integer.BYTES);
        if (bucket < 0 || bucket >= got.length || got[(int) bucket] >= mostFrames) {
            failure = astray();
            return;
        }
        while (bucket >= (long) lowest + window && failure == null) {
            news.awaitUninterruptibly();
        }
        byte[] wanted = tag(!receives, (int) bucket, got[(int) bucket]++);
        if (!Arrays.equals(wanted, 0, TAG_BYTES, tagged, 0, TAG_BYTES)) {
            failure = astray();
            return;
        }
        waiting.get((int) bucket).add(Arrays.copyOfRange(tagged, TAG_BYTES, tagged.length));
    }

    private PoyangException astray() {
        return run.misbehaved("it sent a frame that belongs to no bucket, or not now");
    }

    private final class Line implements PartyNetwork {
        private final int bucket;

        Line(int bucket) {
            this.bucket = bucket;
        }

        @Override
        public PartyId self() {
            return session.network().self();
        }

        @Override
        public List<PartyId> peers() {
            return List.of(session.peer());
        }

        @Override
        public void send(PartyId to, byte[] frame) {
            Bug.unless(to.equals(session.peer()), "there is one peer");
            BucketLines.this.send(bucket, frame);
        }

        @Override
        public byte[] receive(PartyId from) {
            Bug.unless(from.equals(session.peer()), "there is one peer");
            return BucketLines.this.receive(bucket);
        }
    }
}
