package poyang.zkp.circuits;

import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.zkp.curves.PrimeField;

/// A matrix with few terms, each a row, a wire and a coefficient; terms of one row and wire add up.
public final class SparseMatrix {
    private final PrimeField field;
    private int[] rows = new int[16];
    private int[] wires = new int[16];
    private long[] coefficients;
    private int terms;

    public SparseMatrix(PrimeField field) {
        this.field = field;
        coefficients = new long[16 * field.longs()];
    }

    /// Adds a term; the element stands at `at` of `coefficient`.
    public void add(int row, int wire, long[] coefficient, int at) {
        int n = field.longs();
        if (terms == rows.length) {
            rows = Arrays.copyOf(rows, 2 * terms);
            wires = Arrays.copyOf(wires, 2 * terms);
            coefficients = Arrays.copyOf(coefficients, 2 * terms * n);
        }
        rows[terms] = row;
        wires[terms] = wire;
        System.arraycopy(coefficient, at, coefficients, terms * n, n);
        terms++;
    }

    public int terms() {
        return terms;
    }

    public int row(int term) {
        return rows[term];
    }

    public int wire(int term) {
        return wires[term];
    }

    /// The coefficients, term by term.
    public long[] coefficients() {
        return coefficients;
    }

    /// Adds the product with the vector of the wires' values to `out`, which has one element a row.
    public void multiply(long[] values, long[] out) {
        int n = field.longs();
        long[] one = field.of(1);
        long[] product = new long[n];
        for (int t = 0; t < terms; t++) {
            int value = wires[t] * n;
            int row = rows[t] * n;
            if (field.equal(coefficients, t * n, one, 0)) {
                field.add(out, row, out, row, values, value);
            } else {
                field.multiply(product, 0, coefficients, t * n, values, value);
                field.add(out, row, out, row, product, 0);
            }
        }
    }

    /// Adds the product of a vector with one element a row and the matrix to `out`, which has one element a
    /// wire.
    public void multiplyTransposed(long[] rowValues, long[] out) {
        int n = field.longs();
        long[] product = new long[n];
        for (int t = 0; t < terms; t++) {
            field.multiply(product, 0, coefficients, t * n, rowValues, rows[t] * n);
            field.add(out, wires[t] * n, out, wires[t] * n, product, 0);
        }
    }

    /// Checks that rows and wires are in range.
    public void checkRange(int rowCount, int wireCount) {
        for (int t = 0; t < terms; t++) {
            Bug.unless(
                    rows[t] >= 0 && rows[t] < rowCount && wires[t] >= 0 && wires[t] < wireCount, "a term out of range");
        }
    }
}
