package poyang.psi;

import poyang.kernel.Bug;

/// The rows of a store's matrix for one party's items, sorted by bins: for each the three sparse columns, the
/// element α whose powers are the dense ones, and the item's hash, all in one place of memory.
///
/// From an item's 256 hash bits: the bin from word 0, the columns from word 1, α is word 0, the value that a
/// protocol wants from words 2 and 3. Words 0, 2 and 3 stay as they are: 192 bits that stand for the item.
final class OkvsRows {
    private static final int LONGS = 4;
    private static final int SPOT_BITS = 21;
    private static final int SPOT_MASK = (1 << SPOT_BITS) - 1;

    private final OkvsShape shape;
    private final int[] starts;
    private final int[] items;
    /// Columns, word 0, word 2, word 3 of each row.
    private final long[] rows;

    /// Sorts the items' rows by bins.
    OkvsRows(OkvsShape shape, Items set) {
        Bug.unless(shape.sparse() <= SPOT_MASK && shape.sparse() > 2, "columns have 21 bits");
        this.shape = shape;
        int n = set.size();
        starts = new int[shape.bins() + 1];
        for (int i = 0; i < n; i++) {
            starts[bin(set.word(i, 0)) + 1]++;
        }
        for (int b = 0; b < shape.bins(); b++) {
            starts[b + 1] += starts[b];
        }
        int[] next = starts.clone();
        items = new int[n];
        rows = new long[LONGS * n];
        for (int i = 0; i < n; i++) {
            long word = set.word(i, 0);
            int at = next[bin(word)]++;
            items[at] = i;
            rows[LONGS * at] = spots(set.word(i, 1), shape.sparse());
            rows[LONGS * at + 1] = word;
            rows[LONGS * at + 2] = set.word(i, 2);
            rows[LONGS * at + 3] = set.word(i, 3);
        }
    }

    private int bin(long word) {
        return (int) Math.unsignedMultiplyHigh(word, shape.bins());
    }

    /// Three different columns of `sparse`, 21 bits each: each drawn from those that are left.
    private static long spots(long word, int sparse) {
        long first = Math.unsignedMultiplyHigh(word, sparse);
        long rest = word * sparse;
        long second = Math.unsignedMultiplyHigh(rest, sparse - 1L);
        rest *= sparse - 1L;
        long third = Math.unsignedMultiplyHigh(rest, sparse - 2L);
        // skip what is taken: all differences are small, so the sign bit compares
        second += 1 + (second - first >> 63);
        long low = Math.min(first, second);
        long high = Math.max(first, second);
        third += 1 + (third - low >> 63);
        third += 1 + (third - high >> 63);
        return first | second << SPOT_BITS | third << 2 * SPOT_BITS;
    }

    OkvsShape shape() {
        return shape;
    }

    int size() {
        return items.length;
    }

    /// Where bin b's rows begin; the last bin's end for b = bins.
    int start(int b) {
        return starts[b];
    }

    /// The number of the item whose row is at `row`.
    int item(int row) {
        return items[row];
    }

    /// Word 0, the element α of the row.
    long alpha(int row) {
        return rows[LONGS * row + 1];
    }

    long word2(int row) {
        return rows[LONGS * row + 2];
    }

    long word3(int row) {
        return rows[LONGS * row + 3];
    }

    int first(int row) {
        return (int) rows[LONGS * row] & SPOT_MASK;
    }

    int second(int row) {
        return (int) (rows[LONGS * row] >>> SPOT_BITS) & SPOT_MASK;
    }

    int third(int row) {
        return (int) (rows[LONGS * row] >>> 2 * SPOT_BITS);
    }
}
