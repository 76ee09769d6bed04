package poyang.zkp.uses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16Prover;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.Groth16SetUp;
import poyang.zkp.systems.VerificationKey;

/// The three uses: true statements are shown, and no input that is changed shows a false one.
final class StatementTest {
    private static final Path COUNTS = Path.of("src/test/resources/vectors/statement-counts.txt");
    private static final Curve CURVE = Curve.BN254;
    private static final byte[] SEED = new byte[SeededRandom.SEED_BYTES];
    private static final RandomSource RANDOM = new SeededRandom(SEED, "statements");

    private static final List<Column> COLUMNS =
            List.of(Column.read("income:number"), Column.read("since:date"), Column.read("licence:text"));
    private static final CommittedRecords RECORDS = CommittedRecords.of(
            CURVE,
            COLUMNS,
            List.of(
                    List.of("4200", "2024-02-29", "A1"),
                    List.of("5000", "2025-12-01", "B2"),
                    List.of("0", "1970-01-01", "C1"),
                    List.of("18446744073709551615", "2010-05-17", "A1"),
                    List.of("4999", "2025-11-28", "A1")),
            SEED);

    private static Statement.Qualified qualified(String... conditions) {
        List<Condition> all = new ArrayList<>();
        for (String condition : conditions) {
            all.add(Condition.read(condition, COLUMNS));
        }
        return new Statement.Qualified(RECORDS.commitment(), all, "case 17");
    }

    private static boolean holds(Statement statement, Map<String, BigInteger> inputs) {
        return Witness.holds(statement.circuit(), CURVE, inputs);
    }

    /// Which records satisfy the conditions, one digit each.
    private static String who(String... conditions) {
        Statement.Qualified statement = qualified(conditions);
        StringBuilder who = new StringBuilder();
        for (int i = 0; i < RECORDS.size(); i++) {
            who.append(holds(statement, RECORDS.inputs(statement, i)) ? '1' : '0');
        }
        return who.toString();
    }

    /// Each input changed by one, alone, breaks the circuit; those in `free` may change.
    private static void everyChangeIsRefused(Statement statement, Map<String, BigInteger> inputs, String... free) {
        assertTrue(holds(statement, inputs));
        for (String name : inputs.keySet()) {
            if (List.of(free).contains(name)) {
                continue;
            }
            Map<String, BigInteger> changed = new LinkedHashMap<>(inputs);
            changed.merge(name, BigInteger.ONE, BigInteger::add);
            assertFalse(holds(statement, changed), name);
            changed.put(
                    name,
                    inputs.get(name)
                            .subtract(BigInteger.ONE)
                            .mod(CURVE.scalars().modulus()));
            assertFalse(holds(statement, changed), name);
        }
    }

    @Test
    void conditionsHoldForTheRecordsThatSatisfyThem() {
        assertEquals("10101", who("income<5000"));
        assertEquals("11101", who("income<=5000"));
        assertEquals("01010", who("income>=5000"));
        assertEquals("00010", who("income>5000"));
        assertEquals("01000", who("income=5000"));
        assertEquals("00100", who("income<1"));
        assertEquals("10011", who("licence=A1"));
        assertEquals("10111", who("since<=2026-11-28-12m"));
        assertEquals("10001", who("income<5000", "since<=2026-11-28-12m", "licence=A1"));
        assertEquals("00000", who("income>18446744073709551615"));
        assertEquals("00000", who("income<0"));
    }

    @Test
    void noOtherRecordPlaceSaltOrBoundQualifies() {
        Statement.Qualified statement = qualified("income>4199", "income<4201", "since=2024-02-29");
        Map<String, BigInteger> inputs = RECORDS.inputs(statement, 0);
        everyChangeIsRefused(statement, inputs, "purpose", "bound[0]", "bound[1]");
        Map<String, BigInteger> huge = new LinkedHashMap<>(inputs);
        huge.put("bound[1]", CURVE.scalars().modulus().subtract(BigInteger.ONE));
        assertFalse(holds(statement, huge), "a bound that is no number of the column");
    }

