package poyang.zkp.circuits;

/// Dates in circuits, as whole days since 1 January 1970 (proleptic Gregorian), from 0 to 2^24 − 1.
public final class Dates {
    /// The bits of a date.
    public static final int BITS = 24;

    private final Api api;

    public Dates(Api api) {
        this.api = api;
    }

    /// Asserts that a value is a date.
    public void assertDate(Variable date) {
        api.assertInRange(date, BITS);
    }

    /// Asserts from ≤ day ≤ to, for dates.
    public void assertWithin(Variable day, Variable from, Variable to) {
        api.assertAtMost(from, day, BITS);
        api.assertAtMost(day, to, BITS);
    }

    /// Asserts that at least so many days lie between two dates, the later one not counted.
    public void assertDaysBetween(Variable earlier, Variable later, int daysMin) {
        api.assertAtMost(api.add(earlier, api.constant(daysMin)), later, BITS);
    }
}
