package poyang.psi;

import java.util.Arrays;

/// An immutable list of ints.
public final class IntList {
    private final int[] values;

    private IntList(int[] values) {
        this.values = values;
    }

    /// Wraps without copying: the caller gives up the array.
    static IntList of(int[] owned) {
        return new IntList(owned);
    }

    public int size() {
        return values.length;
    }

    public int at(int index) {
        return values[index];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof IntList list && Arrays.equals(values, list.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "IntList[" + values.length + "]";
    }
}
