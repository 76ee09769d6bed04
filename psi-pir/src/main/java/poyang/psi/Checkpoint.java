package poyang.psi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
/// @param buckets digests of the files of the own buckets; none before the set is partitioned
/// @param matches digests of the files of matches of the buckets that are done
@SuppressWarnings("ArrayRecordComponent") // never changed, and handed on inside the package only
record Checkpoint(byte[] opening, byte[] seed, long peerKeys, List<byte[]> buckets, List<byte[]> matches) {
    static final ErrorCode DAMAGED = new ErrorCode("CHECKPOINT_DAMAGED", 1102, ErrorCode.Category.ENVIRONMENT);

    private static final String DOMAIN = "poyang.psi.checkpoint.v1";
    private static final String NAME = "checkpoint";

    Checkpoint {
        buckets = List.copyOf(buckets);
        matches = List.copyOf(matches);
    }

    static PoyangException damaged(Path file) {
        return new PoyangException(
                DAMAGED,
                "what an interrupted run left in " + file + " is damaged or missing",
                "delete the folder and run again from the start");
    }

    Checkpoint with(List<byte[]> newBuckets) {
        return new Checkpoint(opening, seed, peerKeys, newBuckets, matches);
    }

    /// After one more bucket.
    Checkpoint after(byte[] matchesDigest) {
        List<byte[]> more = new ArrayList<>(matches);
        more.add(matchesDigest);
        return new Checkpoint(opening, seed, peerKeys, buckets, more);
    }

    /// As it was when fewer buckets were done: the other party has no more.
    Checkpoint backTo(int done) {
        return new Checkpoint(opening, seed, peerKeys, buckets, matches.subList(0, done));
    }

    /// Are the matches of the buckets that are done as they were?
    void verifyMatches(Path folder) {
        for (int b = 0; b < matches.size(); b++) {
            Parts.read(Parts.file(folder, DiskCollision.MATCH_FILES, b), matches.get(b));
        }
    }

    void write(Path folder) {
        CanonicalWriter out =
                new CanonicalWriter(DOMAIN).bytes(opening).bytes(seed).u64(peerKeys);
        out.list(buckets, CanonicalWriter::bytes);
        out.list(matches, CanonicalWriter::bytes);
        replace(folder.resolve(NAME), out.toArray());
    }

    /// Writes content and its digest in place of a file, or leaves the file as it was.
    static void replace(Path file, byte[] content) {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        ByteBuffer all = ByteBuffer.allocate(content.length + Sm3.DIGEST_BYTES)
                .put(content)
                .put(Sm3.digest(content))
                .flip();
        try {
            try (FileChannel channel = FileChannel.open(
                    draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                while (all.hasRemaining()) {
                    channel.write(all);
                }
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Afterwards a run in this folder starts anew.
    static void forget(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What {@link #replace} wrote, when there is a file.
    static Optional<byte[]> content(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        byte[] all = Parts.read(file);
        byte[] content = Arrays.copyOf(all, Math.max(0, all.length - Sm3.DIGEST_BYTES));
        if (!Arrays.equals(Sm3.digest(content), Arrays.copyOfRange(all, content.length, all.length))) {
            throw damaged(file);
        }
        return Optional.of(content);
    }

    static Optional<Checkpoint> read(Path folder) {
        return content(folder.resolve(NAME)).map(content -> {
            CanonicalReader in = new CanonicalReader(DOMAIN, content);
            byte[] opening = in.array(Sm3.DIGEST_BYTES);
            byte[] seed = in.array(Sm3.DIGEST_BYTES);
            long peerKeys = in.u64();
            List<byte[]> buckets = digests(in);
            List<byte[]> matches = digests(in);
            in.end();
            return new Checkpoint(opening, seed, peerKeys, buckets, matches);
        });
    }

    static List<byte[]> digests(CanonicalReader in) {
        List<byte[]> digests = new ArrayList<>();
        for (long left = in.u32(); left > 0; left--) {
            digests.add(in.array(Sm3.DIGEST_BYTES));
        }
        return digests;
    }
}
