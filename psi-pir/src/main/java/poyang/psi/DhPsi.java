package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import poyang.crypto.Sm3;

/// Private set intersection by commutative masking, semi-honest.
///
/// ```
/// receiver R with X, secret a                 sender S with Y, secret b
///   H(x)^a for x in X, secret order     →
///                                       ←       H(y)^b for y in Y, secret order
///                                       ←       T(H(x)^ab), in the order received
///   tags T(H(y)^ba); equal tags are the common keys
/// ```
///
/// H hashes to the curve as in RFC 9380, so nobody knows discrete logarithms between two hashes; with
/// H(x) = h(x)·G one masked point would give all others, and a dictionary would open the sets. T is
/// SM3 cut as {@link Tags} says: a key that only one side has is taken for common with probability at most
/// 2^-40 in a whole run.
///
/// On Curve25519 a point stands for itself and its negative: H(x) and H(y) of different keys agree up to the
/// sign with probability 2^-251.
///
/// - rejects: a frame of a length that the counts do not give; bytes that are no points, or points of small
///   order: `PEER_MISBEHAVED`
/// - secrecy: under decisional Diffie–Hellman with H as a random oracle the receiver sees random points
///   for keys outside the intersection, the sender sees random points only; the orders are permuted
///   by secret permutations. Running time depends on the numbers of keys
/// - cost: 2 rounds, a point for each key and a tag for each key of the receiver; |X| + |Y| multiplications
///   and decodings in each party, and one hash to the curve for each own key
/// - source: Meadows, IEEE S&P 1986; Huberman, Franklin, Hogg, ACM EC 1999, section 3
final class DhPsi implements CollisionProtocol.Engine {
    private static final byte[] TAG_DOMAIN = "poyang.dh-psi.tag.v2".getBytes(StandardCharsets.US_ASCII);
    static final int CHUNK_POINTS = 4096;
    private static final int PART_POINTS = 512;

    final MaskingGroup group;

    DhPsi(MaskingGroup group) {
        this.group = group;
    }

    @Override
    public Cost cost(long receiverKeys, long senderKeys) {
        int tag = Tags.bytes(receiverKeys, senderKeys);
        return new Cost(
                chunks(receiverKeys),
                group.pointBytes() * receiverKeys,
                chunks(senderKeys) + chunks(receiverKeys),
                group.pointBytes() * senderKeys + tag * receiverKeys,
                CHUNK_POINTS * group.pointBytes(),
                2);
    }

    @Override
    public int[] receive(Items items, long peerItems, Run run) {
        int[] order = Orders.permutation(items.size(), run.random("order"));
        int tagBytes = Tags.bytes(items.size(), peerItems);
        try (MaskingGroup.Mask mask = group.mask(run.random("scalar"))) {
            byte[][] masked = exchangeMasked(items, order, mask, (int) peerItems, run);
            Tags theirs = new Tags((int) peerItems, tagBytes);
            for (int i = 0; i < masked.length; i++) {
                theirs.addAll(tags(again(masked[i], mask, run), tagBytes));
                masked[i] = new byte[0];
                run.at(Progress.Phase.EXCHANGING, done(i, peerItems), peerItems);
            }
            return match(theirs, order, tagBytes, run);
        }
    }

    private static int[] match(Tags theirs, int[] order, int tagBytes, Run run) {
        int[] found = new int[order.length];
        int count = 0;
        for (int chunk = 0; chunk < chunks(order.length); chunk++) {
            int width = width(chunk, order.length);
            byte[] tags = run.frame("tags", width * tagBytes);
            for (int i = 0; i < width; i++) {
                if (theirs.contains(tags, i * tagBytes)) {
                    found[count++] = order[chunk * CHUNK_POINTS + i];
                }
            }
            run.at(Progress.Phase.MATCHING, done(chunk, order.length), order.length);
        }
        return Arrays.copyOf(found, count);
    }

    @Override
    public void send(Items items, long peerItems, Run run) {
        int[] order = Orders.permutation(items.size(), run.random("order"));
        int tagBytes = Tags.bytes(peerItems, items.size());
        try (MaskingGroup.Mask mask = group.mask(run.random("scalar"))) {
            byte[][] masked = exchangeMasked(items, order, mask, (int) peerItems, run);
            for (int i = 0; i < masked.length; i++) {
                run.send(tags(again(masked[i], mask, run), tagBytes));
                masked[i] = new byte[0];
                run.at(Progress.Phase.EXCHANGING, done(i, peerItems), peerItems);
            }
        }
    }

    /// Sends the own masked set and collects the other's, chunk by chunk in turn.
    byte[][] exchangeMasked(Items items, int[] order, MaskingGroup.Mask mask, int peerItems, Run run) {
        long own = chunks(items.size());
        byte[][] theirs = new byte[(int) chunks(peerItems)][];
        for (int chunk = 0; chunk < Math.max(own, theirs.length); chunk++) {
            if (chunk < own) {
                int from = chunk * CHUNK_POINTS;
                int width = width(chunk, items.size());
                byte[] points = new byte[width * group.pointBytes()];
                run.workers().each(parts(width), part -> {
                    int start = from + part * PART_POINTS;
                    int end = Math.min(from + width, start + PART_POINTS);
                    byte[] masked = mask.ofItems(items.bytes(order, start, end));
                    System.arraycopy(masked, 0, points, (start - from) * group.pointBytes(), masked.length);
                });
                run.send(points);
                run.at(Progress.Phase.MASKING, from + width, items.size());
            }
            if (chunk < theirs.length) {
                theirs[chunk] = run.frame("masked keys", width(chunk, peerItems) * group.pointBytes());
            }
        }
        return theirs;
    }

    /// The points raised to the own secret.
    byte[] again(byte[] points, MaskingGroup.Mask mask, Run run) {
        int bytes = group.pointBytes();
        byte[] out = new byte[points.length];
        run.workers().each(parts(points.length / bytes), part -> {
            int from = part * PART_POINTS * bytes;
            int to = Math.min(points.length, from + PART_POINTS * bytes);
            byte[] raised = mask.ofPoints(Arrays.copyOfRange(points, from, to))
                    .orElseThrow(() -> run.misbehaved("its masked keys are no points of the curve"));
            System.arraycopy(raised, 0, out, from, raised.length);
        });
        return out;
    }

    byte[] tags(byte[] points, int tagBytes) {
        int bytes = group.pointBytes();
        int count = points.length / bytes;
        int message = TAG_DOMAIN.length + bytes;
        byte[] messages = new byte[count * message];
        for (int i = 0; i < count; i++) {
            System.arraycopy(TAG_DOMAIN, 0, messages, i * message, TAG_DOMAIN.length);
            System.arraycopy(points, i * bytes, messages, i * message + TAG_DOMAIN.length, bytes);
        }
        byte[] digests = Sm3.digestMany(messages, message, count);
        byte[] tags = new byte[count * tagBytes];
        for (int i = 0; i < count; i++) {
            System.arraycopy(digests, i * Sm3.DIGEST_BYTES, tags, i * tagBytes, tagBytes);
        }
        return tags;
    }

    private static int parts(int points) {
        return (points + PART_POINTS - 1) / PART_POINTS;
    }

    static long chunks(long keys) {
        return (keys + CHUNK_POINTS - 1) / CHUNK_POINTS;
    }

    static int width(int chunk, int total) {
        return Math.min(CHUNK_POINTS, total - chunk * CHUNK_POINTS);
    }

    static long done(int chunk, long total) {
        return Math.min(total, (chunk + 1L) * CHUNK_POINTS);
    }
}
