package poyang.executor.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.homomorphic.scoring.FixedPoint;
import poyang.homomorphic.scoring.Scoring;
import poyang.homomorphic.scoring.ScoringCost;
import poyang.homomorphic.scoring.ScoringShape;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Scores of the first party's rows by the second party's model; the first party receives.
public final class ScoringJob implements JobKind {
    /// What a run reports.
    static final String PHASE = "scoring";

    @Override
    public boolean computes(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Scoring scoring -> scoring.protocol().equals(Scoring.NAME) && scored(scoring);
            case JobPlan.Collision _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> false;
        };
    }

    private static boolean scored(JobPlan.Scoring plan) {
        try {
            return shape(plan).termCount() > 0;
        } catch (PoyangException impossible) {
            return false;
        }
    }

    private static JobPlan.Scoring scoring(JobPlan plan) {
        return switch (plan) {
            case JobPlan.Scoring scoring -> scoring;
            case JobPlan.Collision _,
                    JobPlan.Aggregation _,
                    JobPlan.GroupCollision _,
                    JobPlan.MatchSum _,
                    JobPlan.AskedCollision _,
                    JobPlan.Proof _ -> throw CollisionJob.unknown("the plan is no scoring");
        };
    }

    static ScoringShape shape(JobPlan.Scoring plan) {
        return new ScoringShape(
                plan.features().stream()
                        .map(feature -> new FixedPoint(feature.decimals(), feature.bound()))
                        .toList(),
                plan.model().degree(),
                new FixedPoint(plan.model().decimals(), plan.model().bound()));
    }

    @Override
    public ProtocolFacts protocol(JobPlan plan) {
        return new ProtocolFacts(Scoring.ID, Scoring.VERSION, Scoring.NAME);
    }

    @Override
    public List<String> columns(JobPlan plan, int party) {
        JobPlan.Scoring scoring = scoring(plan);
        if (party > 0) {
            return List.of(scoring.model().termColumn(), scoring.model().coefficientColumn());
        }
        List<String> columns = new ArrayList<>();
        columns.add(scoring.keyColumn());
        scoring.features().forEach(feature -> columns.add(feature.column()));
        return List.copyOf(columns);
    }

    @Override
    public FrameBounds bounds(JobFacts facts, PartyId peer, Map<PartyId, Long> rows) {
        long scored = Objects.requireNonNull(rows.get(facts.receives() ? facts.self() : peer));
        ScoringCost cost = Scoring.cost(shape(scoring(facts.plan())), scored);
        return facts.receives()
                ? new FrameBounds(
                        cost.featuresFrames(),
                        cost.featuresBytes(),
                        cost.modelFrames(),
                        cost.modelBytes(),
                        cost.frameBytes())
                : new FrameBounds(
                        cost.modelFrames(),
                        cost.modelBytes(),
                        cost.featuresFrames(),
                        cost.featuresBytes(),
                        cost.frameBytes());
    }

    @Override
    public List<PhaseShare> phases(JobPlan plan) {
        return List.of(new PhaseShare(PHASE, 1));
    }

    @Override
    public Work work(JobPlan plan, long rows) {
        return Work.NUMERIC;
    }

    @Override
    public JobRun open(JobFacts facts) {
        return new ScoringRun(facts, scoring(facts.plan()));
    }
}
