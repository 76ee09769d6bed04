package poyang.homomorphic.scoring;

/// Hears how far a run is.
@FunctionalInterface
public interface ScoringProgress {
    /// @param done rows of `total` that have their scores
    void at(long done, long total);
}
