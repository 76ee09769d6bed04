package poyang.chain.consensus.fallback;

import java.util.List;
import poyang.chain.proofs.FinalityProof;

/// What came of it.
public sealed interface FallbackEffect {
    /// The epoch's engine must take no step any more.
    record Shut() implements FallbackEffect {}

    /// What is left of the epoch's order, oldest first; once.
    ///
    /// @param round of the last of the epoch
    record Rest(List<Remains.Item> items, long round) implements FallbackEffect {
        public Rest {
            items = List.copyOf(items);
        }
    }

    /// More than two thirds say that the epoch ended where it ended here.
    record Over(List<FinalityProof.Signed> words) implements FallbackEffect {
        public Over {
            words = List.copyOf(words);
        }
    }
}
