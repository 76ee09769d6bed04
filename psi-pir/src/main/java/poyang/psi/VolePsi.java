package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import poyang.crypto.Sm3;
import poyang.kernel.RandomSource;
import poyang.mpc.Peer;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;
import poyang.mpc.vole.ReceiverShare;
import poyang.mpc.vole.SenderShare;
import poyang.mpc.vole.SilentVole;

/// Private set intersection from a vector oblivious linear evaluation and an oblivious key-value store.
///
/// B is the prime field or, with two limbs, its extension F; h: keys → B from the seeded hashes of
/// {@link Items}; ⟨P, x⟩ is what the store P says for x ({@link Okvs}), linear in P; T is SM3 cut to a tag.
///
/// ```
/// receiver R with X                             sender S with Y
///        silent correlation: R has A' ∈ B^m and C ∈ F^m, S has Δ ∈ F and B ∈ F^m, C = B + A'·Δ
///   [malicious:                         ←       commitment to v]
///   store P with ⟨P, x⟩ = h(x) for x ∈ X
///   A = P + A'  [malicious: and u]      →
///   [malicious:                         ←       v, opened]
///                                       ←       T(⟨K, y⟩ − Δ·h(y) + u + v, y) for y in Y, sorted; K = B + A·Δ
///   x with T(⟨C, x⟩ + u + v, x) among them are the common keys
/// ```
///
/// As K = C + P·Δ, ⟨K, y⟩ − Δ·h(y) = ⟨C, y⟩ + Δ·(⟨P, y⟩ − h(y)), which for y ∈ X is ⟨C, y⟩. Buckets
/// ({@link VolePlan}) run one after the other, each with a correlation, Δ and store of its own; the coin that
/// seeds all hashes was tossed after the sets were committed to, so nobody fits keys to buckets or columns.
///
/// **Semi-honest.** S sees A, which A' masks. R sees tags of values that hold Δ·d with d = ⟨P, y⟩ − h(y): as
/// SM3 of values with an unknown Δ of 127.9 bits they look random unless d = 0. For y ∉ X, h(y) is
/// independent of P, so that d = 0 with probability 1/|B|: over all of Y and all buckets at most |Y|/p, which is
/// 2^-40·(1 + 2^-32) at |Y| = 2^24. Beyond, B is F.
///
/// **Malicious.** The correlation is the one secure against malicious parties, B is F, tags have 128 bits.
/// A receiver's set is what it asked h for among the x with ⟨P, x⟩ = h(x), P = A − A'; of q questions outside
/// a set of m items some has d = 0 by chance with probability q·2^-127.9 at most each. It may hold up to m keys, the
/// columns of the stores, some 1.35 times the number that it said (the paper's bound). A sender's set is what it
/// asked T for. u and v are a mask that neither chose alone, so T is a fresh function in each run; v is committed to
/// before A is known, u before v is. The final comparison of all frames binds both. A receiver's guess of Δ
/// succeeds with probability q·2^-127.9.
///
/// **Errors of the whole job, all buckets together.** Correctness: buckets that overflow 2^-42, bins 2^-42,
/// stores that cannot be solved 2^-42, tags that meet 2^-42: below 2^-40 in all; the first three abort.
/// Secrecy: |Y|/p ≤ 2^-40 as above; errors of the malicious correlation below 2^-54 ({@link SilentVole}).
///
/// - rejects: frames of other lengths, elements that are not canonical, a table whose counts do not sum up, a
///   wrong opening: `PEER_MISBEHAVED`
/// - secrecy: see above; computational security 127 bits and what the code of the correlation gives. The
///   receiver's time before A depends on its keys' hashes in whether a bin has a gap, one in some ten thousand
///   bins; all other times depend on sizes
/// - cost: {@link VolePlan}; at 2^20 keys a side about 87 + 65 bits a key, and 3 for the correlation
/// - source: Raghuraman, Rindal, "Blazing fast PSI from improved OKVS and subfield VOLE", ACM CCS 2022, figures 6
///   and 7; Rindal, Schoppmann, "VOLE-PSI", EUROCRYPT 2021, figure 4 (the masks u and v). Departures: the field;
///   tags bind the item; tags travel as {@link TagTable}; seeds come from a coin
final class VolePsi implements CollisionProtocol.Engine {
    static final int MASK_BYTES = Quadratic.BYTES;
    static final int OPENING_BYTES = 2 * Quadratic.BYTES;
    static final int COMMITMENT_BYTES = Sm3.DIGEST_BYTES;

