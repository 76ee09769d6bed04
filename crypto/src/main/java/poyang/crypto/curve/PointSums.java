package poyang.crypto.curve;

import poyang.crypto.block.Pace;

/// The sums of many short lists of affine points, found together: in each round points of every list are added in pairs
/// in affine coordinates, with few inversions for all. That makes an addition 5 multiplications and a squaring, beside
/// 8
/// and 2 in {@link Sum}, where some lists share the inversions. All points are public and times depend on them.
///
/// Where two points of a pair have one x coordinate their list's sum is not known.
///
/// Source: Montgomery's trick as in {@link Field#invertAll}; the chord of two points, SEC 1, section 2.2.1.
abstract sealed class PointSums permits AffineSums, LaneSums {
    /// About half a second in scalar form.
    private static final long LISTS_BEFORE_TRIAL = 20_000;

    private static final Pace PACE = new Pace("sums of points", FieldLanes.BITS, LISTS_BEFORE_TRIAL, new Trial());

    /// In whichever form is faster here.
    ///
    /// @param most how many points a list has at the most
    static PointSums of(int lists, int most) {
        PACE.did(lists);
        return PACE.vector() ? new LaneSums(lists, most) : new AffineSums(lists, most);
    }

    /// Puts the points whose sum is scalar times the comb's onto a list.
    abstract void put(int list, Comb comb, long[] scalar);

    /// Every list that has points and stays known has one point after this, its sum.
    abstract void sum();

    /// A list without points has no sum that is known.
    abstract boolean isKnown(int list);

    /// Copies a known sum.
    abstract void copy(int list, long[] point);

    /// Sums as a batch of signatures has them.
    private static final class Trial implements Pace.Forms {
        private static final int LISTS = 32;
        private static final int WIDTH = 7;
        private static final int X_BYTES = 32;

        private final long[][] scalars = KnownScalars.of(LISTS);

        private byte[] sums(PointSums sums) {
            for (int i = 0; i < LISTS; i++) {
                sums.put(i, Base.COMB, scalars[i]);
            }
            sums.sum();
            byte[] all = new byte[LISTS * X_BYTES];
            long[] point = new long[Sm2Group.POINT_LONGS];
            for (int i = 0; i < LISTS; i++) {
                if (sums.isKnown(i)) {
                    sums.copy(i, point);
                    Field.encode(point, 0, all, i * X_BYTES);
                }
            }
            return all;
        }

        @Override
        public byte[] scalar() {
            return sums(new AffineSums(LISTS, Base.COMB.windows()));
        }

        @Override
        public byte[] vector() {
            return sums(new LaneSums(LISTS, Base.COMB.windows()));
        }

        /// Made for the first trial.
        private static final class Base {
            private static final Comb COMB = Comb.of(Sm2Point.BASE.coordinates(), WIDTH);
        }
    }
}
