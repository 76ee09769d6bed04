package poyang.sdk;

import java.util.Arrays;

/// Where some lines of a log begin, so that a reader who wants the last ones does not read all. Thread-safe.
final class LineMarks {
    private static final int EVERY = 1_024;

    private long[] offsets = new long[16];
    private int count;

    /// @param number of its first line
    record Mark(long number, long offset) {}

    /// To be told of each line in order.
    synchronized void line(long number, long offset) {
        if ((number - 1) % EVERY != 0) {
            return;
        }
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
        }
        offsets[count++] = offset;
    }

    /// The nearest one before a line, or at it.
    synchronized Mark before(long number) {
        int at = (int) Math.min(count - 1L, (number - 1) / EVERY);
        return at < 0 ? new Mark(1, 0) : new Mark((long) at * EVERY + 1, offsets[at]);
    }
}