    private static final byte[] TAG_DOMAIN = "psi.tag".getBytes(StandardCharsets.US_ASCII);
    private static final int TAG_MESSAGE_BYTES = 7 + Quadratic.BYTES + 24;
    private static final int TAG_CHUNK = 4096;
    private static final int FRAME_ELEMENTS = Peer.FRAME_BYTES / Goldilocks.BYTES;
    /// 2^64 mod p
    private static final long WORD = 0xffffffffL;

    private final boolean malicious;

    private final int bucketKeys;

    VolePsi(boolean malicious, int bucketKeys) {
        this.malicious = malicious;
        this.bucketKeys = bucketKeys;
    }

    @Override
    public Cost cost(long receiverKeys, long senderKeys) {
        return plan(receiverKeys, senderKeys).cost(malicious);
    }

    @Override
    public Cost most(long receiverRows, long senderRows) {
        return VolePlan.most(receiverRows, senderRows, malicious, bucketKeys);
    }

    VolePlan plan(long receiverKeys, long senderKeys) {
        return VolePlan.of(receiverKeys, senderKeys, malicious, bucketKeys);
    }

    // ---- receiver --------------------------------------------------------------------------------------

    @Override
    public int[] receive(Items items, long peerItems, Run run) {
        VolePlan plan = plan(items.size(), peerItems);
        if (plan.buckets() == 0) {
            return new int[0];
        }
        Buckets buckets = new Buckets(items, plan.buckets(), plan.receiverRoom());
        int[] matches = new int[items.size()];
        int count = 0;
        for (int b = 0; b < plan.buckets(); b++) {
            for (int i : receiveBucket(plan, buckets.items(b), run, "bucket " + b)) {
                matches[count++] = buckets.number(b, i);
            }
            run.at(Progress.Phase.MATCHING, b + 1L, plan.buckets());
        }
        return Arrays.copyOf(matches, count);
    }

    /// Gives the numbers of the items that match.
    int[] receiveBucket(VolePlan plan, Items items, Run run, String label) {
        byte[] commitment = malicious ? run.frame("the commitment", COMMITMENT_BYTES) : new byte[0];
        run.at(Progress.Phase.PREPARING, 0, plan.correlation());
        ReceiverShare share = SilentVole.receive(
                plan.vole(malicious),
                plan.correlation(),
                run.network(),
                run.peer(),
                run.random(label + " correlation"));
        run.at(Progress.Phase.MASKING, 0, items.size());
        OkvsRows rows = new OkvsRows(plan.shape(), items);
        sendMasked(store(plan, rows), share.a(), run);
        long[] mask = malicious ? receiveMask(commitment, run, label) : new long[2];
        run.at(Progress.Phase.EXCHANGING, 0, items.size());
        long[] tags = tags(rows, Okvs.decode(rows, share.c()), mask, run.workers());
        byte[] message = receiveMessage("tags", plan.tableBytes(), run);
        run.at(Progress.Phase.MATCHING, 0, items.size());
        TagTable table = TagTable.read(message, plan.senderRoom(), plan.tagBits())
                .orElseThrow(() -> run.misbehaved("the counts of its tags do not sum up"));
        int[] found = new int[rows.size()];
        int count = 0;
        for (int row = 0; row < rows.size(); row++) {
            if (table.contains(tags[2 * row], tags[2 * row + 1])) {
                found[count++] = rows.item(row);
            }
        }
        return Arrays.copyOf(found, count);
    }

    /// P, a vector for each limb.
    static long[][] store(VolePlan plan, OkvsRows rows) {
        long[][] values = new long[plan.limbs()][rows.size()];
        for (int row = 0; row < rows.size(); row++) {
            if (plan.limbs() == 1) {
                values[0][row] = narrow(rows, row);
            } else {
                values[0][row] = Goldilocks.canonical(rows.word2(row));
                values[1][row] = Goldilocks.canonical(rows.word3(row));
            }
        }
        long[][] stores = new long[plan.limbs()][plan.shape().columns()];
        Okvs.encode(rows, values, stores);
        return stores;
    }

