package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.hash;
import static poyang.notarization.Collisions.job;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.GroupCollisionPlan;
import poyang.wire.schema.GroupMember;
import poyang.wire.schema.IdentifierKind;
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

/// A collision of three departments, led by b: what a plan may say, what owners bound, and the way of the job.
final class GroupPlansTest {
    private static final List<String> MEMBERS = List.of("a", "b", "c");

    private static Dataset people(String organisation, UsePolicy policy) {
        Dataset.Builder dataset = Dataset.newBuilder()
                .setId(organisation + "/people")
                .setOrganisation(organisation)
                .setTitle("人员")
                .setConnector("csv")
                .setPolicy(policy)
                .setRoundedRows(20_000);
        for (String column : List.of("id", "tel", "name")) {
            boolean key = !column.equals("name");
            dataset.addColumns(ColumnPolicy.newBuilder()
                    .setName(column)
                    .setSensitivity(Sensitivity.PERSONAL)
                    .setCollisionKey(key)
                    .setIdentifierKind(
                            key
                                    ? column.equals("id") ? IdentifierKind.ID : IdentifierKind.PHONE
                                    : IdentifierKind.IDENTIFIER_KIND_UNSPECIFIED));
        }
        return dataset.build();
    }

    private static Chain chain() {
        Chain chain = Chain.peopled();
        MEMBERS.forEach(each ->
                chain.call(each + "/owner", "Datasets", "Register", people(each, UsePolicy.getDefaultInstance())));
        return chain;
    }

    private static void policy(Chain chain, String organisation, UsePolicy policy) {
        chain.call(
                organisation + "/owner",
                "Datasets",
                "SetPolicy",
                SetPolicyRequest.newBuilder()
                        .setId(organisation + "/people")
                        .addAllColumns(people(organisation, policy).getColumnsList())
                        .setPolicy(policy)
                        .build());
    }

    private static GroupMember.Builder member(String organisation, String... columns) {
        return GroupMember.newBuilder().setDataset(organisation + "/people").addAllColumns(List.of(columns));
    }

    private static GroupCollisionPlan.Builder plan() {
        GroupCollisionPlan.Builder plan = GroupCollisionPlan.newBuilder()
                .addIdentifierKinds(IdentifierKind.ID)
                .addIdentifierKinds(IdentifierKind.PHONE)
                .setProtocol("vole-group");
        MEMBERS.forEach(each -> plan.addMembers(member(each, "id", "tel")));
        return plan;
    }

    private static SubmitJob submit(GroupCollisionPlan.Builder plan) {
        return SubmitJob.newBuilder()
                .setTitle("三方核查")
                .setPurpose("核查")
                .setPlan(Plan.newBuilder().setGroupCollision(plan).build().toByteString())
                .setReceiver("b/analyst")
                .setMinutesToLive(60)
                .build();
    }

    private static String submitted(Chain chain, GroupCollisionPlan.Builder plan) {
        return Collisions.id(chain.call("b/analyst", "Jobs", "Submit", submit(plan)));
    }

    private static void refused(ErrorCode code, Chain chain, UnaryOperator<GroupCollisionPlan.Builder> change) {
        ContractRejection refused = assertThrows(
                ContractRejection.class, () -> chain.call("b/analyst", "Jobs", "Submit", submit(change.apply(plan()))));
        assertEquals(code, refused.code(), refused.wrong());
    }

    /// @param lies whether the party names another digest of its link to the first other
    private static JobReceipt receipt(Job job, int side, boolean lies) {
        JobReceipt.Builder receipt = Collisions.receipt(job, side)
                .setProtocolId(5)
                .setProtocolVersion(1)
                .setProtocolName("vole-group")
                .setReveal(Reveal.MATCHING_ROWS)
                .clearPeerInputRoot()
                .clearOutputCommitment();
        if (side == 1) {
            receipt.setOutputCommitment(hash("output"));
        }
        for (int i = 0; i < job.getPartiesCount(); i++) {
            if (i != side) {
                receipt.addPeers(ReceiptPeer.newBuilder()
                        .setOrganisation(job.getParties(i).getOrganisation())
                        .setInputRoot(job.getParties(i).getCommitment().getInputRoot())
                        .setTranscriptDigest(
                                hash((lies && i == 0 ? "other" : "link") + Math.min(i, side) + Math.max(i, side))));
            }
        }
        return AggregationPlansTest.whole(receipt);
    }

