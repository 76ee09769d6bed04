package poyang.network;

import java.util.Arrays;
import java.util.Locale;

/// What was submitted and what came back, and after how long. Safe for use by several threads.
final class LoadCounts {
    private static final int FIRST_ROOM = 1 << 16;

    private long[] latencyNanos = new long[FIRST_ROOM];
    private int kept;
    private long submitted;
    private long succeeded;
    private long failed;
    private long allCompleted;

    /// What a phase gave.
    ///
    /// @param tps succeeded within the phase, a second
    /// @param submitted within the phase
    record Phase(double tps, long submitted, long succeeded, long failed, double p50Millis, double p99Millis) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%.0f a second, %d failed, median %.0f ms, 99 %% within %.0f ms",
                    tps,
                    failed,
                    p50Millis,
                    p99Millis);
        }
    }

    synchronized void begin() {
        kept = 0;
        submitted = 0;
        succeeded = 0;
        failed = 0;
    }

    synchronized void submitted() {
        submitted++;
    }

    synchronized void done(long nanos, boolean fine) {
        allCompleted++;
        if (!fine) {
            failed++;
            return;
        }
        succeeded++;
        if (kept == latencyNanos.length) {
            latencyNanos = Arrays.copyOf(latencyNanos, 2 * kept);
        }
        latencyNanos[kept++] = nanos;
    }

    /// Submitted since the beginning.
    synchronized long total() {
        return submitted;
    }

    synchronized long completed() {
        return allCompleted;
    }

    Phase end(long seconds) {
        return after((double) seconds);
    }

    /// What there is so many seconds after the beginning.
    synchronized Phase after(double seconds) {
        long[] sorted = Arrays.copyOf(latencyNanos, kept);
        Arrays.sort(sorted);
        return new Phase(succeeded / seconds, submitted, succeeded, failed, at(sorted, 0.5), at(sorted, 0.99));
    }

    private static double at(long[] sorted, double share) {
        return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1, sorted.length * share)] / 1e6;
    }
}
