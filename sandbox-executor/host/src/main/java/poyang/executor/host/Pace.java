package poyang.executor.host;

import java.util.List;
import poyang.executor.job.JobKind.PhaseShare;

/// Reckons what is left of an exchange from what is done of its phases and how long that took.
final class Pace {
    private static final double TOO_EARLY = 0.02;
    private static final double NANOS = 1e9;

    private final List<PhaseShare> phases;
    private final long startNanos;

    Pace(List<PhaseShare> phases, long startNanos) {
        this.phases = phases;
        this.startNanos = startNanos;
    }

    /// Whole seconds, rounded up; 0 while too little is done to tell, and in a phase without a share.
    long secondsLeft(String phase, long done, long total, long nowNanos) {
        double part = part(phase, done, total);
        return part < TOO_EARLY ? 0 : (long) Math.ceil((nowNanos - startNanos) / NANOS * (1 - part) / part);
    }

    /// Of the whole; 0 where it cannot be told.
    private double part(String phase, long done, long total) {
        double before = 0;
        for (PhaseShare share : phases) {
            if (share.phase().equals(phase)) {
                return before + share.share() * (total > 0 ? Math.min(1.0, (double) done / total) : 0);
            }
            before += share.share();
        }
        return 0;
    }
}
