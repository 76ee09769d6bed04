package poyang.zkp.uses;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import poyang.zkp.circuits.Api;
import poyang.zkp.circuits.Variable;

/// What must hold of one field of a record: it is compared with a bound that everybody sees.
///
/// @param index which of the table's columns
/// @param column that column
/// @param bound an element as the column has them
/// @param text as it was written
public record Condition(int index, Column column, Comparison comparison, BigInteger bound, String text) {
    private static final Pattern FORM = Pattern.compile("([\\p{L}\\p{N}_]+)(<=|>=|<|>|=)(.+)");

    /// How a field stands to its bound.
    public enum Comparison {
        BELOW("<"),
        AT_MOST("<="),
        EQUAL("="),
        AT_LEAST(">="),
        ABOVE(">");

        final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }
    }

    /// Reads such as `income<5000`, `since<=2026-11-28-12m` (twelve months before that day), `licence=A1`.
    public static Condition read(String text, List<Column> columns) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw Column.wrong("\"" + text + "\" is no condition", "write a column, one of < <= = >= >, and a value");
        }
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(parts.group(1))) {
                return of(i, columns.get(i), parts.group(2), parts.group(3), text);
            }
        }
        throw Column.wrong(
                "the table has no column " + parts.group(1),
                "its columns are " + columns.stream().map(Column::text).toList());
    }

    private static Condition of(int index, Column column, String sign, String value, String text) {
        for (Comparison comparison : Comparison.values()) {
            if (comparison.sign.equals(sign)) {
                if (column.kind() == Column.Kind.TEXT && comparison != Comparison.EQUAL) {
                    throw Column.wrong("column " + column.name() + " is a text", "texts are compared by = only");
                }
                return new Condition(index, column, comparison, column.element(value), text);
            }
        }
        throw Column.wrong("\"" + text + "\" is no condition", "write a column, one of < <= = >= >, and a value");
    }

    /// What its public value is.
    String boundName() {
        return "bound of " + column.name() + " " + comparison.sign;
    }

    /// Whether a value satisfies the condition.
    boolean holds(BigInteger value) {
        int order = value.compareTo(bound);
        return switch (comparison) {
            case BELOW -> order < 0;
            case AT_MOST -> order <= 0;
            case EQUAL -> order == 0;
            case AT_LEAST -> order >= 0;
            case ABOVE -> order > 0;
        };
    }

    /// Asserts the condition for a field and a bound, of which nothing is known yet.
    void define(Api api, Variable field, Variable limit) {
        if (comparison == Comparison.EQUAL) {
            api.assertEqual(field, limit);
            return;
        }
        int bits = column.kind().bits;
        api.assertInRange(field, bits);
        api.assertInRange(limit, bits);
        Variable one = api.constant(1);
        switch (comparison) {
            case BELOW -> api.assertAtMost(api.add(field, one), limit, bits);
            case AT_MOST, EQUAL -> api.assertAtMost(field, limit, bits);
            case AT_LEAST -> api.assertAtMost(limit, field, bits);
            case ABOVE -> api.assertAtMost(api.add(limit, one), field, bits);
        }
    }
}
