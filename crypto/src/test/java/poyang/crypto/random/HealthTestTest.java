package poyang.crypto.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// The health tests' cut-offs against SP 800-90B's own examples; broken sources against the tests.
final class HealthTestTest {
    private static final int NEVER = 1 << 20;

    @Test
    void cutOffsAreThoseOfTheStandard() {
        assertEquals(21, HealthTest.repetitionCutoff(1, 20));
        assertEquals(11, HealthTest.repetitionCutoff(2, 20));
        // SP 800-90B 4.4.2: window 1024 for binary, 512 for other sources, alpha 2^-20.
        assertEquals(941, HealthTest.proportionCutoff(0.2, 1024, 20));
        assertEquals(840, HealthTest.proportionCutoff(0.4, 1024, 20));
        assertEquals(748, HealthTest.proportionCutoff(0.6, 1024, 20));
        assertEquals(664, HealthTest.proportionCutoff(0.8, 1024, 20));
        assertEquals(589, HealthTest.proportionCutoff(1, 1024, 20));
        assertEquals(410, HealthTest.proportionCutoff(0.5, 512, 20));
        assertEquals(311, HealthTest.proportionCutoff(1, 512, 20));
        assertEquals(177, HealthTest.proportionCutoff(2, 512, 20));
        assertEquals(62, HealthTest.proportionCutoff(4, 512, 20));
        assertEquals(13, HealthTest.proportionCutoff(8, 512, 20));
        assertThrows(Bug.class, () -> HealthTest.proportionCutoff(1, 16, 20), "no alarm could be raised");
    }

    @Test
    void aRepeatedSymbolFailsAtTheCutOffAndNotBefore() {
        HealthTest test = new HealthTest(8, 512, 40);
        for (int round = 0; round < 50; round++) {
            for (int i = 0; i < 5; i++) {
                assertTrue(test.accepts(round + 1));
            }
        }
        for (int i = 0; i < 5; i++) {
            assertTrue(test.accepts(0));
        }
        assertEquals(false, test.accepts(0), "1 + 40/8 times in a row");
    }

    @Test
    void goodEntropyPassesForLong() {
        EntropyInput input = new EntropyInput(new PlantedEntropy(1));
        for (int i = 0; i < 1 << 12; i++) {
            assertEquals(256, input.take(256).length);
        }
    }

    @Test
    void brokenSourcesAreFound() {
        int[] counter = {0};
        assertTrue(bytesUntilAlarm(_ -> 0) <= 64, "dead");
        assertTrue(bytesUntilAlarm(_ -> 0xff) <= 64, "stuck byte");
        assertTrue(bytesUntilAlarm(octet -> octet | 0x10) <= 128, "one line stuck at 1");
        assertTrue(bytesUntilAlarm(octet -> octet & 0xfe) <= 128, "one line stuck at 0");
        assertTrue(bytesUntilAlarm(octet -> octet & 0x0f) <= 128, "half a byte");
        assertTrue(bytesUntilAlarm(octet -> octet % 4) <= 2048, "two bits");
        assertTrue(bytesUntilAlarm(octet -> octet < 128 ? 'e' : octet) <= 2048, "one byte half of the time");
        assertTrue(bytesUntilAlarm(_ -> counter[0]++ & 0xf0) <= 128, "a slow counter");
    }

    @Test
    void aSpoiltStartUpOpensNothing() {
        PlantedEntropy dead = new PlantedEntropy(2).spoilt(100, _ -> 7);
        PoyangException failure = assertThrows(PoyangException.class, () -> new EntropyInput(dead));
        assertEquals(RandomErrors.ENTROPY_UNHEALTHY, failure.code());
    }

    private static int bytesUntilAlarm(IntUnaryOperator spoiling) {
        PlantedEntropy source = new PlantedEntropy(3);
        EntropyInput input = new EntropyInput(source);
        source.spoilNow(spoiling);
        for (int taken = 64; taken < NEVER; taken += 64) {
            try {
                byte[] _ = input.take(64);
            } catch (PoyangException e) {
                assertEquals(RandomErrors.ENTROPY_UNHEALTHY, e.code());
                assertThrows(PoyangException.class, () -> input.take(1), "it stays so");
                return taken;
            }
        }
        return NEVER;
    }
}
