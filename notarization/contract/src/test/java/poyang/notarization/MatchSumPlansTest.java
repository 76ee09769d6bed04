package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.job;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.KeyColumns;
import poyang.wire.schema.MatchSumPlan;
import poyang.wire.schema.Plan;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.SubmitJob;
import poyang.wire.schema.SumColumn;
import poyang.wire.schema.UsePolicy;

/// Sums of b's numbers over the keys that a has too: what a plan may say, and what b bounds.
final class MatchSumPlansTest {
    private static Chain chain(UsePolicy policy) {
        Chain chain = Collisions.chain();
        Dataset dataset = Collisions.dataset("b");
        chain.call(
                "b/owner",
                "Datasets",
                "SetPolicy",
                SetPolicyRequest.newBuilder()
                        .setId("b/people")
                        .addColumns(dataset.getColumns(0))
                        .addColumns(dataset.getColumns(1).toBuilder().setMatchSum(true))
                        .setPolicy(policy)
                        .build());
        return chain;
    }

    private static MatchSumPlan.Builder plan() {
        return MatchSumPlan.newBuilder()
                .setKeysDataset("a/people")
                .setValuesDataset("b/people")
                .addKeys(KeyColumns.newBuilder()
                        .setLeftColumn("id")
                        .setRightColumn("id")
                        .setIdentifierKind(IdentifierKind.ID))
                .addSums(SumColumn.newBuilder()
                        .setColumn("income")
                        .setDecimals(2)
                        .setBound(1_000_000_00))
                .setCountRows(true)
                .setAtLeast(10)
                .setProtocol("dh-sm2-sum");
    }

    private static SubmitJob submit(MatchSumPlan.Builder plan, String receiver) {
        return SubmitJob.newBuilder()
                .setTitle("合计")
                .setPurpose("核查")
                .setPlan(Plan.newBuilder().setMatchSum(plan).build().toByteString())
                .setReceiver(receiver)
                .setMinutesToLive(60)
                .build();
    }

    private static void refused(ErrorCode code, Chain chain, UnaryOperator<MatchSumPlan.Builder> change) {
        ContractRejection refused = assertThrows(
                ContractRejection.class,
                () -> chain.call("a/analyst", "Jobs", "Submit", submit(change.apply(plan()), "a/analyst")));
        assertEquals(code, refused.code(), refused.wrong());
    }

    private static JobReceipt receipt(Job job, int side) {
        return Collisions.receipt(job, side)
                .setProtocolId(19)
                .setProtocolVersion(1)
                .setProtocolName("dh-sm2-sum")
                .setReveal(Reveal.MATCH_SUMS)
                .setAtLeast(10)
                .build();
    }

    @Test
    void sumsRunAndTheReceiptRepeatsTheLeastNumberOfMatches() {
        Chain chain = chain(UsePolicy.newBuilder().setMinimumAtLeast(10).build());
        String id = Collisions.id(chain.call("a/analyst", "Jobs", "Submit", submit(plan(), "a/analyst")));
        Job job = job(chain, id);
        assertTrue(job.getLeakage(0).getLearnsEnglish().contains("below 10 the result has neither"));
        assertTrue(job.getLeakage(1).getLearnsEnglish().endsWith("and nothing else"));
        assertEquals("id", job.getParties(1).getColumn());
        assertEquals(List.of("income"), job.getParties(1).getMoreColumnsList());
        for (String each : List.of("a", "b")) {
            chain.call(each + "/owner", "Jobs", "Consent", consent(id, true));
        }
        for (String each : List.of("a", "b")) {
            chain.call(each + "/executor", "Jobs", "Commit", commit(job(chain, id), each));
        }
        Job running = job(chain, id);
        JobReceipt fewer = receipt(running, 0).toBuilder().setAtLeast(2).build();
        ContractRejection differs =
                assertThrows(ContractRejection.class, () -> chain.call("a/executor", "Receipts", "Submit", fewer));
        assertEquals(NotarizationErrors.RECEIPT_DIFFERS, differs.code());
        chain.call("a/executor", "Receipts", "Submit", receipt(running, 0));
        chain.call("b/executor", "Receipts", "Submit", receipt(running, 1));
        assertEquals(JobState.COMPLETED, job(chain, id).getState());
    }

    @Test
    void ownersSayWhatIsSummedAndOverHowMany() {
        ErrorCode forbids = NotarizationErrors.POLICY_FORBIDS;
        refused(forbids, Collisions.chain(), plan -> plan);
        refused(forbids, chain(UsePolicy.newBuilder().setMinimumAtLeast(11).build()), plan -> plan);
        refused(
                forbids,
                chain(UsePolicy.newBuilder().addReveals(Reveal.SIZE_ONLY).build()),
                plan -> plan);
        refused(
                forbids,
                chain(UsePolicy.newBuilder().addProtocols("dh-25519-sum").build()),
                plan -> plan);
        Chain chain = chain(UsePolicy.newBuilder().addProtocols("dh-25519-sum").build());
        Job job = job(
                chain,
                Collisions.id(
                        chain.call("a/analyst", "Jobs", "Submit", submit(plan().setProtocol("auto"), "a/analyst"))));
        assertEquals("dh-25519-sum", job.getChoice().getProtocol());
    }

    @Test
    void plansThatNoProtocolRunsAreRefused() {
        Chain chain = chain(UsePolicy.getDefaultInstance());
        ErrorCode bad = NotarizationErrors.BAD_ARGUMENTS;
        SumColumn.Builder income = plan().getSumsBuilder(0);
        refused(bad, chain, plan -> plan.setAtLeast(1));
        refused(bad, chain, plan -> plan.clearSums().setCountRows(false));
        refused(bad, chain, plan -> plan.addSums(income));
        refused(bad, chain, plan -> plan.addSums(income).addSums(income).addSums(income));
        refused(bad, chain, plan -> plan.setSums(0, income.clone().setBound(0)));
        refused(bad, chain, plan -> plan.setSums(0, income.clone().setBound((1L << 35) + 1)));
        refused(bad, chain, plan -> plan.setSums(0, income.clone().setDecimals(10)));
        refused(bad, chain, MatchSumPlan.Builder::clearKeys);
        refused(bad, chain, plan -> plan.setProtocol("dh-sm2"));
        refused(bad, chain, plan -> plan.setValuesDataset("a/people").clearSums());
        refused(
                NotarizationErrors.POLICY_FORBIDS,
                chain,
                plan -> plan.setSums(0, income.clone().setColumn("id")));
        ContractRejection other = assertThrows(
                ContractRejection.class, () -> chain.call("a/analyst", "Jobs", "Submit", submit(plan(), "b/analyst")));
        assertEquals(bad, other.code());
    }
}
