package poyang.homomorphic.scoring;

/// Decimal numbers of bounded size, kept as integers.
///
/// @param decimals places after the point, 0 to 9
/// @param bound the largest magnitude in units of the last place, 1 to 2^53
public record FixedPoint(int decimals, long bound) {
    static final int DECIMALS_MAX = 9;
    static final long BOUND_MAX = 1L << 53;

    /// Whether a number of units is within the bound.
    public boolean holds(long units) {
        return units <= bound && units >= -bound;
    }

    boolean valid() {
        return decimals >= 0 && decimals <= DECIMALS_MAX && bound >= 1 && bound <= BOUND_MAX;
    }
}
