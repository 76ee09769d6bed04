package poyang.notarization;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import poyang.chain.contract.ReadableState;
import poyang.notarization.Planned.Side;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.ScoringFeature;
import poyang.wire.schema.ScoringPlan;
import poyang.wire.schema.UsePolicy;

/// When a model may score another department's rows.
final class ScoringRules {
    private static final int FEATURES_MAX = 64;
    private static final int TERMS_MAX = 256;
    private static final int DEGREE_MAX = 3;
    private static final int DECIMALS_MAX = 9;
    private static final long BOUND_MAX = 1L << 53;
    /// What the plaintext primes of the protocol hold, half of it for each sign.
    private static final int SCORE_BITS_MAX = 113;

    private ScoringRules() {}

    /// @param features the party whose rows are scored, which gets the result
    /// @param model the other party
    record Parsed(ScoringPlan plan, Side features, Side model) implements Planned {
        @Override
        public List<Side> sides() {
            return List.of(features, model);
        }

        @Override
        public String protocol() {
            return plan.getProtocol();
        }

        @Override
        public Reveal reveal() {
            return Reveal.SCORES;
        }

        /// Scores come out under the key of the features' department.
        @Override
        public boolean canReceive(String organisation) {
            return organisation.equals(features.organisation());
        }

        /// Whoever gets as many scores as the model has terms solves for it: its owner must have said how many.
        @Override
        public Optional<String> breach(Side own, String receiver) {
            UsePolicy policy = own.dataset().getPolicy();
            boolean bounded = policy.getMaximumPeerRows() > 0
                    && (policy.getMaximumRunsPerPair() > 0 || policy.getMaximumRunsPerPeriod() > 0);
            return bounded || !own.organisation().equals(model.organisation())
                    ? Optional.empty()
                    : Optional.of("the policy of " + own.dataset().getId()
                            + " does not bound the rows of the other side and its runs, as a model's must");
        }

        @Override
        public String filled(String words) {
            return words.replace("{terms}", Integer.toString(terms(plan.getFeaturesCount(), plan.getDegree())));
        }
    }

    static Parsed parse(ScoringPlan plan, ReadableState datasets) {
        JobRules.protocolKnown(plan.getProtocol(), ProtocolRegistry.Form.SCORING);
        Rules.arguments(
                plan.getFeaturesCount() >= 1
                        && plan.getFeaturesCount() <= FEATURES_MAX
                        && plan.getDegree() >= 1
                        && plan.getDegree() <= DEGREE_MAX
                        && terms(plan.getFeaturesCount(), plan.getDegree()) <= TERMS_MAX,
                "the plan has " + plan.getFeaturesCount() + " features and degree " + plan.getDegree(),
                "1 to " + FEATURES_MAX + " features, a degree from 1 to " + DEGREE_MAX + ", and at most " + TERMS_MAX
                        + " terms are needed");
        numbers(plan);
        return new Parsed(plan, features(plan, datasets), model(plan, datasets));
    }

    /// Monomials of up to `degree` factors out of `features`, the constant among them.
    static int terms(int features, int degree) {
        long terms = 1;
        for (int i = 1; i <= degree; i++) {
            terms = terms * (features + i) / i;
        }
        return (int) terms;
    }

    /// Scales and bounds, under which no score may pass what the protocol's plaintexts hold.
    private static void numbers(ScoringPlan plan) {
        int most = 0;
        boolean fits = fits(plan.getCoefficientDecimals(), plan.getCoefficientBound());
        for (ScoringFeature feature : plan.getFeaturesList()) {
            most = Math.max(most, feature.getDecimals());
            fits &= fits(feature.getDecimals(), feature.getBound());
        }
        Rules.arguments(
                fits,
                "a number of decimals or a bound is out of range",
                "0 to " + DECIMALS_MAX + " decimals and bounds from 1 to " + BOUND_MAX + " are needed");
        BigInteger largest = BigInteger.TEN.pow(most);
        for (ScoringFeature feature : plan.getFeaturesList()) {
            largest = largest.max(
                    BigInteger.valueOf(feature.getBound()).multiply(BigInteger.TEN.pow(most - feature.getDecimals())));
        }
        int bits = BigInteger.valueOf(plan.getCoefficientBound())
                .multiply(BigInteger.valueOf(terms(plan.getFeaturesCount(), plan.getDegree())))
                .multiply(largest.pow(plan.getDegree()))
                .bitLength();
        Rules.arguments(
                bits <= SCORE_BITS_MAX,
                "scores under these bounds take up to " + bits + " bits",
                "at most " + SCORE_BITS_MAX
                        + " are possible: declare fewer decimals, smaller bounds or a lower degree");
    }

    private static boolean fits(int decimals, long bound) {
        return decimals >= 0 && decimals <= DECIMALS_MAX && bound >= 1 && bound <= BOUND_MAX;
    }

    private static Side features(ScoringPlan plan, ReadableState datasets) {
        Dataset dataset = JobRules.dataset(plan.getFeaturesDataset(), datasets);
        var _ = JobRules.column(dataset, plan.getKeyColumn());
        List<String> columns = new ArrayList<>();
        columns.add(plan.getKeyColumn());
        TreeSet<String> names = new TreeSet<>(columns);
        for (ScoringFeature feature : plan.getFeaturesList()) {
            String name = feature.getColumn();
            Rules.arguments(
                    names.add(name) && name.indexOf('*') < 0 && !name.equals("1") && name.equals(name.strip()),
                    "the feature " + Rules.quoted(name) + " is there twice, is the key, or cannot stand in a term",
                    "different columns without * and outer blanks, none called 1, are needed");
            JobRules.computable(dataset, name);
            columns.add(name);
        }
        return new Side(dataset, List.copyOf(columns));
    }

    private static Side model(ScoringPlan plan, ReadableState datasets) {
        Dataset dataset = JobRules.dataset(plan.getModelDataset(), datasets);
        Rules.arguments(
                !plan.getTermColumn().equals(plan.getCoefficientColumn()),
                "term and coefficient are one column",
                "two columns are needed");
        JobRules.computable(dataset, plan.getTermColumn());
        JobRules.computable(dataset, plan.getCoefficientColumn());
        return new Side(dataset, List.of(plan.getTermColumn(), plan.getCoefficientColumn()));
    }
}
