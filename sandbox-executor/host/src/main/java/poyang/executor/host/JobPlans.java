package poyang.executor.host;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AggregationPlan;
import poyang.wire.schema.AggregationReporter;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.GroupCollisionPlan;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JoinResult;
import poyang.wire.schema.KeyColumns;
import poyang.wire.schema.MatchSumPlan;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofPlan;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.ScoringPlan;

/// The chain's plans as the executor's own.
final class JobPlans {
    private JobPlans() {}

    /// Finds a published verification key.
    interface Keys {
        ProofKey key(String id, int version);
    }

    /// @throws PoyangException `UNKNOWN_JOB_KIND` for what this release does not know
    static JobPlan of(Job job, Keys keys) {
        Plan plan = plan(job);
        return switch (plan.getKindCase()) {
            case COLLISION -> collision(job, plan.getCollision());
            case SCORING -> scoring(plan.getScoring());
            case AGGREGATION -> aggregation(job, plan.getAggregation());
            case GROUP_COLLISION -> group(job, plan.getGroupCollision());
            case MATCH_SUM -> sum(job, plan.getMatchSum());
            case PROOF -> proof(job, plan.getProof(), keys);
            case KIND_NOT_SET -> throw unknown();
        };
    }

    private static JobPlan collision(Job job, CollisionPlan plan) {
        List<JobPlan.Key> keys = new ArrayList<>();
        keys.add(new JobPlan.Key(plan.getLeftColumn(), plan.getRightColumn(), kind(plan.getIdentifierKind())));
        plan.getMoreKeysList().forEach(key -> keys.add(key(key)));
        if (!plan.getAsker().isEmpty()) {
            return new JobPlan.AskedCollision(
                    keys,
                    new PartyId(job.getParties(0).getOrganisation()),
                    new PartyId(job.getParties(1).getOrganisation()),
                    new PartyId(plan.getAsker()),
                    reveal(plan).equals(new JobPlan.Reveal.MatchingRows()),
                    protocol(job, plan.getProtocol()));
        }
        return new JobPlan.Collision(keys, protocol(job, plan.getProtocol()), reveal(plan), listed(plan.getJoin()));
    }

    private static String protocol(Job job, String planned) {
        return job.hasChoice() ? job.getChoice().getProtocol() : planned;
    }

    private static JobPlan.Key key(KeyColumns key) {
        return new JobPlan.Key(key.getLeftColumn(), key.getRightColumn(), kind(key.getIdentifierKind()));
    }

    private static String kind(IdentifierKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private static JobPlan sum(Job job, MatchSumPlan plan) {
        return new JobPlan.MatchSum(
                plan.getKeysList().stream().map(JobPlans::key).toList(),
                plan.getSumsList().stream()
                        .map(s -> new JobPlan.Feature(s.getColumn(), s.getDecimals(), s.getBound()))
                        .toList(),
                plan.getCountRows(),
                plan.getAtLeast(),
                protocol(job, plan.getProtocol()));
    }

    /// What the plan of a job for a proof asks for; none of another job.
    static Optional<ProofPlan> proof(Job job) {
        Plan plan = plan(job);
        return plan.hasProof() ? Optional.of(plan.getProof()) : Optional.empty();
    }

    private static JobPlan proof(Job job, ProofPlan plan, Keys keys) {
        ProofKey key = keys.key(plan.getKey(), plan.getVersion());
        return new JobPlan.Proof(
                new PartyId(job.getParties(0).getOrganisation()),
                key.getCommitment(),
                key.getSystem().name().toLowerCase(Locale.ROOT),
                key.getKey(),
                plan.getConditionsList(),
                plan.getLimitsList(),
                plan.getPurpose(),
                plan.getPersonColumn(),
                plan.getProtocol());
    }

    private static JobPlan group(Job job, GroupCollisionPlan plan) {
        List<JobPlan.Member> members = new ArrayList<>();
        for (int i = 0; i < plan.getMembersCount(); i++) {
            members.add(new JobPlan.Member(
                    new PartyId(job.getParties(i).getOrganisation()),
                    plan.getMembers(i).getColumnsList()));
        }
        return new JobPlan.GroupCollision(
                members,
                plan.getIdentifierKindsList().stream().map(JobPlans::kind).toList(),
                receiver(job),
                protocol(job, plan.getProtocol()),
                listed(plan.getJoin()));
    }

    private static PartyId receiver(Job job) {
        String receiver = job.getReceiver();
        return new PartyId(receiver.substring(0, receiver.indexOf('/')));
    }

    private static JobPlan scoring(ScoringPlan plan) {
        List<JobPlan.Feature> features = plan.getFeaturesList().stream()
                .map(f -> new JobPlan.Feature(f.getColumn(), f.getDecimals(), f.getBound()))
                .toList();
        JobPlan.Model model = new JobPlan.Model(
                plan.getTermColumn(),
                plan.getCoefficientColumn(),
                plan.getDegree(),
                plan.getCoefficientDecimals(),
                plan.getCoefficientBound());
        return new JobPlan.Scoring(plan.getKeyColumn(), features, model, plan.getProtocol());
    }

    private static JobPlan aggregation(Job job, AggregationPlan plan) {
        List<JobPlan.Reporter> reporters = new ArrayList<>();
        for (int i = 0; i < plan.getReportersCount(); i++) {
            AggregationReporter reporter = plan.getReporters(i);
            reporters.add(new JobPlan.Reporter(
                    new PartyId(job.getParties(i).getOrganisation()),
                    reporter.getValueColumn(),
                    reporter.getCategoryColumn()));
        }
        return new JobPlan.Aggregation(
                reporters,
                new PartyId(plan.getCollector()),
                receiver(job),
                plan.getStatisticsList().stream().map(JobPlans::statistic).toList(),
                plan.getCategoriesList(),
                plan.getDecimals(),
                plan.getBound());
    }

    private static JobPlan.Statistic statistic(AggregationPlan.Statistic statistic) {
        return switch (statistic) {
            case COUNT -> JobPlan.Statistic.COUNT;
            case SUM -> JobPlan.Statistic.SUM;
            case MEAN -> JobPlan.Statistic.MEAN;
            case VARIANCE -> JobPlan.Statistic.VARIANCE;
            case STATISTIC_UNSPECIFIED, UNRECOGNIZED -> throw unknown();
        };
    }

    /// Repeats in a receipt what the plan says of its result.
    static void state(Job job, JobReceipt.Builder receipt) {
        Plan plan = plan(job);
        switch (plan.getKindCase()) {
            case COLLISION ->
                receipt.setReveal(plan.getCollision().getReveal())
                        .setAtLeast(plan.getCollision().getAtLeast());
            case SCORING -> receipt.setReveal(Reveal.SCORES);
            case AGGREGATION -> receipt.setReveal(Reveal.TOTALS);
            case GROUP_COLLISION -> receipt.setReveal(Reveal.MATCHING_ROWS);
            case MATCH_SUM ->
                receipt.setReveal(Reveal.MATCH_SUMS)
                        .setAtLeast(plan.getMatchSum().getAtLeast());
            case PROOF -> receipt.setReveal(Reveal.PROOF);
            case KIND_NOT_SET -> throw unknown();
        }
    }

    private static Plan plan(Job job) {
        try {
            return Plan.parseFrom(job.getPlan());
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
            case SCORES, TOTALS, MATCH_SUMS, PROOF, UNRECOGNIZED -> throw unknown();
        };
    }

    private static JobPlan.Listed listed(JoinResult join) {
        return switch (join) {
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
