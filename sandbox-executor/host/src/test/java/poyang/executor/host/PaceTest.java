package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobKind.PhaseShare;
import poyang.executor.job.JobPlan;
import poyang.psi.CollisionProtocol;

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
    void sharesOfEveryProtocolAddUpToOne() {
        for (CollisionProtocol protocol : CollisionProtocol.all()) {
            JobPlan.Reveal reveal =
                    protocol.sizeOnly() ? new JobPlan.Reveal.SizeOnly() : new JobPlan.Reveal.MatchingRows();
            JobPlan plan = new JobPlan.Collision(
                    List.of(new JobPlan.Key("a", "b", "text")), protocol.name(), reveal, JobPlan.Listed.INNER);
            List<PhaseShare> shares = JobKind.of(plan).phases(plan);
            assertEquals(1, shares.stream().mapToDouble(PhaseShare::share).sum(), 1e-9, protocol.name());
        }
    }

    /// Multiplying points gains from the optimising compiler at any size, oblivious evaluation from some on.
    @Test
    void onlyShortRunsAreBrief() {
        JobPlan points = JobPlan.Collision.of("a", "b", "text", "dh-sm2");
        JobPlan evaluation = JobPlan.Collision.of("a", "b", "text", "vole");
        assertEquals(JobKind.Work.LONG, JobKind.of(points).work(points, 1));
        assertEquals(JobKind.Work.BRIEF, JobKind.of(evaluation).work(evaluation, 20_000));
        assertEquals(JobKind.Work.LONG, JobKind.of(evaluation).work(evaluation, 1_000_000));
    }

    @Test
    void nothingIsToldTooEarlyOrOfPhasesWithoutAShare() {
        assertEquals(0, pace.secondsLeft("masking", 1, 100, 5 * SECOND));
        assertEquals(0, pace.secondsLeft("masking", 0, 0, 5 * SECOND));
        assertEquals(0, pace.secondsLeft("sealing", 1, 2, 5 * SECOND));
    }
}
