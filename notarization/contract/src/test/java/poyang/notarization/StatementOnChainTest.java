package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.RandomSource;
import poyang.wire.schema.ProofId;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofVerdict;
import poyang.wire.schema.StoredProof;
import poyang.wire.schema.VerifyRequest;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16Prover;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.VerificationKey;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.CommittedColumn;
import poyang.zkp.uses.CommittedList;
import poyang.zkp.uses.CommittedRecords;
import poyang.zkp.uses.Condition;
import poyang.zkp.uses.Statement;

/// Facts of committed tables, columns and lists: proven beside the rows, verified on chain, kept, and verified again
/// without the chain.
final class StatementOnChainTest {
    private static final Curve CURVE = Curve.BN254;
    private static final byte[] SEED = new byte[SeededRandom.SEED_BYTES];
    private static final RandomSource RANDOM = new SeededRandom(SEED, "on chain");

    private final Chain chain = Chain.peopled();

    private void onChain(String name, Statement statement, Map<String, BigInteger> inputs) {
        Groth16ProvingKey key =
                StatementKeys.publish(chain, CURVE, RANDOM, name, statement, ProofKey.getDefaultInstance());
        Groth16Prover.Proven proven = new Groth16Prover(key, Workers.CALLER)
                .prove(Witness.of(statement.circuit(), CURVE, inputs), RANDOM.fork(name + " proof"));
        VerifyRequest request = VerifyRequest.newBuilder()
                .setKey("a/" + name)
                .setVersion(1)
                .setProof(ForeignWriter.proof(proven.proof()))
                .addAllPublicValues(
                        proven.publicValues().stream().map(BigInteger::toString).toList())
                .setCostLimit(1000)
                .build();
        ProofVerdict verdict = verdict(request);
        assertTrue(verdict.getValid(), verdict::getReason);
        for (int i = 0; i < request.getPublicValuesCount(); i++) {
            String other = proven.publicValues().get(i).add(BigInteger.ONE).toString();
            assertFalse(verdict(request.toBuilder().setPublicValues(i, other).build())
                    .getValid());
        }
        StoredProof kept = Rules.parse(
                StoredProof.parser(),
                chain.read(
                        "c/owner",
                        "ZeroKnowledge",
                        "GetProof",
                        ProofId.newBuilder().setId(verdict.getId()).build()));
        VerificationKey offline =
                VerificationKey.read(VerificationKey.Kind.GROTH16, ForeignWriter.key(key.verificationKey()));
        assertTrue(offline.verify(kept.getProof(), kept.getPublicValuesList()).holds());
        List<BigInteger> values = new ArrayList<>();
        kept.getPublicValuesList().forEach(value -> values.add(new BigInteger(value)));
        assertTrue(statement.contradiction(values).isEmpty());
        assertEquals(statement.reading(proven.publicValues()), statement.reading(values));
    }

    private ProofVerdict verdict(VerifyRequest request) {
        return Rules.parse(ProofVerdict.parser(), chain.call("b/analyst", "ZeroKnowledge", "Verify", request));
    }

    @Test
    void aQualificationIsVerifiedOnChainWithoutTheRecord() {
        List<Column> columns = List.of(Column.read("income:number"), Column.read("since:date"));
        CommittedRecords records = CommittedRecords.of(
                CURVE, columns, List.of(List.of("4200", "2024-02-29"), List.of("9000", "2026-01-01")), SEED);
        Statement.Qualified statement = new Statement.Qualified(
                records.commitment(),
                List.of(Condition.read("income<5000", columns), Condition.read("since<=2026-11-28-12m", columns)),
                "case 17");
        onChain("qualified", statement, records.inputs(statement, 0));
    }

    @Test
    void figuresOfAColumnAreVerifiedOnChain() {
        CommittedColumn column = CommittedColumn.of(CURVE, Column.read("amount:number"), List.of("3", "5", "10"), SEED);
        Statement.Described statement =
                new Statement.Described(column.commitment(), List.of(BigInteger.TWO, BigInteger.TEN));
        onChain("figures", statement, column.inputs(statement));
    }

    @Test
    void notBeingInAListIsVerifiedOnChain() {
        CommittedList list = CommittedList.of(CURVE, Column.read("id:text"), List.of("one", "other"), SEED);
        Statement.Listed statement = new Statement.Listed(list.commitment(), "case 17");
        onChain("listed", statement, list.inputs(statement, "somebody", BigInteger.valueOf(9)));
    }
}
