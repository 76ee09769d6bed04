package poyang.psi;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A collision by `vole` or `vole-malicious` of sets on disk, bucket by bucket: memory for the buckets under
/// way, and after a fault on from the last bucket that both parties have done.
///
/// Both parties say what they run, commit to their set (with a salt) and to 32 random bytes, and open the
/// latter: the seed of all hashes is fixed when both sets are. Each partitions its set into buckets padded to a bound
/// from the two sizes ({@link VolePlan}), in files. Then each bucket is a run of {@link VolePsi} with its own
/// comparison of
/// all frames; after it a party writes its checkpoint. Where a party works on several buckets at a time, each has a
/// line of its own ({@link BucketLines}); the parties' numbers may differ. Parties that meet again with checkpoints of
/// one opening go on
/// with the first bucket that either has not done; otherwise they start anew.
///
/// Why going on is safe:
/// - *randomness*: all of a bucket's comes from the session's random source, fresh for each meeting, so nothing that
///   entered a frame before enters one again. What stays is the seed of the hashes, which both parties know and
///   which was fixed when both sets were
/// - *inputs*: a party goes on with the very set that it committed to, rows and all, or has no checkpoint to go
///   on from; its header repeats the commitment, under the same salt, and a header with one checkpoint and two
///   commitments is `PEER_MISBEHAVED`. A party that repeats the commitment and uses other keys has frames that running
///   it again from its stored input does not give
/// - *buckets done*: one that both have done is not run again. Of parties that follow the protocol and work on one
///   bucket at a time none is more than one ahead, as each sends its first frame of a bucket after its checkpoint of
///   the one before; of those that work on k at a time none more than k, as it begins none that is k ahead of its
///   checkpoint. More than the most of any meeting since the opening, which stands in the checkpoint, is
///   `PEER_MISBEHAVED`. So a meeting repeats k buckets at most, which one party has done and the other says it has not
/// - *a liar* about any of this gets less than by a new run, which repeats all buckets: whoever bounds runs bounds it.
///   Against it `vole-malicious` protects each bucket as before, as a bucket rests on no other's secrets
///
/// - rejects: as {@link VolePsi}; a header of another protocol, role or impossible count: `PEER_MISBEHAVED`;
///   files of an interrupted run that were changed: `CHECKPOINT_DAMAGED`
/// - secrecy: as {@link VolePsi}. The folder holds digests of the keys, which a dictionary opens: only the owner
///   may read it
/// - cost: {@link #cost}; gone on with, two frames each way and the buckets that are left
public final class DiskCollision {
    /// Keys of the larger set for which a bucket is made where nobody says otherwise.
    public static final int BUCKET_KEYS = VolePlan.BUCKET_KEYS;

    private static final int BUCKET_WORDS = Items.LONGS + 1;
    private static final String BUCKET_FILES = "bucket";
    static final String MATCH_FILES = "matches";

    private final CollisionProtocol protocol;
    private final VolePsi engine;
    private final boolean receives;
    private final DiskSet set;
    private final DiskFolder kept;
    private final CollisionSession session;
    private final BucketWork work;
    /// Buckets under way at a time at most, for both parties.
    private final int lines;

    private final BucketTranscripts transcripts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition progressed = lock.newCondition();
    private Checkpoint at;
    private final VolePlan plan;
    /// Matches of buckets that are done before one with a lower number is.
    private final Map<Integer, byte[]> ahead = new TreeMap<>();

    private DiskCollision(
            CollisionProtocol protocol,
            boolean receives,
            DiskSet set,
            DiskFolder kept,
            CollisionSession session,
            BucketWork work) {
        this.protocol = protocol;
        this.engine = engine(protocol, work.bucketKeys());
        this.receives = receives;
        this.set = set;
        this.kept = kept;
        this.session = session;
        this.work = work;
        transcripts = new BucketTranscripts(session);
        DiskOpening.Opened opened =
                new DiskOpening(protocol, receives, set, kept, session.over(transcripts.opening()), work).open();
        at = opened.at();
        plan = receives ? engine.plan(set.size(), at.peerKeys()) : engine.plan(at.peerKeys(), set.size());
        lines = plan.buckets() > 1 ? opened.lines() : 1;
    }

