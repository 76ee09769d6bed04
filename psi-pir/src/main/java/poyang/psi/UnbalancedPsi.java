package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import poyang.crypto.Sm3;
import poyang.crypto.curve.Curve25519;
import poyang.crypto.curve.Curve25519Scalar;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A small set against a large one that was prepared once: the online cost grows with the small set only.
///
/// ```
/// server S with Y, lasting secret b             client C with X, fresh secret a
///   once: table of T(H(y)^b)            →       keeps the signed table ({@link PreparedSet})
///   each time:
///                                       ←       version, |X|, H(x)^a for x in X
///   (H(x)^a)^b, in the order received   →
///                                               T of these, raised to 1/a, looked up in the table
/// ```
///
/// H(x)^b is an oblivious pseudorandom function of x under b: whoever has the table and not b learns of keys it
/// did not ask for nothing but their number. The server sees random points.
///
/// - rejects: another version, more keys than the server allows, frames of other lengths, points that are none or of
///   small order: `PEER_MISBEHAVED`; frames that changed on their way
/// - secrecy: semi-honest parties, under the one-more gap Diffie–Hellman assumption on Curve25519 with H and T as
///   random oracles. A client that breaks the protocol gets b-th powers of as many points as it said: one
///   key tested for each. As b lasts, clients that collude add up their questions; the server bounds them by
///   version. A server that breaks the protocol can make matches fail, and sees nothing. A client without a
///   match is told from others by nothing that it sends. The client's time does not depend on its secrets
/// - errors: with q keys asked for under one version a key that is not there is taken for there with probability
///   at most 2^-42, q being what the table was prepared for
/// - cost: client 2 multiplications and one hash to the curve a key, server one; 64 bytes a key; 1 round in chunks.
///   Preparing: one multiplication and one hash to the curve a key of the server
/// - source: Jarecki, Liu, "Fast secure computation of set intersection", SCN 2010; the precomputed table: Kiss,
///   Liu, Schneider, Asokan, Pinkas, "Private set intersection for unequal set sizes", PoPETs 2017, section 4
public final class UnbalancedPsi {
    private static final String NAME = "unbalanced";
    private static final String HEADER_DOMAIN = "poyang.psi.unbalanced.header.v1";
    private static final int HEADER_BYTES = 4 + HEADER_DOMAIN.length() + 8 + 8;
    private static final byte[] TAG_DOMAIN = "poyang.unbalanced.tag.v1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CURVE_DOMAIN =
            "POYANG-V01-UPSI-curve25519_XMD:SHA-512_ELL2_RO_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ITEM_SEED = "poyang.psi.unbalanced.items.v1".getBytes(StandardCharsets.US_ASCII);
    private static final int CHUNK_POINTS = 512;
    /// Keys that are prepared, and kept, at a time: some four seconds of a core.
    private static final int SLICE_KEYS = 1 << 16;

    private UnbalancedPsi() {}

    /// Prepares a set under a secret key.
    ///
    /// @param key the server's lasting secret, always the same source for one version
    /// @param version counts up with each change of set or key
    /// @param questions keys that all clients together may ask for under this version
    public static PreparedSet prepare(
            CollisionInput set, RandomSource key, long version, long questions, Workers workers) {
        return prepare(set, key, version, questions, workers, (_, made) -> made.get(), (_, _, _) -> {});
    }

    /// The same, keeping each {@link PreparedSlices slice} of the set in a folder: interrupted, it goes on with the
    /// first slice that is missing. The folder is its owner's alone, and may be emptied once the set is signed.
    public static PreparedSet prepare(
            CollisionInput set,
            RandomSource key,
            long version,
            long questions,
            Workers workers,
            DiskFolder folder,
            Progress progress) {
        return prepare(set, key, version, questions, workers, new PreparedSlices(folder, SLICE_KEYS), progress);
    }

