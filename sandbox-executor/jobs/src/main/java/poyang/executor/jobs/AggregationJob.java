package poyang.executor.jobs;

import java.util.List;
import java.util.Map;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.homomorphic.aggregate.JointSum;
import poyang.homomorphic.aggregate.SumRoles;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Totals over many reporters' rows; a collector without rows adds up ciphertexts.
public final class AggregationJob implements JobKind {
    @Override
    public boolean computes(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Aggregation aggregation -> Totals.slots(aggregation) <= JointSum.VALUES_MAX;
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> false;
        };
    }

    private static JobPlan.Aggregation aggregation(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Aggregation aggregation -> aggregation;
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> throw notThis();
        };
    }

    private static PoyangException notThis() {
        return CollisionJob.unknown("an aggregation was asked for another kind of plan");
    }

    static SumRoles roles(JobPlan.Aggregation plan) {
        return new SumRoles(
                plan.reporters().stream().map(JobPlan.Reporter::party).toList(), plan.collector(), plan.receiver());
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        return new ProtocolFacts(JointSum.ID, JointSum.VERSION, JointSum.NAME);
    }

    @Override
    public List<String> columns(JobPlan plan, int party) {
        JobPlan.Aggregation aggregation = aggregation(plan);
        return party == aggregation.reporters().size()
                ? List.of()
                : aggregation.reporters().get(party).columns();
    }

    @Override
    public boolean reads(JobFacts facts) {
        return !facts.self().equals(aggregation(facts.plan()).collector());
    }

    /// What is sent does not depend on anybody's rows.
    @Override
    public FrameBounds bounds(JobFacts facts, PartyId peer, Map<PartyId, Long> rows) {
        SumRoles roles = roles(aggregation(facts.plan()));
        JointSum.Sent out = JointSum.sent(roles, facts.self(), peer);
        JointSum.Sent in = JointSum.sent(roles, peer, facts.self());
        return new FrameBounds(
                out.frames(), out.bytes(), in.frames(), in.bytes(), Math.max(out.largest(), in.largest()));
    }

    @Override
    public List<PhaseShare> phases(JobPlan plan) {
        return List.of(
                new PhaseShare("keys", 0.3),
                new PhaseShare("encrypting", 0.3),
                new PhaseShare("adding", 0.2),
                new PhaseShare("decrypting", 0.2));
    }

    @Override
    public Work work(JobPlan plan, long rows) {
        return Work.BRIEF;
    }

    @Override
    public JobRun open(JobFacts facts) {
        return new AggregationRun(facts, aggregation(facts.plan()));
    }
}
