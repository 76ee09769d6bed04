package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;
import poyang.mpc.Peer;
import poyang.mpc.ot.BaseOt;
import poyang.mpc.ot.OtExtension;

/// Sums of the sender's values over the common keys, and how many there are; no key and no value is opened.
///
/// ```
/// receiver R with X                             sender S with Y and values t_y
///   H(x)^a, shuffled                    ↔       H(y)^b, shuffled: y_1 … y_n
///                                       ←       tags of H(x)^(ab), shuffled: R sees which i are common, bits e_i
///   columns of an oblivious transfer    →       extension with the bits e_i: R has rows v_i, S has w_i, u_i
///                                               v_i = w_i where e_i = 0, u_i where e_i = 1
///   Σ (F(v_i) + e_i·d_i) + s            ←       d_i = F(w_i) + t_i − F(u_i) for each i, s = −Σ F(w_i)
/// ```
///
/// For e_i = 1 the term is F(w_i) + t_i, for e_i = 0 it is F(w_i): what is left is Σ e_i·t_i modulo 2^64. A key
/// that stands in several rows of S counts once, and brings the sum of its rows' values: whoever wants numbers
/// of rows takes 1 for each row. Counts over the matches are sums of zeros and ones.
///
/// - rejects: frames of other lengths, no points of the curve, frames that changed on their way: `PEER_MISBEHAVED`
/// - secrecy: semi-honest parties. R learns the number of common keys, as in `dh-sm2-size`, and each sum; what it
///   sees of values is under F, SM3 of a row that it lacks, or the one total. S learns |X|: the bits e_i are
///   hidden as the columns of {@link OtExtension} are. A sum of one or two keys is nearly a value: below `least`
///   keys R chooses no key at all and has no sums, which S cannot tell from any other run. That is R's own
///   rule, kept by an honest R
/// - errors: those of the tags, 2^-40; sums are exact in 64 bits, two's complement, and wrap around beyond
/// - cost: {@link #cost}; to that of `dh-sm2-size` 16 bytes for each key of S from R, and 8 for each and column from
/// S
/// - source: the size: Agrawal, Evfimievski, Srikant, ACM SIGMOD 2003; the sum as Ion et al., "On deploying secure
///   computation: private intersection-sum-with-cardinality", IEEE EuroS&P 2020. Departure: the sum by
///   correlated transfers (Gilboa, CRYPTO 1999; Asharov et al., ACM CCS 2013) in the place of homomorphic encryption
public final class CollisionSum {
    /// As many sums as a digest has words.
    public static final int MOST_COLUMNS = 4;

    private static final byte[] MASK_DOMAIN = "psi.sum.".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SESSION_DOMAIN = "poyang.psi.sum.v1".getBytes(StandardCharsets.US_ASCII);
    private static final int MASK_BYTES = 8 + 16 + 4 + 16;
    private static final int CHUNK = 4096;
    private static final String TRANSFERS = "sum transfers";

    private final CollisionProtocol protocol;
    private final DhPsi masking;
    private final Run run;
    private final int columns;
    private final byte[] ot;

    private CollisionSum(CollisionProtocol protocol, Run run, int columns) {
        Bug.unless(columns >= 1 && columns <= MOST_COLUMNS, "one to four sums come of a run");
        this.protocol = protocol;
        masking = new DhPsi(protocol.group());
        this.run = run;
        this.columns = columns;
        ot = Sm3.digest(SESSION_DOMAIN, run.seed());
    }

    /// What the receiver has in the end.
    ///
    /// @param matches common keys
    /// @param sums one for each column, none when there are fewer matches than were asked for
    /// @param peerKeys different keys of the sender
    public record Sums(long matches, List<Long> sums, long peerKeys) {
        public Sums {
            sums = List.copyOf(sums);
        }
    }

    /// Runs the receiver's side.
    ///
    /// @param protocol one of those for sums
    /// @param columns values of a key, as many as the sender brings
    /// @param least matches below which there is no sum
    public static Sums receive(
            CollisionProtocol protocol, CollisionInput input, int columns, long least, CollisionSession session) {
        Run run = Run.open(protocol, true, input.size(), session);
        Sums sums = new CollisionSum(protocol, run, columns).receive(input, least);
        run.confirm();
        return sums;
    }

