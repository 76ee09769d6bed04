package poyang.notarization;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.ProtocolChoice;
import poyang.wire.schema.Reveal;

/// A plan as the chain understands it, with the data sets as they are now: what its kind decides. What all kinds
/// have in common is in {@link JobRules}.
sealed interface Planned
        permits AggregationRules.Parsed,
                CollisionRules.Parsed,
                GroupRules.Parsed,
                MatchSumRules.Parsed,
                ProofRules.Parsed,
                ScoringRules.Parsed {
    /// The parties, in the order that the job keeps.
    List<Side> sides();

    /// As the plan names it, perhaps "auto".
    String protocol();

    /// What the receiver gets to know.
    Reveal reveal();

    /// With SIZE_AT_LEAST; otherwise 0.
    default long atLeast() {
        return 0;
    }

    /// Whether the department can get the result.
    boolean canReceive(String organisation);

    /// What a side's policy has against plans of this kind, besides what all kinds are held to.
    Optional<String> breach(Side own, String receiver);

    /// What the plan's "auto" comes to; empty where the plan names a protocol.
    default Optional<ProtocolChoice> choice(String receiver) {
        return Optional.empty();
    }

    /// Fills a descriptor's words with the plan's own numbers.
    String filled(String words);

    /// One party of a plan, as the chain knows it now.
    ///
    /// @param dataset without an id where the party brings none
    /// @param columns that its reader reads, in order
    record Side(String organisation, Dataset dataset, List<String> columns) {
        Side(Dataset dataset, List<String> columns) {
            this(dataset.getOrganisation(), dataset, columns);
        }

        boolean brings() {
            return !dataset.getId().isEmpty();
        }
    }

    default List<Side> others(Side side) {
        return sides().stream()
                .filter(other -> !other.organisation().equals(side.organisation()))
                .toList();
    }

    /// Names the unordered data sets in the counter of runs.
    default String together() {
        return sides().stream()
                .filter(Side::brings)
                .map(side -> side.dataset().getId())
                .sorted()
                .collect(Collectors.joining("|"));
    }
}
