package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;
import poyang.mpc.vole.ReceiverShare;
import poyang.mpc.vole.SenderShare;
import poyang.mpc.vole.SilentVole;

/// The keys that all of several parties have, for one of them, the leader; nobody learns what two of them share.
///
/// Each two parties i < j share a key k_ij. A party's *share of zero* for a key x is
/// s_i(x) = Σ_{j>i} F(k_ij, x) − Σ_{j<i} F(k_ji, x), so that the shares of all parties for one x add up to 0, and
/// those of all but one look random. The leader evaluates each other party's oblivious pseudorandom function O_j
/// at its own keys, as in {@link VolePsi}, and gets from that party a *hint*, an oblivious key-value store Q_j
/// of random free columns:
///
/// ```
/// leader 1 with X_1                             party j with X_j, for j = 2 … n
///        silent correlation; A = P + A'  →      (the leader's store P, masked)
///                                        ←      Q_j with ⟨Q_j, y⟩ = s_j(y) − O_j(y) for y in X_j
///   x with s_1(x) + Σ_j (⟨Q_j, x⟩ + O_j(x)) = 0 are the keys that all have
/// ```
///
/// For x ∈ X_j the j-th term is s_j(x); for any other x it is independent of all shares, because Q_j is uniform
/// when seen without O_j's values at keys that the leader does not have, and so is the sum. F and O are SM3 with a
/// key, values of the field, or pairs where the sets are so large that one element gives less than 40 bits.
///
/// - rejects: another protocol, group or number of keys than is said to others, a wrong opening, frames of other
///   lengths, elements that are not canonical, frames that changed on their way: `PEER_MISBEHAVED`
/// - secrecy: semi-honest parties, any number of whom may collude. The leader learns the keys that all have and
///   all sizes, the others the sizes. Colluders without the leader learn nothing more. Colluders with the leader
///   learn which of the leader's keys all the *others* have, which they could also learn by bringing the leader's
///   set themselves (security in the augmented semi-honest model); with two honest parties or more they learn of
///   no single one what it has. Needs links between each two that nobody else reads. Times depend on sizes, and
///   as in {@link VolePsi} on hashes in one of some ten thousand bins
/// - errors: a key too many or a leak by chance with probability at most 2^-40 over all parties and buckets
///   ({@link GroupPlan}); hashes that do not spread 2^-40 in all, an abort
/// - cost: between the leader and each other party that of a run of {@link VolePsi} with a store of 87 bits a key
///   in place of the tags; constant between two others. {@link GroupPlan#cost} is exact
/// - source: Kolesnikov, Matania, Pinkas, Rosulek, Trieu, "Practical multi-party private set intersection from
///   symmetric-key techniques", ACM CCS 2017, section 5 (unconditional zero-sharing and programmable functions,
///   augmented model); the function and the store: as {@link VolePsi}. Departures: shares are sums in a field;
///   seeds come from a coin of all; buckets
public final class GroupPsi {
    /// In the registry of protocols.
    public static final int ID = 5;

    public static final int VERSION = 1;
    public static final String NAME = "vole-group";

    public static final String LEADER_LEARNS = "自己的标识中其余各方都有的那些，以及各方不同标识的个数；若与其中几方串通，则是其余未串通各方都有的那些";
    public static final String LEADER_LEARNS_ENGLISH =
            "those of its identifiers that all others have too, and how many different ones each has; together with"
                    + " some of the others those that all the rest have";

    /// In Chinese, of a party that does not lead.
    public static final String OTHERS_LEARN = "各方不同标识的个数";

    public static final String OTHERS_LEARN_ENGLISH = "how many different identifiers each party has";
    static final int LEAST_PARTIES = 3;
    static final int MOST_PARTIES = 10;

    private static final byte[] ZERO_DOMAIN = "psi.sum".getBytes(StandardCharsets.US_ASCII);
    private static final int ZERO_MESSAGE_BYTES = 7 + GroupOpening.PAIR_KEY_BYTES + 24;
    private static final int CHUNK = 4096;
    /// 64-bit words of a digest: two for each limb.
    private static final int WORDS = 2 * Quadratic.LIMBS;

    private final GroupSession session;
    private final List<PartyId> parties;
    private final Map<PartyId, Run> runs = new LinkedHashMap<>();
    private final GroupOpening opening;
    private final GroupPlan plan;