    /// Sends A = P + A', which takes the place of `a`: limbs of a column beside each other.
    static void sendMasked(long[][] stores, long[] a, Run run) {
        int limbs = stores.length;
        for (int limb = 0; limb < limbs; limb++) {
            for (int i = 0; i < stores[limb].length; i++) {
                int at = limbs * i + limb;
                a[at] = Goldilocks.canonical(Goldilocks.addCanonical(a[at], stores[limb][i]));
            }
        }
        for (int from = 0; from < a.length; from += FRAME_ELEMENTS) {
            int to = Math.min(a.length, from + FRAME_ELEMENTS);
            byte[] frame = new byte[(to - from) * Goldilocks.BYTES];
            Octets.putAll(frame, a, from, to);
            run.send(frame);
        }
    }

    /// h(x) in the prime field: 128 hash bits modulo p.
    private static long narrow(OkvsRows rows, int row) {
        return reduced(rows.word2(row), rows.word3(row));
    }

    /// 128 bits modulo p.
    static long reduced(long high, long low) {
        return Goldilocks.canonical(Goldilocks.add(Goldilocks.multiply(high, WORD), low));
    }

    private static long[] receiveMask(byte[] commitment, Run run, String label) {
        byte[] own = run.random(label + " mask").bytes(MASK_BYTES);
        run.send(own.clone());
        byte[] opening = run.frame("the opened mask", OPENING_BYTES);
        if (!Arrays.equals(Sm3.digest(opening), commitment)) {
            throw run.misbehaved("it opened another mask than it had committed to");
        }
        return mask(own, opening);
    }

    /// u + v, two limbs.
    private static long[] mask(byte[] receivers, byte[] senders) {
        long[] mask = new long[Quadratic.LIMBS];
        for (int limb = 0; limb < Quadratic.LIMBS; limb++) {
            mask[limb] = Goldilocks.canonical(
                    Goldilocks.add(Octets.get(receivers, 8 * limb, 8), Octets.get(senders, 8 * limb, 8)));
        }
        return mask;
    }

    // ---- sender ----------------------------------------------------------------------------------------

    @Override
    public void send(Items items, long peerItems, Run run) {
        VolePlan plan = plan(peerItems, items.size());
        if (plan.buckets() == 0) {
            return;
        }
        Buckets buckets = new Buckets(items, plan.buckets(), plan.senderRoom());
        for (int b = 0; b < plan.buckets(); b++) {
            sendBucket(plan, buckets.items(b), run, "bucket " + b);
            run.at(Progress.Phase.MATCHING, b + 1L, plan.buckets());
        }
    }

    void sendBucket(VolePlan plan, Items items, Run run, String label) {
        byte[] opening = run.random(label + " mask").bytes(OPENING_BYTES);
        if (malicious) {
            run.send(Sm3.digest(opening));
        }
        run.at(Progress.Phase.PREPARING, 0, plan.correlation());
        SenderShare share = SilentVole.send(
                plan.vole(malicious),
                plan.correlation(),
                run.network(),
                run.peer(),
                run.random(label + " correlation"));
        run.at(Progress.Phase.MASKING, 0, items.size());
        OkvsRows rows = new OkvsRows(plan.shape(), items);
        long[] k = masked(plan, share, receiveMessage("the store", plan.storeBytes(), run), run);
        long[] mask = new long[Quadratic.LIMBS];
        if (malicious) {
            mask = mask(run.frame("the mask", MASK_BYTES), opening);
            run.send(opening);
        }
        run.at(Progress.Phase.EXCHANGING, 0, items.size());
        long[] values = Okvs.decode(rows, k);
        unmask(plan, rows, share, values);
        long[] tags = padded(tags(rows, values, mask, run.workers()), plan.senderRoom(), run, label);
        sendMessage(TagTable.of(tags, plan.tagBits()).toBytes(), run);
    }

    /// K = B + A·Δ, elements of F.
    static long[] masked(VolePlan plan, SenderShare share, byte[] store, Run run) {
        int columns = plan.shape().columns();
        long[] k = share.b();
        long wrong = 0;
        for (int i = 0; i < columns; i++) {
            long a0 = Octets.get(store, 8 * plan.limbs() * i, 8);
            wrong |= a0 ^ Goldilocks.canonical(a0);
            if (plan.limbs() == 1) {
                Quadratic.addMultiple(k, 2 * i, a0, share.key0(), share.key1());
            } else {
                long a1 = Octets.get(store, 16 * i + 8, 8);
                wrong |= a1 ^ Goldilocks.canonical(a1);
                addProduct(k, 2 * i, a0, a1, share);
            }
            k[2 * i] = Goldilocks.canonical(k[2 * i]);
            k[2 * i + 1] = Goldilocks.canonical(k[2 * i + 1]);
        }
        if (wrong != 0) {
            throw run.misbehaved("it sent what is no element of the field");
        }
        return k;
    }

