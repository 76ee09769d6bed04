package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.job;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.SeededRandom;
import poyang.kernel.ErrorCode;
import poyang.kernel.RandomSource;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.Plan;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofKeyVersion;
import poyang.wire.schema.ProofPlan;
import poyang.wire.schema.ProofVerdict;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SubmitJob;
import poyang.wire.schema.VerifyRequest;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16Prover;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.CommittedList;
import poyang.zkp.uses.CommittedRecords;
import poyang.zkp.uses.ProofOnRequest;
import poyang.zkp.uses.Statement;

/// Department b asks department a to prove something of what it has committed to.
final class ProofPlansTest {
    private static final Curve CURVE = Curve.BN254;
    private static final byte[] SEED = new byte[SeededRandom.SEED_BYTES];
    private static final RandomSource RANDOM = new SeededRandom(SEED, "proof plans");
    private static final CommittedList LIST =
            CommittedList.of(CURVE, Column.read("id:text"), List.of("p1", "p2"), SEED);
    private static final CommittedRecords RECORDS = CommittedRecords.of(
            CURVE, List.of(Column.read("income:number")), List.of(List.of("4000"), List.of("9000")), SEED);

    private final Chain chain = Chain.peopled();

    private static Dataset table(String organisation, String name, long rows, String... columns) {
        Dataset.Builder dataset = Dataset.newBuilder()
                .setId(organisation + "/" + name)
                .setOrganisation(organisation)
                .setTitle(name)
                .setConnector("csv")
                .setRoundedRows(rows);
        for (String column : columns) {
            dataset.addColumns(ColumnPolicy.newBuilder()
                    .setName(column)
                    .setSensitivity(Sensitivity.PERSONAL)
                    .setEncryptedInput(!column.equals("closed")));
        }
        return dataset.build();
    }

    private Groth16ProvingKey publish(String name, String commitment, String... conditions) {
        Statement statement = ProofOnRequest.statement(commitment, List.of(conditions), List.of(), "");
        return StatementKeys.publish(
                chain,
                CURVE,
                RANDOM,
                name,
                statement,
                ProofKey.newBuilder()
                        .setCommitment(statement.commitment().text())
                        .build());
    }

    private void tables() {
        chain.call("a/owner", "Datasets", "Register", table("a", "banned", 2, "id", "income"));
        chain.call("b/owner", "Datasets", "Register", table("b", "asked", 2, "person"));
        chain.call("b/owner", "Datasets", "Register", table("b", "many", 17, "person"));
    }

    private static ProofPlan.Builder listed() {
        return ProofPlan.newBuilder()
                .setDataset("a/banned")
                .setKey("a/list")
                .setVersion(1)
                .setPurpose("case 17")
                .setAsker("b")
                .setPersonsDataset("b/asked")
                .setPersonColumn("person")
                .setProtocol("zk-proof");
    }

    private static ProofPlan.Builder qualified() {
        return ProofPlan.newBuilder()
                .setDataset("a/banned")
                .setKey("a/records")
                .setVersion(1)
                .addConditions("income<5000")
                .setPurpose("case 17")
                .setAsker("b")
                .setProtocol("zk-proof");
    }

    private static SubmitJob submit(ProofPlan.Builder plan, String receiver) {
        return SubmitJob.newBuilder()
                .setTitle("证明")
                .setPurpose("核验")
                .setPlan(Plan.newBuilder().setProof(plan).build().toByteString())
                .setReceiver(receiver)
                .setMinutesToLive(60)
                .build();
    }

    private void refused(ErrorCode code, ProofPlan.Builder plan) {
        ContractRejection thrown = assertThrows(
                ContractRejection.class, () -> chain.call("b/analyst", "Jobs", "Submit", submit(plan, "b/analyst")));
        assertEquals(code, thrown.code(), thrown.getMessage());
    }

    private Job running(ProofPlan.Builder plan, int asked) {
        String id = Collisions.id(chain.call("b/analyst", "Jobs", "Submit", submit(plan, "b/analyst")));
        chain.call("a/owner", "Jobs", "Consent", consent(id, true));
        chain.call("b/owner", "Jobs", "Consent", consent(id, true));
        for (String party : List.of("a", "b")) {
            chain.call(
                    party + "/executor",
                    "Jobs",
                    "Commit",
                    commit(job(chain, id), party).toBuilder()
                            .setRoundedRows(party.equals("a") ? 2 : asked)
                            .build());
        }
        return job(chain, id);
    }

    private static JobReceipt.Builder receipt(Job job, int side) {
        JobReceipt.Builder receipt = Collisions.receipt(job, side)
                .setProtocolId(49)
                .setProtocolVersion(1)
                .setProtocolName("zk-proof")
                .setReveal(Reveal.PROOF);
        return side == 0 ? receipt.clearOutputCommitment() : receipt.setOutputCommitment(Collisions.hash("output"));
    }

    /// Has a proof verified as an account; what the chain keeps it under.
    private String proven(
            String account, String key, Groth16ProvingKey by, Statement statement, Map<String, BigInteger> inputs) {
        Groth16Prover.Proven made = new Groth16Prover(by, Workers.CALLER)
                .prove(Witness.of(statement.circuit(), CURVE, inputs), RANDOM.fork("proof"));
        ProofVerdict verdict = Rules.parse(
                ProofVerdict.parser(),
                chain.call(
                        account,
                        "ZeroKnowledge",
                        "Verify",
                        VerifyRequest.newBuilder()
                                .setKey(key)
                                .setVersion(1)
                                .setProof(ForeignWriter.proof(made.proof()))
                                .addAllPublicValues(made.publicValues().stream()
                                        .map(BigInteger::toString)
                                        .toList())
                                .setCostLimit(1000)
                                .build()));
        assertTrue(verdict.getValid(), verdict::getReason);
        return verdict.getId();
    }

