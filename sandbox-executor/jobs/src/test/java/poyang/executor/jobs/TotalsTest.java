package poyang.executor.jobs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobPlan.Statistic;
import poyang.homomorphic.aggregate.JointSum;
import poyang.kernel.PartyId;

/// Sums of digits are the digits of sums, whatever the values.
final class TotalsTest {
    private static JobPlan.Aggregation plan(int categories) {
        return new JobPlan.Aggregation(
                List.of(),
                new PartyId("c"),
                new PartyId("c"),
                List.of(Statistic.values()),
                IntStream.range(0, categories).mapToObj(i -> "类" + i).toList(),
                2,
                Totals.BOUND_MAX);
    }

    /// Random and extreme values of several reporters against plain decimal arithmetic, and every digit in range.
    @Test
    void totalsOfReportersAreThoseOfTheirRows() {
        SeededRandom random = new SeededRandom(new byte[32], "totals");
        JobPlan.Aggregation plan = plan(3);
        long[] sums = new long[Totals.slots(plan)];
        List<List<BigDecimal>> all = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int reporter = 0; reporter < 10; reporter++) {
            Totals own = new Totals(plan);
            for (int row = 0; row < 400; row++) {
                int category = (int) Math.floorMod(random.nextLong(), 2L);
                long value = switch ((int) Math.floorMod(random.nextLong(), 4L)) {
                    case 0 -> Totals.BOUND_MAX;
                    case 1 -> -Totals.BOUND_MAX;
                    default -> random.nextLong() % Totals.BOUND_MAX;
                };
                own.add(category, value);
                all.get(category).add(BigDecimal.valueOf(value, 2));
            }
            long[] digits = own.digits();
            for (int i = 0; i < digits.length; i++) {
                assertEquals(0, Math.abs(digits[i]) / (JointSum.VALUE_MAX + 1));
                sums[i] += digits[i];
            }
        }
        StringBuilder expected = new StringBuilder("category,count,sum,mean,variance\r\n");
        for (int i = 0; i < 2; i++) {
            BigDecimal count = BigDecimal.valueOf(all.get(i).size());
            BigDecimal sum = all.get(i).stream().reduce(BigDecimal::add).orElseThrow();
            BigDecimal squares = all.get(i).stream()
                    .map(value -> value.multiply(value))
                    .reduce(BigDecimal::add)
                    .orElseThrow();
            BigDecimal variance = squares.multiply(count)
                    .subtract(sum.multiply(sum))
                    .divide(count.multiply(count), 8, RoundingMode.HALF_EVEN);
            expected.append("类%d,%s,%s,%s,%s\r\n"
                    .formatted(
                            i,
                            count,
                            sum.toPlainString(),
                            sum.divide(count, 8, RoundingMode.HALF_EVEN).toPlainString(),
                            variance.toPlainString()));
        }
        expected.append("类2,0,0.00,,\r\n");
        assertEquals(expected.toString(), Totals.of(plan, sums).csv().utf8());
    }

    /// The chain takes up to 200 categories.
    @Test
    void everyPlanThatTheChainTakesFitsOneRun() {
        assertEquals(true, Totals.slots(plan(200)) <= JointSum.VALUES_MAX);
        assertEquals(12, Totals.slots(plan(0)));
    }
}
