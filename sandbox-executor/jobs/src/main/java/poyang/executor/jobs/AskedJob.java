package poyang.executor.jobs;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.kernel.PartyId;
import poyang.psi.AskedProtocol;
import poyang.psi.AskedPsi;
import poyang.psi.IdentifierRule;

/// Who is in both of two departments' sets? A third department asks and alone gets to know.
public final class AskedJob implements JobKind {
    /// Octets of a text that no rule bounds.
    private static final int TEXT_BYTES = 120;

    private static final int LENGTH_BYTES = 2;
    /// What stands before each of several values: their length and a colon.
    private static final int MARK_BYTES = 4;

    @Override
    public boolean computes(JobPlan plan) {
        return switch (plan) {
            case JobPlan.AskedCollision asked ->
                AskedProtocol.named(asked.protocol()).isPresent()
                        && asked.keys().stream()
                                .allMatch(key -> IdentifierRule.named(key.identifierKind())
                                        .isPresent());
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.Proof _ -> false;
        };
    }

    private static JobPlan.AskedCollision asked(JobPlan plan) {
        return switch (plan) {
            case JobPlan.AskedCollision asked -> asked;
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.Proof _ -> throw CollisionJob.unknown("nobody asks in the plan");
        };
    }

    static AskedProtocol protocolOf(JobPlan.AskedCollision plan) {
        return AskedProtocol.named(plan.protocol())
                .orElseThrow(() -> CollisionJob.unknown("the plan names the unknown protocol " + plan.protocol()));
    }

    /// Bytes that every key's text is padded to, from the plan alone; 0 where none is told.
    static int room(JobPlan.AskedCollision plan) {
        if (!plan.rows()) {
            return 0;
        }
        int room = LENGTH_BYTES;
        for (JobPlan.Key key : plan.keys()) {
            room += plan.keys().size() == 1 ? 0 : MARK_BYTES;
            room += switch (IdentifierRule.named(key.identifierKind()).orElseThrow()) {
                case TEXT -> TEXT_BYTES;
                case ID, USCC -> 18;
                case PHONE -> 11;
            };
        }
        return room;
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        AskedProtocol protocol = protocolOf(asked(plan));
        return new ProtocolFacts(protocol.id(), AskedProtocol.VERSION, protocol.jobName());
    }

    @Override
    public List<String> columns(JobPlan plan, int party) {
        List<JobPlan.Key> keys = asked(plan).keys();
        return switch (party) {
            case 0 -> keys.stream().map(JobPlan.Key::leftColumn).toList();
            case 1 -> keys.stream().map(JobPlan.Key::rightColumn).toList();
            default -> List.of();
        };
    }

    @Override
    public boolean reads(JobFacts facts) {
        return !facts.self().equals(asked(facts.plan()).asker());
    }

    @Override
    public FrameBounds bounds(JobFacts facts, PartyId peer, Map<PartyId, Long> rows) {
        JobPlan.AskedCollision plan = asked(facts.plan());
        AskedProtocol protocol = protocolOf(plan);
        boolean ordered = plan.left().compareTo(plan.right()) < 0;
        PartyId first = ordered ? plan.left() : plan.right();
        PartyId second = ordered ? plan.right() : plan.left();
        long firstRows = Objects.requireNonNull(rows.get(first));
        long secondRows = Objects.requireNonNull(rows.get(second));
        boolean asks = facts.self().equals(plan.asker());
        if (!asks && !peer.equals(plan.asker())) {
            return CollisionJob.bounds(
                    AskedPsi.ownersCost(protocol, firstRows, secondRows),
                    facts.self().equals(first));
        }
        boolean withFirst = (asks ? peer : facts.self()).equals(first);
        return CollisionJob.bounds(
                withFirst
                        ? AskedPsi.askerCost(protocol, firstRows, secondRows, room(plan), true)
                        : AskedPsi.askerCost(protocol, secondRows, firstRows, room(plan), false),
                asks);
    }

    @Override
    public List<PhaseShare> phases(JobPlan plan) {
        return List.of(
                new PhaseShare("masking", 0.3), new PhaseShare("exchanging", 0.5), new PhaseShare("matching", 0.2));
    }

    @Override
    public JobRun open(JobFacts facts) {
        return new AskedRun(facts, asked(facts.plan()));
    }
}
