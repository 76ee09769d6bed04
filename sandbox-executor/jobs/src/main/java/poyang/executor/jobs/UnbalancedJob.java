package poyang.executor.jobs;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.executor.job.Workplace;
import poyang.kernel.Bug;
import poyang.kernel.PartyId;
import poyang.psi.CollisionProtocol;
import poyang.psi.IdentifierRule;
import poyang.psi.UnbalancedCollision;

/// Which of a small set's identifiers does a large one have, which was prepared once? The receiver asks.
public final class UnbalancedJob implements JobKind {
    @Override
    public boolean computes(JobPlan plan) {
        return plan instanceof JobPlan.Collision collision
                && collision.protocol().equals(UnbalancedCollision.NAME)
                && collision.reveal() instanceof JobPlan.Reveal.MatchingRows
                && collision.keys().stream()
                        .allMatch(key ->
                                IdentifierRule.named(key.identifierKind()).isPresent());
    }

    private static JobPlan.Collision collision(JobPlan plan) {
        if (plan instanceof JobPlan.Collision collision) {
            return collision;
        }
        throw CollisionJob.unknown("the plan is no collision");
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        CollisionProtocol protocol = CollisionProtocol.UNBALANCED;
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
        long own = Objects.requireNonNull(rows.get(facts.self()));
        long other = Objects.requireNonNull(rows.get(peer));
        return facts.receives()
                ? CollisionJob.bounds(UnbalancedCollision.most(own, other), true)
                : CollisionJob.bounds(UnbalancedCollision.most(other, own), false);
    }

    /// Masking is preparing, which is done once.
    @Override
    public List<PhaseShare> phases(JobPlan plan) {
        return List.of(new PhaseShare("masking", 0.9), new PhaseShare("exchanging", 0.1));
    }

    @Override
    public Keeping keeps(JobFacts facts) {
        return Keeping.OF_THE_DATA;
    }

    @Override
    public JobRun open(JobFacts facts) {
        throw new Bug("this run keeps a prepared set in a folder");
    }

    @Override
    public JobRun open(JobFacts facts, Workplace place) {
        return new UnbalancedRun(facts, collision(facts.plan()), place);
    }
}
