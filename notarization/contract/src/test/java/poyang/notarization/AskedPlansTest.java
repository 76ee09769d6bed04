package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.job;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.MerkleTree;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobState;
import poyang.wire.schema.JoinResult;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.UsePolicy;

/// Department c asks what a and b have in common.
final class AskedPlansTest {
    private static final ByteString NOTHING = ChainBytes.of(MerkleTree.root(List.of()));

    private static CollisionPlan.Builder plan() {
        return Collisions.plan().setProtocol("dh-sm2-asked").setAsker("c");
    }

    private static String submitted(Chain chain, CollisionPlan.Builder plan) {
        return Collisions.id(chain.call(
                "c/analyst",
                "Jobs",
                "Submit",
                Collisions.submit(plan).setReceiver("c/analyst").build()));
    }

    private static void refused(ErrorCode code, CollisionPlan.Builder plan, String receiver) {
        ContractRejection refused = assertThrows(
                ContractRejection.class,
                () -> Collisions.chain()
                        .call(
                                "c/analyst",
                                "Jobs",
                                "Submit",
                                Collisions.submit(plan).setReceiver(receiver).build()));
        assertEquals(code, refused.code(), refused.wrong());
    }

    @Test
    void allThreeConsentAndEachReadsWhatItLearns() {
        Chain chain = Collisions.chain();
        String id = submitted(chain, plan());
        Job job = job(chain, id);
        assertEquals(
                List.of("a", "b", "c"),
                job.getPartiesList().stream().map(JobParty::getOrganisation).toList());
        assertEquals("", job.getParties(2).getDataset());
        assertTrue(job.getLeakage(2).getLearnsEnglish().startsWith("the identifiers that both owners have"));
        for (int owner : new int[] {0, 1}) {
            assertEquals(
                    "how many different identifiers the other owner has, and nothing else",
                    job.getLeakage(owner).getLearnsEnglish());
        }
        for (String each : List.of("a", "b", "c")) {
            assertEquals(JobState.AWAITING_CONSENT, job(chain, id).getState());
            chain.call(each + "/owner", "Jobs", "Consent", consent(id, true));
        }
        for (String each : List.of("a", "b", "c")) {
            CommitRequest commitment = commit(job(chain, id), each);
            chain.call(
                    each + "/executor",
                    "Jobs",
                    "Commit",
                    each.equals("c")
                            ? commitment.toBuilder()
                                    .setInputRoot(NOTHING)
                                    .setRoundedRows(0)
                                    .build()
                            : commitment);
        }
        assertEquals(JobState.RUNNING, job(chain, id).getState());
    }

    @Test
    void onlyTheAskerReceivesAndOnlyWhatBothHave() {
        ErrorCode bad = NotarizationErrors.BAD_ARGUMENTS;
        refused(bad, plan(), "a/analyst");
        refused(bad, plan().setAsker("a"), "a/analyst");
        refused(NotarizationErrors.NOT_ALLOWED, plan().setAsker("nobody"), "c/analyst");
        refused(bad, plan().setJoin(JoinResult.LEFT), "c/analyst");
        refused(bad, plan().setJoin(JoinResult.DIFFERENCE), "c/analyst");
        refused(bad, plan().setProtocol("dh-sm2"), "c/analyst");
        refused(bad, plan().setReveal(Reveal.SIZE_AT_LEAST).setAtLeast(5), "c/analyst");
        refused(bad, Collisions.plan().setProtocol("dh-sm2-asked"), "a/analyst");
    }

    /// An owner's counterparties bound who may ask, too; and auto takes an asker's protocol.
    @Test
    void ownersSayWhoMayAsk() {
        for (boolean allowed : new boolean[] {true, false}) {
            Chain chain = Collisions.chain();
            UsePolicy.Builder policy = UsePolicy.newBuilder().addCounterparties("a");
            if (allowed) {
                policy.addCounterparties("c");
            }
            chain.call(
                    "b/owner",
                    "Datasets",
                    "SetPolicy",
                    SetPolicyRequest.newBuilder()
                            .setId("b/people")
                            .addAllColumns(Collisions.dataset("b").getColumnsList())
                            .setPolicy(policy)
                            .build());
            CollisionPlan.Builder plan = plan().setProtocol("auto").setReveal(Reveal.SIZE_ONLY);
            if (allowed) {
                assertEquals(
                        "dh-25519-asked",
                        job(chain, submitted(chain, plan)).getChoice().getProtocol());
            } else {
                ContractRejection refused = assertThrows(ContractRejection.class, () -> submitted(chain, plan));
                assertEquals(NotarizationErrors.POLICY_FORBIDS, refused.code());
            }
        }
    }
}