    private GroupPsi(CollisionInput input, GroupSession session, int bucketKeys) {
        this.session = session;
        parties = session.parties();
        Bug.unless(
                parties.size() >= LEAST_PARTIES && parties.size() <= MOST_PARTIES, "a group has three to ten parties");
        PartyId self = session.network().self();
        for (PartyId party : parties) {
            if (!party.equals(self)) {
                // in each pair the first party's frames are recorded as the receiver's
                boolean first = parties.indexOf(self) < parties.indexOf(party);
                runs.put(party, Run.of(NAME, first, session.with(party)));
            }
        }
        opening = GroupOpening.exchange(new GroupOpening.Purpose(ID, VERSION, ""), session, runs, input.size());
        plan = GroupPlan.of(opening.keys(), bucketKeys);
    }

    /// What the leader and each of the others exchange, as receiver and sender; exact.
    ///
    /// @param keys of the leader, then of the others by name
    public static List<Cost> costs(List<Long> keys) {
        GroupPlan plan = GroupPlan.of(keys, VolePlan.BUCKET_KEYS);
        return IntStream.range(0, keys.size() - 1).mapToObj(plan::cost).toList();
    }

    /// The most that the leader, as receiver, and one of the others, as sender, exchange when no party has more keys
    /// than these.
    ///
    /// @param rows of the leader, then of the others by name
    /// @param other its place in `rows`, from 1
    public static Cost most(List<Long> rows, int other) {
        return GroupPlan.most(rows, other - 1, VolePlan.BUCKET_KEYS);
    }

    /// Messages that wait for one another when the leader serves the others one by one.
    ///
    /// @param keys of the leader, then of the others by name
    public static int rounds(List<Long> keys) {
        int opening = openingCost().rounds();
        return opening
                + costs(keys).stream().mapToInt(cost -> cost.rounds() - opening).sum();
    }

    /// What the leader has in the end.
    ///
    /// @param matches numbers of its keys that all others have too, ascending
    /// @param keys how many each party has, the leader first, the others by name
    public record Shared(IntList matches, List<Long> keys) {
        public Shared {
            keys = List.copyOf(keys);
        }
    }

    /// What each two exchange at least, and the others among each other at most: the first of two sends the key.
    public static Cost openingCost() {
        int bytes = GroupOpening.HEADER_BYTES + GroupOpening.SHARE_BYTES + GroupOpening.VIEW_BYTES + Sm3.DIGEST_BYTES;
        return new Cost(4, bytes + GroupOpening.PAIR_KEY_BYTES, 4, bytes, GroupOpening.HEADER_BYTES, 4);
    }

    /// The leader's side.
    public static Shared lead(CollisionInput input, GroupSession session) {
        return lead(input, session, VolePlan.BUCKET_KEYS);
    }

    static Shared lead(CollisionInput input, GroupSession session, int bucketKeys) {
        Bug.unless(session.leader().equals(session.network().self()), "the leader leads");
        GroupPsi group = new GroupPsi(input, session, bucketKeys);
        int[] matches = group.plan.buckets() == 0 ? new int[0] : group.matches(group.items(input));
        group.runs.values().forEach(Run::confirm);
        Arrays.sort(matches);
        return new Shared(IntList.of(matches), group.opening.keys());
    }

    /// The side of each other party, which gives how many keys each party has, the leader first.
    public static List<Long> contribute(CollisionInput input, GroupSession session) {
        return contribute(input, session, VolePlan.BUCKET_KEYS);
    }

    static List<Long> contribute(CollisionInput input, GroupSession session, int bucketKeys) {
        Bug.unless(!session.leader().equals(session.network().self()), "the leader leads");
        GroupPsi group = new GroupPsi(input, session, bucketKeys);
        if (group.plan.buckets() > 0) {
            group.give(group.items(input));
        }
        group.runs.values().forEach(Run::confirm);
        return group.opening.keys();
    }

    private Run with(PartyId party) {
        return Objects.requireNonNull(runs.get(party));
    }

    private Items items(CollisionInput input) {
        session.progress().at(Progress.Phase.HASHING, 0, input.size());
        return input.items(opening.seed(), session.workers());
    }

    // ---- leader ----------------------------------------------------------------------------------------

