package poyang.crypto;

import java.util.Arrays;
import java.util.Locale;

/// The times of one round of calls of two classes, and the tests between the classes.
///
/// As in dudect: the plain means; the means of what lies below each of several percentiles of all times
/// together, which takes the interrupts, collections and compilations away; and of second order the means
/// of the squared distances from the class's mean, plain and cropped, which finds a spread that depends on
/// the class.
final class TimingSample {
    /// Percentiles 1 − 2^(−10·i/20): from 29 % to 99.9 %.
    private static final int CROPS = 20;

    /// Crop 7, 91 %: what second order and the stated difference look at.
    static final int MAIN_CROP = 7;

    /// plain, crops, second order plain, second order cropped
    static final int TESTS = CROPS + 3;

    private final long[] nanos;
    private final byte[] kinds;
    private int count;

    TimingSample(int capacity) {
        nanos = new long[capacity];
        kinds = new byte[capacity];
    }

    boolean isFull() {
        return count == nanos.length;
    }

    int count() {
        return count;
    }

    void clear() {
        count = 0;
    }

    /// @param kind 0 for a random input, 1 for the fixed one
    void add(int kind, long took) {
        kinds[count] = (byte) kind;
        nanos[count++] = took;
    }

    static String name(int test) {
        if (test == 0) {
            return "all times";
        }
        if (test <= CROPS) {
            return String.format(Locale.ROOT, "fastest %.1f %%", 100 * share(test));
        }
        return test == CROPS + 1 ? "spread" : "spread, cropped";
    }

    private static double share(int crop) {
        return 1 - Math.pow(0.5, 10.0 * crop / CROPS);
    }

    /// The largest time that a crop keeps.
    private long threshold(long[] sorted, int crop) {
        return crop == 0 ? Long.MAX_VALUE : sorted[(int) Math.min(count - 1L, (long) (share(crop) * count))];
    }

    /// t of every test.
    double[] tests() {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        double[] t = new double[TESTS];
        for (int crop = 0; crop <= CROPS; crop++) {
            t[crop] = first(threshold(sorted, crop)).t();
        }
        t[CROPS + 1] = second(Long.MAX_VALUE).t();
        t[CROPS + 2] = second(threshold(sorted, MAIN_CROP)).t();
        return t;
    }

    /// Means and error of what the main crop keeps.
    Welch main() {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return first(threshold(sorted, MAIN_CROP));
    }

    private Welch first(long threshold) {
        Welch welch = new Welch();
        for (int i = 0; i < count; i++) {
            if (nanos[i] <= threshold) {
                welch.add(kinds[i], (double) nanos[i]);
            }
        }
        return welch;
    }

    private Welch second(long threshold) {
        Welch means = first(threshold);
        Welch welch = new Welch();
        for (int i = 0; i < count; i++) {
            if (nanos[i] <= threshold) {
                double distance = nanos[i] - means.mean(kinds[i]);
                welch.add(kinds[i], distance * distance);
            }
        }
        return welch;
    }
}
