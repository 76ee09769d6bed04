package poyang.executor.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.kernel.PartyId;
import poyang.psi.GroupPsi;
import poyang.psi.IdentifierRule;

/// Which keys do all of three to ten departments have? The leader, whose keys are told, receives.
public final class GroupJob implements JobKind {
    /// As of two parties by oblivious evaluation: see {@link CollisionJob}.
    private static final long BRIEF_ROWS = 250_000;

    @Override
    public boolean computes(JobPlan plan) {
        return switch (plan) {
            case JobPlan.GroupCollision group ->
                group.protocol().equals(GroupPsi.NAME)
                        && group.identifierKinds().stream()
                                .allMatch(kind -> IdentifierRule.named(kind).isPresent());
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> false;
        };
    }

    private static JobPlan.GroupCollision group(JobPlan plan) {
        return switch (plan) {
            case JobPlan.GroupCollision group -> group;
            case JobPlan.Collision _,
                    JobPlan.Scoring _,
                    JobPlan.Aggregation _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> throw CollisionJob.unknown("the plan is no collision of a group");
        };
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        return new ProtocolFacts(GroupPsi.ID, GroupPsi.VERSION, GroupPsi.NAME);
    }

    @Override
    public List<String> columns(JobPlan plan, int party) {
        return group(plan).members().get(party).columns();
    }

    /// The leader first, the others by name: the order of the protocol.
    static List<PartyId> parties(JobPlan.GroupCollision plan) {
        List<PartyId> parties = new ArrayList<>();
        plan.members().forEach(member -> parties.add(member.party()));
        parties.remove(plan.leader());
        parties.sort(null);
        parties.addFirst(plan.leader());
        return parties;
    }

    /// Of two that neither leads the first by name sends one key more.
    @Override
    public FrameBounds bounds(JobFacts facts, PartyId peer, Map<PartyId, Long> rows) {
        List<PartyId> parties = parties(group(facts.plan()));
        int own = parties.indexOf(facts.self());
        int other = parties.indexOf(peer);
        List<Long> all = parties.stream()
                .map(party -> Objects.requireNonNull(rows.get(party)))
                .toList();
        return Math.min(own, other) == 0
                ? CollisionJob.bounds(GroupPsi.most(all, Math.max(own, other)), own == 0)
                : CollisionJob.bounds(GroupPsi.openingCost(), own < other);
    }

    @Override
    public List<PhaseShare> phases(JobPlan plan) {
        return List.of(
                new PhaseShare("hashing", 0.1), new PhaseShare("masking", 0.1), new PhaseShare("exchanging", 0.8));
    }

    @Override
    public Work work(JobPlan plan, long rows) {
        return rows <= BRIEF_ROWS ? Work.BRIEF : Work.LONG;
    }

    @Override
    public JobRun open(JobFacts facts) {
        return new GroupRun(facts, group(facts.plan()));
    }
}
