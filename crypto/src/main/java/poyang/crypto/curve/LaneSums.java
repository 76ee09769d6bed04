package poyang.crypto.curve;

import java.util.Arrays;
import poyang.kernel.Bug;

/// {@link PointSums} of four lists at a time, in the lanes of {@link FieldLanes}. A round adds the points of the upper
/// half of every list to those of the lower half; all pairs in one lane share an inversion.
///
/// Memory: lists × most × 120 bytes at the most.
final class LaneSums extends PointSums {
    private static final int L = Field.LONGS;
    private static final int POINT = Sm2Group.POINT_LONGS;
    private static final int LANES = FieldLanes.LANES;
    private static final int BLOCK = FieldLanes.BLOCK;
    // In the room that each step works in.
    private static final int INVERSE = 0;
    private static final int OWN = BLOCK;
    private static final int SLOPE = 2 * BLOCK;
    private static final int X = 3 * BLOCK;
    private static final int Y = 4 * BLOCK;

    private final int groups;
    /// Points of the same place in their lists stand together: for each place and group of lists a block of
    /// x coordinates and one of y coordinates.
    private final long[] points;
    private final int[] sizes;
    private final boolean[] lost;
    private final long[] chosen;
    private final long[] differences;
    private final long[] products;
    private final long[] room = new long[5 * BLOCK];
    private final long[] columns = new long[2 * BLOCK];

    /// @param most how many points a list has at the most
    LaneSums(int lists, int most) {
        groups = (lists + LANES - 1) / LANES;
        points = new long[most * groups * 2 * BLOCK];
        sizes = new int[groups * LANES];
        lost = new boolean[groups * LANES];
        chosen = new long[most * POINT];
        differences = new long[most / 2 * groups * BLOCK];
        products = new long[differences.length];
    }

    private int at(int place, int group) {
        return (place * groups + group) * 2 * BLOCK;
    }

    @Override
    void put(int list, Comb comb, long[] scalar) {
        int count = comb.choose(scalar, chosen, 0);
        for (int i = 0; i < count; i++) {
            int to = at(sizes[list]++, list / LANES);
            FieldLanes.put(points, to, list % LANES, chosen, i * POINT);
            FieldLanes.put(points, to + BLOCK, list % LANES, chosen, i * POINT + L);
        }
    }

    @Override
    void sum() {
        for (int longest = longest(); longest > 1; longest = longest()) {
            int lower = (longest + 1) / 2;
            int blocks = (longest - lower) * groups;
            subtractAll(lower, blocks);
            if (invert((blocks - 1) * BLOCK)) {
                addAll(lower, blocks);
                for (int list = 0; list < sizes.length; list++) {
                    sizes[list] = Math.min(sizes[list], lower);
                }
            } else {
                loseMeetings(lower, blocks);
            }
        }
    }

    private int longest() {
        return Arrays.stream(sizes).max().orElse(0);
    }

    /// Has a list a point in the upper half that comes to this place?
    private boolean paired(int list, int block, int lower) {
        return sizes[list] > block / groups + lower;
    }

    private boolean allPaired(int block, int lower) {
        boolean all = true;
        for (int lane = 0; lane < LANES; lane++) {
            all &= paired(block % groups * LANES + lane, block, lower);
        }
        return all;
    }

    /// The differences of x coordinates, 1 where there is no pair, and in each lane the products of all up to each.
    private void subtractAll(int lower, int blocks) {
        for (int block = 0; block < blocks; block++) {
            int place = block / groups;
            int group = block % groups;
            int to = block * BLOCK;
            FieldLanes.subtract(differences, to, points, at(place + lower, group), points, at(place, group));
            if (!allPaired(block, lower)) {
                for (int lane = 0; lane < LANES; lane++) {
                    if (!paired(group * LANES + lane, block, lower)) {
                        FieldLanes.put(differences, to, lane, Field.ONE, 0);
                    }
                }
            }
            if (block == 0) {
                System.arraycopy(differences, 0, products, 0, BLOCK);
            } else {
                FieldLanes.multiply(products, to, products, to - BLOCK, differences, to, columns);
            }
        }
    }

