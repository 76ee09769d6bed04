package poyang.pir;

import java.util.Arrays;
import java.util.List;
import poyang.kernel.Bytes;

/// Which value stands at which place of which row: what the holder keeps beside the matrix so that
/// it can change rows later. A place is used or empty.
final class Placement {
    private final int rows;
    private final int places;
    private final int[] used;
    private final byte[][] values;

    Placement(int rows, int places) {
        this.rows = rows;
        this.places = places;
        used = new int[rows];
        values = new byte[rows][0];
    }

    int rows() {
        return rows;
    }

    int used(int row) {
        return used[row];
    }

    /// The value at a used place.
    byte[] value(int row, int place) {
        return Arrays.copyOfRange(values[row], place * KeywordPrf.VALUE_BYTES, (place + 1) * KeywordPrf.VALUE_BYTES);
    }

    /// The place of a value, or -1.
    int find(int row, byte[] value) {
        for (int place = 0; place < used[row]; place++) {
            int at = place * KeywordPrf.VALUE_BYTES;
            if (Arrays.equals(values[row], at, at + KeywordPrf.VALUE_BYTES, value, 0, KeywordPrf.VALUE_BYTES)) {
                return place;
            }
        }
        return -1;
    }

    /// Takes the next place of the row; -1 when there is none.
    int take(int row, byte[] value) {
        int place = used[row];
        if (place == places) {
            return -1;
        }
        int length = (place + 1) * KeywordPrf.VALUE_BYTES;
        if (values[row].length < length) {
            int room = Math.min(places, Math.max(8, 2 * place)) * KeywordPrf.VALUE_BYTES;
            values[row] = Arrays.copyOf(values[row], Math.max(room, length));
        }
        System.arraycopy(value, 0, values[row], place * KeywordPrf.VALUE_BYTES, KeywordPrf.VALUE_BYTES);
        used[row]++;
        return place;
    }

    /// Gives a row other values.
    void replace(int row, List<Bytes> contents) {
        used[row] = contents.size();
        values[row] = new byte[contents.size() * KeywordPrf.VALUE_BYTES];
        for (int place = 0; place < contents.size(); place++) {
            contents.get(place).copyInto(values[row], place * KeywordPrf.VALUE_BYTES);
        }
    }

    /// A copy of its own.
    Placement copy() {
        Placement copy = new Placement(rows, places);
        System.arraycopy(used, 0, copy.used, 0, rows);
        for (int row = 0; row < rows; row++) {
            copy.values[row] = values[row].clone();
        }
        return copy;
    }
}
