package poyang.executor.job;

/// Hears how far an attempt is.
@FunctionalInterface
public interface JobProgress {
    /// @param phase as `JobProgress.phase` of executor.proto names it
    void at(String phase, long done, long total);
}
