package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.job;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.Plan;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.ScoringFeature;
import poyang.wire.schema.ScoringPlan;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.SubmitJob;
import poyang.wire.schema.UsePolicy;

/// Scoring of department a's rows by department b's model: what a plan may say, and a job's way.
final class ScoringPlansTest {
    private static Dataset table(String organisation, String name, UsePolicy policy, String... columns) {
        Dataset.Builder dataset = Dataset.newBuilder()
                .setId(organisation + "/" + name)
                .setOrganisation(organisation)
                .setTitle(name)
                .setConnector("csv")
                .setPolicy(policy)
                .setRoundedRows(20);
        for (String column : columns) {
            dataset.addColumns(ColumnPolicy.newBuilder()
                    .setName(column)
                    .setSensitivity(Sensitivity.SENSITIVE_PERSONAL)
                    .setEncryptedInput(!column.equals("id")));
        }
        return dataset.build();
    }

    private static Chain chain() {
        Chain chain = Chain.peopled();
        UsePolicy bounded = UsePolicy.newBuilder()
                .setMaximumPeerRows(500)
                .setMaximumRunsPerPair(2)
                .build();
        chain.call(
                "a/owner",
                "Datasets",
                "Register",
                table("a", "people", UsePolicy.getDefaultInstance(), "id", "income", "age", "1", "a*b"));
        chain.call("b/owner", "Datasets", "Register", table("b", "model", bounded, "term", "coefficient", "id"));
        return chain;
    }

    private static ScoringPlan.Builder plan() {
        return ScoringPlan.newBuilder()
                .setFeaturesDataset("a/people")
                .setKeyColumn("id")
                .addFeatures(feature("income", 2, 100_000_000))
                .addFeatures(feature("age", 0, 200))
                .setModelDataset("b/model")
                .setTermColumn("term")
                .setCoefficientColumn("coefficient")
                .setDegree(2)
                .setCoefficientDecimals(4)
                .setCoefficientBound(100_000)
                .setProtocol("scoring-bfv");
    }

    private static ScoringFeature.Builder feature(String column, int decimals, long bound) {
        return ScoringFeature.newBuilder()
                .setColumn(column)
                .setDecimals(decimals)
                .setBound(bound);
    }

    private static SubmitJob submit(ScoringPlan.Builder plan, String receiver) {
        return SubmitJob.newBuilder()
                .setTitle("信用评分")
                .setPurpose("评分")
                .setPlan(Plan.newBuilder().setScoring(plan).build().toByteString())
                .setReceiver(receiver)
                .setMinutesToLive(60)
                .build();
    }

    private static void refused(Chain chain, ErrorCode code, ScoringPlan.Builder plan) {
        ContractRejection thrown = assertThrows(
                ContractRejection.class, () -> chain.call("a/analyst", "Jobs", "Submit", submit(plan, "a/analyst")));
        assertEquals(code, thrown.code(), thrown.getMessage());
    }

    @Test
    void runsFromSubmissionToReceiptsThatNameTheProtocolAndBothInputs() {
        Chain chain = chain();
        String id = Collisions.id(chain.call("b/analyst", "Jobs", "Submit", submit(plan(), "a/analyst")));
        Job submitted = job(chain, id);
        assertEquals(
                List.of("a/people", "b/model"),
                submitted.getPartiesList().stream().map(p -> p.getDataset()).toList());
        assertEquals(List.of("income", "age"), submitted.getParties(0).getMoreColumnsList());
        // six monomials of up to two factors out of two features
        assertTrue(submitted.getLeakage(0).getLearnsEnglish().contains("model's 6 coefficients"));
        assertTrue(submitted.getLeakage(1).getLearnsEnglish().startsWith("how many rows"));
        chain.call("a/owner", "Jobs", "Consent", consent(id, true));
        chain.call("b/owner", "Jobs", "Consent", consent(id, true));
        for (String party : List.of("a", "b")) {
            chain.call(
                    party + "/executor",
                    "Jobs",
                    "Commit",
                    commit(job(chain, id), party).toBuilder().setRoundedRows(20).build());
        }
        Job running = job(chain, id);
        assertEquals(JobState.RUNNING, running.getState());
        for (int side = 0; side < 2; side++) {
            JobReceipt.Builder receipt = Collisions.receipt(running, side)
                    .setProtocolId(33)
                    .setProtocolVersion(1)
                    .setProtocolName("scoring-bfv")
                    .setReveal(Reveal.SCORES);
            String executor = running.getParties(side).getOrganisation() + "/executor";
            JobReceipt other = receipt.clone().setReveal(Reveal.MATCHING_ROWS).build();
            assertThrows(ContractRejection.class, () -> chain.call(executor, "Receipts", "Submit", other));
            JobReceipt swapped =
                    receipt.clone().setPeerInputRoot(receipt.getInputRoot()).build();
            assertThrows(ContractRejection.class, () -> chain.call(executor, "Receipts", "Submit", swapped));
            chain.call(executor, "Receipts", "Submit", receipt.build());
        }
        assertEquals(JobState.COMPLETED, job(chain, id).getState());
    }

