package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.hash;
import static poyang.notarization.Collisions.job;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.MerkleTree;
import poyang.crypto.Sm3;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.AggregationPlan;
import poyang.wire.schema.AggregationPlan.Statistic;
import poyang.wire.schema.AggregationReporter;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ReceiptPeer;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.SubmitJob;
import poyang.wire.schema.UsePolicy;

/// Totals over the rows of a, b and c, collected by a fourth department: what a plan may say, and the way of a job
/// of four parties.
final class AggregationPlansTest {
    private static final List<String> REPORTERS = List.of("a", "b", "c");
    private static final List<String> PARTIES = List.of("a", "b", "c", "supervision");
    private static final ByteString NOTHING = ChainBytes.of(MerkleTree.root(List.of()));

    private static Dataset table(String organisation) {
        Dataset.Builder dataset = Dataset.newBuilder()
                .setId(organisation + "/wages")
                .setOrganisation(organisation)
                .setTitle("工资")
                .setConnector("csv")
                .setRoundedRows(500);
        for (String column : List.of("wage", "district", "name")) {
            dataset.addColumns(ColumnPolicy.newBuilder()
                    .setName(column)
                    .setSensitivity(Sensitivity.SENSITIVE_PERSONAL)
                    .setEncryptedInput(!column.equals("name")));
        }
        return dataset.build();
    }

    private static Chain chain() {
        Chain chain = Chain.peopled();
        REPORTERS.forEach(each -> chain.call(each + "/owner", "Datasets", "Register", table(each)));
        return chain;
    }

    private static void policy(Chain chain, String organisation, UsePolicy policy) {
        chain.call(
                organisation + "/owner",
                "Datasets",
                "SetPolicy",
                SetPolicyRequest.newBuilder()
                        .setId(organisation + "/wages")
                        .addAllColumns(table(organisation).getColumnsList())
                        .setPolicy(policy)
                        .build());
    }

    private static AggregationPlan.Builder plan() {
        AggregationPlan.Builder plan = AggregationPlan.newBuilder()
                .setCollector("supervision")
                .addStatistics(Statistic.COUNT)
                .addStatistics(Statistic.MEAN)
                .addCategories("东湖区")
                .addCategories("西湖区")
                .setDecimals(2)
                .setBound(100_000_00)
                .setProtocol("bfv-sum");
        REPORTERS.forEach(each -> plan.addReporters(reporter(each)));
        return plan;
    }

    private static AggregationReporter reporter(String organisation) {
        return AggregationReporter.newBuilder()
                .setDataset(organisation + "/wages")
                .setValueColumn("wage")
                .setCategoryColumn("district")
                .build();
    }

    private static SubmitJob submit(AggregationPlan.Builder plan, String receiver) {
        return SubmitJob.newBuilder()
                .setTitle("工资统计")
                .setPurpose("统计")
                .setPlan(Plan.newBuilder().setAggregation(plan).build().toByteString())
                .setReceiver(receiver)
                .setMinutesToLive(60)
                .setFurtherAttempts(1)
                .build();
    }

    private static String submitted(Chain chain, String receiver) {
        return Collisions.id(chain.call("supervision/analyst", "Jobs", "Submit", submit(plan(), receiver)));
    }

    private static void refused(ErrorCode code, Runnable call) {
        assertEquals(code, assertThrows(ContractRejection.class, call::run).code(), code.name());
    }