    private static CommittedColumn column(String... cells) {
        return CommittedColumn.of(CURVE, Column.read("amount:number"), List.of(cells), SEED);
    }

    @Test
    void figuresAreThoseOfTheColumn() {
        CommittedColumn column = column("5", "0", "10", "99", "1099511627775");
        Statement.Described statement = new Statement.Described(
                column.commitment(), List.of(BigInteger.valueOf(1), BigInteger.TEN, BigInteger.valueOf(100)));
        Map<String, BigInteger> inputs = column.inputs(statement);
        everyChangeIsRefused(statement, inputs, "limit[0]", "limit[1]", "limit[2]");
        long[] witness = Witness.of(statement.circuit(), CURVE, inputs);
        List<BigInteger> values = new ArrayList<>();
        for (int i = 1; i <= statement.publicNames().size(); i++) {
            values.add(BigInteger.valueOf(witness[4 * i]));
        }
        values.set(0, column.commitment().root());
        assertTrue(statement.contradiction(values).isEmpty());
        assertEquals(
                "column amount has 5 values, their sum is 1099511627889, their average 219902325577; 1 below 1; "
                        + "1 below 10; 2 below 100; 1 from 100 on",
                statement.reading(values));
        Map<String, BigInteger> fewer = new LinkedHashMap<>(inputs);
        fewer.put("active[4]", BigInteger.ZERO);
        fewer.put("count", BigInteger.valueOf(4));
        assertFalse(holds(statement, fewer), "a value left out");
        Map<String, BigInteger> hole = new LinkedHashMap<>(inputs);
        hole.put("active[1]", BigInteger.ZERO);
        hole.put("active[5]", BigInteger.ONE);
        assertFalse(holds(statement, hole), "places that are not the first");
    }

    @Test
    void membersAndOthersAreShownToBeWhatTheyAre() {
        List<String> members = List.of("110101199001011237", "310101198512125558", "440103197003033339");
        CommittedList list = CommittedList.of(CURVE, Column.read("id:text"), members, SEED);
        Statement.Listed statement = new Statement.Listed(list.commitment(), "case 17");
        BigInteger blind = CommittedList.blind(CURVE, RANDOM.fork("blind"));
        for (String person : List.of(members.get(0), members.get(1), members.get(2), "somebody", "else", "")) {
            Map<String, BigInteger> inputs = list.inputs(statement, person, blind);
            BigInteger right = members.contains(person) ? BigInteger.ONE : BigInteger.ZERO;
            assertEquals(right, inputs.get("member"));
            everyChangeIsRefused(statement, inputs, "purpose");
            inputs.put("member", BigInteger.ONE.subtract(right));
            assertFalse(holds(statement, inputs), "the opposite");
        }
        Map<String, BigInteger> other = list.inputs(statement, members.get(1), blind);
        Map<String, BigInteger> gapBefore = new LinkedHashMap<>(other);
        list.gap(gapBefore, other.getOrDefault("position", BigInteger.ZERO).intValueExact() - 1);
        gapBefore.put("member", BigInteger.ZERO);
        assertFalse(holds(statement, gapBefore), "the high end of a gap is no stranger");
    }

    @Test
    void aProofIsVerifiedAgainstTheStatement() {
        Statement.Qualified statement = qualified("income<5000", "licence=A1");
        RandomSource random = RANDOM.fork("proof");
        Groth16ProvingKey key = Groth16SetUp.byOneTrustedParty(
                Witness.constraints(statement.circuit(), CURVE), random.fork("set-up"), Workers.CALLER);
        Groth16Prover.Proven proven = new Groth16Prover(key, Workers.CALLER)
                .prove(Witness.of(statement.circuit(), CURVE, RECORDS.inputs(statement, 4)), random);
        assertEquals(statement.fixedValues(), proven.publicValues());
        assertTrue(statement.contradiction(proven.publicValues()).isEmpty());
        VerificationKey verification =
                VerificationKey.read(VerificationKey.Kind.GROTH16, ForeignWriter.key(key.verificationKey()));
        String proof = ForeignWriter.proof(proven.proof());
        List<String> values =
                proven.publicValues().stream().map(BigInteger::toString).toList();
        assertTrue(verification.verify(proof, values).holds());
        for (int i = 0; i < values.size(); i++) {
            List<String> changed = new ArrayList<>(values);
            changed.set(i, proven.publicValues().get(i).add(BigInteger.ONE).toString());
            assertFalse(
                    verification.verify(proof, changed).holds(),
                    statement.publicNames().get(i));
            List<BigInteger> numbers = changed.stream().map(BigInteger::new).toList();
            assertTrue(statement.contradiction(numbers).isPresent());
        }
        assertTrue(statement.contradiction(List.of()).isPresent());
    }

