package poyang.psi;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// How far a run on disk has come. Kept in one file with its digest at the end, which is replaced as a whole, so
/// a party that is killed finds it as it was before or after, never in between.
///
/// @param opening who runs what with whom: SM3 over both headers and the seed, the same for both parties
/// @param seed of the hashes
/// @param peerKeys how many keys the other party has
/// @param sets what both parties committed to
/// @param lines the most buckets that any meeting since the opening worked on at a time
/// @param buckets digests of the files of the own buckets; none before the set is partitioned
/// @param matches digests of the files of matches of the buckets that are done
@SuppressWarnings("ArrayRecordComponent") // never changed, and handed on inside the package only
record Checkpoint(
        byte[] opening, byte[] seed, long peerKeys, Sets sets, int lines, List<byte[]> buckets, List<byte[]> matches) {
    static final ErrorCode DAMAGED = new ErrorCode("CHECKPOINT_DAMAGED", 1102, ErrorCode.Category.ENVIRONMENT);

    private static final String DOMAIN = "poyang.psi.checkpoint.v3";
    private static final String NAME = "checkpoint";

    Checkpoint {
        buckets = List.copyOf(buckets);
        matches = List.copyOf(matches);
    }

    /// @param salt of the own commitment
    /// @param own commitment to the own set
    /// @param peer commitment to the other party's
    /// @param bucketKeys keys of the larger set for which a bucket is made
    @SuppressWarnings("ArrayRecordComponent") // as above
    record Sets(byte[] salt, byte[] own, byte[] peer, int bucketKeys) {}

    static PoyangException damaged(Path file) {
        return new PoyangException(
                DAMAGED,
                "what an interrupted run left in " + file + " is damaged or missing",
                "delete the folder and run again from the start");
    }

    Checkpoint with(List<byte[]> newBuckets) {
        return new Checkpoint(opening, seed, peerKeys, sets, lines, newBuckets, matches);
    }

    /// After one more bucket.
    Checkpoint after(byte[] matchesDigest) {
        List<byte[]> more = new ArrayList<>(matches);
        more.add(matchesDigest);
        return new Checkpoint(opening, seed, peerKeys, sets, lines, buckets, more);
    }

    /// With a meeting that works on so many buckets at a time.
    Checkpoint atATime(int more) {
        return new Checkpoint(opening, seed, peerKeys, sets, more, buckets, matches);
    }

    /// As it was when fewer buckets were done: the other party has no more.
    Checkpoint backTo(int done) {
        return new Checkpoint(opening, seed, peerKeys, sets, lines, buckets, matches.subList(0, done));
    }

    /// Is it of a run of this very set in buckets of this size?
    boolean of(DiskSet set, int bucketKeys) {
        return sets.bucketKeys() == bucketKeys && Arrays.equals(set.commitment(sets.salt()), sets.own());
    }

    /// The matches of the buckets that are done, as they were.
    byte[] matches(DiskFolder folder, int bucket) {
        return folder.read(Parts.file(DiskCollision.MATCH_FILES, bucket), matches.get(bucket));
    }

    void verifyMatches(DiskFolder folder) {
        for (int b = 0; b < matches.size(); b++) {
            byte[] _ = matches(folder, b);
        }
    }

    byte[] encoded() {
        CanonicalWriter out = new CanonicalWriter(DOMAIN)
                .bytes(opening)
                .bytes(seed)
                .u64(peerKeys)
                .bytes(sets.salt())
                .bytes(sets.own())
                .bytes(sets.peer())
                .u32(sets.bucketKeys())
                .u32(lines);
        out.list(buckets, CanonicalWriter::bytes);
        out.list(matches, CanonicalWriter::bytes);
        return out.toArray();
    }

    static Checkpoint decode(byte[] content) {
        CanonicalReader in = new CanonicalReader(DOMAIN, content);
        byte[] opening = in.array(Sm3.DIGEST_BYTES);
        byte[] seed = in.array(Sm3.DIGEST_BYTES);
        long peerKeys = in.u64();
        Sets sets = new Sets(
                in.array(Sm3.DIGEST_BYTES), in.array(Sm3.DIGEST_BYTES), in.array(Sm3.DIGEST_BYTES), (int) in.u32());
        int lines = (int) in.u32();
        List<byte[]> buckets = digests(in);
        List<byte[]> matches = digests(in);
        in.end();
        return new Checkpoint(opening, seed, peerKeys, sets, lines, buckets, matches);
    }

    void write(DiskFolder folder) {
        folder.replace(NAME, encoded());
    }

    /// Afterwards a run in this folder starts anew.
    static void forget(DiskFolder folder) {
        folder.delete(NAME);
    }

    static Optional<Checkpoint> read(DiskFolder folder) {
        return folder.found(NAME).map(Checkpoint::decode);
    }

    static List<byte[]> digests(CanonicalReader in) {
        List<byte[]> digests = new ArrayList<>();
        for (long left = in.u32(); left > 0; left--) {
            digests.add(in.array(Sm3.DIGEST_BYTES));
        }
        return digests;
    }
}
