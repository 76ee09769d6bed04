package poyang.executor.jobs;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.executor.job.Workplace;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.psi.BucketWork;
import poyang.psi.CollisionProtocol;
import poyang.psi.Cost;
import poyang.psi.DiskCollision;
import poyang.psi.IdentifierRule;

/// Who is in both? The receiver gets to know what the plan says, by the protocol that the plan names.
public final class CollisionJob implements JobKind {
    /// Up to here the first tier of the compiler alone was faster, on two cores: 4.3 s against 5.9 s of CPU for
    /// 20,000 rows a side, 8.2 s against 9.8 s for 200,000, children's starts included.
    private static final long BRIEF_ROWS = 250_000;

    /// What a compute child needs beside its buckets.
    private static final int BASE_MEBIBYTES = 200;
    /// What each bucket of 2^20 keys takes that is under way.
    private static final int BUCKET_MEBIBYTES = 600;

    private static final int MALICIOUS_BUCKET_MEBIBYTES = 800;

    @Override
    public boolean computes(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Collision collision ->
                CollisionProtocol.named(collision.protocol())
                                .filter(protocol -> tells(protocol, collision.reveal()))
                                .isPresent()
                        && collision.keys().stream()
                                .allMatch(key -> IdentifierRule.named(key.identifierKind())
                                        .isPresent());
            case JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> false;
        };
    }

    private static boolean tells(CollisionProtocol protocol, JobPlan.Reveal reveal) {
        return switch (reveal) {
            case JobPlan.Reveal.MatchingRows() -> !protocol.sizeOnly();
            case JobPlan.Reveal.SizeOnly(), JobPlan.Reveal.SizeAtLeast _ -> protocol.sizeOnly();
        };
    }

    private static CollisionProtocol protocolOf(JobPlan plan) {
        String named = collision(plan).protocol();
        return CollisionProtocol.named(named)
                .orElseThrow(() -> unknown("the plan names the unknown protocol " + named));
    }

    private static JobPlan.Collision collision(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Collision collision -> collision;
            case JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> throw unknown("the plan is no collision");
        };
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        CollisionProtocol protocol = protocolOf(plan);
        return new ProtocolFacts(protocol.id(), protocol.version(), protocol.name());
    }

    @Override
    public List<String> columns(JobPlan plan, int party) {
        return collision(plan).keys().stream()
                .map(key -> party == 0 ? key.leftColumn() : key.rightColumn())
                .toList();
    }

    @Override
    public FrameBounds bounds(JobFacts facts, PartyId peer, Map<PartyId, Long> rows) {
        long ownRows = Objects.requireNonNull(rows.get(facts.self()));
        long peerRows = Objects.requireNonNull(rows.get(peer));
        CollisionProtocol protocol = protocolOf(facts.plan());
        long receiverRows = facts.receives() ? ownRows : peerRows;
        long senderRows = facts.receives() ? peerRows : ownRows;
        Cost most = facts.bucketKeys() > 0
                ? DiskCollision.most(
                        protocol,
                        receiverRows,
                        senderRows,
                        facts.bucketKeys(),
                        facts.buckets().lines())
                : protocol.most(receiverRows, senderRows);
        return bounds(most, facts.receives());
    }

    /// @param receives whether the own side is the receiver of `cost`
    static FrameBounds bounds(Cost cost, boolean receives) {
        return receives
                ? new FrameBounds(
                        cost.receiverFrames(),
                        cost.receiverBytes(),
                        cost.senderFrames(),
                        cost.senderBytes(),
                        cost.frameBytes())
                : new FrameBounds(
                        cost.senderFrames(),
                        cost.senderBytes(),
                        cost.receiverFrames(),
                        cost.receiverBytes(),
                        cost.frameBytes());
    }

    @Override
    public List<PhaseShare> phases(JobPlan plan) {
        return evaluates(plan)
                ? List.of(
                        new PhaseShare("hashing", 0.1),
                        new PhaseShare("preparing", 0.5),
                        new PhaseShare("masking", 0.1),
                        new PhaseShare("exchanging", 0.3))
                : List.of(new PhaseShare("masking", 0.55), new PhaseShare("exchanging", 0.45));
    }

    @Override
    public List<PhaseShare> phases(JobFacts facts) {
        return facts.bucketKeys() > 0
                ? List.of(new PhaseShare("hashing", 0.1), new PhaseShare("exchanging", 0.9))
                : phases(facts.plan());
    }

    /// On disk where there is more than one bucket, which memory would have to hold all and a fault would lose. As many
    /// at a time as memory holds, each on a processor.
    @Override
    public JobFacts.Buckets buckets(JobPlan plan, long rows, int processors, int heapMebibytes) {
        if (!evaluates(plan) || rows <= DiskCollision.BUCKET_KEYS) {
            return JobFacts.Buckets.NONE;
        }
        int hold = (heapMebibytes - BASE_MEBIBYTES)
                / bucketMebibytes(protocolOf(plan).name());
        int lines = Math.clamp(hold, 1, Math.min(processors, BucketWork.MOST_AT_A_TIME));
        return new JobFacts.Buckets(DiskCollision.BUCKET_KEYS, lines);
    }

    static int bucketMebibytes(String protocol) {
        return protocol.equals(CollisionProtocol.VOLE.name()) ? BUCKET_MEBIBYTES : MALICIOUS_BUCKET_MEBIBYTES;
    }

    @Override
    public Work work(JobPlan plan, long rows) {
        return evaluates(plan) && rows <= BRIEF_ROWS ? Work.BRIEF : Work.LONG;
    }

    /// Whether the protocol evaluates obliviously, which takes microseconds a row, rather than multiplying points.
    private static boolean evaluates(JobPlan plan) {
        return List.of(CollisionProtocol.VOLE, CollisionProtocol.VOLE_MALICIOUS).contains(protocolOf(plan));
    }

    @Override
    public JobRun open(JobFacts facts) {
        JobPlan.Collision plan = collision(facts.plan());
        return new CollisionRun(facts, plan, protocolOf(plan));
    }

    @Override
    public JobRun open(JobFacts facts, Workplace place) {
        JobPlan.Collision plan = collision(facts.plan());
        return facts.bucketKeys() > 0 ? new DiskCollisionRun(facts, plan, protocolOf(plan), place) : open(facts);
    }

    static PoyangException unknown(String wrong) {
        return new PoyangException(
                ExecutorErrors.UNKNOWN_JOB_KIND, wrong, "plan a job of a kind and protocol that this release has");
    }
}
