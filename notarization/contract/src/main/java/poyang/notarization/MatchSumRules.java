package poyang.notarization;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import poyang.chain.contract.ReadableState;
import poyang.notarization.Planned.Side;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.KeyColumns;
import poyang.wire.schema.MatchSumPlan;
import poyang.wire.schema.ProtocolChoice;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.SumColumn;

/// When one department's numbers may be summed over the keys that another has too.
final class MatchSumRules {
    /// As many numbers as the protocols take for a key.
    private static final int SUMS_MAX = 4;
    /// The sum over one key is that key's number.
    private static final int AT_LEAST_MIN = 2;

    private static final int DECIMALS_MAX = 9;
    /// With the 2^27 rows that a run has at most, sums stay within 62 bits.
    private static final long BOUND_MAX = 1L << 35;

    private MatchSumRules() {}

    /// @param keys the party that gets the sums
    /// @param values the party that brings numbers
    record Parsed(MatchSumPlan plan, Side keys, Side values) implements Planned {
        @Override
        public List<Side> sides() {
            return List.of(keys, values);
        }

        @Override
        public String protocol() {
            return plan.getProtocol();
        }

        @Override
        public Reveal reveal() {
            return Reveal.MATCH_SUMS;
        }

        @Override
        public long atLeast() {
            return plan.getAtLeast();
        }

        @Override
        public boolean canReceive(String organisation) {
            return organisation.equals(keys.organisation());
        }

        @Override
        public Optional<String> breach(Side own, String receiver) {
            return CollisionRules.tooFew(own, reveal(), atLeast());
        }

        @Override
        public Optional<ProtocolChoice> choice(String receiver) {
            return protocol().equals(ProtocolRegistry.AUTO)
                    ? Optional.of(ProtocolChoices.fastest(
                            JobRules.able(this, ProtocolRegistry.Form.SUMS),
                            plan.getNetwork(),
                            JobRules.rows(keys),
                            JobRules.rows(values)))
                    : Optional.empty();
        }

        @Override
        public String filled(String words) {
            return words.replace("{k}", Long.toString(plan.getAtLeast()));
        }
    }

    static Parsed parse(MatchSumPlan plan, ReadableState datasets) {
        if (!plan.getProtocol().equals(ProtocolRegistry.AUTO)) {
            JobRules.protocolKnown(plan.getProtocol(), ProtocolRegistry.Form.SUMS);
        }
        CollisionRules.network(plan.getNetwork());
        Rules.arguments(
                plan.getAtLeast() >= AT_LEAST_MIN && plan.getAtLeast() <= CollisionRules.AT_LEAST_MAX,
                "sums are asked for from " + Long.toUnsignedString(plan.getAtLeast()) + " matches on",
                "a number from " + AT_LEAST_MIN + " to " + CollisionRules.AT_LEAST_MAX + " is needed");
        int numbers = plan.getSumsCount() + (plan.getCountRows() ? 1 : 0);
        Rules.arguments(
                numbers >= 1 && numbers <= SUMS_MAX,
                "the plan asks for " + numbers + " numbers",
                "1 to " + SUMS_MAX + ", the count of rows among them, are needed");
        List<KeyColumns> keys = CollisionRules.distinct(plan.getKeysList());
        Side asking = CollisionRules.side(plan.getKeysDataset(), keys, true, datasets);
        Side bringing = CollisionRules.side(plan.getValuesDataset(), keys, false, datasets);
        List<String> summed = sums(plan, bringing.dataset());
        return new Parsed(
                plan,
                asking,
                new Side(
                        bringing.dataset(),
                        Stream.concat(bringing.columns().stream(), summed.stream())
                                .toList()));
    }

    private static List<String> sums(MatchSumPlan plan, Dataset dataset) {
        List<String> columns = new ArrayList<>();
        for (SumColumn sum : plan.getSumsList()) {
            Rules.need(
                    JobRules.column(dataset, sum.getColumn()).getMatchSum(),
                    NotarizationErrors.POLICY_FORBIDS,
                    "the policy of " + dataset.getId() + " does not allow to sum the column "
                            + Rules.quoted(sum.getColumn()) + " over matches",
                    "ask the owner to allow it, or name a column that is allowed");
            Rules.arguments(
                    sum.getDecimals() >= 0
                            && sum.getDecimals() <= DECIMALS_MAX
                            && sum.getBound() >= 1
                            && sum.getBound() <= BOUND_MAX,
                    "values of " + Rules.quoted(sum.getColumn()) + " have "
                            + Integer.toUnsignedString(sum.getDecimals()) + " decimals and the bound "
                            + Long.toUnsignedString(sum.getBound()),
                    "0 to " + DECIMALS_MAX + " decimals and a bound from 1 to " + BOUND_MAX + " are needed");
            columns.add(sum.getColumn());
        }
        Rules.arguments(
                new TreeSet<>(columns).size() == columns.size(),
                "the plan sums a column twice",
                "each column at most once is needed");
        return columns;
    }
}