    /// Takes away the slices that were kept while a set of so many keys was prepared.
    static void forgetSlices(DiskFolder folder, int keys) {
        for (int from = 0; from < keys; from += SLICE_KEYS) {
            folder.delete(PreparedSlices.file(from));
        }
    }

    /// Where the tags of a slice come from: from where they are kept, else made.
    @FunctionalInterface
    interface Slices {
        long[] of(PreparedSlices.Slice slice, Supplier<long[]> made);

        /// How many keys a slice has.
        default int keys() {
            return SLICE_KEYS;
        }
    }

    static PreparedSet prepare(
            CollisionInput set,
            RandomSource key,
            long version,
            long questions,
            Workers workers,
            Slices slices,
            Progress progress) {
        progress.at(Progress.Phase.HASHING, 0, set.size());
        Items items = set.items(ITEM_SEED, workers);
        long[] tags = new long[2 * items.size()];
        try (Curve25519Scalar secret = Curve25519Scalar.random(key)) {
            for (int from = 0; from < items.size(); from += slices.keys()) {
                progress.at(Progress.Phase.MASKING, from, items.size());
                int first = from;
                int count = Math.min(slices.keys(), items.size() - from);
                long[] some = slices.of(new PreparedSlices.Slice(items, first, count, secret), () -> {
                    long[] made = new long[2 * count];
                    workers.each(chunks(count), chunk -> {
                        int start = chunk * CHUNK_POINTS;
                        int width = Math.min(CHUNK_POINTS, count - start);
                        long[] part = tags(masked(items, first + start, width, secret));
                        System.arraycopy(part, 0, made, 2 * start, part.length);
                    });
                    return made;
                });
                System.arraycopy(some, 0, tags, 2 * from, some.length);
            }
        }
        int bits = OkvsShape.STATISTICAL_BITS
                + (int) Math.ceil(OkvsShape.logarithm(set.size()) + OkvsShape.logarithm((double) questions));
        int tagBits = Math.min(128, bits);
        return new PreparedSet(version, items.size(), tagBits, TagTable.of(tags, tagBits));
    }

    /// What a client's questions cost, with the header and the comparison of all frames; exact.
    public static Cost cost(long keys) {
        long chunks = (keys + CHUNK_POINTS - 1) / CHUNK_POINTS;
        long points = keys * Curve25519.POINT_BYTES;
        int frame = (int) Math.max(HEADER_BYTES, Math.min(keys, CHUNK_POINTS) * Curve25519.POINT_BYTES);
        return new Cost(
                chunks + 2,
                HEADER_BYTES + points + Sm3.DIGEST_BYTES,
                chunks + 1,
                points + Sm3.DIGEST_BYTES,
                frame,
                Math.toIntExact(chunks + 2));
    }

    /// Asks about a set, with a table that was verified; gives the numbers of the keys that the server has.
    public static IntList ask(CollisionInput set, PreparedSet prepared, CollisionSession session) {
        Run run = Run.of(NAME, true, session);
        run.at(Progress.Phase.HASHING, 0, set.size());
        Items items = set.items(ITEM_SEED, session.workers());
        run.at(Progress.Phase.EXCHANGING, 0, items.size());
        run.send(new CanonicalWriter(HEADER_DOMAIN)
                .u64(prepared.version())
                .u64(items.size())
                .toArray());
        int[] found = new int[items.size()];
        int count = 0;
        try (Curve25519Scalar secret = Curve25519Scalar.random(run.random("scalar"));
                Curve25519Scalar inverse = secret.inverse()) {
            for (int chunk = 0; chunk <= chunks(items.size()); chunk++) {
                if (chunk < chunks(items.size())) {
                    int start = chunk * CHUNK_POINTS;
                    run.send(masked(items, start, Math.min(CHUNK_POINTS, items.size() - start), secret));
                }
                if (chunk > 0) {
                    int from = (chunk - 1) * CHUNK_POINTS;
                    int width = Math.min(CHUNK_POINTS, items.size() - from);
                    long[] tags = tags(raised(run.frame("answers", width * Curve25519.POINT_BYTES), inverse, run));
                    for (int i = 0; i < width; i++) {
                        if (prepared.contains(tags[2 * i], tags[2 * i + 1])) {
                            found[count++] = from + i;
                        }
                    }
                    run.at(Progress.Phase.EXCHANGING, from + width, items.size());
                }
            }
        }
        run.confirm();
        return IntList.of(Arrays.copyOf(found, count));
    }

