package poyang.notarization;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import poyang.wire.schema.Reveal;

/// The protocols that this chain knows: what a job may name, what an owner reads before consenting,
/// and what `auto` reckons with. Which numbers and words stand here is part of consensus; that they are those
/// of the protocols' own descriptors is checked by `tests/architecture`.
final class ProtocolRegistry {
    /// Asks the chain to choose.
    static final String AUTO = "auto";

    private static final Learns ROWS = new Learns(
            "双方共有的标识，以及对方不同标识的个数",
            "the identifiers that both sides have, and how many different identifiers the other side has",
            "接收方不同标识的个数，此外一无所知",
            "how many different identifiers the receiver has, and nothing else");

    private static final Learns SIZES = new Learns(
            "双方共有标识的个数，以及对方不同标识的个数，不知道是哪些",
            "how many identifiers both sides have, and how many different ones the other side has, and not which",
            "接收方不同标识的个数，此外一无所知",
            "how many different identifiers the receiver has, and nothing else");

    private static final Learns SIZES_IF_ENOUGH = new Learns(
            "双方共有标识的个数，以及对方不同标识的个数，不知道是哪些；共有不足 {k} 个时结果只说不足，个数只有接收方的计算节点见到",
            "how many identifiers both sides have, and how many different ones the other side has, and not which;"
                    + " below {k} the result says only that they are fewer, and only the receiver's executor saw the"
                    + " number",
            "接收方不同标识的个数，此外一无所知",
            "how many different identifiers the receiver has, and nothing else");

    private static final Learns COMMON_TO_ALL = new Learns(
            "自己的标识中其余各方都有的那些，以及各方不同标识的个数；若与其中几方串通，则是其余未串通各方都有的那些",
            "those of its identifiers that all others have too, and how many different ones each has; together with"
                    + " some of the others those that all the rest have",
            "各方不同标识的个数，此外一无所知",
            "how many different identifiers each party has, and nothing else");

    private static final Learns SUMS = new Learns(
            "双方共有标识的个数及约定各列在共有标识上的合计，以及对方不同标识的个数，不知道是哪些；共有不足 {k} 个时结果既无合计也无个数，个数只有接收方的计算节点见到",
            "how many identifiers both sides have, the sums over them of the columns agreed upon, and how many"
                    + " different ones the other side has, and not which; below {k} the result has neither sums nor"
                    + " their number, which only the receiver's executor saw",
            "接收方不同标识的个数，此外一无所知",
            "how many different identifiers the receiver has, and nothing else");

    private static final String OWNERS = "另一数据方不同标识的个数，此外一无所知";
    private static final String OWNERS_ENGLISH = "how many different identifiers the other owner has, and nothing else";

    /// An asker who owns neither set receives; both owners are as senders.
    private static final Map<Reveal, Learns> ASKED = Map.of(
            Reveal.MATCHING_ROWS,
            new Learns(
                    "两个数据方共有的标识，以及各方不同标识的个数",
                    "the identifiers that both owners have, and how many different ones each has",
                    OWNERS,
                    OWNERS_ENGLISH),
            Reveal.SIZE_ONLY,
            new Learns(
                    "两个数据方共有标识的个数，以及各方不同标识的个数，不知道是哪些",
                    "how many identifiers both owners have, and how many different ones each has, and not which",
                    OWNERS,
                    OWNERS_ENGLISH));

    private static final Learns SCORES = new Learns(
            "自己每一行的评分。每个评分是对方模型 {terms} 个系数的一个线性方程：各次任务中不同的行达到 {terms} 行，即可解出整个模型",
            "the score of each of its own rows. Each score is one linear equation in the model's {terms} coefficients:"
                    + " {terms} different rows, over all jobs, give the whole model away",
            "评分方的行数，此外一无所知",
            "how many rows are scored, and nothing else");

    private static final Learns TOTALS = new Learns(
            "{k} 个报送方合计的{totals}，不知道其中任何一方的数值；合计减去自己的数值即其余各方的合计",
            "{totals} of {k} reporters together, and no single one's numbers; who knows some of them subtracts them"
                    + " and has the total of the others",
            "除方案本身外一无所知；汇聚方只见密文",
            "nothing but the plan; the collector sees ciphertexts only");

    private static final Learns PROVEN = new Learns(
            "{statement}，附人人可验的证明，此外一无所知",
            "{statement}, with a proof that anybody can verify, and nothing else",
            "{asked}；链上所有账户都能看到证明及其公开值",
            "{asked}; every account of the chain sees the proof and its public values");

    private static final Map<Reveal, Learns> SIZE_ONLY =
            Map.of(Reveal.SIZE_ONLY, SIZES, Reveal.SIZE_AT_LEAST, SIZES_IF_ENOUGH);
    private static final Map<Reveal, Learns> SUMS_ONLY = Map.of(Reveal.MATCH_SUMS, SUMS);
    private static final Map<Reveal, Learns> ROWS_ONLY = Map.of(Reveal.MATCHING_ROWS, ROWS);

