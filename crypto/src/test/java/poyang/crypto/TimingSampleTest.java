package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The tests of {@link ConstantTime} on made-up times: they find what differs, and nothing else.
final class TimingSampleTest {
    private static final int CALLS = 40_000;
    private static final int FEW = 100;

    private final Random random = new Random(32918);

    /// Times with the long tail that interrupts give.
    private TimingSample sample(double shift, double spread) {
        TimingSample sample = new TimingSample(CALLS);
        while (!sample.isFull()) {
            int kind = random.nextInt(2);
            double wide = kind == 1 ? spread : 1;
            double nanos = 20_000 + shift * kind + 200 * wide * random.nextGaussian();
            sample.add(kind, (long) nanos + (random.nextInt(50) == 0 ? random.nextInt(1_000_000) : 0));
        }
        return sample;
    }

    private static double largest(double[] tests) {
        return Arrays.stream(tests).map(Math::abs).max().orElse(0);
    }

    @Test
    void aMeanAndItsErrorAreThoseOfTheFormula() {
        Welch welch = new Welch();
        for (double value : new double[] {1, 2, 3, 4}) {
            welch.add(0, value);
        }
        assertEquals(0, welch.t(), "one class alone shows nothing");
        for (double value : new double[] {6, 8}) {
            welch.add(1, value);
        }
        assertEquals(2.5, welch.mean(0), 1e-12);
        assertEquals(7, welch.mean(1), 1e-12);
        // variances 5/3 and 2
        assertEquals(4.5 / Math.sqrt(5.0 / 12 + 1), welch.t(), 1e-12);
    }

    @Test
    void classesOfOneKindAreNotToldApart() {
        for (int turn = 0; turn < 10; turn++) {
            assertTrue(largest(sample(0, 1).tests()) < ConstantTime.FLAGGED);
        }
    }

    @Test
    void aShiftOfATenthOfTheSpreadIsFoundAmongInterruptsOnlyByCropping() {
        double[] tests = sample(40, 1).tests();
        assertTrue(Math.abs(tests[0]) < ConstantTime.FLAGGED, "the tail covers it");
        assertTrue(tests[TimingSample.MAIN_CROP] > ConstantTime.LEAK);
    }

    @Test
    void aSpreadThatDependsOnTheClassIsFound() {
        double[] tests = sample(0, 1.3).tests();
        assertTrue(tests[TimingSample.TESTS - 1] > ConstantTime.LEAK);
    }

    @Test
    void aSampleIsFullAndStartsAnew() {
        TimingSample sample = new TimingSample(FEW);
        for (int i = 0; i < FEW; i++) {
            assertTrue(!sample.isFull());
            sample.add(i & 1, i);
        }
        assertTrue(sample.isFull());
        assertEquals(FEW, sample.count());
        sample.clear();
        assertEquals(0, sample.count());
    }
}
