package poyang.executor.jobs;

import java.util.Locale;
import poyang.executor.job.JobProgress;
import poyang.psi.Progress;

/// A collision's progress as a job's: the phases by the names that {@link CollisionJob#phases} and the like give.
final class Phases {
    private Phases() {}

    static Progress of(JobProgress progress) {
        return (phase, done, total) -> progress.at(phase.name().toLowerCase(Locale.ROOT), done, total);
    }
}