    /// out += (a0 + a1·X)·Δ
    private static void addProduct(long[] out, int at, long a0, long a1, SenderShare share) {
        long low = Goldilocks.add(
                Goldilocks.multiply(a0, share.key0()),
                Goldilocks.multiply(Quadratic.NON_SQUARE, Goldilocks.multiply(a1, share.key1())));
        long high = Goldilocks.add(Goldilocks.multiply(a0, share.key1()), Goldilocks.multiply(a1, share.key0()));
        out[at] = Goldilocks.add(out[at], low);
        out[at + 1] = Goldilocks.add(out[at + 1], high);
    }

    /// Takes Δ·h(y) from each row's value.
    static void unmask(VolePlan plan, OkvsRows rows, SenderShare share, long[] values) {
        for (int row = 0; row < rows.size(); row++) {
            if (plan.limbs() == 1) {
                long h = Goldilocks.negate(narrow(rows, row));
                Quadratic.addMultiple(values, 2 * row, h, share.key0(), share.key1());
            } else {
                long low = Goldilocks.negate(rows.word2(row));
                addProduct(values, 2 * row, low, Goldilocks.negate(rows.word3(row)), share);
            }
        }
    }

    /// As many tags as a bucket has room for: what is missing is random, and matches like any tag.
    private static long[] padded(long[] tags, int room, Run run, String label) {
        long[] padded = Arrays.copyOf(tags, 2 * room);
        if (padded.length > tags.length) {
            RandomSource random = run.random(label + " padding");
            byte[] bytes = random.bytes(8 * (padded.length - tags.length));
            for (int i = tags.length; i < padded.length; i++) {
                padded[i] = Octets.get(bytes, 8 * (i - tags.length), 8);
            }
        }
        return padded;
    }

    // ---- both ------------------------------------------------------------------------------------------

    /// T(value + mask, item) for each row, 128 bits each.
    private static long[] tags(OkvsRows rows, long[] values, long[] mask, Workers workers) {
        return digests(rows, values, mask, 2, workers);
    }

    /// The first words of the digests of (value + mask, item), as many for each row.
    static long[] digests(OkvsRows rows, long[] values, long[] mask, int words, Workers workers) {
        int count = rows.size();
        long[] tags = new long[words * count];
        workers.each((count + TAG_CHUNK - 1) / TAG_CHUNK, chunk -> {
            int from = chunk * TAG_CHUNK;
            int width = Math.min(TAG_CHUNK, count - from);
            byte[] messages = new byte[width * TAG_MESSAGE_BYTES];
            for (int i = 0; i < width; i++) {
                int row = from + i;
                int at = i * TAG_MESSAGE_BYTES;
                System.arraycopy(TAG_DOMAIN, 0, messages, at, TAG_DOMAIN.length);
                at += TAG_DOMAIN.length;
                for (int limb = 0; limb < Quadratic.LIMBS; limb++) {
                    long value = Goldilocks.canonical(Goldilocks.add(values[2 * row + limb], mask[limb]));
                    Octets.put(messages, at + 8 * limb, value, 8);
                }
                at += Quadratic.BYTES;
                Octets.put(messages, at, rows.alpha(row), 8);
                Octets.put(messages, at + 8, rows.word2(row), 8);
                Octets.put(messages, at + 16, rows.word3(row), 8);
            }
            byte[] digests = Sm3.digestMany(messages, TAG_MESSAGE_BYTES, width);
            for (int i = 0; i < width; i++) {
                for (int word = 0; word < words; word++) {
                    tags[words * (from + i) + word] = Octets.get(digests, i * Sm3.DIGEST_BYTES + 8 * word, 8);
                }
            }
        });
        return tags;
    }

    static void sendMessage(byte[] message, Run run) {
        for (int at = 0; at < message.length; at += Peer.FRAME_BYTES) {
            run.send(Arrays.copyOfRange(message, at, Math.min(message.length, at + Peer.FRAME_BYTES)));
        }
    }

    static byte[] receiveMessage(String what, int bytes, Run run) {
        byte[] message = new byte[bytes];
        for (int at = 0; at < bytes; at += Peer.FRAME_BYTES) {
            int width = Math.min(Peer.FRAME_BYTES, bytes - at);
            System.arraycopy(run.frame(what, width), 0, message, at, width);
        }
        return message;
    }
}