    private void refusedReceipt(JobReceipt.Builder receipt) {
        assertThrows(
                ContractRejection.class,
                () -> chain.call(receipt.getOrganisation() + "/executor", "Receipts", "Submit", receipt.build()));
    }

    /// A proof for each of those asked about, of the plan's statement, by the proving department's own executor.
    @Test
    void aJobEndsWithTheProofsThatItsPlanAsksForAndWithNoOthers() {
        tables();
        Groth16ProvingKey key = publish("list", LIST.commitment().text());
        Job running = running(listed(), 2);
        assertEquals(JobState.RUNNING, running.getState());
        assertEquals(
                "who is asked about; every account of the chain sees the proof and its public values",
                running.getLeakage(0).getLearnsEnglish());
        assertTrue(running.getLeakage(1).getLearns().startsWith("所问的每个人是否在已承诺的名单中"));
        Statement.Listed statement = new Statement.Listed(LIST.commitment(), "case 17");
        Statement.Listed other = new Statement.Listed(LIST.commitment(), "case 18");
        String first = proven("a/executor", "a/list", key, statement, LIST.inputs(statement, "p1", BigInteger.ONE));
        String second = proven("a/executor", "a/list", key, statement, LIST.inputs(statement, "x", BigInteger.TWO));
        String again = proven("a/executor", "a/list", key, statement, LIST.inputs(statement, "p1", BigInteger.ONE));
        String otherPurpose = proven("a/executor", "a/list", key, other, LIST.inputs(other, "x", BigInteger.TWO));
        String others = proven("b/analyst", "a/list", key, statement, LIST.inputs(statement, "x", BigInteger.TWO));
        refusedReceipt(receipt(running, 0));
        refusedReceipt(receipt(running, 0).setProof(first));
        refusedReceipt(receipt(running, 0).setProof(first).addMoreProofs(again));
        refusedReceipt(receipt(running, 0).setProof(first).addMoreProofs(otherPurpose));
        refusedReceipt(receipt(running, 0).setProof(first).addMoreProofs(others));
        refusedReceipt(receipt(running, 0).setProof(first).addMoreProofs(second).addMoreProofs(otherPurpose));
        refusedReceipt(receipt(running, 1).setProof(others));
        chain.call(
                "a/executor",
                "Receipts",
                "Submit",
                receipt(running, 0).setProof(first).addMoreProofs(second).build());
        chain.call("b/executor", "Receipts", "Submit", receipt(running, 1).build());
        Job ended = job(chain, running.getId());
        assertEquals(JobState.COMPLETED, ended.getState());
        assertEquals(List.of(first, second), ended.getProofsList());
    }

    @Test
    void aPlanThatCannotBeProvenIsRefused() {
        tables();
        var _ = publish("list", LIST.commitment().text());
        var _ = publish("records", RECORDS.commitment().text(), "income<0");
        List.of(
                        listed().setProtocol("dh-sm2"),
                        listed().clearPersonsDataset(),
                        listed().clearPersonColumn(),
                        listed().setPersonsDataset("b/many"),
                        listed().setPersonsDataset("a/banned").setPersonColumn("id"),
                        listed().addConditions("id=p1"),
                        listed().addLimits(5),
                        qualified().clearConditions(),
                        qualified().setConditions(0, "income<=5000"),
                        qualified().setConditions(0, "wealth<5000"),
                        qualified().setConditions(0, "income<-1"),
                        qualified().addConditions("income<6000"),
                        qualified().addLimits(5),
                        qualified().setPersonsDataset("b/asked").setPersonColumn("person"),
                        qualified().setPurpose("x".repeat(201)),
                        qualified().setAsker("a"),
                        qualified().setDataset("b/asked"))
                .forEach(wrong -> refused(NotarizationErrors.BAD_ARGUMENTS, wrong));
        refused(NotarizationErrors.NOT_FOUND, qualified().setVersion(2));
        refused(NotarizationErrors.NOT_FOUND, qualified().setDataset("a/none"));
        chain.call("a/owner", "Datasets", "Register", table("a", "closed", 2, "closed"));
        refused(NotarizationErrors.NOT_FOUND, qualified().setDataset("a/closed"));
        chain.call(
                "a/owner",
                "ZeroKnowledge",
                "Withdraw",
                ProofKeyVersion.newBuilder().setId("a/records").setVersion(1).build());
        refused(NotarizationErrors.WRONG_STATE, qualified());
    }

    /// A job of another kind still points at one proof at most, and shows none.
    @Test
    void otherJobsPointAtOneProofAtMost() {
        Chain other = Collisions.chain();
        String id = Collisions.submitted(other);
        other.call("a/owner", "Jobs", "Consent", consent(id, true));
        other.call("b/owner", "Jobs", "Consent", consent(id, true));
        for (String party : List.of("a", "b")) {
            other.call(party + "/executor", "Jobs", "Commit", commit(job(other, id), party));
        }
        JobReceipt two = Collisions.receipt(job(other, id), 0)
                .setReveal(Reveal.REVEAL_UNSPECIFIED)
                .setOutputCommitment(ByteString.copyFrom(new byte[32]))
                .addMoreProofs("x")
                .build();
        assertThrows(ContractRejection.class, () -> other.call("a/executor", "Receipts", "Submit", two));
        other.call(
                "a/executor",
                "Receipts",
                "Submit",
                two.toBuilder().clearMoreProofs().build());
    }
}