    /// Inverts the last products; are all of them invertible?
    private boolean invert(int at) {
        long[] last = new long[LANES * L];
        boolean invertible = true;
        for (int lane = 0; lane < LANES; lane++) {
            FieldLanes.get(products, at, lane, last, lane * L);
            invertible &= Field.isZero(last, lane * L) == 0;
        }
        if (invertible) {
            Field.invertAll(last, LANES);
            long[] packed = new long[Field.WORDS];
            for (int lane = 0; lane < LANES; lane++) {
                Field.pack(last, lane * L, packed, 0);
                Field.unpack(packed, 0, last, lane * L);
                FieldLanes.put(room, INVERSE, lane, last, lane * L);
            }
        }
        return invertible;
    }

    /// From the last pairs to the first, so that each finds the inverse of the products up to its own.
    private void addAll(int lower, int blocks) {
        for (int block = blocks - 1; block >= 0; block--) {
            int low = at(block / groups, block % groups);
            int high = at(block / groups + lower, block % groups);
            int own = block * BLOCK;
            if (block == 0) {
                System.arraycopy(room, INVERSE, room, OWN, BLOCK);
            } else {
                FieldLanes.multiply(room, OWN, room, INVERSE, products, own - BLOCK, columns);
                FieldLanes.multiply(room, INVERSE, room, INVERSE, differences, own, columns);
            }
            FieldLanes.subtract(room, SLOPE, points, high + BLOCK, points, low + BLOCK);
            FieldLanes.multiply(room, SLOPE, room, SLOPE, room, OWN, columns);
            FieldLanes.multiply(room, X, room, SLOPE, room, SLOPE, columns);
            FieldLanes.subtract(room, X, room, X, points, low);
            FieldLanes.subtract(room, X, room, X, points, high);
            FieldLanes.subtract(room, Y, points, low, room, X);
            FieldLanes.multiply(room, Y, room, SLOPE, room, Y, columns);
            FieldLanes.subtract(room, Y, room, Y, points, low + BLOCK);
            if (allPaired(block, lower)) {
                System.arraycopy(room, X, points, low, 2 * BLOCK);
            } else {
                replacePaired(block, lower, low);
            }
        }
    }

    private void replacePaired(int block, int lower, int low) {
        long[] element = new long[L];
        for (int lane = 0; lane < LANES; lane++) {
            if (paired(block % groups * LANES + lane, block, lower)) {
                FieldLanes.get(room, X, lane, element, 0);
                FieldLanes.put(points, low, lane, element, 0);
                FieldLanes.get(room, Y, lane, element, 0);
                FieldLanes.put(points, low + BLOCK, lane, element, 0);
            }
        }
    }

    private void loseMeetings(int lower, int blocks) {
        long[] difference = new long[L];
        boolean found = false;
        for (int block = 0; block < blocks; block++) {
            for (int lane = 0; lane < LANES; lane++) {
                int list = block % groups * LANES + lane;
                FieldLanes.get(differences, block * BLOCK, lane, difference, 0);
                if (paired(list, block, lower) && Field.isZero(difference, 0) != 0) {
                    lost[list] = true;
                    found = true;
                }
            }
        }
        Bug.unless(found, "a product is 0 and none of its factors is");
        for (int list = 0; list < sizes.length; list++) {
            sizes[list] = lost[list] ? 0 : sizes[list];
        }
    }

    @Override
    boolean isKnown(int list) {
        return !lost[list] && sizes[list] == 1;
    }

    @Override
    void copy(int list, long[] point) {
        FieldLanes.get(points, at(0, list / LANES), list % LANES, point, 0);
        FieldLanes.get(points, at(0, list / LANES) + BLOCK, list % LANES, point, L);
    }
}
