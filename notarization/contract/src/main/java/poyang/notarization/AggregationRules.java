package poyang.notarization;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import poyang.chain.contract.ReadableState;
import poyang.notarization.Planned.Side;
import poyang.wire.schema.AggregationPlan;
import poyang.wire.schema.AggregationPlan.Statistic;
import poyang.wire.schema.AggregationReporter;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Reveal;

/// When departments' rows may be added up, and what the receiver then knows.
final class AggregationRules {
    private static final int REPORTERS_MIN = 2;
    static final int REPORTERS_MAX = 10;
    private static final int CATEGORIES_MAX = 200;
    private static final int CATEGORY_MAX = 60;
    private static final int DECIMALS_MAX = 9;
    private static final long BOUND_MAX = 1L << 40;
    private static final int HIDDEN_MIN = 2;

    private AggregationRules() {}

    /// @param reporters in the plan's order
    /// @param collector brings no data set
    record Parsed(AggregationPlan plan, List<Side> reporters, Side collector) implements Planned {
        @Override
        public List<Side> sides() {
            return Stream.concat(reporters.stream(), Stream.of(collector)).toList();
        }

        @Override
        public String protocol() {
            return plan.getProtocol();
        }

        @Override
        public Reveal reveal() {
            return Reveal.TOTALS;
        }

        @Override
        public boolean canReceive(String organisation) {
            return true;
        }

        @Override
        public Optional<String> breach(Side own, String receiver) {
            boolean reports = reporters.stream().anyMatch(side -> JobRules.receives(receiver, side.organisation()));
            int hidden = reporters.size() - (reports ? 1 : 0);
            int stated = own.dataset().getPolicy().getMinimumReporters();
            int least = stated == 0 ? HIDDEN_MIN : stated;
            return hidden >= least || JobRules.receives(receiver, own.organisation())
                    ? Optional.empty()
                    : Optional.of("the policy of " + own.dataset().getId() + " demands totals over at least " + least
                            + " reporters besides the receiver, and there are " + hidden);
        }

        @Override
        public String filled(String words) {
            boolean chinese = words.codePoints().anyMatch(c -> c > 0x7f);
            List<String> told = told(chinese);
            String totals = String.join(chinese ? "、" : ", ", told);
            String categories = plan.getCategoriesCount() == 0
                    ? ""
                    : chinese
                            ? plan.getCategoriesCount() + " 个类别各自的"
                            : " for each of " + plan.getCategoriesCount() + " categories";
            return words.replace("{k}", Integer.toString(reporters.size()))
                    .replace("{totals}", chinese ? categories + totals : "the " + totals + categories);
        }

        /// What is told, which is more than the statistics that were asked for.
        private List<String> told(boolean chinese) {
            List<Statistic> asked = plan.getStatisticsList();
            boolean variance = asked.contains(Statistic.VARIANCE);
            boolean mean = variance || asked.contains(Statistic.MEAN);
            List<String> told = new ArrayList<>();
            if (mean || asked.contains(Statistic.COUNT)) {
                told.add(chinese ? "行数" : "number of rows");
            }
            if (mean || asked.contains(Statistic.SUM)) {
                told.add(chinese ? "总和" : "sum");
            }
            if (variance) {
                told.add(chinese ? "平方和" : "sum of squares");
            }
            return told;
        }
    }

    static Parsed parse(AggregationPlan plan, ReadableState datasets) {
        JobRules.protocolKnown(plan.getProtocol(), ProtocolRegistry.Form.TOTALS);
        int count = plan.getReportersCount();
        Rules.arguments(
                count >= REPORTERS_MIN && count <= REPORTERS_MAX,
                "the plan has " + count + " reporters",
                REPORTERS_MIN + " to " + REPORTERS_MAX + " are needed");
        statistics(plan);
        categories(plan);
        Rules.text("collector", plan.getCollector(), 1, CATEGORY_MAX);
        List<Side> reporters = plan.getReportersList().stream()
                .map(reporter -> reporter(plan, reporter, datasets))
                .toList();
        return new Parsed(plan, reporters, new Side(plan.getCollector(), Dataset.getDefaultInstance(), List.of()));
    }

    private static boolean countsOnly(AggregationPlan plan) {
        return plan.getStatisticsList().equals(List.of(Statistic.COUNT));
    }

    private static void statistics(AggregationPlan plan) {
        int before = 0;
        boolean fits = plan.getStatisticsCount() > 0;
        for (int value : plan.getStatisticsValueList()) {
            fits &= value > before && value <= Statistic.VARIANCE_VALUE;
            before = value;
        }
        Rules.arguments(
                fits,
                "the statistics are " + plan.getStatisticsValueList(),
                "COUNT, SUM, MEAN and VARIANCE, each at most once and in this order, are possible");
        long most = countsOnly(plan) ? 0 : BOUND_MAX;
        long least = countsOnly(plan) ? 0 : 1;
        Rules.arguments(
                plan.getDecimals() >= 0
                        && plan.getDecimals() <= DECIMALS_MAX
                        && plan.getBound() >= least
                        && plan.getBound() <= most,
                "values have " + Integer.toUnsignedString(plan.getDecimals()) + " decimals and the bound "
                        + Long.toUnsignedString(plan.getBound()),
                "0 to " + DECIMALS_MAX + " decimals and a bound from " + least + " to " + most + " are needed");
    }

    private static void categories(AggregationPlan plan) {
        Rules.arguments(
                plan.getCategoriesCount() <= CATEGORIES_MAX,
                "the plan has " + plan.getCategoriesCount() + " categories",
                "at most " + CATEGORIES_MAX + " are possible");
        TreeSet<String> names = new TreeSet<>();
        for (String category : plan.getCategoriesList()) {
            Rules.text("category", category, 1, CATEGORY_MAX);
            Rules.arguments(
                    names.add(category) && category.equals(category.strip()),
                    "the category " + Rules.quoted(category) + " is there twice, or has outer blanks",
                    "different categories are needed");
        }
    }

    private static Side reporter(AggregationPlan plan, AggregationReporter reporter, ReadableState datasets) {
        Dataset dataset = JobRules.dataset(reporter.getDataset(), datasets);
        boolean grouped = plan.getCategoriesCount() > 0;
        Rules.arguments(
                grouped != reporter.getCategoryColumn().isEmpty(),
                "the reporter " + dataset.getId() + " names the category column "
                        + Rules.quoted(reporter.getCategoryColumn()),
                "a category column is needed where the plan has categories, and none otherwise");
        Rules.arguments(
                !reporter.getValueColumn().isEmpty() || countsOnly(plan) && grouped,
                "the reporter " + dataset.getId() + " names no value column",
                "one is needed unless rows of categories are only counted");
        List<String> columns = Stream.of(reporter.getValueColumn(), reporter.getCategoryColumn())
                .filter(column -> !column.isEmpty())
                .toList();
        columns.forEach(column -> JobRules.computable(dataset, column));
        Rules.arguments(
                columns.stream().distinct().count() == columns.size(),
                "value and category of " + dataset.getId() + " are one column",
                "two columns are needed");
        return new Side(dataset, columns);
    }
}