    /// What the receiver has in the end.
    public static final class Found {
        private final DiskFolder folder;
        private final Checkpoint at;
        private final Exchanged exchanged;

        private Found(DiskFolder folder, Checkpoint at, Exchanged exchanged) {
            this.folder = folder;
            this.at = at;
            this.exchanged = exchanged;
        }

        public long peerKeys() {
            return at.peerKeys();
        }

        public Exchanged exchanged() {
            return exchanged;
        }

        /// Calls with the row of each common key, in no order; gives how many there are.
        public long rows(LongConsumer row) {
            long count = 0;
            for (int b = 0; b < at.matches().size(); b++) {
                byte[] rows = at.matches(folder, b);
                for (int i = 0; i < rows.length; i += Long.BYTES) {
                    row.accept(Octets.get(rows, i, Long.BYTES));
                }
                count += rows.length / Long.BYTES;
            }
            return count;
        }

        @Override
        public String toString() {
            return "Found[" + at.matches().size() + " buckets]";
        }
    }

    /// What the sender has in the end.
    ///
    /// @param peerKeys of the receiver
    public record Sent(long peerKeys, Exchanged exchanged) {}

    /// What crossed in this meeting.
    ///
    /// @param transcript of all frames, the same for both parties whatever their threads: SM3 over that of the
    ///     opening and those of the buckets in their order
    public record Exchanged(Bytes transcript, long bytesSent, long bytesReceived) {}

    /// Can this protocol run on disk?
    public static boolean offers(CollisionProtocol protocol) {
        return protocol.equals(CollisionProtocol.VOLE) || protocol.equals(CollisionProtocol.VOLE_MALICIOUS);
    }

    /// What a run costs that is not interrupted, exactly: opening and comparison, and for each bucket its own. Each
    /// frame of a bucket has {@link BucketLines#TAG_BYTES} more where the parties work on several at a time.
    public static Cost cost(CollisionProtocol protocol, long receiverKeys, long senderKeys) {
        return cost(protocol, receiverKeys, senderKeys, VolePlan.BUCKET_KEYS, 1);
    }

    static Cost cost(CollisionProtocol protocol, long receiverKeys, long senderKeys, int bucketKeys, int lines) {
        VolePlan plan = engine(protocol, bucketKeys).plan(receiverKeys, senderKeys);
        return onLines(plan.cost(protocol.equals(CollisionProtocol.VOLE_MALICIOUS)), plan.buckets(), lines)
                .plus(DiskOpening.cost(plan.buckets()));
    }

    private static Cost onLines(Cost cost, int buckets, int lines) {
        if (buckets < 2 || lines < 2) {
            return cost;
        }
        long receiverTags = (long) BucketLines.TAG_BYTES * (cost.receiverFrames() + buckets);
        long senderTags = (long) BucketLines.TAG_BYTES * (cost.senderFrames() + buckets);
        return cost.plus(new Cost(0, receiverTags, 0, senderTags, cost.frameBytes() + BucketLines.TAG_BYTES, 0));
    }

    /// The most that a run sends whose sets have no more keys than these.
    ///
    /// @param lines the most buckets that a party works on at a time
    public static Cost most(CollisionProtocol protocol, long receiverRows, long senderRows, int bucketKeys, int lines) {
        int buckets = VolePlan.buckets(Math.max(receiverRows, senderRows), bucketKeys);
        return onLines(engine(protocol, bucketKeys).most(receiverRows, senderRows), buckets, lines)
                .plus(DiskOpening.cost(buckets));
    }

    /// The receiver's side, with checkpoints in the set's own folder.
    public static Found receive(CollisionProtocol protocol, DiskSet set, CollisionSession session, BucketWork work) {
        return receive(protocol, set, set.folder(), session, work);
    }

    /// The receiver's side.
    ///
    /// @param kept where checkpoint and matches are, which going on needs; the set may be made anew
    public static Found receive(
            CollisionProtocol protocol, DiskSet set, DiskFolder kept, CollisionSession session, BucketWork work) {
        DiskCollision run = new DiskCollision(protocol, true, set, kept, session, work);
        run.run();
        return new Found(kept, run.at, run.transcripts.whole());
    }

