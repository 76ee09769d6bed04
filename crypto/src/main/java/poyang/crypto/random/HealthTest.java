package poyang.crypto.random;

import poyang.kernel.Bug;

/// The two continuous health tests of an entropy source, over one stream of symbols.
///
/// - computes: the repetition count test (a symbol `C` times in a row) and the adaptive proportion test
///   (the first symbol of a window `C` times in it), with `C` from the stated min-entropy `H` a symbol
///   and the false alarm rate `2^-a` a symbol: `C = 1 + ⌈a/H⌉`, and the smallest `C` such that
///   `P(Binomial(window, 2^-H) ≥ C) ≤ 2^-a`
/// - secrecy: time depends on the symbols, as it must: a failure is told
/// - source: NIST SP 800-90B, 4.4.1 and 4.4.2; GM/T 0105-2021 appendix D
final class HealthTest {
    private final int repetitionsMax;
    private final int window;
    private final int proportionMax;

    private int last = -1;
    private int repetitions;
    private int first;
    private int seen;
    private int proportion;

    HealthTest(double minEntropyBits, int window, int alarmExponent) {
        this.window = window;
        repetitionsMax = repetitionCutoff(minEntropyBits, alarmExponent);
        proportionMax = proportionCutoff(minEntropyBits, window, alarmExponent);
    }

    static int repetitionCutoff(double minEntropyBits, int alarmExponent) {
        return 1 + (int) Math.ceil(alarmExponent / minEntropyBits);
    }

    static int proportionCutoff(double minEntropyBits, int window, int alarmExponent) {
        double alarm = Math.pow(2, -alarmExponent);
        double p = Math.pow(2, -minEntropyBits);
        double tail = 0;
        int cutoff = window + 1;
        while (cutoff > 0) {
            tail += SpecialFunctions.binomial(window, cutoff - 1, p);
            if (tail > alarm) {
                break;
            }
            cutoff--;
        }
        Bug.unless(cutoff <= window, "a window of " + window + " symbols is too short to raise an alarm");
        return cutoff;
    }

    /// Whether the source still looks alive after `symbol`, which is not negative.
    boolean accepts(int symbol) {
        if (symbol == last) {
            repetitions++;
        } else {
            last = symbol;
            repetitions = 1;
        }
        if (seen == 0) {
            first = symbol;
            proportion = 1;
        } else if (symbol == first) {
            proportion++;
        }
        seen = seen + 1 == window ? 0 : seen + 1;
        return repetitions < repetitionsMax && proportion < proportionMax;
    }
}
