package poyang.zkp.uses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PoyangException;
import poyang.zkp.circuits.Circuit;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;

/// Records that a department signed one by one: true statements hold, and nothing changed does.
final class SignedRecordTest {
    private static final SeededRandom RANDOM = new SeededRandom(new byte[32], "signed records");
    private static final Sm2PrivateKey KEY = Sm2PrivateKey.generate(RANDOM.fork("key"));
    private static final List<Column> COLUMNS =
            List.of(Column.read("income:number"), Column.read("since:date"), Column.read("licence:text"));
    private static final Commitment FORM = Commitment.signedBy(KEY.publicKey(), Curve.BN254, COLUMNS);

    private static Statement.Attested statement(String... conditions) {
        return new Statement.Attested(
                FORM,
                List.of(conditions).stream()
                        .map(one -> Condition.read(one, COLUMNS))
                        .toList(),
                "case 17");
    }

    private static SignedRecord record(String... cells) {
        return SignedRecord.issue(FORM, List.of(cells), KEY, RANDOM);
    }

    @Test
    void statementsHoldForTheRecordsThatSatisfyThemAndNoInputMayChange() {
        SignedRecord record = record("4200", "2024-02-29", "A1");
        Statement.Attested statement = statement("income<5000", "since<=2026-11-28-12m", "licence=A1");
        Map<String, BigInteger> inputs = record.inputs(statement);
        Circuit circuit = statement.circuit();
        assertTrue(Witness.holds(circuit, Curve.BN254, inputs));
        for (String name : inputs.keySet()) {
            Map<String, BigInteger> changed = new LinkedHashMap<>(inputs);
            changed.merge(name, BigInteger.ONE, BigInteger::add);
            // A looser bound and another purpose make other statements, which are true.
            boolean free = name.equals("purpose") || name.equals("bound[0]") || name.equals("bound[1]");
            assertEquals(free, Witness.holds(circuit, Curve.BN254, changed), name);
        }
        SignedRecord other = record("5000", "2024-02-29", "A1");
        assertFalse(Witness.holds(circuit, Curve.BN254, other.inputs(statement)));
        assertEquals(
                List.of("purpose", "bound of income <"), statement("income<1").publicNames());
        assertEquals(statement.publicNames().size(), statement.fixedValues().size());
    }

    @Test
    void recordsOfOthersAndOfOtherFormsAreRefused() {
        SignedRecord record = record("4200", "2024-02-29", "A1");
        assertTrue(record.isOf(FORM));
        Sm2PrivateKey stranger = Sm2PrivateKey.generate(RANDOM.fork("stranger"));
        Commitment strangers = Commitment.signedBy(stranger.publicKey(), Curve.BN254, COLUMNS);
        assertFalse(record.isOf(strangers));
        assertFalse(record.isOf(Commitment.signedBy(KEY.publicKey(), Curve.BLS12_381, COLUMNS)));
        List<Column> renamed = List.of(Column.read("debt:number"), COLUMNS.get(1), COLUMNS.get(2));
        assertFalse(record.isOf(Commitment.signedBy(KEY.publicKey(), Curve.BN254, renamed)));
        assertThrows(
                PoyangException.class,
                () -> SignedRecord.issue(strangers, List.of("1", "2024-02-29", "A1"), KEY, RANDOM));
        Statement.Attested theirs =
                new Statement.Attested(strangers, List.of(Condition.read("income<5000", COLUMNS)), "case 17");
        assertThrows(PoyangException.class, () -> record.inputs(theirs));
        assertNotEquals(
                FORM.form(),
                Commitment.signedBy(KEY.publicKey(), Curve.BN254, renamed).form());
    }

    @Test
    void filesHaveOneForm() {
        SignedRecord record = record("4200", "2024-02-29", "");
        String text = record.text();
        assertEquals(text, SignedRecord.read(text).text());
        assertTrue(SignedRecord.read(text).isOf(FORM));
        assertFalse(SignedRecord.read(text.replace("4200", "4100")).isOf(FORM));
        assertFalse(SignedRecord.read(text.replaceAll("salt: .*", "salt: 7")).isOf(FORM));
        for (String wrong : List.of("", text + "x", text.replace("salt: ", "salt: 0"), text.replace("4200\n", ""))) {
            assertThrows(PoyangException.class, () -> SignedRecord.read(wrong), wrong);
        }
        assertEquals(FORM, Commitment.read(FORM.text()));
        for (String wrong : List.of(
                FORM.text().replaceAll("root: .*", "root: 5"),
                FORM.text().replace("size: 1", "size: 2"),
                FORM.text().replace("kind: signed", "kind: records"))) {
            assertThrows(PoyangException.class, () -> Commitment.read(wrong), wrong);
        }
    }
}
