package poyang.psi;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// A collision by `vole` or `vole-malicious` of sets on disk, bucket by bucket: memory for one bucket, and after
/// a fault on from the last bucket that both parties have done.
///
/// Both parties say what they run, commit to their set (with a salt) and to 32 random bytes, and open the latter: the
/// seed
/// of all hashes is fixed when both sets are. Each partitions its set into buckets padded to a bound from
/// the two sizes ({@link VolePlan}), in files. Then each bucket is a run of {@link VolePsi} with its own comparison of
/// all frames; after it a party writes its checkpoint. Parties that meet again with checkpoints of one opening go on
/// with the first bucket that either has not done; otherwise they start anew. A bucket that is done again has fresh
/// randomness: only the seed of the hashes, which both know, is the same.
///
/// - rejects: as {@link VolePsi}; a header of another protocol, role or impossible count: `PEER_MISBEHAVED`;
///   files of an interrupted run that were changed: `CHECKPOINT_DAMAGED`
/// - secrecy: as {@link VolePsi}. The folder holds digests of the keys, which a dictionary opens: only the owner
///   may read it
/// - cost: {@link #cost}; gone on with, two frames each way and the buckets that are left
public final class DiskCollision {
    private static final String HEADER_DOMAIN = "poyang.psi.disk.header.v1";
    private static final int HEADER_BYTES =
            4 + HEADER_DOMAIN.length() + 4 + 4 + 1 + 8 + 4 + 32 + 4 + Sm3.DIGEST_BYTES + 4 + 32 + 8;
    private static final int SHARE_BYTES = 32;
    private static final int BUCKET_WORDS = Items.LONGS + 1;
    private static final String BUCKET_FILES = "bucket";
    static final String MATCH_FILES = "matches";

    private final CollisionProtocol protocol;
    private final VolePsi engine;
    private final boolean receives;
    private final DiskSet set;
    private final CollisionSession session;
    private Checkpoint at;
    private final VolePlan plan;

    private DiskCollision(
            CollisionProtocol protocol, VolePsi engine, boolean receives, DiskSet set, CollisionSession session) {
        this.protocol = protocol;
        this.engine = engine;
        this.receives = receives;
        this.set = set;
        this.session = session;
        at = open();
        plan = receives ? engine.plan(set.size(), at.peerKeys()) : engine.plan(at.peerKeys(), set.size());
    }

    /// What the receiver has in the end.
    public static final class Found {
        private final Path folder;
        private final List<byte[]> digests;
        private final long peerKeys;

        private Found(Path folder, Checkpoint at) {
            this.folder = folder;
            digests = at.matches();
            peerKeys = at.peerKeys();
        }

        public long peerKeys() {
            return peerKeys;
        }

        /// Calls with the row of each common key, in no order; gives how many there are.
        public long rows(LongConsumer row) {
            long count = 0;
            for (int b = 0; b < digests.size(); b++) {
                byte[] rows = Parts.read(Parts.file(folder, MATCH_FILES, b), digests.get(b));
                for (int i = 0; i < rows.length; i += Long.BYTES) {
                    row.accept(Octets.get(rows, i, Long.BYTES));
                }
                count += rows.length / Long.BYTES;
            }
            return count;
        }

        @Override
        public String toString() {
            return "Found[" + digests.size() + " buckets]";
        }
    }

    /// Can this protocol run on disk?
    public static boolean offers(CollisionProtocol protocol) {
        return protocol.equals(CollisionProtocol.VOLE) || protocol.equals(CollisionProtocol.VOLE_MALICIOUS);
    }

    /// What a run costs that is not interrupted, exactly: opening and comparison, and for each bucket its own.
    public static Cost cost(CollisionProtocol protocol, long receiverKeys, long senderKeys) {
        return cost(protocol, receiverKeys, senderKeys, VolePlan.BUCKET_KEYS);
    }

    static Cost cost(CollisionProtocol protocol, long receiverKeys, long senderKeys, int bucketKeys) {
        VolePlan plan = engine(protocol, bucketKeys).plan(receiverKeys, senderKeys);
        int opening = HEADER_BYTES + SHARE_BYTES + Sm3.DIGEST_BYTES;
        long comparisons = (long) plan.buckets() * Sm3.DIGEST_BYTES;
        return new Cost(3, opening, 3, opening, HEADER_BYTES, 3)
                .plus(plan.cost(protocol.equals(CollisionProtocol.VOLE_MALICIOUS)))
                .plus(new Cost(plan.buckets(), comparisons, plan.buckets(), comparisons, 0, plan.buckets()));
    }

