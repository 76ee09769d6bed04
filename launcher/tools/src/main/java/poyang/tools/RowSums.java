package poyang.tools;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import poyang.kernel.PoyangException;
import poyang.psi.KeySet;

/// Adds up whole numbers of the rows of each key, column by column.
final class RowSums implements CollideParty.Rows {
    private final Path file;
    private final List<String> names;
    private final KeySet keys;
    private long[] sums = new long[1 << 10];
    private int key;

    RowSums(Path file, List<String> names, KeySet keys) {
        this.file = file;
        this.names = List.copyOf(names);
        this.keys = keys;
    }

    @Override
    public void key(byte[] bytes, int length) {
        key = keys.readKey(bytes, length);
        if (names.size() * keys.size() > sums.length) {
            sums = Arrays.copyOf(sums, 2 * names.size() * keys.size());
        }
    }

    /// An empty value is none, 0.
    @Override
    public void value(int column, byte[] text, int from, int to) {
        String number = new String(text, from, to - from, StandardCharsets.UTF_8).strip();
        if (key < 0 || number.isEmpty()) {
            return;
        }
        int at = names.size() * key + column;
        try {
            sums[at] = Math.addExact(sums[at], Long.parseLong(number));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "row " + keys.rowsRead() + " of " + file + " has no whole number of 64 bits in the column "
                            + names.get(column),
                    "whole numbers are summed up: amounts in cents, counts, 0 or 1",
                    e);
        }
    }

    /// The sums of key i from i·columns on.
    long[] values() {
        return Arrays.copyOf(sums, names.size() * keys.size());
    }
}
