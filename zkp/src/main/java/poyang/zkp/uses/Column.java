package poyang.zkp.uses;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;
import poyang.zkp.circuits.Dates;
import poyang.zkp.circuits.Witness;

/// A column of a committed table: how its cells become elements of a field.
///
/// @param name letters, digits and underscores
/// @param kind what its cells are
public record Column(String name, Kind kind) {
    static final int NUMBER_BITS = 64;
    static final int TEXT_BITS = 248;

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}_]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,19}");
    private static final Pattern SHIFTED = Pattern.compile("(\\d{4}-\\d{2}-\\d{2})(?:([+-])(\\d{1,4})m)?");

    /// What cells are.
    public enum Kind {
        /// A whole number from 0 to 2^64 − 1.
        NUMBER(NUMBER_BITS),
        /// A day from 1970 on, year-month-day.
        DATE(Dates.BITS),
        /// Any text; known to the circuit by the first 248 bits of its SM3, so it can be compared for equality only.
        TEXT(TEXT_BITS);

        final int bits;

        Kind(int bits) {
            this.bits = bits;
        }
    }

    public Column {
        if (!NAME.matcher(name).matches()) {
            throw wrong(
                    "\"" + name + "\" is no column's name", "letters, digits and underscores are, at most 64 of them");
        }
    }

    /// Reads `name:number`, `name:date` or `name:text`.
    public static Column read(String text) {
        int colon = text.lastIndexOf(':');
        for (Kind kind : Kind.values()) {
            if (colon > 0 && text.substring(colon + 1).equals(word(kind))) {
                return new Column(text.substring(0, colon), kind);
            }
        }
        throw wrong("\"" + text + "\" names no column with its kind", "write name:number, name:date or name:text");
    }

    /// The form that {@link #read} takes.
    public String text() {
        return name + ":" + word(kind);
    }

    private static String word(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /// A cell as an element.
    ///
    /// @throws PoyangException `BAD_CIRCUIT_INPUTS` when the cell is not of the column's kind
    BigInteger element(String cell) {
        return switch (kind) {
            case NUMBER -> number(cell);
            case DATE -> day(cell);
            case TEXT -> ofText(cell);
        };
    }

    /// The element of a text: the first 248 bits of its SM3.
    static BigInteger ofText(String text) {
        byte[] digest = Sm3.digest(text.getBytes(StandardCharsets.UTF_8));
        return new BigInteger(1, Arrays.copyOf(digest, TEXT_BITS / 8));
    }

    private BigInteger number(String cell) {
        if (NUMBER.matcher(cell).matches()) {
            BigInteger value = new BigInteger(cell);
            if (value.bitLength() <= NUMBER_BITS) {
                return value;
            }
        }
        throw wrong("a cell of column " + name + " is no number", "whole numbers from 0 to 2^64 − 1 can be committed");
    }

    /// A date, or one so many months earlier or later.
    private BigInteger day(String cell) {
        Matcher parts = SHIFTED.matcher(cell);
        if (parts.matches()) {
            try {
                LocalDate day = LocalDate.parse(parts.group(1));
                String sign = parts.group(2);
                long months = sign == null ? 0 : Long.parseLong(parts.group(3));
                long days = day.plusMonths("-".equals(sign) ? -months : months).toEpochDay();
                if (days >= 0) {
                    return BigInteger.valueOf(days);
                }
            } catch (DateTimeException e) {
                throw wrong("a cell of column " + name + " is no day: " + e.getMessage(), "write year-month-day");
            }
        }
        throw wrong("a cell of column " + name + " is no day", "write year-month-day, from 1970-01-01 on");
    }

    static PoyangException wrong(String wrong, String right) {
        return new PoyangException(Witness.BAD_INPUTS, wrong, right);
    }
}
