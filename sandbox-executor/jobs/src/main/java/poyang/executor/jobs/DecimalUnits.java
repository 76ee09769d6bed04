package poyang.executor.jobs;

import java.util.OptionalLong;
import poyang.homomorphic.scoring.FixedPoint;

/// Decimal numbers as people write them, `-12.50`, in units of a last place.
final class DecimalUnits {
    private static final int DIGITS_MAX = 18;

    private DecimalUnits() {}

    /// Empty for what is no number, has further places that are not zeros, or is out of bounds.
    static OptionalLong parse(String text, FixedPoint form) {
        String number = text.strip();
        boolean negative = number.startsWith("-");
        String digits = negative || number.startsWith("+") ? number.substring(1) : number;
        int point = digits.indexOf('.');
        String whole = point < 0 ? digits : digits.substring(0, point);
        String places = point < 0 ? "" : digits.substring(point + 1);
        if (whole.isEmpty() || point >= 0 && places.isEmpty() || !plain(whole) || !plain(places)) {
            return OptionalLong.empty();
        }
        int kept = places.length();
        while (kept > form.decimals() && places.charAt(kept - 1) == '0') {
            kept--;
        }
        if (kept > form.decimals()) {
            return OptionalLong.empty();
        }
        String units = (whole + places.substring(0, kept) + "0".repeat(form.decimals() - kept)).replaceFirst("^0+", "");
        if (units.length() > DIGITS_MAX) {
            return OptionalLong.empty();
        }
        long magnitude = units.isEmpty() ? 0 : Long.parseLong(units);
        return form.holds(magnitude) ? OptionalLong.of(negative ? -magnitude : magnitude) : OptionalLong.empty();
    }

    private static boolean plain(String digits) {
        return digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
