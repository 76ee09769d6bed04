package poyang.crypto.curve;

/// The sums of many short lists of affine points, found together: in each round the neighbours of every list are added
/// in affine coordinates, with one inversion for all. That makes an addition 5 multiplications and a squaring, beside 8
/// and 2 in {@link Sum}, where some lists share the inversions. All points are public and times depend on them.
///
/// Where two neighbours have one x coordinate their list's sum is not known.
///
/// Memory: lists × most × 120 bytes at the most.
///
/// Source: Montgomery's trick as in {@link Field#invertAll}; the chord of two points, SEC 1, section 2.2.1.
final class AffineSums {
    private static final int L = Field.LONGS;
    private static final int POINT = Sm2Group.POINT_LONGS;

    private final int most;
    private final long[] points;
    private final int[] sizes;
    private final boolean[] lost;
    private final long[] room = new long[POINT];

    /// @param most how many points a list has at the most
    AffineSums(int lists, int most) {
        this.most = most;
        points = new long[lists * most * POINT];
        sizes = new int[lists];
        lost = new boolean[lists];
    }

    /// Puts the points whose sum is scalar times the comb's onto a list.
    void put(int list, Comb comb, long[] scalar) {
        sizes[list] += comb.choose(scalar, points, start(list) + sizes[list] * POINT);
    }

    /// Every list that has points and stays known has one point after this, its sum.
    void sum() {
        long[] slopes = new long[pairs() * L];
        for (int pairs = pairs(); pairs > 0; pairs = pairs()) {
            for (int list = 0, slope = 0; list < sizes.length; list++) {
                for (int at = start(list); at < endOfPairs(list); at += 2 * POINT) {
                    Field.subtract(slopes, slope, points, at + POINT, points, at);
                    slope += L;
                }
            }
            Field.invertAll(slopes, pairs);
            if (Field.isZero(slopes, 0) == 0) {
                addPairs(slopes);
            } else {
                loseMeetings();
            }
        }
    }

    /// A list without points has no sum that is known.
    boolean isKnown(int list) {
        return !lost[list] && sizes[list] == 1;
    }

    /// Copies a known sum.
    void copy(int list, long[] point) {
        System.arraycopy(points, start(list), point, 0, POINT);
    }

    private int start(int list) {
        return list * most * POINT;
    }

    private int endOfPairs(int list) {
        return lost[list] ? 0 : start(list) + (sizes[list] & -2) * POINT;
    }

    private int pairs() {
        int pairs = 0;
        for (int list = 0; list < sizes.length; list++) {
            pairs += lost[list] ? 0 : sizes[list] / 2;
        }
        return pairs;
    }

    private void addPairs(long[] slopes) {
        int slope = 0;
        for (int list = 0; list < sizes.length; list++) {
            int to = start(list);
            for (int at = to; at < endOfPairs(list); at += 2 * POINT) {
                Sm2Group.addPair(points, to, points, at, slopes, slope, room);
                to += POINT;
                slope += L;
            }
            if (!lost[list] && sizes[list] % 2 != 0) {
                System.arraycopy(points, endOfPairs(list), points, to, POINT);
            }
            sizes[list] = (sizes[list] + 1) / 2;
        }
    }

    private void loseMeetings() {
        for (int list = 0; list < sizes.length; list++) {
            boolean meets = false;
            for (int at = start(list); at < endOfPairs(list); at += 2 * POINT) {
                meets |= Field.isEqual(points, at, points, at + POINT) != 0;
            }
            lost[list] |= meets;
        }
    }
}