    /// The receiver's side.
    public static Found receive(CollisionProtocol protocol, DiskSet set, CollisionSession session) {
        return receive(protocol, set, session, VolePlan.BUCKET_KEYS);
    }

    static Found receive(CollisionProtocol protocol, DiskSet set, CollisionSession session, int bucketKeys) {
        DiskCollision run = new DiskCollision(protocol, engine(protocol, bucketKeys), true, set, session);
        run.run();
        return new Found(set.folder(), run.at);
    }

    /// The sender's side, which gives how many keys the receiver has.
    public static long send(CollisionProtocol protocol, DiskSet set, CollisionSession session) {
        return send(protocol, set, session, VolePlan.BUCKET_KEYS);
    }

    static long send(CollisionProtocol protocol, DiskSet set, CollisionSession session, int bucketKeys) {
        DiskCollision run = new DiskCollision(protocol, engine(protocol, bucketKeys), false, set, session);
        run.run();
        return run.at.peerKeys();
    }

    private static VolePsi engine(CollisionProtocol protocol, int bucketKeys) {
        return new VolePsi(protocol.equals(CollisionProtocol.VOLE_MALICIOUS), bucketKeys);
    }

    // ---- opening ---------------------------------------------------------------------------------------

    /// @param opening of the run that it wants to go on with; zeros for none
    private record Header(long keys, Bytes setCommitment, Bytes coin, Bytes opening, long done) {}

    private Checkpoint open() {
        Optional<Checkpoint> kept = Checkpoint.read(set.folder());
        kept.ifPresent(k -> k.verifyMatches(set.folder()));
        Run run = Run.of(protocol.name(), receives, session);
        byte[] salt = run.random("salt").bytes(SHARE_BYTES);
        byte[] share = run.random("coin").bytes(SHARE_BYTES);
        byte[] header = header(set.commitment(salt), Sm3.digest(share), kept);
        run.send(header.clone());
        byte[] received = run.frame("the header", HEADER_BYTES);
        Header theirs = read(run, received);
        if (kept.isPresent()
                && theirs.opening().equals(Bytes.wrap(kept.get().opening().clone()))) {
            run.confirm();
            return kept.get()
                    .backTo((int) Math.min(theirs.done(), kept.get().matches().size()));
        }
        run.send(share.clone());
        byte[] opened = run.frame("the opening", SHARE_BYTES);
        if (!Sm3.hash(opened).equals(theirs.coin())) {
            throw run.misbehaved("it opened another commitment than it had made");
        }
        run.confirm();
        byte[] seed = receives ? Sm3.digest(share, opened) : Sm3.digest(opened, share);
        byte[] both = receives ? Sm3.digest(header, received) : Sm3.digest(received, header);
        Checkpoint fresh = new Checkpoint(Sm3.digest(both, seed), seed, theirs.keys(), List.of(), List.of());
        fresh.write(set.folder());
        return fresh;
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
                .toArray();
    }

    private Header read(Run run, byte[] header) {
        try {
            CanonicalReader in = new CanonicalReader(HEADER_DOMAIN, header);
            long id = in.u32();
            long version = in.u32();
            boolean peerReceives = in.flag();
            Header read = new Header(
                    in.u64(), in.exactly(Sm3.DIGEST_BYTES), in.exactly(32), in.exactly(Sm3.DIGEST_BYTES), in.u64());
            in.end();
            if (id != protocol.id()
                    || version != protocol.version()
                    || peerReceives == receives
                    || read.keys() < 0
                    || read.keys() > Integer.MAX_VALUE
                    || read.done() < 0) {
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
                Checkpoint.forget(set.folder());
            }
            throw e;
        }
    }

    private void buckets() {
        if (plan.buckets() > 0 && at.buckets().isEmpty()) {
            partition();
        }
        for (int b = at.matches().size(); b < plan.buckets(); b++) {
            byte[] records = Parts.read(
                    Parts.file(set.folder(), BUCKET_FILES, b), at.buckets().get(b));
            Items items = items(records);
            Run run = Run.of(protocol.name(), receives, session);
            String label = "bucket " + b;
            byte[] rows = new byte[0];
            if (receives) {
                rows = rows(records, engine.receiveBucket(plan, items, run, label));
            } else {
                engine.sendBucket(plan, items, run, label);
            }
            run.confirm();
            Parts.write(Parts.file(set.folder(), MATCH_FILES, b), rows);
            at = at.after(Run.digest(rows));
            at.write(set.folder());
            run.at(Progress.Phase.MATCHING, b + 1L, plan.buckets());
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
        at.write(set.folder());
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
