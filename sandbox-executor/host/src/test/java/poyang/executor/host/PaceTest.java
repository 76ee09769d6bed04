package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.executor.job.JobKind.PhaseShare;

final class PaceTest {
    private static final long SECOND = 1_000_000_000L;
    private final Pace pace = new Pace(List.of(new PhaseShare("masking", 0.6), new PhaseShare("exchanging", 0.4)), 0);

    @Test
    void whatIsLeftFollowsFromWhatIsDone() {
        assertEquals(40, pace.secondsLeft("exchanging", 0, 100, 60 * SECOND));
        assertEquals(20, pace.secondsLeft("exchanging", 50, 100, 80 * SECOND));
        assertEquals(70, pace.secondsLeft("masking", 50, 100, 30 * SECOND));
        assertEquals(0, pace.secondsLeft("exchanging", 100, 100, 100 * SECOND));
        assertEquals(0, pace.secondsLeft("exchanging", 900, 100, 100 * SECOND), "more than all is all");
    }

    @Test
    void nothingIsToldTooEarlyOrOfPhasesWithoutAShare() {
        assertEquals(0, pace.secondsLeft("masking", 1, 100, 5 * SECOND));
        assertEquals(0, pace.secondsLeft("masking", 0, 0, 5 * SECOND));
        assertEquals(0, pace.secondsLeft("sealing", 1, 2, 5 * SECOND));
    }
}
