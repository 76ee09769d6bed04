package poyang.psi;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.kernel.Bug;
import poyang.mpc.vole.VoleProtocol;

/// What a two-party collision protocol is: its source, what each side learns, what a run costs; and how
/// to run either side of it. An owner reads the leakage before consenting; an executor's host bounds a run
/// by the cost; tests compare the formulas with counters.
///
/// All protocols have one shape. The receiver gets the common keys. Both parties send a header (protocol,
/// version, role, number of keys, commitment to 32 random bytes), then open the commitment; both openings
/// together seed the hashes of this run, so nobody chooses keys or positions by what the seed will be.
/// At the end each sends a digest of all frames as it saw them, and refuses a run in which they differ:
/// what was changed on its way gives an abort and no answer.
public final class CollisionProtocol {
    /// Diffie–Hellman intersection on the SM2 curve.
    public static final CollisionProtocol DH_SM2 = new CollisionProtocol(
            new Identity(1, 2, "dh-sm2"),
            "C. Meadows, IEEE S&P 1986; B. Huberman, M. Franklin, T. Hogg, ACM EC 1999; hashing to the curve: RFC 9380",
            "semi-honest, either party",
            Learning.KEYS_AND_COUNTS,
            new DhPsi(MaskingGroup.SM2));

    /// Diffie–Hellman intersection on Curve25519.
    public static final CollisionProtocol DH_25519 = new CollisionProtocol(
            new Identity(2, 1, "dh-25519"),
            "C. Meadows, IEEE S&P 1986; B. Huberman, M. Franklin, T. Hogg, ACM EC 1999; the curve: RFC 7748;"
                    + " hashing to it: RFC 9380",
            "semi-honest, either party",
            Learning.KEYS_AND_COUNTS,
            new DhPsi(MaskingGroup.CURVE_25519));

    /// Oblivious evaluation and an oblivious store, much faster than masking.
    public static final CollisionProtocol VOLE = new CollisionProtocol(
            new Identity(3, 1, "vole"),
            "S. Raghuraman, P. Rindal, ACM CCS 2022; P. Rindal, P. Schoppmann, EUROCRYPT 2021; the correlation: "
                    + VoleProtocol.SEMI_HONEST.citation(),
            "semi-honest, either party",
            Learning.KEYS_AND_COUNTS,
            new VolePsi(false, VolePlan.BUCKET_KEYS));

    /// The same against parties that do anything.
    public static final CollisionProtocol VOLE_MALICIOUS = new CollisionProtocol(
            new Identity(4, 2, "vole-malicious"),
            "S. Raghuraman, P. Rindal, ACM CCS 2022; P. Rindal, P. Schoppmann, EUROCRYPT 2021; the correlation: "
                    + VoleProtocol.MALICIOUS_WIDE.citation(),
            "malicious, either party, with abort; a malicious receiver may hold a third more keys than it says",
            Learning.KEYS_AND_COUNTS,
            new VolePsi(true, VolePlan.BUCKET_KEYS));

    /// The size of the intersection on the SM2 curve.
    public static final CollisionProtocol DH_SM2_SIZE = new CollisionProtocol(
            new Identity(17, 1, "dh-sm2-size"),
            "R. Agrawal, A. Evfimievski, R. Srikant, ACM SIGMOD 2003; hashing to the curve: RFC 9380",
            "semi-honest, either party",
            Learning.SIZES,
            new DhPsiSize(MaskingGroup.SM2));

    /// The size of the intersection on Curve25519.
    public static final CollisionProtocol DH_25519_SIZE = new CollisionProtocol(
            new Identity(18, 1, "dh-25519-size"),
            "R. Agrawal, A. Evfimievski, R. Srikant, ACM SIGMOD 2003; the curve: RFC 7748; hashing to it: RFC 9380",
            "semi-honest, either party",
            Learning.SIZES,
            new DhPsiSize(MaskingGroup.CURVE_25519));

    /// Sums over the intersection on the SM2 curve, which {@link CollisionSum} runs.
    public static final CollisionProtocol DH_SM2_SUM = sum(19, "dh-sm2-sum", MaskingGroup.SM2);

