package poyang.executor.host;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.kernel.PoyangException;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.Job;
import poyang.wire.schema.KeyColumns;
import poyang.wire.schema.Plan;

/// The chain's plans as the executor's own.
final class JobPlans {
    private JobPlans() {}

    /// @throws PoyangException `UNKNOWN_JOB_KIND` for what this release does not know
    static JobPlan of(Job job) {
        CollisionPlan plan = collision(job);
        List<JobPlan.Key> keys = new ArrayList<>();
        keys.add(new JobPlan.Key(
                plan.getLeftColumn(),
                plan.getRightColumn(),
                plan.getIdentifierKind().name().toLowerCase(Locale.ROOT)));
        for (KeyColumns key : plan.getMoreKeysList()) {
            keys.add(new JobPlan.Key(
                    key.getLeftColumn(),
                    key.getRightColumn(),
                    key.getIdentifierKind().name().toLowerCase(Locale.ROOT)));
        }
        String protocol = job.hasChoice() ? job.getChoice().getProtocol() : plan.getProtocol();
        return new JobPlan.Collision(keys, protocol, reveal(plan), listed(plan));
    }

    static CollisionPlan collision(Job job) {
        try {
            return Plan.parseFrom(job.getPlan()).getCollision();
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    ExecutorErrors.UNKNOWN_JOB_KIND, "the job's plan is malformed", "one release is needed", e);
        }
    }

    private static JobPlan.Reveal reveal(CollisionPlan plan) {
        return switch (plan.getReveal()) {
            case REVEAL_UNSPECIFIED, MATCHING_ROWS -> new JobPlan.Reveal.MatchingRows();
            case SIZE_ONLY -> new JobPlan.Reveal.SizeOnly();
            case SIZE_AT_LEAST -> new JobPlan.Reveal.SizeAtLeast(plan.getAtLeast());
            case UNRECOGNIZED -> throw unknown();
        };
    }

    private static JobPlan.Listed listed(CollisionPlan plan) {
        return switch (plan.getJoin()) {
            case JOIN_RESULT_UNSPECIFIED, INNER -> JobPlan.Listed.INNER;
            case LEFT -> JobPlan.Listed.LEFT;
            case DIFFERENCE -> JobPlan.Listed.DIFFERENCE;
            case UNRECOGNIZED -> throw unknown();
        };
    }

    private static PoyangException unknown() {
        return new PoyangException(
                ExecutorErrors.UNKNOWN_JOB_KIND,
                "the job's plan asks for what this release does not know",
                "one release on the chain and on both sides is needed");
    }
}
