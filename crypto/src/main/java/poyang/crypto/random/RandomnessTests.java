package poyang.crypto.random;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bug;

/// The fifteen statistical tests of GB/T 32915-2016 with the parameters that GM/T 0005-2021 annex A sets
/// for a sample's length. {@link Judgement} says what the values of several samples mean together.
///
/// - computes: for each test and parameter a P and a Q value
/// - shapes: samples of the one length that the instance was made for, an even number
/// - cost: about 0.3 s for a million bits on one core, and 56 bytes a bit
/// - source: GM/T 0005-2021 (method, parameters and the examples that the tests of this class match);
///   departures: none in the tests
///
/// Not thread-safe; an instance serves one sample after another.
public final class RandomnessTests {
    /// Which tests with which parameters.
    public enum Battery {
        /// All 15, from a million bits on: annex A for samples of 10^6 bits.
        FULL(1_000_000),
        /// The 12 that 20,000 bits suffice for: annex A for samples of 20,000 bits.
        SHORT(20_000),
        /// As `SHORT`, without the Fourier test, which needs more time than a process has when it starts.
        START_UP(20_000);

        private final int bitsMin;

        Battery(int bitsMin) {
            this.bitsMin = bitsMin;
        }

        public int bitsMin() {
            return bitsMin;
        }
    }

    private final Battery battery;
    private final int sampleBits;
    private final @Nullable FourierTest fourier;

    public RandomnessTests(Battery battery, int sampleBits) {
        Bug.unless(sampleBits >= battery.bitsMin() && sampleBits % 2 == 0, "the tests need longer or even samples");
        this.battery = battery;
        this.sampleBits = sampleBits;
        fourier = battery == Battery.START_UP ? null : new FourierTest(sampleBits);
    }

    /// The values of one sample, in the order of the standard.
    public List<TestValue> of(BitSample bits) {
        Bug.unless(bits.length() == sampleBits, "the sample has another length");
        boolean full = battery == Battery.FULL;
        List<TestValue> values = new ArrayList<>();
        values.add(FrequencyTests.frequency(bits));
        values.add(FrequencyTests.blockFrequency(bits, full ? 10_000 : 1000));
        values.add(FrequencyTests.poker(bits, 4));
        values.add(FrequencyTests.poker(bits, 8));
        values.addAll(PatternTests.overlappingPatterns(bits, 3));
        values.addAll(PatternTests.overlappingPatterns(bits, 5));
        values.add(RunTests.runs(bits));
        values.add(RunTests.runLengths(bits));
        values.add(RunTests.longestRun(bits, 1));
        values.add(RunTests.longestRun(bits, 0));
        values.add(FrequencyTests.binaryDerivative(bits, 3));
        values.add(FrequencyTests.binaryDerivative(bits, 7));
        for (int d : full ? new int[] {1, 2, 8, 16} : new int[] {2, 8, 16}) {
            values.add(FrequencyTests.autocorrelation(bits, d));
        }
        if (full) {
            values.add(AlgebraicTests.matrixRank(bits));
        }
        values.add(FrequencyTests.cumulativeSums(bits, true));
        values.add(FrequencyTests.cumulativeSums(bits, false));
        values.add(PatternTests.approximateEntropy(bits, 2));
        values.add(PatternTests.approximateEntropy(bits, 5));
        if (full) {
            values.add(AlgebraicTests.linearComplexity(bits, 500));
            values.add(AlgebraicTests.linearComplexity(bits, 1000));
            values.add(PatternTests.universal(bits));
        }
        if (fourier != null) {
            values.add(fourier.of(bits));
        }
        return List.copyOf(values);
    }
}
