package poyang.psi;

/// Hears how far a run is.
@FunctionalInterface
public interface Progress {
    /// The parts of a run, in their order.
    enum Phase {
        /// Own keys are hashed under the run's seed.
        HASHING,
        /// Randomness is made that no key enters.
        PREPARING,
        /// Own keys are masked and both masked sets cross.
        MASKING,
        /// The other side's masked keys are masked again.
        EXCHANGING,
        /// Tags are compared.
        MATCHING
    }

    /// @param done keys of `total` that this phase has dealt with
    void at(Phase phase, long done, long total);
}
