package poyang.executor.jobs;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobPlan.Statistic;
import poyang.kernel.Bytes;

/// Counts, sums and sums of squares of each category, exactly, and as the small numbers that a joint sum adds up.
///
/// A number becomes signed digits to the base 2^20, the lowest first; the digits of a sum are the sums of digits.
/// With values up to 2^40 in magnitude and fewer than 2^38 rows, 2, 4 and 6 digits hold everything.
final class Totals {
    static final long BOUND_MAX = 1L << 40;
    static final long ROWS_MAX = 1L << 38;
    private static final int DIGIT_BITS = 20;
    private static final BigInteger DIGIT = BigInteger.ONE.shiftLeft(DIGIT_BITS);
    private static final int MEAN_DIGITS = 6;

    private final JobPlan.Aggregation plan;
    private final List<Map<Moment, BigInteger>> totals = new ArrayList<>();

    /// What is added up, with the digits that each takes.
    private enum Moment {
        COUNT(2),
        SUM(4),
        SQUARES(6);

        private final int digits;

        Moment(int digits) {
            this.digits = digits;
        }
    }

    Totals(JobPlan.Aggregation plan) {
        this.plan = plan;
        for (int i = 0; i < Math.max(1, plan.categories().size()); i++) {
            totals.add(new EnumMap<>(Moment.class));
        }
    }

    private static List<Moment> moments(JobPlan.Aggregation plan) {
        List<Moment> moments = new ArrayList<>();
        for (Moment moment : Moment.values()) {
            boolean needed = plan.statistics().stream()
                    .anyMatch(statistic -> needs(statistic).contains(moment));
            if (needed) {
                moments.add(moment);
            }
        }
        return moments;
    }

    private static List<Moment> needs(Statistic statistic) {
        return switch (statistic) {
            case COUNT -> List.of(Moment.COUNT);
            case SUM -> List.of(Moment.SUM);
            case MEAN -> List.of(Moment.COUNT, Moment.SUM);
            case VARIANCE -> List.of(Moment.COUNT, Moment.SUM, Moment.SQUARES);
        };
    }

    /// How many small numbers a plan's totals are.
    static int slots(JobPlan.Aggregation plan) {
        int each = moments(plan).stream().mapToInt(moment -> moment.digits).sum();
        return each * Math.max(1, plan.categories().size());
    }

    void add(int category, long value) {
        BigInteger exact = BigInteger.valueOf(value);
        add(category, Moment.COUNT, BigInteger.ONE);
        add(category, Moment.SUM, exact);
        add(category, Moment.SQUARES, exact.multiply(exact));
    }

    private void add(int category, Moment moment, BigInteger value) {
        totals.get(category).merge(moment, value, BigInteger::add);
    }

    long[] digits() {
        long[] digits = new long[slots(plan)];
        int at = 0;
        for (Map<Moment, BigInteger> row : totals) {
            for (Moment moment : moments(plan)) {
                BigInteger rest = of(row, moment).abs();
                int sign = of(row, moment).signum();
                for (int i = 0; i < moment.digits; i++) {
                    digits[at++] = sign * rest.mod(DIGIT).longValueExact();
                    rest = rest.shiftRight(DIGIT_BITS);
                }
                if (rest.signum() != 0) {
                    throw new ArithmeticException("a total does not fit its digits");
                }
            }
        }
        return digits;
    }

    /// What sums of digits stand for.
    static Totals of(JobPlan.Aggregation plan, long[] digits) {
        Totals totals = new Totals(plan);
        int at = 0;
        for (Map<Moment, BigInteger> row : totals.totals) {
            for (Moment moment : moments(plan)) {
                BigInteger value = BigInteger.ZERO;
                for (int i = 0; i < moment.digits; i++) {
                    value = value.add(BigInteger.valueOf(digits[at++]).shiftLeft(i * DIGIT_BITS));
                }
                row.put(moment, value);
            }
        }
        return totals;
    }

    /// One line a category; a mean or variance over no rows is empty. The variance is that of the whole population.
    Bytes csv() {
        List<List<String>> lines = new ArrayList<>();
        List<String> header = new ArrayList<>();
        boolean grouped = !plan.categories().isEmpty();
        if (grouped) {
            header.add("category");
        }
        plan.statistics().forEach(statistic -> header.add(statistic.name().toLowerCase(Locale.ROOT)));
        lines.add(header);
        for (int i = 0; i < totals.size(); i++) {
            List<String> line = new ArrayList<>();
            if (grouped) {
                line.add(plan.categories().get(i));
            }
            for (Statistic statistic : plan.statistics()) {
                line.add(text(statistic, totals.get(i)));
            }
            lines.add(line);
        }
        return CsvLines.of(lines);
    }

    private static BigInteger of(Map<Moment, BigInteger> row, Moment moment) {
        return row.getOrDefault(moment, BigInteger.ZERO);
    }

    private String text(Statistic statistic, Map<Moment, BigInteger> row) {
        BigInteger count = of(row, Moment.COUNT);
        BigDecimal rows = new BigDecimal(count);
        BigDecimal sum = new BigDecimal(of(row, Moment.SUM), plan.decimals());
        BigDecimal squares = new BigDecimal(of(row, Moment.SQUARES), 2 * plan.decimals());
        int scale = plan.decimals() + MEAN_DIGITS;
        return switch (statistic) {
            case COUNT -> count.toString();
            case SUM -> sum.toPlainString();
            case MEAN ->
                count.signum() == 0
                        ? ""
                        : sum.divide(rows, scale, RoundingMode.HALF_EVEN).toPlainString();
            case VARIANCE ->
                count.signum() == 0
                        ? ""
                        : squares.multiply(rows)
                                .subtract(sum.multiply(sum))
                                .divide(rows.multiply(rows), scale, RoundingMode.HALF_EVEN)
                                .toPlainString();
        };
    }
}
