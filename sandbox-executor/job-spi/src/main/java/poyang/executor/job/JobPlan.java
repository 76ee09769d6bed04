package poyang.executor.job;

/// What a job computes, in terms of this module; the chain's own encoding stays at the host's edge.
public sealed interface JobPlan {

    /// Who is in both? Keys of the left column against keys of the right column.
    ///
    /// @param identifierKind `text`, `id`, `phone` or `uscc`
    /// @param protocol for example `dh-sm2`
    record Collision(String leftColumn, String rightColumn, String identifierKind, String protocol)
            implements JobPlan {}
}
