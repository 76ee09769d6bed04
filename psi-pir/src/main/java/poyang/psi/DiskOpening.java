package poyang.psi;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// How the parties of a {@link DiskCollision} meet: each says what it runs, commits to its set and to 32 random
/// bytes, and says what it could go on with. Either they go on from checkpoints of one opening, or they open the random
/// bytes and begin anew.
///
/// - rejects: a header of another protocol, version or role, or with an impossible count; another set with the same
///   checkpoint; a bucket count that no run of the protocol gives: `PEER_MISBEHAVED`
/// - secrecy: the header tells the number of keys, how many buckets are done, and on how many at a time a party can
/// work
/// - cost: a header, a share unless they go on, and a comparison, each way
final class DiskOpening {
    private static final String HEADER_DOMAIN = "poyang.psi.disk.header.v2";
    private static final int HEADER_BYTES =
            4 + HEADER_DOMAIN.length() + 4 + 4 + 1 + 8 + 4 + 32 + 4 + Sm3.DIGEST_BYTES + 4 + 32 + 8 + 4;
    private static final int SHARE_BYTES = 32;

    private final CollisionProtocol protocol;
    private final boolean receives;
    private final DiskSet set;
    private final DiskFolder kept;
    private final CollisionSession session;
    private final BucketWork work;

    DiskOpening(
            CollisionProtocol protocol,
            boolean receives,
            DiskSet set,
            DiskFolder kept,
            CollisionSession session,
            BucketWork work) {
        this.protocol = protocol;
        this.receives = receives;
        this.set = set;
        this.kept = kept;
        this.session = session;
        this.work = work;
    }

    /// @param lines buckets at a time: the smaller of both parties' numbers
    record Opened(Checkpoint at, int lines) {}

    /// What it costs, and a comparison of each bucket.
    static Cost cost(int buckets) {
        long opening = (long) HEADER_BYTES + SHARE_BYTES + Sm3.DIGEST_BYTES;
        long bytes = opening + (long) buckets * Sm3.DIGEST_BYTES;
        return new Cost(3L + buckets, bytes, 3L + buckets, bytes, HEADER_BYTES, 3 + buckets);
    }

    /// @param opening of the run that it wants to go on with; zeros for none
    private record Header(long keys, Bytes setCommitment, Bytes coin, Bytes opening, long done, long atATime) {}

    Opened open() {
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
        int lines = (int) Math.min(work.atATime(), theirs.atATime());
        if (kept.isPresent()
                && theirs.opening().equals(Bytes.wrap(kept.get().opening().clone()))) {
            run.confirm();
            return new Opened(goOn(run, kept.get(), theirs, lines), lines);
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
                new Checkpoint.Sets(salt, commitment, theirs.setCommitment().toArray(), work.bucketKeys());
        Checkpoint fresh =
                new Checkpoint(Sm3.digest(both, seed), seed, theirs.keys(), sets, lines, List.of(), List.of());
        fresh.write(this.kept);
        return new Opened(fresh, lines);
    }

    /// The checkpoint of an earlier run of this very set.
    private Optional<Checkpoint> found() {
        Optional<Checkpoint> found = Checkpoint.read(kept);
        found.ifPresent(at -> at.verifyMatches(kept));
        return found.filter(at -> at.of(set, work.bucketKeys())).map(at -> set.fresh() ? at.with(List.of()) : at);
    }

    /// The number of lines is kept before the first bucket, so that what a meeting may have left is known to the next.
    private Checkpoint goOn(Run run, Checkpoint own, Header theirs, int lines) {
        if (!Arrays.equals(theirs.setCommitment().toArray(), own.sets().peer())) {
            throw run.misbehaved("it would go on with another set than it had committed to");
        }
        int done = own.matches().size();
        if (Math.abs(theirs.done() - done) > own.lines()) {
            throw run.misbehaved("it says that it has done " + theirs.done() + " buckets, of " + done);
        }
        Checkpoint at = own.backTo((int) Math.min(theirs.done(), done)).atATime(Math.max(own.lines(), lines));
        at.write(kept);
        return at;
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
                .u32(work.atATime())
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
                    || read.atATime() > BucketWork.MOST_AT_A_TIME) {
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
}
