package poyang.executor.job;

import java.util.List;
import poyang.kernel.Bug;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// One attempt of one job as one party sees it.
///
/// @param job id on the chain
/// @param attempt from 1
/// @param self the own department
/// @param peers the other departments, in the plan's order
/// @param receives whether this side gets the result
/// @param plan what is computed
/// @param buckets of a collision whose sets stay on disk
public record JobFacts(
        String job, int attempt, PartyId self, List<PartyId> peers, boolean receives, JobPlan plan, Buckets buckets) {
    private static final int LONGEST_TEXT = 1024;
    private static final int KEYS_MAX = 64;
    private static final int FEATURES_MAX = 64;
    /// A collision as openings of the first release state it: one key, the rows revealed and listed.
    private static final int ONE_KEY_COLLISION = 1;
    private static final int COLLISION = 2;
    private static final int SCORING = 3;
    private static final int AGGREGATION = 4;
    private static final int GROUP_COLLISION = 5;
    private static final int MATCH_SUM = 6;
    /// Followed by the keys of a bucket, and then as {@link #COLLISION}; as openings of the first release state it,
    /// whose transcript is one of all frames in their order.
    private static final int COLLISION_ON_DISK = 16;
    /// Followed by the keys of a bucket and the lines, and then as {@link #COLLISION}.
    private static final int COLLISION_ON_LINES = 17;

    private static final int ASKED_COLLISION = 7;
    private static final int PROOF = 8;
    /// What the chain takes of a commitment, of a verification key, and of a plan.
    private static final int LONGEST_COMMITMENT = 8192;

    private static final int LONGEST_KEY = 65_536;
    private static final int PARTS_MAX = 1024;
    private static final int CATEGORIES_MAX = 1024;
    private static final int MATCHING_ROWS = 1;
    private static final int SIZE_ONLY = 2;
    private static final int SIZE_AT_LEAST = 3;
    private static final int PEERS_MAX = 16;
    private static final int LINES_MAX = 64;

    /// How a run on disk goes about its buckets.
    ///
    /// @param keys of the larger set that make a bucket; 0 in memory
    /// @param lines buckets that this party works on at a time at most; 0 in memory, and of a run of the
    ///     first release, which worked on one and had one transcript of all frames
    public record Buckets(int keys, int lines) {
        /// In memory.
        public static final Buckets NONE = new Buckets(0, 0);
    }

    public JobFacts {
        peers = List.copyOf(peers);
    }

    /// In memory.
    public JobFacts(String job, int attempt, PartyId self, List<PartyId> peers, boolean receives, JobPlan plan) {
        this(job, attempt, self, peers, receives, plan, Buckets.NONE);
    }

    /// With sets on disk, or in memory.
    public JobFacts in(Buckets others) {
        return new JobFacts(job, attempt, self, peers, receives, plan, others);
    }

    /// Keys of the larger set that make a bucket of a run on disk; 0 in memory.
    public int bucketKeys() {
        return buckets.keys();
    }

    /// Of a job of two parties.
    public JobFacts(String job, int attempt, PartyId self, PartyId peer, boolean receives, JobPlan plan) {
        this(job, attempt, self, List.of(peer), receives, plan);
    }

    /// The other department of a job of two.
    public PartyId peer() {
        if (peers.size() != 1) {
            throw new Bug("a job of " + (peers.size() + 1) + " parties has no single peer");
        }
        return peers.getFirst();
    }

    void write(CanonicalWriter out) {
        // One peer stands as in openings of earlier releases; no name is empty, which therefore marks a list.
        boolean two = peers.size() == 1;
        out.text(job)
                .u32(attempt)
                .text(self.name())
                .text(two ? peer().name() : "")
                .flag(receives);
        if (!two) {
            out.list(peers, (w, each) -> w.text(each.name()));
        }
        switch (plan) {
            case JobPlan.Collision plan -> {
                if (buckets.keys() == 0) {
                    out.u8(COLLISION);
                } else if (buckets.lines() == 0) {
                    out.u8(COLLISION_ON_DISK).u32(buckets.keys());
                } else {
                    out.u8(COLLISION_ON_LINES).u32(buckets.keys()).u32(buckets.lines());
                }
                writeKeys(plan.keys(), out).text(plan.protocol());
                switch (plan.reveal()) {
                    case JobPlan.Reveal.MatchingRows() -> out.u8(MATCHING_ROWS);
                    case JobPlan.Reveal.SizeOnly() -> out.u8(SIZE_ONLY);
                    case JobPlan.Reveal.SizeAtLeast(long least) ->
                        out.u8(SIZE_AT_LEAST).u64(least);
                }
                out.text(plan.listed().name());
            }
            case JobPlan.Scoring plan -> write(plan, out);
            case JobPlan.GroupCollision plan ->
                out.u8(GROUP_COLLISION)
                        .list(
                                plan.members(),
                                (w, each) -> w.text(each.party().name()).list(each.columns(), CanonicalWriter::text))
                        .list(plan.identifierKinds(), CanonicalWriter::text)
                        .text(plan.leader().name())
                        .text(plan.protocol())
                        .text(plan.listed().name());
            case JobPlan.AskedCollision plan ->
                writeKeys(plan.keys(), out.u8(ASKED_COLLISION))
                        .text(plan.left().name())
                        .text(plan.right().name())
                        .text(plan.asker().name())
                        .flag(plan.rows())
                        .text(plan.protocol());
            case JobPlan.MatchSum plan ->
                writeFeatures(plan.sums(), writeKeys(plan.keys(), out.u8(MATCH_SUM)))
                        .flag(plan.countRows())
                        .u64(plan.atLeast())
                        .text(plan.protocol());
            case JobPlan.Proof plan ->
                out.u8(PROOF)
                        .text(plan.prover().name())
                        .text(plan.commitment())
                        .text(plan.system())
                        .text(plan.verificationKey())
                        .list(plan.conditions(), CanonicalWriter::text)
                        .list(plan.limits(), CanonicalWriter::u64)
                        .text(plan.purpose())
                        .text(plan.personColumn())
                        .text(plan.protocol());
            case JobPlan.Aggregation plan ->
                out.u8(AGGREGATION)
                        .list(
                                plan.reporters(),
                                (w, each) -> w.text(each.party().name())
                                        .text(each.valueColumn())
                                        .text(each.categoryColumn()))
                        .text(plan.collector().name())
                        .text(plan.receiver().name())
                        .list(plan.statistics(), (w, each) -> w.text(each.name()))
                        .list(plan.categories(), CanonicalWriter::text)
                        .u8(plan.decimals())
                        .u64(plan.bound());
        }
    }

    private static CanonicalWriter writeKeys(List<JobPlan.Key> keys, CanonicalWriter out) {
        return out.list(
                keys,
                (w, key) -> w.text(key.leftColumn()).text(key.rightColumn()).text(key.identifierKind()));
    }

    private static List<JobPlan.Key> keys(CanonicalReader in) {
        return in.list(
                KEYS_MAX, r -> new JobPlan.Key(r.text(LONGEST_TEXT), r.text(LONGEST_TEXT), r.text(LONGEST_TEXT)));
    }

    private static CanonicalWriter writeFeatures(List<JobPlan.Feature> features, CanonicalWriter out) {
        return out.list(
                features,
                (w, feature) -> w.text(feature.column()).u32(feature.decimals()).u64(feature.bound()));
    }

    private static List<JobPlan.Feature> features(CanonicalReader in) {
        return in.list(FEATURES_MAX, r -> new JobPlan.Feature(r.text(LONGEST_TEXT), (int) r.u32(), r.u64()));
    }

    private static void write(JobPlan.Scoring plan, CanonicalWriter out) {
        JobPlan.Model model = plan.model();
        writeFeatures(plan.features(), out.u8(SCORING).text(plan.keyColumn()))
                .text(model.termColumn())
                .text(model.coefficientColumn())
                .u32(model.degree())
                .u32(model.decimals())
                .u64(model.bound())
                .text(plan.protocol());
    }

    static JobFacts read(CanonicalReader in) {
        String job = in.text(LONGEST_TEXT);
        int attempt = (int) in.u32();
        PartyId self = new PartyId(in.text(LONGEST_TEXT));
        String peer = in.text(LONGEST_TEXT);
        boolean receives = in.flag();
        List<PartyId> peers = peer.isEmpty()
                ? in.list(PEERS_MAX, r -> new PartyId(r.text(LONGEST_TEXT)))
                : List.of(new PartyId(peer));
        if (peer.isEmpty() && peers.size() == 1) {
            throw unknown("a job of two parties lists its one peer");
        }
        int kind = in.u8();
        Buckets buckets = buckets(kind, in);
        JobPlan plan = switch (kind) {
            case ONE_KEY_COLLISION ->
                JobPlan.Collision.of(
                        in.text(LONGEST_TEXT), in.text(LONGEST_TEXT), in.text(LONGEST_TEXT), in.text(LONGEST_TEXT));
            case COLLISION, COLLISION_ON_DISK, COLLISION_ON_LINES -> collision(in);
            case SCORING -> scoring(in);
            case AGGREGATION -> aggregation(in);
            case GROUP_COLLISION -> group(in);
            case ASKED_COLLISION ->
                new JobPlan.AskedCollision(
                        keys(in),
                        new PartyId(in.text(LONGEST_TEXT)),
                        new PartyId(in.text(LONGEST_TEXT)),
                        new PartyId(in.text(LONGEST_TEXT)),
                        in.flag(),
                        in.text(LONGEST_TEXT));
            case MATCH_SUM -> new JobPlan.MatchSum(keys(in), features(in), in.flag(), in.u64(), in.text(LONGEST_TEXT));
            case PROOF ->
                new JobPlan.Proof(
                        new PartyId(in.text(LONGEST_TEXT)),
                        in.text(LONGEST_COMMITMENT),
                        in.text(LONGEST_TEXT),
                        in.text(LONGEST_KEY),
                        in.list(PARTS_MAX, r -> r.text(LONGEST_TEXT)),
                        in.list(PARTS_MAX, CanonicalReader::u64),
                        in.text(LONGEST_TEXT),
                        in.text(LONGEST_TEXT),
                        in.text(LONGEST_TEXT));
            default -> throw unknown("a job has the unknown kind " + kind);
        };
        return new JobFacts(job, attempt, self, peers, receives, plan, buckets);
    }

    private static Buckets buckets(int kind, CanonicalReader in) {
        if (kind != COLLISION_ON_DISK && kind != COLLISION_ON_LINES) {
            return Buckets.NONE;
        }
        Buckets buckets = new Buckets((int) in.u32(), kind == COLLISION_ON_LINES ? (int) in.u32() : 0);
        if (buckets.keys() <= 0) {
            throw unknown("a bucket has no keys");
        }
        if (kind == COLLISION_ON_LINES && (buckets.lines() <= 0 || buckets.lines() > LINES_MAX)) {
            throw unknown("a job works on no bucket, or on too many at a time");
        }
        return buckets;
    }

    private static JobPlan collision(CanonicalReader in) {
        List<JobPlan.Key> keys = keys(in);
        String protocol = in.text(LONGEST_TEXT);
        int mode = in.u8();
        JobPlan.Reveal reveal = switch (mode) {
            case MATCHING_ROWS -> new JobPlan.Reveal.MatchingRows();
            case SIZE_ONLY -> new JobPlan.Reveal.SizeOnly();
            case SIZE_AT_LEAST -> new JobPlan.Reveal.SizeAtLeast(in.u64());
            default -> throw unknown("a job reveals the unknown kind " + mode);
        };
        return new JobPlan.Collision(keys, protocol, reveal, listed(in.text(LONGEST_TEXT)));
    }

    private static JobPlan group(CanonicalReader in) {
        return new JobPlan.GroupCollision(
                in.list(
                        PEERS_MAX,
                        r -> new JobPlan.Member(
                                new PartyId(r.text(LONGEST_TEXT)), r.list(KEYS_MAX, each -> each.text(LONGEST_TEXT)))),
                in.list(KEYS_MAX, r -> r.text(LONGEST_TEXT)),
                new PartyId(in.text(LONGEST_TEXT)),
                in.text(LONGEST_TEXT),
                listed(in.text(LONGEST_TEXT)));
    }

    private static JobPlan scoring(CanonicalReader in) {
        String keyColumn = in.text(LONGEST_TEXT);
        List<JobPlan.Feature> features = features(in);
        JobPlan.Model model = new JobPlan.Model(
                in.text(LONGEST_TEXT), in.text(LONGEST_TEXT), (int) in.u32(), (int) in.u32(), in.u64());
        return new JobPlan.Scoring(keyColumn, features, model, in.text(LONGEST_TEXT));
    }

    private static JobPlan aggregation(CanonicalReader in) {
        return new JobPlan.Aggregation(
                in.list(
                        PEERS_MAX,
                        r -> new JobPlan.Reporter(
                                new PartyId(r.text(LONGEST_TEXT)), r.text(LONGEST_TEXT), r.text(LONGEST_TEXT))),
                new PartyId(in.text(LONGEST_TEXT)),
                new PartyId(in.text(LONGEST_TEXT)),
                in.list(JobPlan.Statistic.values().length, r -> statistic(r.text(LONGEST_TEXT))),
                in.list(CATEGORIES_MAX, r -> r.text(LONGEST_TEXT)),
                in.u8(),
                in.u64());
    }

    private static JobPlan.Statistic statistic(String name) {
        for (JobPlan.Statistic statistic : JobPlan.Statistic.values()) {
            if (statistic.name().equals(name)) {
                return statistic;
            }
        }
        throw unknown("a job asks for the unknown statistic \"" + name + "\"");
    }

    private static JobPlan.Listed listed(String name) {
        for (JobPlan.Listed listed : JobPlan.Listed.values()) {
            if (listed.name().equals(name)) {
                return listed;
            }
        }
        throw unknown("a job lists the unknown kind \"" + name + "\"");
    }

    private static PoyangException unknown(String wrong) {
        return new PoyangException(KernelErrors.BAD_ENCODING, wrong, "host and child of one release are needed");
    }
}