    private static void refusedPlan(Chain chain, UnaryOperator<AggregationPlan.Builder> change) {
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        "supervision/analyst", "Jobs", "Submit", submit(change.apply(plan()), "supervision/analyst")));
    }

    private static CommitRequest commitment(Job job, String organisation) {
        CommitRequest request = commit(job, organisation);
        return organisation.equals("supervision")
                ? request.toBuilder().setInputRoot(NOTHING).setRoundedRows(0).build()
                : request.toBuilder().setRoundedRows(500).build();
    }

    private static void run(Chain chain, String id) {
        PARTIES.forEach(each -> chain.call(each + "/owner", "Jobs", "Consent", consent(id, true)));
        assertEquals(JobState.READY, job(chain, id).getState());
        for (String each : PARTIES) {
            assertEquals(JobState.READY, job(chain, id).getState());
            chain.call(each + "/executor", "Jobs", "Commit", commitment(job(chain, id), each));
        }
        assertEquals(JobState.RUNNING, job(chain, id).getState());
    }

    /// @param strange a party that names another digest of its link to a
    private static JobReceipt receipt(Job job, int side, String strange) {
        JobParty own = job.getParties(side);
        JobReceipt.Builder receipt = Collisions.receipt(job, side)
                .setProtocolId(34)
                .setProtocolVersion(1)
                .setProtocolName("bfv-sum")
                .setReveal(Reveal.TOTALS)
                .clearPeerInputRoot()
                .clearOutputCommitment();
        if (own.getOrganisation().equals("supervision")) {
            receipt.setOutputCommitment(hash("output"));
        }
        for (int i = 0; i < job.getPartiesCount(); i++) {
            if (i != side) {
                boolean lies = own.getOrganisation().equals(strange) && i == 0;
                receipt.addPeers(ReceiptPeer.newBuilder()
                        .setOrganisation(job.getParties(i).getOrganisation())
                        .setInputRoot(job.getParties(i).getCommitment().getInputRoot())
                        .setTranscriptDigest(hash((lies ? "other" : "link") + Math.min(i, side) + Math.max(i, side))));
            }
        }
        return whole(receipt);
    }

    static JobReceipt whole(JobReceipt.Builder receipt) {
        return receipt.setTranscriptDigest(ByteString.copyFrom(Sm3.digest(new CanonicalWriter("poyang.transcripts.v1")
                        .list(
                                receipt.getPeersList().stream()
                                        .sorted(Comparator.comparing(ReceiptPeer::getOrganisation))
                                        .toList(),
                                (w, peer) -> w.text(peer.getOrganisation())
                                        .bytes(peer.getTranscriptDigest().toByteArray()))
                        .toArray())))
                .build();
    }

    @Test
    void aJobOfFourPartiesCompletesWhenAllLinksAgree() {
        Chain chain = chain();
        String id = submitted(chain, "supervision/analyst");
        Job submitted = job(chain, id);
        assertEquals(
                PARTIES,
                submitted.getPartiesList().stream()
                        .map(JobParty::getOrganisation)
                        .toList());
        assertEquals("", submitted.getParties(3).getDataset());
        assertTrue(
                submitted
                        .getLeakage(3)
                        .getLearnsEnglish()
                        .startsWith("the number of rows, sum for each of 2 categories of 3 reporters"),
                submitted.getLeakage(3).getLearnsEnglish());
        assertTrue(
                submitted.getLeakage(0).getLearns().startsWith("除方案本身外"),
                submitted.getLeakage(0).getLearns());
        run(chain, id);
        for (int side = 0; side < 4; side++) {
            assertEquals(JobState.RUNNING, job(chain, id).getState());
            chain.call(PARTIES.get(side) + "/executor", "Receipts", "Submit", receipt(job(chain, id), side, "nobody"));
        }
        assertEquals(JobState.COMPLETED, job(chain, id).getState());
    }

    @Test
    void oneEndOfOneLinkThatDiffersIsADisagreement() {
        Chain chain = chain();
        String id = submitted(chain, "supervision/analyst");
        run(chain, id);
        for (int side = 0; side < 4; side++) {
            chain.call(PARTIES.get(side) + "/executor", "Receipts", "Submit", receipt(job(chain, id), side, "c"));
        }
        assertEquals(JobState.RECEIPTS_DISAGREE, job(chain, id).getState());
    }

    @Test
    void receiptsNameEveryPeerAndTheDigestOfTheirLinks() {
        Chain chain = chain();
        String id = submitted(chain, "supervision/analyst");
        run(chain, id);
        JobReceipt good = receipt(job(chain, id), 0, "nobody");
        List<JobReceipt> bad = List.of(
                good.toBuilder().setTranscriptDigest(hash("all")).build(),
                whole(good.toBuilder().removePeers(2)),
                whole(good.toBuilder().setPeers(0, good.getPeers(1)).setPeers(1, good.getPeers(0))),
                whole(good.toBuilder().setPeers(0, good.getPeers(0).toBuilder().setInputRoot(hash("none")))),
                good.toBuilder()
                        .setPeerInputRoot(good.getPeers(0).getInputRoot())
                        .build());
        for (JobReceipt each : bad) {
            refused(NotarizationErrors.RECEIPT_DIFFERS, () -> chain.call("a/executor", "Receipts", "Submit", each));
        }
        chain.call("a/executor", "Receipts", "Submit", good);
    }

    /// A lost attempt of many parties is followed by the next, and one refusal ends the job for all.
    @Test
    void attemptsOfManyPartiesAreLostAndRefusedAsThoseOfTwo() {
        Chain chain = chain();
        String id = submitted(chain, "supervision/analyst");
        run(chain, id);
        chain.call(
                "supervision/executor",
                "Jobs",
                "Abort",
                Collisions.abort(job(chain, id)).toBuilder()
                        .setCode("PEER_LOST")
                        .build());
        assertEquals(JobState.READY, job(chain, id).getState());
        assertEquals(2, job(chain, id).getAttempt());
        assertTrue(job(chain, id).getPartiesList().stream().noneMatch(JobParty::hasCommitment));
        String other = submitted(chain, "supervision/analyst");
        chain.call("supervision/owner", "Jobs", "Consent", consent(other, false));
        assertEquals(JobState.REFUSED, job(chain, other).getState());
    }

    /// A receiver that reports itself takes off its own numbers; policies say how many must be left.
    @Test
    void policiesBoundHowFewReportersATotalMayHave() {
        Chain chain = chain();
        policy(chain, "b", UsePolicy.newBuilder().setMinimumReporters(3).build());
        var _ = submitted(chain, "supervision/analyst");
        refused(NotarizationErrors.POLICY_FORBIDS, () -> submitted(chain, "a/analyst"));
        // the receiver's own policy is not against itself
        var _ = submitted(chain, "b/analyst");
        policy(chain, "b", UsePolicy.getDefaultInstance());
        AggregationPlan.Builder two = plan().clearReporters();
        List.of("a", "b").forEach(each -> two.addReporters(reporter(each)));
        chain.call("supervision/analyst", "Jobs", "Submit", submit(two, "supervision/analyst"));
        refused(
                NotarizationErrors.POLICY_FORBIDS,
                () -> chain.call("supervision/analyst", "Jobs", "Submit", submit(two, "a/analyst")));
        policy(chain, "b", UsePolicy.newBuilder().setMinimumReporters(1).build());
        chain.call("supervision/analyst", "Jobs", "Submit", submit(two, "a/analyst"));
    }

    /// Each of the others counts as the other side of a data set.
    @Test
    void policiesHoldAgainstEveryOtherParty() {
        Chain chain = chain();
        policy(
                chain,
                "b",
                UsePolicy.newBuilder()
                        .addCounterparties("a")
                        .addCounterparties("c")
                        .build());
        refused(NotarizationErrors.POLICY_FORBIDS, () -> submitted(chain, "supervision/analyst"));
        policy(
                chain,
                "b",
                UsePolicy.newBuilder()
                        .setPeriodHours(24)
                        .setMaximumRunsPerPeriod(1)
                        .setMaximumRunsPerPair(2)
                        .build());
        String id = submitted(chain, "supervision/analyst");
        run(chain, id);
        refused(NotarizationErrors.POLICY_FORBIDS, () -> submitted(chain, "supervision/analyst"));
        policy(chain, "b", UsePolicy.newBuilder().setMinimumPeerRows(501).build());
        refused(NotarizationErrors.POLICY_FORBIDS, () -> submitted(chain, "supervision/analyst"));
    }

    @Test
    void plansThatCannotBeAreRefused() {
        Chain chain = chain();
        refusedPlan(chain, plan -> plan.clearReporters().addReporters(reporter("a")));
        refusedPlan(chain, plan -> plan.addReporters(reporter("a")));
        refusedPlan(chain, plan -> plan.setCollector("a"));
        refusedPlan(chain, plan -> plan.clearStatistics());
        refusedPlan(
                chain,
                plan -> plan.clearStatistics().addStatistics(Statistic.SUM).addStatistics(Statistic.SUM));
        refusedPlan(chain, plan -> plan.addStatisticsValue(5));
        refusedPlan(chain, plan -> plan.addCategories("西湖区"));
        refusedPlan(chain, plan -> plan.addCategories(" 红谷滩区"));
        refusedPlan(chain, plan -> plan.clearCategories());
        refusedPlan(chain, plan -> plan.setBound(0));
        refusedPlan(chain, plan -> plan.setBound((1L << 40) + 1));
        refusedPlan(chain, plan -> plan.setDecimals(10));
        refusedPlan(chain, plan -> plan.setProtocol("vole"));
        refusedPlan(
                chain, plan -> plan.setReporters(0, reporter("a").toBuilder().setValueColumn("district")));
        refusedPlan(
                chain, plan -> plan.setReporters(0, reporter("a").toBuilder().clearValueColumn()));
        refused(
                NotarizationErrors.POLICY_FORBIDS,
                () -> chain.call(
                        "supervision/analyst",
                        "Jobs",
                        "Submit",
                        submit(
                                plan().setReporters(0, reporter("a").toBuilder().setValueColumn("name")),
                                "supervision/analyst")));
        // rows of categories may be counted without a value
        AggregationPlan.Builder histogram = plan().clearReporters()
                .clearStatistics()
                .addStatistics(Statistic.COUNT)
                .setBound(0)
                .setDecimals(0);
        REPORTERS.forEach(
                each -> histogram.addReporters(reporter(each).toBuilder().clearValueColumn()));
        chain.call("supervision/analyst", "Jobs", "Submit", submit(histogram, "supervision/analyst"));
    }
}