    /// In order of their numbers. What they cost is a core of two-party runs takes, in round figures.
    private static final List<Protocol> ALL = List.of(
            new Protocol(1, 2, "dh-sm2", Form.PAIR, ROWS_ONLY, new Cost(100, 154_000, 154_000, 43, 33, 5)),
            new Protocol(2, 1, "dh-25519", Form.PAIR, ROWS_ONLY, new Cost(100, 91_000, 91_000, 42, 32, 5)),
            new Protocol(3, 1, "vole", Form.PAIR, ROWS_ONLY, new Cost(1_200, 3_000, 3_000, 12, 8, 9)),
            new Protocol(4, 2, "vole-malicious", Form.PAIR, ROWS_ONLY, new Cost(1_300, 4_500, 4_500, 24, 14, 14)),
            // what the leader and each other party take
            new Protocol(
                    5,
                    1,
                    "vole-group",
                    Form.GROUP,
                    Map.of(Reveal.MATCHING_ROWS, COMMON_TO_ALL),
                    new Cost(1_200, 3_500, 3_500, 12, 11, 10)),
            // a row of the sender is masked once, and reckoned as if for thirty jobs
            new Protocol(6, 1, "unbalanced", Form.PAIR, ROWS_ONLY, new Cost(300, 160_000, 2_500, 65, 1, 7)),
            new Protocol(17, 1, "dh-sm2-size", Form.PAIR, SIZE_ONLY, new Cost(100, 154_000, 154_000, 43, 33, 5)),
            new Protocol(18, 1, "dh-25519-size", Form.PAIR, SIZE_ONLY, new Cost(100, 91_000, 91_000, 42, 32, 5)),
            new Protocol(19, 1, "dh-sm2-sum", Form.SUMS, SUMS_ONLY, new Cost(200, 154_000, 156_000, 43, 57, 8)),
            new Protocol(20, 1, "dh-25519-sum", Form.SUMS, SUMS_ONLY, new Cost(200, 91_000, 93_000, 42, 56, 8)),
            new Protocol(21, 1, "dh-sm2-asked", Form.ASKED, ASKED, new Cost(200, 308_000, 308_000, 102, 102, 7)),
            new Protocol(22, 1, "dh-25519-asked", Form.ASKED, ASKED, new Cost(200, 182_000, 182_000, 100, 100, 7)),
            new Protocol(33, 1, "scoring-bfv", Form.SCORING, Map.of(Reveal.SCORES, SCORES), Cost.rounds(4)),
            new Protocol(34, 1, "bfv-sum", Form.TOTALS, Map.of(Reveal.TOTALS, TOTALS), Cost.rounds(6)),
            new Protocol(49, 1, "zk-proof", Form.PROOF, Map.of(Reveal.PROOF, PROVEN), Cost.rounds(2)));

    private ProtocolRegistry() {}

    /// The kind of plan that a protocol is for.
    enum Form {
        /// A collision of two departments.
        PAIR,
        /// A collision of three departments or more.
        GROUP,
        /// A collision of two departments for a third one.
        ASKED,
        /// Sums over the matches of two departments.
        SUMS,
        SCORING,
        TOTALS,
        /// A statement about one department's committed data.
        PROOF
    }

    /// @param learns by what is revealed; a mode that is not here the protocol does not have
    record Protocol(int id, int version, String name, Form form, Map<Reveal, Learns> learns, Cost cost) {
        Optional<Learns> learns(Reveal reveal) {
            return Optional.ofNullable(learns.get(reveal));
        }
    }

    /// What the two sides get to know.
    record Learns(String receiver, String receiverEnglish, String sender, String senderEnglish) {}

    /// What a run costs, good for comparing protocols: whole numbers only, for every node must choose alike.
    ///
    /// @param setupMillis whatever the sizes are
    /// @param nanosPerReceiverRow computing time of the slower side
    /// @param nanosPerSenderRow the same
    /// @param bytesPerReceiverRow both ways together
    /// @param bytesPerSenderRow the same
    /// @param rounds messages that wait for one another
    record Cost(
            long setupMillis,
            long nanosPerReceiverRow,
            long nanosPerSenderRow,
            long bytesPerReceiverRow,
            long bytesPerSenderRow,
            int rounds) {
        /// Of a protocol that has no rival: `auto` never reckons with it.
        static Cost rounds(int rounds) {
            return new Cost(0, 0, 0, 0, 0, rounds);
        }

        /// Computing and sending do not overlap in this reckoning.
        long millis(long receiverRows, long senderRows, long megabitsPerSecond, long delayMillis) {
            long computing = (nanosPerReceiverRow * receiverRows + nanosPerSenderRow * senderRows) / 1_000_000;
            long bytes = bytesPerReceiverRow * receiverRows + bytesPerSenderRow * senderRows;
            return setupMillis + computing + bytes * 8 / (1000 * megabitsPerSecond) + rounds * delayMillis;
        }
    }

    static List<Protocol> all() {
        return ALL;
    }

    /// Those for plans of one form, in the same order.
    static List<Protocol> of(Form form) {
        return ALL.stream().filter(p -> p.form() == form).toList();
    }

    static Optional<Protocol> named(String name) {
        return ALL.stream().filter(p -> p.name().equals(name)).findFirst();
    }
}
