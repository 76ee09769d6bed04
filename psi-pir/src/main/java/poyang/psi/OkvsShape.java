package poyang.psi;

import poyang.kernel.Bug;

/// How long an oblivious key-value store is, from the number of its pairs alone.
///
/// Pairs fall into bins by their hash; each bin is a store of its own with `sparse` columns, of which a row has
/// three, and `dense` columns, of which a row has all. Bins have room for the most pairs that fall into one, so
/// lengths tell nothing of the keys.
///
/// Bounds, for all bins of all stores of a run together, with hashes as random functions:
///
/// - some bin of all overflows with probability at most 2^-42: bins·exp(−n·D(room/n ‖ 1/bins)), the bound of Chernoff
///   and Hoeffding with D the relative entropy
/// - more rows than `dense` are left in some bin after peeling with probability at most 2^-42, by the measured
///   formulas of the source: `sparse` = e·room with e = (λ + 9.2)/λₑ + 1.223 and
///   log₂ λₑ = 0.555·log₂ room + 2.34 for rows of weight three, `dense` = ⌊λ / log₂ sparse⌋; λ here is 42 and
///   the logarithm of the number of all bins. They were fitted to sets from about 2^10 on. A bin with
///   room for fewer than 1,024 pairs gets 2 columns a pair, 256 at least, and 16 dense ones: below the load of 0.5
///   only cores of a few rows occur, one each 2^-8 at the smallest, and seventeen would have to
/// - the rows that are left are not independent in the dense columns with probability below 2^-50
///   ({@link Okvs})
///
/// Source: Raghuraman, Rindal, "Blazing fast PSI from improved OKVS and subfield VOLE", ACM CCS 2022, sections 3
/// and 4; Garimella, Pinkas, Rosulek, Trieu, Yanai, CRYPTO 2021 (the structure).
///
/// @param pairs for how many pairs
/// @param bins number of bins
/// @param room pairs that fit a bin
/// @param sparse columns of a bin of which a row has three
/// @param dense columns of a bin of which a row has all
record OkvsShape(int pairs, int bins, int room, int sparse, int dense) {
    static final int STATISTICAL_BITS = 42;
    private static final int BIN_PAIRS = 1 << 14;
    private static final int SMALL = 1024;
    private static final int SMALLEST_SPARSE = 256;
    private static final int SMALL_DENSE = 16;
    private static final double LN_2 = Math.log(2);

    /// The shape for so many pairs, where a run has as many stores: the bounds hold for all of them together.
    static OkvsShape of(int pairs, int stores) {
        int bins = Math.max(1, (int) ((pairs + BIN_PAIRS / 2L) / BIN_PAIRS));
        return of(pairs, bins, STATISTICAL_BITS + logarithm((double) bins * stores));
    }

    /// A shape of other failure probabilities, for tests that measure them.
    ///
    /// @param bits λ of the formulas
    static OkvsShape of(int pairs, int bins, double bits) {
        int room = room(pairs, bins, bits);
        if (room < SMALL) {
            return new OkvsShape(pairs, bins, room, Math.max(SMALLEST_SPARSE, 2 * room), SMALL_DENSE);
        }
        double scale = Math.pow(2, 0.555 * logarithm(room) + 2.34);
        int sparse = (int) Math.ceil(room * ((bits + 9.2) / scale + 1.223));
        return new OkvsShape(pairs, bins, room, sparse, (int) (bits / logarithm(sparse)));
    }

    /// The least room that overflows in one given bin with probability at most 2^-bits.
    static int room(int pairs, int bins, double bits) {
        if (bins == 1) {
            return pairs;
        }
        double needed = bits * LN_2;
        int low = (pairs + bins - 1) / bins;
        int high = pairs;
        while (low < high) {
            int middle = low + (high - low) / 2;
            if (pairs * divergence((double) middle / pairs, 1.0 / bins) >= needed) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /// D(a ‖ p) = a·ln(a/p) + (1 − a)·ln((1 − a)/(1 − p))
    private static double divergence(double a, double p) {
        return a * Math.log(a / p) + (a >= 1 ? 0 : (1 - a) * Math.log((1 - a) / (1 - p)));
    }

    /// No store of fewer pairs has more columns than this: the largest that counts as small may have more, and
    /// otherwise dense columns and bins are rounded.
    int mostColumns() {
        return Math.max(columns() + columns() / 10, 2 * Math.min(pairs, SMALL) + SMALL_DENSE);
    }

    static double logarithm(double n) {
        return Math.log(n) / LN_2;
    }

    /// Columns of one bin.
    int width() {
        return sparse + dense;
    }

    /// Columns of the whole store.
    int columns() {
        long columns = (long) bins * width();
        Bug.unless(columns <= Integer.MAX_VALUE, "a store fits an array");
        return (int) columns;
    }
}
