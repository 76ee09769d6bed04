package poyang.executor.jobs;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.kernel.PartyId;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSum;
import poyang.psi.IdentifierRule;

/// Sums of the right party's numbers over the keys that the left party has too.
public final class SumJob implements JobKind {
    @Override
    public boolean computes(JobPlan plan) {
        return switch (plan) {
            case JobPlan.MatchSum sum ->
                CollisionProtocol.sumNamed(sum.protocol()).isPresent()
                        && sum.numbers() >= 1
                        && sum.numbers() <= CollisionSum.MOST_COLUMNS
                        && sum.keys().stream()
                                .allMatch(key -> IdentifierRule.named(key.identifierKind())
                                        .isPresent());
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> false;
        };
    }

    private static JobPlan.MatchSum sum(JobPlan plan) {
        return switch (plan) {
            case JobPlan.MatchSum sum -> sum;
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> throw CollisionJob.unknown("the plan sums nothing over matches");
        };
    }

    static CollisionProtocol protocolOf(JobPlan.MatchSum plan) {
        return CollisionProtocol.sumNamed(plan.protocol())
                .orElseThrow(() -> CollisionJob.unknown("the plan names the unknown protocol " + plan.protocol()));
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        CollisionProtocol protocol = protocolOf(sum(plan));
        return new ProtocolFacts(protocol.id(), protocol.version(), protocol.name());
    }

    @Override
    public List<String> columns(JobPlan plan, int party) {
        JobPlan.MatchSum sum = sum(plan);
        return party == 0
                ? sum.keys().stream().map(JobPlan.Key::leftColumn).toList()
                : Stream.concat(
                                sum.keys().stream().map(JobPlan.Key::rightColumn),
                                sum.sums().stream().map(JobPlan.Feature::column))
                        .toList();
    }

    @Override
    public FrameBounds bounds(JobFacts facts, PartyId peer, Map<PartyId, Long> rows) {
        JobPlan.MatchSum plan = sum(facts.plan());
        long ownRows = Objects.requireNonNull(rows.get(facts.self()));
        long peerRows = Objects.requireNonNull(rows.get(peer));
        return facts.receives()
                ? CollisionJob.bounds(CollisionSum.cost(protocolOf(plan), ownRows, peerRows, plan.numbers()), true)
                : CollisionJob.bounds(CollisionSum.cost(protocolOf(plan), peerRows, ownRows, plan.numbers()), false);
    }

    @Override
    public List<PhaseShare> phases(JobPlan plan) {
        return List.of(
                new PhaseShare("masking", 0.53), new PhaseShare("exchanging", 0.43), new PhaseShare("matching", 0.04));
    }

    @Override
    public JobRun open(JobFacts facts) {
        return new SumRun(facts, sum(facts.plan()));
    }
}
