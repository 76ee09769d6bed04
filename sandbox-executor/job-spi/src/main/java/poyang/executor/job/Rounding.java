package poyang.executor.job;

/// How sizes are blurred before they leave a department.
public final class Rounding {
    private Rounding() {}

    /// `value` rounded up to two significant digits.
    public static long up(long value) {
        long unit = 1;
        while (value / unit >= 100) {
            unit *= 10;
        }
        return (value + unit - 1) / unit * unit;
    }
}