    /// Runs the sender's side; gives the number of the receiver's keys, all that it learns.
    ///
    /// @param protocol as the receiver's
    /// @param values those of key i from i·columns on
    public static long send(
            CollisionProtocol protocol, CollisionInput input, long[] values, int columns, CollisionSession session) {
        Bug.unless(values.length == columns * input.size(), "every key has a value in each column");
        Run run = Run.open(protocol, false, input.size(), session);
        new CollisionSum(protocol, run, columns).send(input, values);
        run.confirm();
        return run.peerKeys();
    }

    /// What a run costs, exactly.
    public static Cost cost(CollisionProtocol protocol, long receiverKeys, long senderKeys, int columns) {
        Cost sizes = protocol.cost(receiverKeys, senderKeys);
        if (receiverKeys == 0 || senderKeys == 0) {
            return sizes;
        }
        int transfers = OtExtension.messageBytes((int) senderKeys);
        long answer = answerBytes(senderKeys, columns);
        return sizes.plus(new Cost(
                1 + Peer.frames(transfers),
                (long) BaseOt.SENDER_BYTES + transfers,
                1 + Peer.frames(answer),
                BaseOt.receiverBytes(OtExtension.BASE) + answer,
                Peer.FRAME_BYTES,
                3));
    }

    private static long answerBytes(long senderKeys, int columns) {
        return (long) Long.BYTES * columns * (senderKeys + 1);
    }

    // ---- receiver --------------------------------------------------------------------------------------

    private Sums receive(CollisionInput input, long least) {
        Items items = input.items(run.seed(), run.workers());
        int theirs = (int) run.peerKeys();
        int[] order = Orders.permutation(items.size(), run.random("order"));
        int tagBytes = Tags.bytes(items.size(), theirs);
        byte[] common = new byte[theirs];
        try (MaskingGroup.Mask mask = masking.group.mask(run.random("scalar"))) {
            byte[][] masked = masking.exchangeMasked(items, order, mask, theirs, run);
            byte[][] tags = new byte[masked.length][];
            for (int i = 0; i < masked.length; i++) {
                tags[i] = masking.tags(masking.again(masked[i], mask, run), tagBytes);
                masked[i] = new byte[0];
                run.at(Progress.Phase.EXCHANGING, DhPsi.done(i, theirs), theirs);
            }
            Tags own = new Tags(items.size(), tagBytes);
            for (int chunk = 0; chunk < DhPsi.chunks(items.size()); chunk++) {
                own.addAll(run.frame("tags", DhPsi.width(chunk, items.size()) * tagBytes));
            }
            int at = 0;
            for (byte[] chunk : tags) {
                for (int from = 0; from < chunk.length; from += tagBytes) {
                    common[at++] = (byte) (own.contains(chunk, from) ? 1 : 0);
                }
            }
        }
        long matches = 0;
        for (byte bit : common) {
            matches += bit;
        }
        boolean told = matches >= least;
        if (!told) {
            Arrays.fill(common, (byte) 0);
        }
        long[] sums = items.size() == 0 || theirs == 0 ? new long[columns] : sums(common);
        List<Long> list = new ArrayList<>();
        for (int c = 0; told && c < columns; c++) {
            list.add(sums[c]);
        }
        return new Sums(matches, list, theirs);
    }

    private long[] sums(byte[] common) {
        run.at(Progress.Phase.MATCHING, 0, common.length);
        Peer peer = new Peer(run.network(), run.peer(), protocol.name());
        byte[][] seeds;
        try (BaseOt.Sender base = new BaseOt.Sender(run.random("base"))) {
            peer.send(base.message());
            byte[] points = peer.receive("base transfers", BaseOt.receiverBytes(OtExtension.BASE));
            seeds = base.seeds(ot, OtExtension.BASE, points, peer);
        }
        OtExtension.Receiver extension = new OtExtension.Receiver(seeds, common, TRANSFERS, run.random("transfers"));
        peer.send(extension.message());
        long[] masks = masks(extension.rows(), 0, 0, common.length);
        byte[] answer = peer.receive("values", (int) answerBytes(common.length, columns));
        long[] sums = new long[columns];
        for (int i = 0; i < common.length; i++) {
            long chosen = -(long) common[i];
            for (int c = 0; c < columns; c++) {
                int at = columns * i + c;
                sums[c] += masks[at] + (chosen & Octets.get(answer, Long.BYTES * at, Long.BYTES));
            }
        }
        for (int c = 0; c < columns; c++) {
            sums[c] += Octets.get(answer, Long.BYTES * (columns * common.length + c), Long.BYTES);
        }
        return sums;
    }