    /// Sums over the intersection on Curve25519.
    public static final CollisionProtocol DH_25519_SUM = sum(20, "dh-25519-sum", MaskingGroup.CURVE_25519);

    private static CollisionProtocol sum(int id, String name, MaskingGroup group) {
        return new CollisionProtocol(
                new Identity(id, 1, name),
                "M. Ion et al., IEEE EuroS&P 2020; R. Agrawal, A. Evfimievski, R. Srikant, ACM SIGMOD 2003; the"
                        + " transfers: D. Masny, P. Rindal, ACM CCS 2019; Y. Ishai et al., CRYPTO 2003; N. Gilboa,"
                        + " CRYPTO 1999",
                "semi-honest, either party",
                Learning.SUMS,
                new DhPsiSize(group));
    }

    /// A small set against a large one that is prepared once, which {@link UnbalancedCollision} runs.
    public static final CollisionProtocol UNBALANCED = new CollisionProtocol(
            new Identity(6, 1, UnbalancedCollision.NAME),
            "S. Jarecki, X. Liu, SCN 2010; A. Kiss, J. Liu, T. Schneider, N. Asokan, B. Pinkas, PoPETs 2017; the"
                    + " curve: RFC 7748; hashing to it: RFC 9380",
            "semi-honest, either party",
            Learning.KEYS_AND_COUNTS,
            new Engine() {
                @Override
                public int[] receive(Items items, long peerItems, Run run) {
                    throw new Bug("UnbalancedCollision runs this protocol");
                }

                @Override
                public void send(Items items, long peerItems, Run run) {
                    throw new Bug("UnbalancedCollision runs this protocol");
                }

                @Override
                public Cost cost(long receiverKeys, long senderKeys) {
                    return UnbalancedPsi.cost(receiverKeys);
                }
            });

    private static final List<CollisionProtocol> ALL =
            List.of(DH_SM2, DH_25519, VOLE, VOLE_MALICIOUS, DH_SM2_SIZE, DH_25519_SIZE);
    private static final List<CollisionProtocol> SUMS = List.of(DH_SM2_SUM, DH_25519_SUM);

    private record Identity(int id, int version, String name) {}

    /// What the sides learn, in words.
    private record Learning(String receiver, String receiverEnglish, String sender, String senderEnglish) {
        static final Learning KEYS_AND_COUNTS = new Learning(
                "双方共有的标识，以及对方不同标识的个数",
                "the identifiers that both sides have, and how many different identifiers the other side has",
                "接收方不同标识的个数",
                "how many different identifiers the receiver has");
        static final Learning SIZES = new Learning(
                "双方共有标识的个数，以及对方不同标识的个数，不知道是哪些",
                "how many identifiers both sides have, and how many different ones the other side has, and not which",
                "接收方不同标识的个数",
                "how many different identifiers the receiver has");
        static final Learning SUMS = new Learning(
                "双方共有标识的个数及约定各列在共有标识上的合计，以及对方不同标识的个数，不知道是哪些",
                "how many identifiers both sides have, the sums over them of the columns agreed upon, and how many"
                        + " different ones the other side has, and not which",
                "接收方不同标识的个数",
                "how many different identifiers the receiver has");
    }

    /// Either side of a protocol, between the opening and the confirmation that all share.
    interface Engine {
        /// The receiver's side: numbers of the own items that the sender has too, in any order.
        int[] receive(Items items, long peerItems, Run run);

        void send(Items items, long peerItems, Run run);

        /// Whether the receiver gets to know how many keys are common, and none of them: then it runs
        /// {@link #receiveSize} and never {@link #receive}.
        default boolean sizeOnly() {
            return false;
        }

        /// The receiver's side of a protocol that tells the size only.
        default long receiveSize(Items items, long peerItems, Run run) {
            throw new Bug("this protocol tells keys");
        }

        /// Frames and bytes without those that all protocols share.
        Cost cost(long receiverKeys, long senderKeys);

        /// The most that a run costs with no more keys than these.
        default Cost most(long receiverRows, long senderRows) {
            return cost(receiverRows, senderRows);
        }
    }

