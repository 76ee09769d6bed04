package poyang.zkp.uses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.circuits.SecondWitness;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// What the three uses prove follows from the secret inputs and from what the verifier chooses: for the same ones no
/// other public value satisfies the constraints. Where a verifier's own value is left free, the search
/// says so.
final class OneWitnessTest {
    private static final Curve CURVE = Curve.BN254;
    private static final byte[] SEED = new byte[SeededRandom.SEED_BYTES];
    private static final int STEPS = 2_000;

    /// @param complete was every possibility tried
    private record Found(boolean other, boolean complete) {}

    /// Searches with all secret inputs kept, and the public ones that the verifier chooses.
    private static Found search(Statement statement, Map<String, BigInteger> inputs, Set<String> chosen) {
        R1cs constraints = Witness.constraints(statement.circuit(), CURVE);
        long[] witness = Witness.of(statement.circuit(), CURVE, inputs);
        PrimeField f = CURVE.scalars();
        BigInteger[] honest = new BigInteger[constraints.wires()];
        for (int i = 0; i < honest.length; i++) {
            f.fromPlain(witness, 4 * i, witness, 4 * i);
            honest[i] = f.value(witness, 4 * i);
        }
        List<String> names = statement.publicNames();
        assertEquals(names.size(), constraints.publicWires());
        Set<Integer> kept = new TreeSet<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (i >= names.size() || chosen.contains(names.get(i))) {
                kept.add(1 + i);
            }
        }
        SecondWitness search = new SecondWitness(constraints, honest, kept, STEPS);
        boolean found = search.search().isPresent();
        return new Found(found, search.complete());
    }

    @Test
    void aQualificationShowsOneCommitment() {
        List<Column> columns =
                List.of(Column.read("income:number"), Column.read("since:date"), Column.read("licence:text"));
        CommittedRecords records = CommittedRecords.of(
                CURVE, columns, List.of(List.of("4200", "2024-02-29", "A1"), List.of("1", "2025-01-01", "B2")), SEED);
        List<Condition> conditions = List.of(
                Condition.read("income<5000", columns),
                Condition.read("since<=2025-11-28", columns),
                Condition.read("licence=A1", columns));
        Statement.Qualified statement = new Statement.Qualified(records.commitment(), conditions, "case 17");
        Map<String, BigInteger> inputs = records.inputs(statement, 0);
        Set<String> bounds = Set.of("bound of income <", "bound of since <=");
        assertEquals(
                new Found(false, true),
                search(statement, inputs, Set.of("purpose", "bound of income <", "bound of since <=")));
        assertTrue(search(statement, inputs, bounds).other(), "the purpose is the verifier's choice alone");
    }

    @Test
    void figuresOfAColumnAreTheOnlyOnes() {
        CommittedColumn column =
                CommittedColumn.of(CURVE, Column.read("amount:number"), List.of("5", "1099511627775", "7"), SEED);
        Statement.Described statement =
                new Statement.Described(column.commitment(), List.of(BigInteger.TWO, BigInteger.TEN));
        assertFalse(search(statement, column.inputs(statement), Set.of("limit 1", "limit 2"))
                .other());
    }

    @Test
    void aListAnswersInOneWay() {
        CommittedList list = CommittedList.of(CURVE, Column.read("id:text"), List.of("a", "b", "c"), SEED);
        Statement.Listed statement = new Statement.Listed(list.commitment(), "case 17");
        BigInteger blind = CommittedList.blind(CURVE, new SeededRandom(SEED, "one witness"));
        for (String person : List.of("b", "somebody else")) {
            Map<String, BigInteger> inputs = new LinkedHashMap<>(list.inputs(statement, person, blind));
            assertEquals(new Found(false, true), search(statement, inputs, Set.of("purpose")), person);
        }
    }
}
