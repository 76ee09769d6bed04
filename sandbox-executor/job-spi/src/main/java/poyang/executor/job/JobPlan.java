package poyang.executor.job;

import java.util.List;

/// What a job computes, in terms of this module; the chain's own encoding stays at the host's edge.
public sealed interface JobPlan {

    /// Who is in both? Two rows match when all pairs of key columns do.
    ///
    /// @param keys at least one pair of columns, in order
    /// @param protocol for example `dh-sm2`; a choice that the chain made has become a name
    /// @param reveal what the receiver gets to know
    /// @param listed which of the receiver's own identifiers its result lists
    record Collision(List<Key> keys, String protocol, Reveal reveal, Listed listed) implements JobPlan {
        public Collision {
            keys = List.copyOf(keys);
        }

        /// One pair of key columns, the matching rows revealed and listed.
        public static Collision of(String leftColumn, String rightColumn, String identifierKind, String protocol) {
            return new Collision(
                    List.of(new Key(leftColumn, rightColumn, identifierKind)),
                    protocol,
                    new Reveal.MatchingRows(),
                    Listed.INNER);
        }
    }

    /// @param identifierKind `text`, `id`, `phone` or `uscc`
    record Key(String leftColumn, String rightColumn, String identifierKind) {}

    /// What a receiver gets to know.
    sealed interface Reveal {
        record MatchingRows() implements Reveal {}

        record SizeOnly() implements Reveal {}

        /// The size if it is at least `least`, and otherwise only that it is less.
        record SizeAtLeast(long least) implements Reveal {}
    }

    /// Which of the receiver's own identifiers are listed, all told from the same run.
    enum Listed {
        /// Those that the other side has too.
        INNER,
        /// All, each with whether the other side has it.
        LEFT,
        /// Those that the other side does not have.
        DIFFERENCE
    }
}