    private static JobState ended(boolean lies) {
        Chain chain = chain();
        String id = submitted(chain, plan());
        MEMBERS.forEach(each -> chain.call(each + "/owner", "Jobs", "Consent", consent(id, true)));
        MEMBERS.forEach(each -> chain.call(each + "/executor", "Jobs", "Commit", commit(job(chain, id), each)));
        Job running = job(chain, id);
        assertEquals(JobState.RUNNING, running.getState());
        for (int i = 0; i < MEMBERS.size(); i++) {
            assertEquals(JobState.RUNNING, job(chain, id).getState());
            chain.call(MEMBERS.get(i) + "/executor", "Receipts", "Submit", receipt(running, i, lies && i == 2));
        }
        return job(chain, id).getState();
    }

    @Test
    void aJobOfThreeSaysWhatEachLearnsAndCompletesWhenAllLinksAgree() {
        Chain chain = chain();
        Job job = job(chain, submitted(chain, plan()));
        assertEquals(
                MEMBERS,
                job.getPartiesList().stream().map(JobParty::getOrganisation).toList());
        assertEquals("id", job.getParties(0).getColumn());
        assertEquals(List.of("tel"), job.getParties(0).getMoreColumnsList());
        assertTrue(job.getLeakage(1).getLearnsEnglish().startsWith("those of its identifiers that all others have"));
        for (int other : new int[] {0, 2}) {
            assertEquals(
                    "how many different identifiers each party has, and nothing else",
                    job.getLeakage(other).getLearnsEnglish());
        }
        assertEquals(JobState.COMPLETED, ended(false));
        assertEquals(JobState.RECEIPTS_DISAGREE, ended(true));
    }

    @Test
    void plansThatNoGroupCanRunAreRefused() {
        Chain chain = chain();
        ErrorCode bad = NotarizationErrors.BAD_ARGUMENTS;
        refused(bad, chain, plan -> plan.removeMembers(2));
        refused(bad, chain, plan -> plan.setMembers(2, member("a", "id", "tel")));
        refused(bad, chain, plan -> plan.setMembers(2, member("c", "id")));
        refused(bad, chain, plan -> plan.setMembers(2, member("c", "id", "id")));
        refused(bad, chain, plan -> plan.setProtocol("vole"));
        refused(bad, chain, plan -> plan.setProtocol("bfv-sum"));
        refused(bad, chain, GroupCollisionPlan.Builder::clearIdentifierKinds);
        refused(NotarizationErrors.NOT_FOUND, chain, plan -> plan.setMembers(2, member("c", "id", "mobile")));
        refused(NotarizationErrors.POLICY_FORBIDS, chain, plan -> plan.setMembers(2, member("c", "tel", "id")));
        refused(NotarizationErrors.POLICY_FORBIDS, chain, plan -> plan.setMembers(2, member("c", "id", "name")));
        ContractRejection pair = assertThrows(
                ContractRejection.class,
                () -> chain.call(
                        "a/analyst",
                        "Jobs",
                        "Submit",
                        Collisions.submit(Collisions.plan().setProtocol("vole-group"))
                                .build()));
        assertEquals(bad, pair.code());
    }

    /// Each owner's bounds hold against each of the others.
    @Test
    void anyMembersPolicyStopsTheGroup() {
        for (UsePolicy policy : List.of(
                UsePolicy.newBuilder().addCounterparties("a").build(),
                UsePolicy.newBuilder().addProtocols("vole").build(),
                UsePolicy.newBuilder().addReveals(Reveal.SIZE_ONLY).build(),
                UsePolicy.newBuilder().setMaximumPeerRows(19_999).build(),
                UsePolicy.newBuilder().setMinimumRows(20_001).build())) {
            Chain chain = chain();
            policy(chain, "c", policy);
            refused(NotarizationErrors.POLICY_FORBIDS, chain, plan -> plan);
            refused(NotarizationErrors.POLICY_FORBIDS, chain, plan -> plan.setProtocol("auto"));
        }
        Chain chain = chain();
        policy(chain, "c", UsePolicy.newBuilder().setMaximumRunsPerPair(1).build());
        String first = submitted(chain, plan());
        MEMBERS.forEach(each -> chain.call(each + "/owner", "Jobs", "Consent", consent(first, true)));
        refused(NotarizationErrors.POLICY_FORBIDS, chain, plan -> plan);
    }

    @Test
    void autoComesToTheGroupsProtocol() {
        Chain chain = chain();
        Job job = job(chain, submitted(chain, plan().setProtocol("auto")));
        assertEquals("vole-group", job.getChoice().getProtocol());
        assertTrue(
                job.getChoice().getReasonEnglish().contains("3 parties"),
                job.getChoice().getReasonEnglish());
        // and a collision of two never does
        Job pair = job(
                chain,
                Collisions.id(chain.call(
                        "a/analyst",
                        "Jobs",
                        "Submit",
                        Collisions.submit(Collisions.plan().setProtocol("auto")).build())));
        assertEquals("vole", pair.getChoice().getProtocol());
    }
}