    // ---- sender ----------------------------------------------------------------------------------------

    private void send(CollisionInput input, long[] values) {
        Items items = input.items(run.seed(), run.workers());
        int theirs = (int) run.peerKeys();
        int[] order = Orders.permutation(items.size(), run.random("order"));
        new DhPsiSize(masking.group).send(items, order, theirs, run);
        if (items.size() == 0 || theirs == 0) {
            return;
        }
        run.at(Progress.Phase.MATCHING, 0, items.size());
        Peer peer = new Peer(run.network(), run.peer(), protocol.name());
        byte[] choices = bits(run.random("choices"));
        byte[][] seeds;
        byte[] key = peer.receive("base transfers", BaseOt.SENDER_BYTES);
        try (BaseOt.Receiver base = new BaseOt.Receiver(ot, choices, run.random("base"))) {
            peer.send(base.message());
            seeds = base.seeds(key, peer);
        }
        byte[] message = peer.receive("transfers", OtExtension.messageBytes(items.size()));
        long[] rows = new OtExtension.Sender(choices, seeds, items.size(), TRANSFERS, message).rows();
        peer.send(answer(rows, choices, order, values));
    }

    private byte[] answer(long[] rows, byte[] choices, int[] order, long[] values) {
        long low = 0;
        long high = 0;
        for (int j = 0; j < Long.SIZE; j++) {
            low |= (long) choices[j] << j;
            high |= (long) choices[Long.SIZE + j] << j;
        }
        int count = order.length;
        long[] zero = masks(rows, 0, 0, count);
        long[] one = masks(rows, low, high, count);
        byte[] answer = new byte[(int) answerBytes(count, columns)];
        long[] total = new long[columns];
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < columns; c++) {
                int at = columns * i + c;
                long value = values[columns * order[i] + c];
                Octets.put(answer, Long.BYTES * at, zero[at] + value - one[at], Long.BYTES);
                total[c] -= zero[at];
            }
        }
        for (int c = 0; c < columns; c++) {
            Octets.put(answer, Long.BYTES * (columns * count + c), total[c], Long.BYTES);
        }
        return answer;
    }

    private static byte[] bits(RandomSource random) {
        byte[] bytes = random.bytes(OtExtension.BASE / 8);
        byte[] bits = new byte[OtExtension.BASE];
        for (int j = 0; j < bits.length; j++) {
            bits[j] = (byte) (bytes[j >> 3] >>> (j & 7) & 1);
        }
        return bits;
    }

    // ---- both ------------------------------------------------------------------------------------------

    /// F of each row, plus a key: as many words as there are columns.
    private long[] masks(long[] rows, long low, long high, int count) {
        long[] masks = new long[columns * count];
        run.workers().each((count + CHUNK - 1) / CHUNK, chunk -> {
            int from = chunk * CHUNK;
            int width = Math.min(CHUNK, count - from);
            byte[] messages = new byte[width * MASK_BYTES];
            for (int i = 0; i < width; i++) {
                int at = i * MASK_BYTES;
                System.arraycopy(MASK_DOMAIN, 0, messages, at, MASK_DOMAIN.length);
                System.arraycopy(ot, 0, messages, at + 8, 16);
                Octets.put(messages, at + 24, from + i, 4);
                Octets.put(messages, at + 28, rows[2 * (from + i)] ^ low, Long.BYTES);
                Octets.put(messages, at + 36, rows[2 * (from + i) + 1] ^ high, Long.BYTES);
            }
            byte[] digests = Sm3.digestMany(messages, MASK_BYTES, width);
            for (int i = 0; i < width; i++) {
                for (int c = 0; c < columns; c++) {
                    masks[columns * (from + i) + c] =
                            Octets.get(digests, i * Sm3.DIGEST_BYTES + Long.BYTES * c, Long.BYTES);
                }
            }
        });
        return masks;
    }

    @Override
    public String toString() {
        return "CollisionSum[" + columns + "]";
    }
}
