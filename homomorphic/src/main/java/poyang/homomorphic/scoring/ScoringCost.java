package poyang.homomorphic.scoring;

/// What a run sends, as formulas give it before and counters show it afterwards.
///
/// @param featuresFrames frames that the features' side sends
/// @param featuresBytes bytes in them
/// @param modelFrames frames that the model's side sends
/// @param modelBytes bytes in them
/// @param frameBytes the largest frame
/// @param rounds messages that wait for one another
public record ScoringCost(
        long featuresFrames, long featuresBytes, long modelFrames, long modelBytes, int frameBytes, int rounds) {}