    private int[] matches(Items items) {
        Buckets buckets = new Buckets(items, plan.buckets(), plan.leaderRoom());
        int[] matches = new int[items.size()];
        int count = 0;
        for (int b = 0; b < plan.buckets(); b++) {
            Items some = buckets.items(b);
            long[] sums = sums(some, "bucket " + b);
            for (int i = 0; i < some.size(); i++) {
                long rest = 0;
                for (int limb = 0; limb < plan.limbs(); limb++) {
                    rest |= Goldilocks.canonical(sums[plan.limbs() * i + limb]);
                }
                if (rest == 0) {
                    matches[count++] = buckets.number(b, i);
                }
            }
            session.progress().at(Progress.Phase.MATCHING, b + 1L, plan.buckets());
        }
        return Arrays.copyOf(matches, count);
    }

    /// For each item the sum of all parties' values, as many limbs beside each other as the plan says.
    private long[] sums(Items items, String label) {
        session.progress().at(Progress.Phase.MASKING, 0, items.size());
        OkvsRows rows = new OkvsRows(plan.plans().getFirst().shape(), items);
        long[][] stores = VolePsi.store(plan.plans().getFirst(), rows);
        long[] sums = sharesOfZero(items);
        for (int j = 0; j + 1 < parties.size(); j++) {
            Run run = with(parties.get(j + 1));
            VolePlan pair = plan.plans().get(j);
            run.at(Progress.Phase.PREPARING, 0, pair.correlation());
            ReceiverShare share = SilentVole.receive(
                    pair.vole(false),
                    pair.correlation(),
                    run.network(),
                    run.peer(),
                    run.random(label + " correlation"));
            run.at(Progress.Phase.EXCHANGING, 0, items.size());
            VolePsi.sendMasked(stores, share.a(), run);
            long[] values = Okvs.decode(rows, share.c());
            addValues(sums, rows, VolePsi.digests(rows, values, new long[2], WORDS, run.workers()));
            addHint(sums, rows, items, j, run);
        }
        return sums;
    }

    /// Adds the field elements of digests.
    private void addValues(long[] sums, OkvsRows rows, long[] digests) {
        int limbs = plan.limbs();
        for (int row = 0; row < rows.size(); row++) {
            for (int limb = 0; limb < limbs; limb++) {
                int at = limbs * rows.item(row) + limb;
                sums[at] = Goldilocks.add(sums[at], element(digests, row, limb));
            }
        }
    }

    /// The element of 128 bits of a digest, at most 2^-64 from uniform.
    private static long element(long[] digests, int row, int limb) {
        return VolePsi.reduced(digests[WORDS * row + 2 * limb], digests[WORDS * row + 2 * limb + 1]);
    }

    private void addHint(long[] sums, OkvsRows known, Items items, int j, Run run) {
        int limbs = plan.limbs();
        OkvsShape shape = plan.hints().get(j);
        byte[] hint = VolePsi.receiveMessage("the hint", plan.hintBytes(j), run);
        long[] store = new long[Quadratic.LIMBS * shape.columns()];
        long wrong = 0;
        for (int limb = 0; limb < limbs; limb++) {
            for (int i = 0; i < shape.columns(); i++) {
                long element = Octets.get(hint, 8 * (limb * shape.columns() + i), 8);
                wrong |= element ^ Goldilocks.canonical(element);
                store[Quadratic.LIMBS * i + limb] = element;
            }
        }
        if (wrong != 0) {
            throw run.misbehaved("it sent what is no element of the field");
        }
        OkvsRows rows = shape.equals(known.shape()) ? known : new OkvsRows(shape, items);
        long[] values = Okvs.decode(rows, store);
        for (int row = 0; row < rows.size(); row++) {
            for (int limb = 0; limb < limbs; limb++) {
                int at = limbs * rows.item(row) + limb;
                sums[at] = Goldilocks.add(sums[at], values[Quadratic.LIMBS * row + limb]);
            }
        }
    }

    // ---- others ----------------------------------------------------------------------------------------

    private void give(Items items) {
        int j = parties.indexOf(session.network().self()) - 1;
        VolePlan pair = plan.plans().get(j);
        Run run = with(session.leader());
        Buckets buckets = new Buckets(items, plan.buckets(), pair.senderRoom());
        for (int b = 0; b < plan.buckets(); b++) {
            giveBucket(buckets.items(b), j, run, "bucket " + b);
            run.at(Progress.Phase.MATCHING, b + 1L, plan.buckets());
        }
    }

