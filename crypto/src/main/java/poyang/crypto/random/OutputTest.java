package poyang.crypto.random;

import java.util.Arrays;
import java.util.List;
import poyang.kernel.RandomSource;

/// The statistical self-test of a process: 20,000 bits, the battery of GM/T 0005-2021 for that length
/// without the Fourier test, failing where good random numbers would once in 2^30 values.
///
/// It is taken from the generator at start-up and again by the first request that comes an hour or more
/// after the last test, so that no random number older than that stands on an untested generator and an
/// idle process needs no clock of its own.
final class OutputTest {
    static final int SAMPLE_BYTES = 2500;

    private static final int SAMPLE_BITS = Byte.SIZE * SAMPLE_BYTES;
    private static final RandomnessTests BATTERY = new RandomnessTests(RandomnessTests.Battery.START_UP, SAMPLE_BITS);

    private OutputTest() {}

    /// Whether what `source` gives next may pass for random; it is dropped.
    static boolean passes(RandomSource source) {
        byte[] sample = source.bytes(SAMPLE_BYTES);
        boolean passes = passes(sample);
        Arrays.fill(sample, (byte) 0);
        return passes;
    }

    static boolean passes(byte[] sample) {
        List<TestValue> values;
        synchronized (BATTERY) {
            values = BATTERY.of(BitSample.of(sample));
        }
        return Judgement.of(List.of(values), SAMPLE_BITS, Judgement.CHANCE_FOR_GOOD)
                        .verdict()
                != Judgement.Verdict.FAIL;
    }
}
