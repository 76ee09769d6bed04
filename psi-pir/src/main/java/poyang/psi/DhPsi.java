package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Scalar;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Private set intersection by commutative masking on the SM2 curve, semi-honest.
///
/// ```
/// receiver R with X, secret a                 sender S with Y, secret b
///   header: protocol, version, |X|      ↔       header: protocol, version, |Y|
///   H(x)^a for x in X, secret order     →
///                                       ←       H(y)^b for y in Y, secret order
///                                       ←       T(H(x)^ab), in the order received
///   tags T(H(y)^ba); equal tags are the common keys
/// ```
///
/// H hashes to the curve as in RFC 9380, so nobody knows discrete logarithms between two hashes; with
/// H(x) = h(x)·G one masked point would give all others, and a dictionary would open the sets. T is
/// SM3 cut to 128 bits: keys that differ meet with probability at most |X|·|Y|·2^-128, which is below
/// 2^-40 up to 2^44 keys on each side.
///
/// - rejects: a header of another protocol, version, role or an impossible count; a frame of a length
///   that the counts do not give; bytes that are no points of the curve: `PEER_MISBEHAVED`
/// - secrecy: under decisional Diffie–Hellman with H as a random oracle the receiver sees random points
///   for keys outside the intersection, the sender sees random points only; the orders are permuted
///   by secret permutations. Running time depends on the numbers and lengths of keys
/// - cost: 3 rounds, |X|·33 + |Y|·33 + |X|·16 bytes and two headers; |X| + |Y| multiplications and
///   decodings in each party, and one hash to the curve for each own key
/// - network: both parties may have one frame under way before either receives, so the network must
///   hold one frame of {@link CollisionProtocol#frameBytes} in each direction
/// - source: Meadows, IEEE S&P 1986; Huberman, Franklin, Hogg, ACM EC 1999, section 3
public final class DhPsi {
    private static final CollisionProtocol PROTOCOL = CollisionProtocol.DH_SM2;
    private static final byte[] DOMAIN = "POYANG-V01-PSI-SM2_XMD:SM3_SSWU_RO_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TAG_DOMAIN = "poyang.dh-psi.tag.v1".getBytes(StandardCharsets.US_ASCII);
    private static final String HEADER_DOMAIN = "poyang.dh-psi.header.v1";
    /// The tags of one run must fit one array.
    private static final int LARGEST_SET = 100_000_000;

    private final PartyNetwork network;
    private final PartyId peer;
    private final RandomSource random;
    private final Progress progress;
    private final KeySet keys;
    private final int[] order;
    private final boolean receives;

    private DhPsi(
            boolean receives, KeySet keys, PartyNetwork network, PartyId peer, RandomSource random, Progress progress) {
        this.receives = receives;
        this.keys = keys;
        this.network = network;
        this.peer = peer;
        this.random = random;
        this.progress = progress;
        order = permutation(keys.size(), random.fork("order"));
    }

    /// What a receiver has at the end.
    ///
    /// @param matches numbers of the own keys that the other side has too, ascending
    /// @param peerKeys how many different keys the other side has
    public record Intersection(IntList matches, int peerKeys) {}

    /// Runs the receiver's side to its end.
    public static Intersection receive(
            KeySet keys, PartyNetwork network, PartyId peer, RandomSource random, Progress progress) {
        return new DhPsi(true, keys, network, peer, random, progress).receive();
    }

    /// Runs the sender's side to its end; gives the number of the receiver's keys, all that it learns.
    public static int send(KeySet keys, PartyNetwork network, PartyId peer, RandomSource random, Progress progress) {
        return new DhPsi(false, keys, network, peer, random, progress).send();
    }

    private Intersection receive() {
        int peerKeys = exchangeHeaders();
        try (Sm2Scalar secret = Sm2Scalar.random(random.fork("scalar"))) {
            byte[][] masked = exchangeMasked(secret, peerKeys);
            TagSet theirs = new TagSet(peerKeys);
            for (int i = 0; i < masked.length; i++) {
                theirs.addAll(tags(Sm2Group.multiply(points(masked[i]), secret)));
                masked[i] = new byte[0];
                progress.at(Progress.Phase.EXCHANGING, done(i, peerKeys), peerKeys);
            }
            return new Intersection(match(theirs), peerKeys);
        }
    }

    private IntList match(TagSet theirs) {
        int[] found = new int[keys.size()];
        int count = 0;
        for (int chunk = 0; chunk < PROTOCOL.chunks(keys.size()); chunk++) {
            byte[] tags = frame("tags", width(chunk, keys.size()) * CollisionProtocol.TAG_BYTES);
            for (int i = 0; i < tags.length / CollisionProtocol.TAG_BYTES; i++) {
                if (theirs.contains(tags, i * CollisionProtocol.TAG_BYTES)) {
                    found[count++] = order[chunk * PROTOCOL.chunkPoints() + i];
                }
            }
            progress.at(Progress.Phase.MATCHING, done(chunk, keys.size()), keys.size());
        }
        int[] matches = Arrays.copyOf(found, count);
        Arrays.sort(matches);
        return IntList.of(matches);
    }

