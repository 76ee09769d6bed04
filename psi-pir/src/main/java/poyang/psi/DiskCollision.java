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
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// A collision by `vole` or `vole-malicious` of sets on disk, bucket by bucket: memory for the buckets under
/// way, and after a fault on from the last bucket that both parties have done.
///
/// Both parties say what they run, commit to their set (with a salt) and to 32 random bytes, and open the
/// latter: the seed of all hashes is fixed when both sets are. Each partitions its set into buckets padded to a bound
/// from
/// the two sizes ({@link VolePlan}), in files. Then each bucket is a run of {@link VolePsi} with its own comparison of
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
///   checkpoint. More is `PEER_MISBEHAVED`. So a meeting repeats k buckets at most, which one party has done and the
///   other says it has not
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

    private static final String HEADER_DOMAIN = "poyang.psi.disk.header.v2";
    private static final int HEADER_BYTES =
            4 + HEADER_DOMAIN.length() + 4 + 4 + 1 + 8 + 4 + 32 + 4 + Sm3.DIGEST_BYTES + 4 + 32 + 8 + 4;
    private static final int SHARE_BYTES = 32;
    /// Buckets that a party may work on at a time.
    public static final int MOST_AT_A_TIME = 64;

    private static final int BUCKET_WORDS = Items.LONGS + 1;
    private static final String BUCKET_FILES = "bucket";
    static final String MATCH_FILES = "matches";

    private final CollisionProtocol protocol;
    private final VolePsi engine;
    private final boolean receives;
    private final DiskSet set;
    private final DiskFolder kept;
    private final CollisionSession session;
    private final int bucketKeys;
    private final Watch watch;
    private final int atATime;
    /// The larger of both parties' numbers.
    private int lines = 1;

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
            int bucketKeys,
            Watch watch,
            int atATime) {
        Bug.unless(atATime >= 1 && atATime <= MOST_AT_A_TIME, "1 to 64 buckets are worked on at a time");
        this.protocol = protocol;
        this.engine = engine(protocol, bucketKeys);
        this.receives = receives;
        this.set = set;
        this.kept = kept;
        this.session = session;
        this.bucketKeys = bucketKeys;
        this.watch = watch;
        this.atATime = atATime;
        at = open();
        plan = receives ? engine.plan(set.size(), at.peerKeys()) : engine.plan(at.peerKeys(), set.size());
    }

    /// Hears which bucket begins, of the buckets from `first` on that this run has to do of `all`.
    @FunctionalInterface
    public interface Watch {
        void bucket(int bucket, int first, int all);
    }

    private static final Watch UNWATCHED = (_, _, _) -> {};

    /// What the receiver has in the end.
    public static final class Found {
        private final DiskFolder folder;
        private final Checkpoint at;

        private Found(DiskFolder folder, Checkpoint at) {
            this.folder = folder;
            this.at = at;
        }

        public long peerKeys() {
            return at.peerKeys();
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

    /// Can this protocol run on disk?
    public static boolean offers(CollisionProtocol protocol) {
        return protocol.equals(CollisionProtocol.VOLE) || protocol.equals(CollisionProtocol.VOLE_MALICIOUS);
    }

    /// What a run costs that is not interrupted, exactly: opening and comparison, and for each bucket its own. Each
    /// frame of a bucket has {@link BucketLines#TAG_BYTES} more where a party works on several at a time.
    public static Cost cost(CollisionProtocol protocol, long receiverKeys, long senderKeys) {
        return cost(protocol, receiverKeys, senderKeys, VolePlan.BUCKET_KEYS);
    }

    static Cost cost(CollisionProtocol protocol, long receiverKeys, long senderKeys, int bucketKeys) {
        VolePlan plan = engine(protocol, bucketKeys).plan(receiverKeys, senderKeys);
        return around(plan.buckets()).plus(plan.cost(protocol.equals(CollisionProtocol.VOLE_MALICIOUS)));
    }

    /// Opening, and a comparison for it and each bucket.
    private static Cost around(int buckets) {
        long opening = (long) HEADER_BYTES + SHARE_BYTES + Sm3.DIGEST_BYTES;
        long bytes = opening + (long) buckets * Sm3.DIGEST_BYTES;
        return new Cost(3L + buckets, bytes, 3L + buckets, bytes, HEADER_BYTES, 3 + buckets);
    }

    /// The receiver's side, with checkpoints in the set's own folder.
    public static Found receive(CollisionProtocol protocol, DiskSet set, CollisionSession session) {
        return receive(protocol, set, session, BUCKET_KEYS, 1);
    }

    /// The same, on several buckets at a time, as far as the session's workers are several. Memory grows with them.
    public static Found receive(
            CollisionProtocol protocol, DiskSet set, CollisionSession session, int bucketKeys, int atATime) {
        DiskCollision run =
                new DiskCollision(protocol, true, set, set.folder(), session, bucketKeys, UNWATCHED, atATime);
        run.run();
        return new Found(set.folder(), run.at);
    }

    /// The receiver's side.
    ///
    /// @param kept where checkpoint and matches are, which going on needs; the set may be made anew
    /// @param bucketKeys of the larger set, for which a bucket is made: memory grows with it. Both
    ///     parties have the same
    public static Found receive(
            CollisionProtocol protocol,
            DiskSet set,
            DiskFolder kept,
            CollisionSession session,
            int bucketKeys,
            Watch watch) {
        DiskCollision run = new DiskCollision(protocol, true, set, kept, session, bucketKeys, watch, 1);
        run.run();
        return new Found(kept, run.at);
    }

    /// The sender's side, which gives how many keys the receiver has.
    public static long send(CollisionProtocol protocol, DiskSet set, CollisionSession session) {
        return send(protocol, set, session, BUCKET_KEYS, 1);
    }

    /// The same, on several buckets at a time, as far as the session's workers are several.
    public static long send(
            CollisionProtocol protocol, DiskSet set, CollisionSession session, int bucketKeys, int atATime) {
        DiskCollision run =
                new DiskCollision(protocol, false, set, set.folder(), session, bucketKeys, UNWATCHED, atATime);
        run.run();
        return run.at.peerKeys();
    }

    /// The sender's side; the parameters as for {@link #receive}.
    public static long send(
            CollisionProtocol protocol,
            DiskSet set,
            DiskFolder kept,
            CollisionSession session,
            int bucketKeys,
            Watch watch) {
        DiskCollision run = new DiskCollision(protocol, false, set, kept, session, bucketKeys, watch, 1);
        run.run();
        return run.at.peerKeys();
    }

    /// The most that a run sends whose sets have no more keys than these.
    public static Cost most(CollisionProtocol protocol, long receiverRows, long senderRows, int bucketKeys) {
        return around(VolePlan.buckets(Math.max(receiverRows, senderRows), bucketKeys))
                .plus(engine(protocol, bucketKeys).most(receiverRows, senderRows));
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

    // ---- opening ---------------------------------------------------------------------------------------

    /// @param opening of the run that it wants to go on with; zeros for none
    private record Header(long keys, Bytes setCommitment, Bytes coin, Bytes opening, long done, long atATime) {}

    private Checkpoint open() {
        Optional<Checkpoint> kept = found();
        Run run = Run.of(protocol.name(), receives, session);
        byte[] salt = kept.map(k -> k.sets().salt())
                .orElseGet(() -> run.random("salt").bytes(SHARE_BYTES));
        byte[] share = run.random("coin").bytes(SHARE_BYTES);
        byte[] commitment = set.commitment(salt);
        byte[] header = header(commitment, Sm3.digest(share), kept);
        run.send(header.clone());
        byte[] received = run.frame("the header", HEADER_BYTES);
        Header theirs = read(run, received);
        lines = (int) Math.max(atATime, theirs.atATime());
        if (kept.isPresent()
                && theirs.opening().equals(Bytes.wrap(kept.get().opening().clone()))) {
            run.confirm();
            return goOn(run, kept.get(), theirs);
        }
        run.send(share.clone());
        byte[] opened = run.frame("the opening", SHARE_BYTES);
        if (!Sm3.hash(opened).equals(theirs.coin())) {
            throw run.misbehaved("it opened another commitment than it had made");
        }
        run.confirm();
        byte[] seed = receives ? Sm3.digest(share, opened) : Sm3.digest(opened, share);
        byte[] both = receives ? Sm3.digest(header, received) : Sm3.digest(received, header);
        Checkpoint.Sets sets =
                new Checkpoint.Sets(salt, commitment, theirs.setCommitment().toArray(), bucketKeys);
        Checkpoint fresh = new Checkpoint(Sm3.digest(both, seed), seed, theirs.keys(), sets, List.of(), List.of());
        fresh.write(this.kept);
        return fresh;
    }

    /// The checkpoint of an earlier run of this very set.
    private Optional<Checkpoint> found() {
        Optional<Checkpoint> found = Checkpoint.read(kept);
        found.ifPresent(at -> at.verifyMatches(kept));
        return found.filter(at -> at.of(set, bucketKeys)).map(at -> set.fresh() ? at.with(List.of()) : at);
    }

    private Checkpoint goOn(Run run, Checkpoint own, Header theirs) {
        if (!Arrays.equals(theirs.setCommitment().toArray(), own.sets().peer())) {
            throw run.misbehaved("it would go on with another set than it had committed to");
        }
        int done = own.matches().size();
        if (Math.abs(theirs.done() - done) > lines) {
            throw run.misbehaved("it says that it has done " + theirs.done() + " buckets, of " + done);
        }
        return own.backTo((int) Math.min(theirs.done(), done));
    }

    private byte[] header(byte[] setCommitment, byte[] coin, Optional<Checkpoint> kept) {
        return new CanonicalWriter(HEADER_DOMAIN)
                .u32(protocol.id())
                .u32(protocol.version())
                .flag(receives)
                .u64(set.size())
                .bytes(setCommitment)
                .bytes(coin)
                .bytes(kept.map(Checkpoint::opening).orElse(new byte[Sm3.DIGEST_BYTES]))
                .u64(kept.map(k -> k.matches().size()).orElse(0))
                .u32(atATime)
                .toArray();
    }

    private Header read(Run run, byte[] header) {
        try {
            CanonicalReader in = new CanonicalReader(HEADER_DOMAIN, header);
            long id = in.u32();
            long version = in.u32();
            boolean peerReceives = in.flag();
            Header read = new Header(
                    in.u64(),
                    in.exactly(Sm3.DIGEST_BYTES),
                    in.exactly(32),
                    in.exactly(Sm3.DIGEST_BYTES),
                    in.u64(),
                    in.u32());
            in.end();
            if (id != protocol.id()
                    || version != protocol.version()
                    || peerReceives == receives
                    || read.keys() < 0
                    || read.keys() > Integer.MAX_VALUE
                    || read.done() < 0
                    || read.atATime() < 1
                    || read.atATime() > MOST_AT_A_TIME) {
                throw run.misbehaved("its header names another protocol, version, role or an impossible count");
            }
            return read;
        } catch (PoyangException e) {
            if (e.code().equals(KernelErrors.BAD_ENCODING)) {
                throw run.misbehaved("its header is malformed");
            }
            throw e;
        }
    }

    // ---- buckets ---------------------------------------------------------------------------------------

    /// Hashes that did not spread are not kept: the next run has others.
    private void run() {
        try {
            buckets();
        } catch (PoyangException e) {
            if (e.code().equals(Okvs.UNLUCKY)) {
                Checkpoint.forget(kept);
            }
            throw e;
        }
    }

    private void buckets() {
        if (plan.buckets() > 0 && at.buckets().isEmpty()) {
            partition();
        }
        int first = at.matches().size();
        if (lines == 1) {
            for (int b = first; b < plan.buckets(); b++) {
                bucket(b, first, session);
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
                (receives ? cost.senderFrames() : cost.receiverFrames()) / plan.buckets() + 1);
        session.workers().each(plan.buckets() - first, i -> {
            try {
                turn(first + i, each);
                bucket(first + i, first, each.session(first + i));
            } catch (RuntimeException e) {
                each.fail(e);
                wake();
                throw e;
            }
        });
    }

    private void wake() {
        lock.lock();
        try {
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
            while (bucket - at.matches().size() >= atATime) {
                progressed.awaitUninterruptibly();
                each.check();
            }
        } finally {
            lock.unlock();
        }
    }

    private void bucket(int b, int first, CollisionSession line) {
        byte[] records;
        lock.lock();
        try {
            watch.bucket(b, first, plan.buckets());
            records =
                    set.folder().read(Parts.file(BUCKET_FILES, b), at.buckets().get(b));
        } finally {
            lock.unlock();
        }
        Items items = items(records);
        Run run = Run.of(protocol.name(), receives, line);
        String label = "bucket " + b;
        byte[] rows = new byte[0];
        if (receives) {
            rows = rows(records, engine.receiveBucket(plan, items, run, label));
        } else {
            engine.sendBucket(plan, items, run, label);
        }
        run.confirm();
        lock.lock();
        try {
            done(b, rows, run);
        } finally {
            lock.unlock();
        }
    }

    /// Writes the checkpoint of the buckets up to the first that is not done.
    private void done(int bucket, byte[] matches, Run run) {
        kept.write(Parts.file(MATCH_FILES, bucket), matches);
        ahead.put(bucket, Run.digest(matches));
        for (byte[] next = ahead.remove(at.matches().size());
                next != null;
                next = ahead.remove(at.matches().size())) {
            at = at.after(next);
            at.write(kept);
            progressed.signalAll();
            run.at(Progress.Phase.MATCHING, at.matches().size(), plan.buckets());
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