    /// The sender's side, with checkpoints in the set's own folder.
    public static Sent send(CollisionProtocol protocol, DiskSet set, CollisionSession session, BucketWork work) {
        return send(protocol, set, set.folder(), session, work);
    }

    /// The sender's side; the parameters as for {@link #receive}.
    public static Sent send(
            CollisionProtocol protocol, DiskSet set, DiskFolder kept, CollisionSession session, BucketWork work) {
        DiskCollision run = new DiskCollision(protocol, false, set, kept, session, work);
        run.run();
        return new Sent(run.at.peerKeys(), run.transcripts.whole());
    }

    // ---- what is kept ----------------------------------------------------------------------------------

    /// Takes away what cannot be gone on from: a checkpoint or matches that are damaged.
    public static void forgetDamaged(DiskFolder kept) {
        try {
            Checkpoint.read(kept).ifPresent(at -> at.verifyMatches(kept));
        } catch (PoyangException e) {
            Checkpoint.forget(kept);
        }
    }

    /// Writes out what a run would go on from; nothing where there is nothing.
    public static void save(DiskFolder kept, OutputStream to) {
        Optional<Checkpoint> found = Checkpoint.read(kept);
        if (found.isEmpty()) {
            return;
        }
        Checkpoint at = found.get().with(List.of());
        try {
            DataOutputStream out = new DataOutputStream(to);
            byte[] encoded = at.encoded();
            out.writeInt(encoded.length);
            out.write(encoded);
            for (int b = 0; b < at.matches().size(); b++) {
                byte[] rows = at.matches(kept, b);
                out.writeInt(rows.length);
                out.write(rows);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Puts into a folder what {@link #save} wrote.
    public static void restore(DiskFolder kept, InputStream from) {
        try {
            DataInputStream in = new DataInputStream(from);
            Checkpoint at = Checkpoint.decode(in.readNBytes(in.readInt()));
            for (int b = 0; b < at.matches().size(); b++) {
                kept.write(Parts.file(MATCH_FILES, b), in.readNBytes(in.readInt()));
            }
            at.write(kept);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static VolePsi engine(CollisionProtocol protocol, int bucketKeys) {
        return new VolePsi(protocol.equals(CollisionProtocol.VOLE_MALICIOUS), bucketKeys);
    }

    // ---- buckets ---------------------------------------------------------------------------------------

    /// Hashes that did not spread are not kept: the next run has others.
    private void run() {
        try {
            buckets();
        } catch (PoyangException e) {
            if (e.code().equals(Okvs.UNLUCKY)) {
                forget();
            }
            throw e;
        }
    }

    /// No line that is still under way writes a checkpoint afterwards.
    private void forget() {
        lock.lock();
        try {
            Checkpoint.forget(kept);
        } finally {
            lock.unlock();
        }
    }

    private void buckets() {
        if (plan.buckets() > 0 && at.buckets().isEmpty()) {
            partition();
        }
        int first = at.matches().size();
        if (lines == 1) {
            for (int b = first; b < plan.buckets(); b++) {
                Progress heard = work.watch().bucket(b, first, plan.buckets(), session.progress());
                bucket(b, session.heardBy(heard), Optional.empty());
            }
        } else if (first < plan.buckets()) {
            onLines(first);
        }
    }

    private void onLines(int first) {
        Cost cost = plan.cost(protocol.equals(CollisionProtocol.VOLE_MALICIOUS));
        BucketLines each = new BucketLines(
                Run.of(protocol.name(), receives, session),
                receives,
                session,
                at.seed(),
                plan.buckets(),
                (receives ? cost.senderFrames() : cost.receiverFrames()) / plan.buckets() + 1,
                lines);
        each.doneBelow(first);
        work.lines().each(plan.buckets() - first, i -> {
            try {
                turn(first + i, each);
                bucket(first + i, each.session(first + i, heard(first + i, first)), Optional.of(each));
            } catch (RuntimeException e) {
                ended(e, each);
                throw e;
            } catch (Error e) {
                ended(new Bug("another bucket's line ended", e), each);
                throw e;
            }
        });
    }

    private Progress heard(int bucket, int first) {
        lock.lock();
        try {
            return work.watch().bucket(bucket, first, plan.buckets(), session.progress());
        } finally {
            lock.unlock();
        }
    }

    private void ended(RuntimeException cause, BucketLines each) {
        lock.lock();
        try {
            each.fail(cause);
            progressed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until so few buckets before this one are not done that it may begin. The lowest of them is under way, as
    /// workers take them up in order.
    private void turn(int bucket, BucketLines each) {
        lock.lock();
        try {
            each.check();
            while (bucket - at.matches().size() >= lines) {
                progressed.awaitUninterruptibly();
                each.check();
            }
        } finally {
            lock.unlock();
        }
    }

    /// @param others of several that are under way
    private void bucket(int b, CollisionSession line, Optional<BucketLines> others) {
        byte[] records;
        lock.lock();
        try {
            records =
                    set.folder().read(Parts.file(BUCKET_FILES, b), at.buckets().get(b));
        } finally {
            lock.unlock();
        }
        Items items = items(records);
        RecordedNetwork recorded = new RecordedNetwork(line.network());
        Run run = Run.of(protocol.name(), receives, line.over(recorded));
        String label = "bucket " + b;
        byte[] rows = new byte[0];
        if (receives) {
            rows = rows(records, engine.receiveBucket(plan, items, run, label));
        } else {
            engine.sendBucket(plan, items, run, label);
        }
        run.confirm();
        transcripts.done(b, recorded, others.isPresent() ? BucketLines.TAG_BYTES : 0);
        lock.lock();
        try {
            others.ifPresent(BucketLines::check);
            done(b, rows);
            others.ifPresent(each -> each.doneBelow(at.matches().size()));
        } finally {
            lock.unlock();
        }
    }

    /// Writes the checkpoint of the buckets up to the first that is not done.
    private void done(int bucket, byte[] matches) {
        kept.write(Parts.file(MATCH_FILES, bucket), matches);
        ahead.put(bucket, Run.digest(matches));
        for (byte[] next = ahead.remove(at.matches().size());
                next != null;
                next = ahead.remove(at.matches().size())) {
            at = at.after(next);
            at.write(kept);
            progressed.signalAll();
            session.progress().at(Progress.Phase.MATCHING, at.matches().size(), plan.buckets());
        }
    }

    private void partition() {
        Parts parts = new Parts(set.folder(), BUCKET_FILES, plan.buckets(), BUCKET_WORDS);
        int[] sizes = new int[plan.buckets()];
        int room = receives ? plan.receiverRoom() : plan.senderRoom();
        long done = 0;
        for (int p = 0; p < DiskSet.PARTS; p++) {
            session.progress().at(Progress.Phase.HASHING, done, set.size());
            DiskSet.Part part = set.part(p, at.seed(), session.workers());
            for (int i = 0; i < part.rows().length; i++) {
                int bucket = part.items().bucket(i, plan.buckets());
                if (++sizes[bucket] > room) {
                    throw Buckets.overflow();
                }
                parts.put(
                        bucket,
                        part.items().word(i, 0) * plan.buckets(),
                        part.items().word(i, 1),
                        part.items().word(i, 2),
                        part.items().word(i, 3),
                        part.rows()[i]);
            }
            done += part.rows().length;
        }
        at = at.with(Arrays.asList(parts.finish()));
        at.write(kept);
    }

    private static Items items(byte[] records) {
        int count = records.length / (BUCKET_WORDS * Long.BYTES);
        long[] words = new long[Items.LONGS * count];
        for (int i = 0; i < count; i++) {
            for (int w = 0; w < Items.LONGS; w++) {
                words[Items.LONGS * i + w] = Octets.get(records, (BUCKET_WORDS * i + w) * Long.BYTES, Long.BYTES);
            }
        }
        return new Items(words);
    }

    /// The rows of the items that match.
    private static byte[] rows(byte[] records, int[] matches) {
        byte[] rows = new byte[matches.length * Long.BYTES];
        for (int i = 0; i < matches.length; i++) {
            System.arraycopy(
                    records, (BUCKET_WORDS * matches[i] + Items.LONGS) * Long.BYTES, rows, i * Long.BYTES, Long.BYTES);
        }
        return rows;
    }
}