    private int send() {
        int peerKeys = exchangeHeaders();
        try (Sm2Scalar secret = Sm2Scalar.random(random.fork("scalar"))) {
            byte[][] masked = exchangeMasked(secret, peerKeys);
            for (int i = 0; i < masked.length; i++) {
                network.send(peer, tags(Sm2Group.multiply(points(masked[i]), secret)));
                masked[i] = new byte[0];
                progress.at(Progress.Phase.EXCHANGING, done(i, peerKeys), peerKeys);
            }
        }
        return peerKeys;
    }

    private int exchangeHeaders() {
        network.send(
                peer,
                new CanonicalWriter(HEADER_DOMAIN)
                        .u32(PROTOCOL.id())
                        .u32(PROTOCOL.version())
                        .flag(receives)
                        .u64(keys.size())
                        .toArray());
        byte[] header = network.receive(peer);
        try {
            CanonicalReader in = new CanonicalReader(HEADER_DOMAIN, header);
            long id = in.u32();
            long version = in.u32();
            boolean peerReceives = in.flag();
            long count = in.u64();
            in.end();
            if (id != PROTOCOL.id()
                    || version != PROTOCOL.version()
                    || peerReceives == receives
                    || count < 0
                    || count > LARGEST_SET) {
                throw misbehaved("its header names another protocol, version, role or an impossible count");
            }
            return (int) count;
        } catch (PoyangException e) {
            if (e.code().equals(KernelErrors.BAD_ENCODING)) {
                throw misbehaved("its header is malformed");
            }
            throw e;
        }
    }

    /// Sends the own masked set and collects the other's, chunk by chunk in turn.
    private byte[][] exchangeMasked(Sm2Scalar secret, int peerKeys) {
        long own = PROTOCOL.chunks(keys.size());
        byte[][] theirs = new byte[(int) PROTOCOL.chunks(peerKeys)][];
        for (int chunk = 0; chunk < Math.max(own, theirs.length); chunk++) {
            if (chunk < own) {
                int from = chunk * PROTOCOL.chunkPoints();
                int to = from + width(chunk, keys.size());
                long[] hashed = Sm2Group.hashToCurve(keys.keys(order, from, to), DOMAIN);
                network.send(peer, Sm2Group.encode(Sm2Group.multiply(hashed, secret)));
                progress.at(Progress.Phase.MASKING, to, keys.size());
            }
            if (chunk < theirs.length) {
                theirs[chunk] = frame("masked keys", width(chunk, peerKeys) * CollisionProtocol.POINT_BYTES);
            }
        }
        return theirs;
    }

    private long[] points(byte[] encoded) {
        Optional<long[]> points = Sm2Group.decode(encoded);
        return points.orElseThrow(() -> misbehaved("its masked keys are no points of the curve"));
    }

    private byte[] frame(String what, int bytes) {
        byte[] frame = network.receive(peer);
        if (frame.length != bytes) {
            throw misbehaved("its frame of " + what + " has " + frame.length + " bytes instead of " + bytes);
        }
        return frame;
    }

    private PoyangException misbehaved(String wrong) {
        return new PoyangException(
                KernelErrors.PEER_MISBEHAVED,
                "the other party " + peer + " broke the protocol " + PROTOCOL.name() + ": " + wrong,
                "run the job again with a party that follows the protocol");
    }

    private static byte[] tags(long[] points) {
        byte[] encoded = Sm2Group.encode(points);
        int count = encoded.length / CollisionProtocol.POINT_BYTES;
        byte[] tags = new byte[count * CollisionProtocol.TAG_BYTES];
        Sm3 hash = new Sm3();
        for (int i = 0; i < count; i++) {
            byte[] digest = hash.update(TAG_DOMAIN)
                    .update(encoded, i * CollisionProtocol.POINT_BYTES, CollisionProtocol.POINT_BYTES)
                    .digest();
            System.arraycopy(digest, 0, tags, i * CollisionProtocol.TAG_BYTES, CollisionProtocol.TAG_BYTES);
        }
        return tags;
    }

    private static int width(int chunk, int total) {
        return Math.min(PROTOCOL.chunkPoints(), total - chunk * PROTOCOL.chunkPoints());
    }

    private static long done(int chunk, int total) {
        return Math.min(total, (chunk + 1L) * PROTOCOL.chunkPoints());
    }

    /// A uniform permutation of 0 … count−1 (Durstenfeld, CACM 7 (1964), algorithm 235).
    private static int[] permutation(int count, RandomSource random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            order[i] = i;
        }
        for (int i = count - 1; i > 0; i--) {
            int j = (int) Math.unsignedMultiplyHigh(random.nextLong(), i + 1L);
            int moved = order[i];
            order[i] = order[j];
            order[j] = moved;
        }
        return order;
    }
}