    /// Answers one client; gives the number of keys it asked for.
    ///
    /// @param key as for {@link #prepare}
    /// @param most keys that this client may ask for
    public static long answer(RandomSource key, long version, long most, CollisionSession session) {
        Run run = Run.of(NAME, false, session);
        long count = readHeader(run, version, most);
        try (Curve25519Scalar secret = Curve25519Scalar.random(key)) {
            for (int chunk = 0; chunk < chunks((int) count); chunk++) {
                int width = (int) Math.min(CHUNK_POINTS, count - (long) chunk * CHUNK_POINTS);
                run.send(raised(run.frame("masked keys", width * Curve25519.POINT_BYTES), secret, run));
                run.at(Progress.Phase.EXCHANGING, (long) chunk * CHUNK_POINTS + width, count);
            }
        }
        run.confirm();
        return count;
    }

    private static long readHeader(Run run, long version, long most) {
        try {
            CanonicalReader in = new CanonicalReader(HEADER_DOMAIN, run.frame("the header", HEADER_BYTES));
            long asked = in.u64();
            long count = in.u64();
            in.end();
            if (asked != version) {
                throw run.misbehaved("it asks about version " + asked + ", the set has version " + version);
            }
            if (count < 0 || count > most || count > Integer.MAX_VALUE) {
                throw run.misbehaved("it asks about " + count + " keys, " + most + " are allowed");
            }
            return count;
        } catch (PoyangException e) {
            if (e.code().equals(KernelErrors.BAD_ENCODING)) {
                throw run.misbehaved("its header is malformed");
            }
            throw e;
        }
    }

    /// H(x)^secret of some keys.
    private static byte[] masked(Items items, int from, int width, Curve25519Scalar secret) {
        byte[] messages = new byte[width * Items.BYTES];
        for (int i = 0; i < width; i++) {
            items.copy(from + i, messages, i * Items.BYTES);
        }
        return Curve25519.multiply(Curve25519.hashToCurve(messages, Items.BYTES, width, CURVE_DOMAIN), secret)
                .orElseThrow();
    }

    private static byte[] raised(byte[] points, Curve25519Scalar secret, Run run) {
        return Curve25519.multiply(points, secret)
                .orElseThrow(() -> run.misbehaved("it sent what are no points of the curve, or of small order"));
    }

    /// 128 bits of T for each point.
    private static long[] tags(byte[] points) {
        int count = points.length / Curve25519.POINT_BYTES;
        int length = TAG_DOMAIN.length + Curve25519.POINT_BYTES;
        byte[] messages = new byte[count * length];
        for (int i = 0; i < count; i++) {
            System.arraycopy(TAG_DOMAIN, 0, messages, i * length, TAG_DOMAIN.length);
            System.arraycopy(
                    points,
                    i * Curve25519.POINT_BYTES,
                    messages,
                    i * length + TAG_DOMAIN.length,
                    Curve25519.POINT_BYTES);
        }
        byte[] digests = Sm3.digestMany(messages, length, count);
        long[] tags = new long[2 * count];
        for (int i = 0; i < count; i++) {
            tags[2 * i] = Octets.get(digests, i * Sm3.DIGEST_BYTES, 8);
            tags[2 * i + 1] = Octets.get(digests, i * Sm3.DIGEST_BYTES + 8, 8);
        }
        return tags;
    }

    private static int chunks(int keys) {
        return (keys + CHUNK_POINTS - 1) / CHUNK_POINTS;
    }
}