    private void giveBucket(Items items, int j, Run run, String label) {
        VolePlan pair = plan.plans().get(j);
        run.at(Progress.Phase.MASKING, 0, items.size());
        long[] shares = sharesOfZero(items);
        OkvsRows rows = new OkvsRows(pair.shape(), items);
        OkvsShape shape = plan.hints().get(j);
        OkvsRows hintRows = shape.equals(pair.shape()) ? rows : new OkvsRows(shape, items);
        long[][] hint = new long[plan.limbs()][];
        for (int limb = 0; limb < plan.limbs(); limb++) {
            hint[limb] = Goldilocks.uniform(run.random(label + " hint " + limb), shape.columns());
        }
        run.at(Progress.Phase.PREPARING, 0, pair.correlation());
        SenderShare share = SilentVole.send(
                pair.vole(false), pair.correlation(), run.network(), run.peer(), run.random(label + " correlation"));
        run.at(Progress.Phase.EXCHANGING, 0, items.size());
        long[] k = VolePsi.masked(pair, share, VolePsi.receiveMessage("the store", pair.storeBytes(), run), run);
        long[] values = Okvs.decode(rows, k);
        VolePsi.unmask(pair, rows, share, values);
        long[] digests = VolePsi.digests(rows, values, new long[2], WORDS, run.workers());
        for (int row = 0; row < rows.size(); row++) {
            for (int limb = 0; limb < plan.limbs(); limb++) {
                int at = plan.limbs() * rows.item(row) + limb;
                shares[at] = Goldilocks.subtract(shares[at], element(digests, row, limb));
            }
        }
        long[][] wanted = new long[plan.limbs()][hintRows.size()];
        for (int row = 0; row < hintRows.size(); row++) {
            for (int limb = 0; limb < plan.limbs(); limb++) {
                wanted[limb][row] = Goldilocks.canonical(shares[plan.limbs() * hintRows.item(row) + limb]);
            }
        }
        Okvs.encode(hintRows, wanted, hint);
        byte[] message = new byte[plan.hintBytes(j)];
        for (int limb = 0; limb < plan.limbs(); limb++) {
            for (int i = 0; i < shape.columns(); i++) {
                Octets.put(message, 8 * (limb * shape.columns() + i), hint[limb][i], 8);
            }
        }
        VolePsi.sendMessage(message, run);
    }

    // ---- all -------------------------------------------------------------------------------------------

    /// s_i of each item.
    private long[] sharesOfZero(Items items) {
        int limbs = plan.limbs();
        long[] shares = new long[limbs * items.size()];
        int self = parties.indexOf(session.network().self());
        opening.pairKeys().forEach((party, key) -> {
            boolean adds = self < parties.indexOf(party);
            session.workers().each((items.size() + CHUNK - 1) / CHUNK, chunk -> {
                int from = chunk * CHUNK;
                int width = Math.min(CHUNK, items.size() - from);
                byte[] digests = Sm3.digestMany(zeroMessages(items, key, from, width), ZERO_MESSAGE_BYTES, width);
                for (int i = 0; i < width; i++) {
                    for (int limb = 0; limb < limbs; limb++) {
                        int word = i * Sm3.DIGEST_BYTES + 16 * limb;
                        long value = VolePsi.reduced(Octets.get(digests, word, 8), Octets.get(digests, word + 8, 8));
                        int at = limbs * (from + i) + limb;
                        shares[at] = adds ? Goldilocks.add(shares[at], value) : Goldilocks.subtract(shares[at], value);
                    }
                }
            });
        });
        return shares;
    }

    /// What F hashes: the key and the 192 bits that stand for an item.
    private static byte[] zeroMessages(Items items, byte[] key, int from, int width) {
        byte[] messages = new byte[width * ZERO_MESSAGE_BYTES];
        for (int i = 0; i < width; i++) {
            int at = i * ZERO_MESSAGE_BYTES;
            System.arraycopy(ZERO_DOMAIN, 0, messages, at, ZERO_DOMAIN.length);
            System.arraycopy(key, 0, messages, at + ZERO_DOMAIN.length, key.length);
            at += ZERO_DOMAIN.length + key.length;
            Octets.put(messages, at, items.word(from + i, 0), 8);
            Octets.put(messages, at + 8, items.word(from + i, 2), 8);
            Octets.put(messages, at + 16, items.word(from + i, 3), 8);
        }
        return messages;
    }
}
