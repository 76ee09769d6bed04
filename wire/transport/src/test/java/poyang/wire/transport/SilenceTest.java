package poyang.wire.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class SilenceTest {
    private static final long BEAT = 1_000;
    private static final long START = System.nanoTime();

    @Test
    void whoSaysNothingForMoreThanFiveBeatsIsLost() {
        Silence silence = new Silence(BEAT, START);
        for (int beat = 0; beat <= 5; beat++) {
            assertFalse(silence.lost(START + beat * BEAT));
        }
        assertTrue(silence.lost(START + 6 * BEAT));
        assertEquals(6 * BEAT, silence.nanos(START + 6 * BEAT));
    }

    @Test
    void whatIsHeardEndsTheSilence() {
        Silence silence = new Silence(BEAT, START);
        for (int beat = 0; beat <= 40; beat++) {
            assertFalse(silence.lost(START + beat * BEAT));
            if (beat % 5 == 4) {
                silence.heard(START + beat * BEAT + 1);
            }
        }
    }

    @Test
    void theTimeInWhichThisSideItselfStoodStillDoesNotCount() {
        Silence silence = new Silence(BEAT, START);
        assertFalse(silence.lost(START));
        long after = START + BEAT + 60 * BEAT;
        assertFalse(silence.lost(after));
        for (int beat = 1; beat <= 4; beat++) {
            assertFalse(silence.lost(after + beat * BEAT));
        }
        assertTrue(silence.lost(after + 5 * BEAT));
    }
}