    @Test
    void aPlanThatCannotBeComputedIsRefused() {
        Chain chain = chain();
        ScoringPlan.Builder wide = plan();
        for (int i = 0; i < 62; i++) {
            wide.addFeatures(feature("f" + i, 0, 1));
        }
        Stream.of(
                        plan().clearFeatures(),
                        plan().setDegree(0),
                        plan().setDegree(4),
                        wide,
                        plan().setCoefficientBound(0),
                        plan().setCoefficientDecimals(10),
                        plan().addFeatures(feature("age", 0, 1)),
                        plan().addFeatures(feature("id", 0, 1)),
                        plan().addFeatures(feature("1", 0, 1)),
                        plan().addFeatures(feature("a*b", 0, 1)),
                        plan().setFeatures(1, feature("age", 0, -1)),
                        plan().setFeatures(1, feature("age", 0, (1L << 53) + 1)),
                        // 2^53 · 10^9 twice, times 100,000 and 6 terms: more than plaintexts hold
                        plan().setFeatures(1, feature("age", 9, 1L << 53)),
                        plan().setCoefficientColumn("term"),
                        plan().setProtocol("auto"),
                        plan().setProtocol("dh-sm2"))
                .forEach(wrong -> refused(chain, NotarizationErrors.BAD_ARGUMENTS, wrong));
        refused(chain, NotarizationErrors.NOT_FOUND, plan().setModelDataset("b/none"));
        refused(chain, NotarizationErrors.NOT_FOUND, plan().setKeyColumn("none"));
        refused(chain, NotarizationErrors.POLICY_FORBIDS, plan().setTermColumn("id"));
        // scores come out under the key of the features' department
        assertThrows(
                ContractRejection.class, () -> chain.call("a/analyst", "Jobs", "Submit", submit(plan(), "b/analyst")));
    }

    /// Scores are equations in the coefficients, so a model's policy says how many.
    @Test
    void aModelWhoseOwnerBoundsNothingScoresNothing() {
        Chain chain = chain();
        for (UsePolicy loose : List.of(
                UsePolicy.newBuilder().setMaximumPeerRows(500).build(),
                UsePolicy.newBuilder().setMaximumRunsPerPair(2).build(),
                UsePolicy.newBuilder()
                        .setMaximumPeerRows(500)
                        .setMaximumRunsPerPair(2)
                        .addReveals(Reveal.SIZE_ONLY)
                        .build(),
                UsePolicy.newBuilder()
                        .setMaximumPeerRows(19)
                        .setMaximumRunsPerPair(2)
                        .build())) {
            chain.call(
                    "b/owner",
                    "Datasets",
                    "SetPolicy",
                    SetPolicyRequest.newBuilder()
                            .setId("b/model")
                            .addAllColumns(table("b", "model", loose, "term", "coefficient")
                                    .getColumnsList())
                            .setPolicy(loose)
                            .build());
            refused(chain, NotarizationErrors.POLICY_FORBIDS, plan());
        }
    }
}