    @Test
    void commitmentsHaveOneForm() {
        Commitment commitment = RECORDS.commitment();
        assertEquals(commitment, Commitment.read(commitment.text()));
        assertEquals(3, commitment.size());
        for (String wrong : List.of(
                "",
                commitment.text() + "\n",
                commitment.text().replace("size: 3", "size: 25"),
                commitment.text().replace("size: 3", "size: 03"),
                commitment.text().replace("records", "column"),
                commitment.text().replace("records", "other"),
                commitment.text().replace("since", "income"),
                commitment.text().replace("bn128", "secp256k1"),
                commitment
                        .text()
                        .replaceAll("root: .*", "root: " + CURVE.scalars().modulus()))) {
            assertThrows(PoyangException.class, () -> Commitment.read(wrong), wrong);
        }
        for (String wrong : List.of("income", "income~5", "income<", "other<5", "licence<A1", "income<05", "since<5")) {
            assertThrows(PoyangException.class, () -> Condition.read(wrong, COLUMNS), wrong);
        }
        for (String cell : List.of("-1", "1.5", "", "18446744073709551616", "01")) {
            assertThrows(PoyangException.class, () -> COLUMNS.get(0).element(cell), cell);
        }
        for (String cell : List.of("2025-02-29", "1969-12-31", "2025-1-1", "2025-01-01-", "x")) {
            assertThrows(PoyangException.class, () -> COLUMNS.get(1).element(cell), cell);
        }
    }

    private static Commitment sized(Commitment.Kind kind, String column, int size) {
        return new Commitment(kind, CURVE, List.of(Column.read(column)), size, BigInteger.ONE);
    }

    @Test
    void constraintCountsAreAsRecorded() throws IOException {
        Map<String, Statement> statements = new LinkedHashMap<>();
        for (String condition : List.of("income=5", "income<5", "since<=2026-11-28", "licence=A1")) {
            statements.put("records of 3 columns, 8, " + condition, qualified(condition));
        }
        statements.put(
                "column of 64", new Statement.Described(sized(Commitment.Kind.COLUMN, "a:number", 64), List.of()));
        statements.put(
                "column of 64, 2 limits",
                new Statement.Described(
                        sized(Commitment.Kind.COLUMN, "a:number", 64), List.of(BigInteger.ONE, BigInteger.TWO)));
        statements.put("list of 2^20", new Statement.Listed(sized(Commitment.Kind.LIST, "a:text", 20), ""));
        Commitment signed = Commitment.signedBy(
                Sm2PrivateKey.generate(RANDOM.fork("signer")).publicKey(), CURVE, COLUMNS);
        statements.put(
                "signed record of 3 columns, income<5",
                new Statement.Attested(signed, List.of(Condition.read("income<5", COLUMNS)), ""));
        StringBuilder counted = new StringBuilder("# constraints in R1CS; regenerate with -Dpoyang.regenerate=1\n");
        statements.forEach((name, statement) -> counted.append(name)
                .append(": ")
                .append(Witness.constraints(statement.circuit(), CURVE).constraints())
                .append('\n'));
        if (System.getProperty("poyang.regenerate") != null) {
            Files.writeString(COUNTS, counted);
        }
        assertEquals(Files.readString(COUNTS), counted.toString());
    }
}