    private final Identity identity;
    private final String citation;
    private final String adversary;
    private final Learning learning;
    private final Engine engine;

    private CollisionProtocol(Identity identity, String citation, String adversary, Learning learning, Engine engine) {
        this.identity = identity;
        this.citation = citation;
        this.adversary = adversary;
        this.learning = learning;
        this.engine = engine;
    }

    /// This protocol on another engine, for tests of sizes.
    CollisionProtocol on(Engine other) {
        return new CollisionProtocol(identity, citation, adversary, learning, other);
    }

    /// All protocols, by id.
    public static List<CollisionProtocol> all() {
        return ALL;
    }

    /// The protocol that a job names so.
    public static Optional<CollisionProtocol> named(String name) {
        return ALL.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    /// The protocol of {@link CollisionSum} that has this name.
    public static Optional<CollisionProtocol> sumNamed(String name) {
        return SUMS.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    /// What the keys of a protocol of {@link CollisionSum} are masked in.
    MaskingGroup group() {
        if (engine instanceof DhPsiSize size) {
            return size.group();
        }
        throw new Bug(name() + " masks no keys for sums");
    }

    /// Stable number of the protocol in this project's registry.
    public int id() {
        return identity.id();
    }

    /// Raised when the frames change.
    public int version() {
        return identity.version();
    }

    /// As jobs name it.
    public String name() {
        return identity.name();
    }

    /// The papers.
    public String citation() {
        return citation;
    }

    /// Against whom it is secure.
    public String adversary() {
        return adversary;
    }

    /// In Chinese.
    public String receiverLearns() {
        return learning.receiver();
    }

    public String receiverLearnsEnglish() {
        return learning.receiverEnglish();
    }

    /// In Chinese.
    public String senderLearns() {
        return learning.sender();
    }

    public String senderLearnsEnglish() {
        return learning.senderEnglish();
    }

    /// What a run costs exactly with these numbers of different keys.
    public Cost cost(long receiverKeys, long senderKeys) {
        return Opening.COST.plus(engine.cost(receiverKeys, senderKeys));
    }

    /// The most that a run costs with no more keys than these, whatever their exact numbers: of rows, say.
    public Cost most(long receiverRows, long senderRows) {
        return Opening.COST.plus(engine.most(receiverRows, senderRows));
    }

    /// Runs the receiver's side to its end.
    ///
    /// @throws poyang.kernel.PoyangException `PEER_MISBEHAVED` when the other side broke the protocol or
    ///     bytes changed on their way; a failed run may be repeated with fresh randomness only
    public Intersection receive(CollisionInput input, CollisionSession session) {
        Run run = Run.open(this, true, input.size(), session);
        session.progress().at(Progress.Phase.HASHING, 0, input.size());
        int[] matches = engine.receive(input.items(run.seed(), session.workers()), run.peerKeys(), run);
        run.confirm();
        Arrays.sort(matches);
        return new Intersection(IntList.of(matches), run.peerKeys());
    }

    /// Whether the receiver gets to know only how many keys are common.
    public boolean sizeOnly() {
        return engine.sizeOnly();
    }

    /// The receiver's side of a protocol that tells the size only; throws as {@link #receive} does.
    public IntersectionSize receiveSize(CollisionInput input, CollisionSession session) {
        Run run = Run.open(this, true, input.size(), session);
        session.progress().at(Progress.Phase.HASHING, 0, input.size());
        long matches = engine.receiveSize(input.items(run.seed(), session.workers()), run.peerKeys(), run);
        run.confirm();
        return new IntersectionSize(matches, run.peerKeys());
    }

    /// Runs the sender's side to its end; gives the number of the receiver's keys, all that it learns.
    public long send(CollisionInput input, CollisionSession session) {
        Run run = Run.open(this, false, input.size(), session);
        session.progress().at(Progress.Phase.HASHING, 0, input.size());
        engine.send(input.items(run.seed(), session.workers()), run.peerKeys(), run);
        run.confirm();
        return run.peerKeys();
    }

    @Override
    public String toString() {
        return name();
    }
}
