package poyang.crypto.curve;

/// {@link PointSums} one addition after the other: in each round the neighbours of every list are added, with one
/// inversion for all.
///
/// Memory: lists × most × 120 bytes at the most.
final class AffineSums extends PointSums {
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

    @Override
    void put(int list, Comb comb, long[] scalar) {
        sizes[list] += comb.choose(scalar, points, start(list) + sizes[list] * POINT);
    }

    @Override
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

    @Override
    boolean isKnown(int list) {
        return !lost[list] && sizes[list] == 1;
    }

    @Override
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
