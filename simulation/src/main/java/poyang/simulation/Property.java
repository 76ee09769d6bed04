package poyang.simulation;

import java.util.function.LongConsumer;

/// Checks a property over many seeds. A failure names its seed; `-Dpoyang.seed=N` runs that one alone.
public final class Property {
    private static final long FIRST_SEED = 20_260_000;

    private final int count;

    private Property(int count) {
        this.count = count;
    }

    /// As many seeds, the same in every run.
    public static Property seeds(int count) {
        return new Property(count);
    }

    /// Runs `property` for each seed; what it throws becomes the cause of an `AssertionError` that
    /// names the seed.
    public void check(LongConsumer property) {
        String only = System.getProperty("poyang.seed", "");
        if (!only.isEmpty()) {
            property.accept(Long.parseLong(only));
            return;
        }
        for (long seed = FIRST_SEED; seed < FIRST_SEED + count; seed++) {
            try {
                property.accept(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " (replay with -Dpoyang.seed=" + seed + "): " + e, e);
            }
        }
    }
}
