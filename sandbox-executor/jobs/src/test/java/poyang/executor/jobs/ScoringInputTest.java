package poyang.executor.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.homomorphic.scoring.FixedPoint;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.psi.Commitments;
import poyang.simulation.Property;

/// Numbers, rows and terms as people write them.
final class ScoringInputTest {
    private static final JobPlan.Scoring PLAN = new JobPlan.Scoring(
            "id",
            List.of(new JobPlan.Feature("income", 2, 1_000_000), new JobPlan.Feature("age", 0, 120)),
            new JobPlan.Model("term", "coefficient", 2, 3, 5_000),
            "scoring-bfv");

    @Test
    void decimalsAreReadExactlyOrNotAtAll() {
        FixedPoint form = new FixedPoint(2, 12_345);
        for (String text : List.of("123.45", "+123.45", " 123.450 ", "0123.45", "123.4500000000000000000000000")) {
            assertEquals(OptionalLong.of(12_345), DecimalUnits.parse(text, form), text);
        }
        assertEquals(OptionalLong.of(-12_345), DecimalUnits.parse("-123.45", form));
        assertEquals(OptionalLong.of(500), DecimalUnits.parse("5", form));
        assertEquals(OptionalLong.of(0), DecimalUnits.parse("-0.00", form));
        for (String text : List.of(
                "",
                "-",
                ".",
                "1.",
                ".5",
                "1e2",
                "1,000",
                "0x1",
                "--1",
                "123.46",
                "-123.46",
                "1.001",
                "１２",
                "NaN",
                "1 2",
                "99999999999999999999999999",
                "0.000000000000000000000000001")) {
            assertEquals(OptionalLong.empty(), DecimalUnits.parse(text, form), text);
        }
        Property.seeds(300).check(seed -> {
            Random random = new Random(seed);
            FixedPoint any = new FixedPoint(random.nextInt(10), 1 + random.nextLong(1L << 53));
            long units = random.nextLong(2 * any.bound() + 1) - any.bound();
            String text = BigDecimal.valueOf(units, any.decimals()).toPlainString();
            assertEquals(OptionalLong.of(units), DecimalUnits.parse(text, any), text);
        });
    }

    private static ModelTable model(String... rows) {
        ModelTable table = new ModelTable(PLAN, ScoringJob.shape(PLAN));
        for (String row : rows) {
            table.read(row.split("=", -1));
        }
        return table;
    }

    /// 1, income, age, income², income·age, age².
    @Test
    void termsAreNamedByTheirFactorsInAnyOrder() {
        long[] coefficients = model("1=0.5", "age * income=-1", "age=2.25", "income*income=0.001")
                .coefficients();
        assertEquals("[500, 0, 2250, 1, -1000, 0]", Arrays.toString(coefficients));
    }

    /// Marks tell contents apart, whatever the order of the rows.
    @Test
    void anotherCoefficientIsAnotherVersion() {
        byte[] secret = new byte[32];
        List<Bytes> marks = new ArrayList<>();
        for (ModelTable each : List.of(model("1=2", "age=3"), model("age=3", "1=2"), model("1=2", "age=3.001"))) {
            marks.add(Commitments.versionMark(each.size(), each::item, secret));
        }
        assertEquals(marks.get(0), marks.get(1));
        assertNotEquals(marks.get(0), marks.get(2));
    }

    @Test
    void whatIsNoModelIsRefusedWithoutItsContent() {
        for (String wrong : List.of(
                "height=4.321",
                "=4.321",
                "age*age*age=4.321",
                "age*=4.321",
                "2=4.321",
                "age=5.001",
                "age=4.3211",
                "age=x4.321")) {
            PoyangException thrown = assertThrows(PoyangException.class, () -> model(wrong));
            assertEquals(ExecutorErrors.INPUT_REFUSED, thrown.code(), wrong);
            assertFalse(thrown.wrong().contains("4.3"), thrown.wrong());
        }
        assertEquals(
                ExecutorErrors.INPUT_REFUSED,
                assertThrows(PoyangException.class, () -> model("age*income=1", "income*age=1"))
                        .code());
    }

    @Test
    void aRowOutOfBoundsNamesItsPlaceAndNotItsValue() {
        FeatureTable table = new FeatureTable(PLAN, ScoringJob.shape(PLAN));
        table.read(new String[] {"a", "10000.00", "120"});
        PoyangException thrown =
                assertThrows(PoyangException.class, () -> table.read(new String[] {"b", "77.77", "121"}));
        assertEquals(ExecutorErrors.INPUT_REFUSED, thrown.code());
        assertEquals("row 2 has no number of the declared form in the column age", thrown.wrong());
        assertEquals(1, table.rows());
        assertEquals(1_000_000, table.units(0, 0));
    }
}
