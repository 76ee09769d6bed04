package poyang.crypto.random;

import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bug;

/// What the values of one or more samples mean together.
///
/// The standard's mark, for each test and parameter: at least `s(1 − α − 3√(α(1 − α)/s))` of `s` samples
/// have `P ≥ α = 0.01`, and the Q values are spread evenly over ten intervals, `P_T ≥ 0.0001`. With few
/// samples good random numbers miss that mark often: one sample has some thirty values, and one in a
/// hundred of each is below α. So a missed mark is a {@link Verdict#REMARK} (GM/T 0062-2018 has the test
/// repeated), and {@link Verdict#FAIL} is what good random numbers give with a probability of at most
/// `chance` a value: so many samples below α, one value of P so small, or Q spread so unevenly.
///
/// @param samples how many samples were tested
/// @param sampleBits how long each was
/// @param items by test and parameter
/// @param verdict the worst of the items'
public record Judgement(int samples, int sampleBits, List<Item> items, Verdict verdict) {
    public static final double ALPHA = 0.01;
    public static final double ALPHA_UNIFORMITY = 0.0001;
    /// For a command that a person runs: one good file in some ten thousand fails.
    public static final double CHANCE = 1e-6;
    /// For a process that refuses to go on: 2^-30.
    public static final double CHANCE_FOR_GOOD = 1.0 / (1 << 30);

    private static final int INTERVALS = 10;
    /// Five in each interval: below that chi-square is no measure.
    private static final int UNIFORMITY_SAMPLES_MIN = 50;

    public Judgement {
        items = List.copyOf(items);
    }

    /// From good to bad.
    public enum Verdict {
        /// Meets the standard's mark.
        PASS,
        /// Misses the mark by what may be chance: test again, with more samples.
        REMARK,
        /// Not random.
        FAIL
    }

    /// One test with one parameter over all samples.
    ///
    /// @param p the smallest P value
    /// @param q the Q value that belongs to it
    /// @param passed how many samples have `P ≥ α`
    /// @param needed how many the standard asks for
    /// @param uniformity P_T over the Q values; 1 where there are too few samples to tell
    public record Item(
            StatisticalTest test,
            String parameter,
            double p,
            double q,
            int passed,
            int needed,
            double uniformity,
            Verdict verdict) {}

    /// @param samples the values of each sample, all from one {@link RandomnessTests}; at least one
    /// @param chance how improbable a value must be in good random numbers to fail
    public static Judgement of(List<List<TestValue>> samples, int sampleBits, double chance) {
        Bug.unless(!samples.isEmpty(), "there is no sample to judge");
        List<Item> items = new ArrayList<>();
        Verdict worst = Verdict.PASS;
        for (int i = 0; i < samples.getFirst().size(); i++) {
            int at = i;
            Item item = item(samples.stream().map(values -> values.get(at)).toList(), chance);
            items.add(item);
            worst = item.verdict.compareTo(worst) > 0 ? item.verdict : worst;
        }
        return new Judgement(samples.size(), sampleBits, items, worst);
    }

    private static Item item(List<TestValue> values, double chance) {
        TestValue least = values.getFirst();
        int passed = 0;
        for (TestValue value : values) {
            passed += value.p() >= ALPHA ? 1 : 0;
            least = value.p() < least.p() ? value : least;
        }
        int s = values.size();
        int needed = needed(s);
        double uniformity = s < UNIFORMITY_SAMPLES_MIN
                ? 1
                : uniformity(values.stream().mapToDouble(TestValue::q).toArray());
        Verdict verdict;
        if (least.p() * s < chance || failuresBy(s, s - passed) < chance || uniformity < chance) {
            verdict = Verdict.FAIL;
        } else {
            verdict = passed < needed || uniformity < ALPHA_UNIFORMITY ? Verdict.REMARK : Verdict.PASS;
        }
        return new Item(least.test(), least.parameter(), least.p(), least.q(), passed, needed, uniformity, verdict);
    }

    /// How many of `s` samples must have `P ≥ α`: GM/T 0005-2021, 6.2.
    static int needed(int s) {
        return (int) Math.ceil(s * (1 - ALPHA - 3 * Math.sqrt(ALPHA * (1 - ALPHA) / s)));
    }

    /// P_T, whether values from 0 to 1 are spread evenly: GM/T 0005-2021, 6.3.
    static double uniformity(double... values) {
        int[] counts = new int[INTERVALS];
        for (double value : values) {
            counts[(int) Math.clamp(Math.floor(value * INTERVALS), 0, INTERVALS - 1.0)]++;
        }
        double expected = (double) values.length / INTERVALS;
        double statistic = 0;
        for (int count : counts) {
            statistic += (count - expected) * (count - expected) / expected;
        }
        return SpecialFunctions.igamc((INTERVALS - 1) / 2.0, statistic / 2);
    }

    /// The probability that at least `failures` of `s` good samples are below α.
    private static double failuresBy(int s, int failures) {
        double above = 0;
        for (int k = failures; k <= s; k++) {
            above += SpecialFunctions.binomial(s, k, ALPHA);
        }
        return above;
    }
}
