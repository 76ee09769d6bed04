package poyang.psi;

import java.util.Arrays;
import poyang.kernel.Bug;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;

/// An oblivious key-value store over the prime field: a vector P such that for each pair
/// the sum of P at the three columns of the key's row, and of α^t·D_t over t, is the value; α is the row's, and D are
/// the
/// dense columns of the row's bin.
///
/// Encoding peels: a column that only one row has left takes up that row's value, at last. Rows that stand
/// in each other's way (a *gap*) are set aside one by one; the dense columns are solved for them by Gaussian
/// elimination. In most bins there is no gap.
///
/// The dense part of a set-aside row and of the rows it leads to is a sum of powers of their αs, a matrix
/// whose determinant is a polynomial of degree g(g+1)/2 at most in the αs, and not the zero polynomial, for
/// each set-aside row's own α occurs in it with coefficient 1. With α from at least 2^58 values it vanishes with
/// probability at most 6·2^-58 for g = 3 and 136·2^-64 for a small store.
///
/// - secrecy: columns that no row determines keep what the caller put there, uniform elements for a store
///   that is published. A store whose every column is masked needs none. Time depends on the keys' hashes,
///   and so is not to be shown: it is the time of the owner of the keys, between two messages
/// - errors: encoding fails with probability below 2^-40 ({@link OkvsShape}) over the run's seed; the run then
///   aborts
/// - cost: encoding about six field operations a pair and `dense` multiplications where there is a gap; decoding
///   as many
/// - source: see {@link OkvsShape}
final class Okvs {
    static final ErrorCode UNLUCKY = new ErrorCode("UNLUCKY_SEED", 1101, ErrorCode.Category.ENVIRONMENT);
    private static final long ONE_ROW = 1L << 32;

    private final OkvsRows rows;
    private final OkvsShape shape;
    /// Of the bin at work: for each column how many rows have it, above the exclusive or of their numbers.
    private final long[] columns;
    /// Rows in the order of peeling, counted from the bin's start, and their columns.
    private final int[] peeled;

    private final int[] pivots;
    /// Columns that came down to one row: each once.
    private final int[] stack;
    private final int[] gap;
    private int peeledCount;
    private int gapCount;
    private int largestGap;

    private Okvs(OkvsRows rows) {
        this.rows = rows;
        shape = rows.shape();
        columns = new long[shape.sparse()];
        int room = 0;
        for (int b = 0; b < shape.bins(); b++) {
            room = Math.max(room, rows.start(b + 1) - rows.start(b));
        }
        if (room > shape.room()) {
            throw unlucky("a bin holds more than its room");
        }
        peeled = new int[room];
        pivots = new int[room];
        stack = new int[shape.sparse() + 1];
        gap = new int[shape.dense()];
    }

    private static PoyangException unlucky(String what) {
        return new PoyangException(UNLUCKY, "the hashes of this run did not spread: " + what, "run the job again");
    }

    /// Writes a store for these pairs over `store`, in its place.
    ///
    /// @param values one canonical element for each row; another array for another limb
    /// @param stores as many vectors as value arrays, {@link OkvsShape#columns} elements each, with what
    ///     undetermined columns shall hold
    /// @return the largest gap of a bin, for tests
    static int encode(OkvsRows rows, long[][] values, long[][] stores) {
        Okvs okvs = new Okvs(rows);
        for (int b = 0; b < okvs.shape.bins(); b++) {
            okvs.peel(b);
            for (int limb = 0; limb < values.length; limb++) {
                okvs.solve(b, values[limb], stores[limb]);
            }
        }
        return okvs.largestGap;
    }

    private void peel(int b) {
        int start = rows.start(b);
        int count = rows.start(b + 1) - start;
        Arrays.fill(columns, 0);
        for (int i = 0; i < count; i++) {
            columns[rows.first(start + i)] = (columns[rows.first(start + i)] ^ i) + ONE_ROW;
            columns[rows.second(start + i)] = (columns[rows.second(start + i)] ^ i) + ONE_ROW;
            columns[rows.third(start + i)] = (columns[rows.third(start + i)] ^ i) + ONE_ROW;
        }
        peeledCount = 0;
        gapCount = 0;
        int height = 0;
        for (int c = 0; c < columns.length; c++) {
            if (columns[c] >>> 32 == 1) {
                stack[height++] = c;
            }
        }
        height = drain(start, height);
        for (int i = 0; peeledCount + gapCount < count; i++) {
            if (isLeft(start, i)) {
                if (gapCount == gap.length) {
                    throw unlucky("too many rows stand in each other's way");
                }
                gap[gapCount++] = i;
                height = drain(start, remove(start, i, height));
            }
        }
        largestGap = Math.max(largestGap, gapCount);
    }

    /// Peels while a column has one row.
    private int drain(int start, int height) {
        int top = height;
        while (top > 0) {
            int c = stack[--top];
            if (columns[c] >>> 32 == 1) {
                int row = (int) columns[c];
                peeled[peeledCount] = row;
                pivots[peeledCount++] = c;
                top = remove(start, row, top);
            }
        }
        return top;
    }

    private int remove(int start, int row, int height) {
        int top = removeFrom(rows.first(start + row), row, height);
        top = removeFrom(rows.second(start + row), row, top);
        return removeFrom(rows.third(start + row), row, top);
    }

    private int removeFrom(int c, int row, int height) {
        long cell = (columns[c] ^ row) - ONE_ROW;
        columns[c] = cell;
        stack[height] = c;
        return cell >>> 32 == 1 ? height + 1 : height;
    }

    /// Is row i neither peeled nor set aside? The pivot of a peeled row has no rows left, and a row that is left
    /// has no such column.
    private boolean isLeft(int start, int i) {
        if (columns[rows.first(start + i)] >>> 32 == 0
                || columns[rows.second(start + i)] >>> 32 == 0
                || columns[rows.third(start + i)] >>> 32 == 0) {
            return false;
        }
        for (int k = 0; k < gapCount; k++) {
            if (gap[k] == i) {
                return false;
            }
        }
        return true;
    }

    private void solve(int b, long[] values, long[] store) {
        int base = b * shape.width();
        int dense = base + shape.sparse();
        substitute(b, values, store);
        if (gapCount == 0) {
            return;
        }
        long[] residue = residues(b, values, store);
        long[][] matrix = new long[gapCount][shape.dense() + 1];
        for (int t = 0; t < shape.dense(); t++) {
            long kept = store[dense + t];
            store[dense + t] = Goldilocks.add(kept, 1);
            substitute(b, values, store);
            long[] moved = residues(b, values, store);
            store[dense + t] = kept;
            for (int r = 0; r < gapCount; r++) {
                matrix[r][t] = Goldilocks.subtract(residue[r], moved[r]);
            }
        }
        for (int r = 0; r < gapCount; r++) {
            matrix[r][shape.dense()] = residue[r];
        }
        long[] change = eliminate(matrix, shape.dense());
        for (int t = 0; t < shape.dense(); t++) {
            store[dense + t] = Goldilocks.canonical(Goldilocks.add(store[dense + t], change[t]));
        }
        substitute(b, values, store);
    }

    /// Gives each pivot column what its row lacks, last peeled first.
    private void substitute(int b, long[] values, long[] store) {
        int start = rows.start(b);
        int base = b * shape.width();
        boolean plain = true;
        for (int t = 0; t < shape.dense(); t++) {
            plain &= store[base + shape.sparse() + t] == 0;
        }
        for (int k = peeledCount - 1; k >= 0; k--) {
            int row = start + peeled[k];
            int pivot = base + pivots[k];
            store[pivot] = 0;
            long sum = sparsePart(row, store, base);
            if (!plain) {
                sum = Goldilocks.add(sum, densePart(rows.alpha(row), store, base + shape.sparse()));
            }
            store[pivot] = Goldilocks.canonical(Goldilocks.subtract(values[row], sum));
        }
    }

    private long sparsePart(int row, long[] store, int base) {
        return Goldilocks.addCanonical(
                Goldilocks.addCanonical(store[base + rows.first(row)], store[base + rows.second(row)]),
                store[base + rows.third(row)]);
    }

    /// Σ α^t·D_t, t from 1.
    private long densePart(long alpha, long[] store, int dense) {
        long sum = 0;
        for (int t = shape.dense() - 1; t >= 0; t--) {
            sum = Goldilocks.multiply(Goldilocks.add(sum, store[dense + t]), alpha);
        }
        return sum;
    }

    /// What the set-aside rows lack.
    private long[] residues(int b, long[] values, long[] store) {
        int base = b * shape.width();
        long[] residues = new long[gapCount];
        for (int r = 0; r < gapCount; r++) {
            int row = rows.start(b) + gap[r];
            long sum = sparsePart(row, store, base);
            sum = Goldilocks.add(sum, densePart(rows.alpha(row), store, base + shape.sparse()));
            residues[r] = Goldilocks.subtract(values[row], sum);
        }
        return residues;
    }

    /// A solution of the system whose last column is the right side; unknowns that nothing determines are 0.
    private static long[] eliminate(long[][] matrix, int unknowns) {
        int[] pivotOf = new int[matrix.length];
        for (int r = 0; r < matrix.length; r++) {
            int pivot = 0;
            while (pivot < unknowns && Goldilocks.canonical(matrix[r][pivot]) == 0) {
                pivot++;
            }
            if (pivot == unknowns) {
                throw unlucky("the dense rows depend on each other");
            }
            pivotOf[r] = pivot;
            long inverse = Goldilocks.invert(matrix[r][pivot]);
            for (int t = 0; t <= unknowns; t++) {
                matrix[r][t] = Goldilocks.multiply(matrix[r][t], inverse);
            }
            for (int other = 0; other < matrix.length; other++) {
                long factor = matrix[other][pivot];
                for (int t = 0; other != r && t <= unknowns; t++) {
                    matrix[other][t] = Goldilocks.subtract(matrix[other][t], Goldilocks.multiply(factor, matrix[r][t]));
                }
            }
        }
        long[] solution = new long[unknowns];
        for (int r = 0; r < matrix.length; r++) {
            solution[pivotOf[r]] = matrix[r][unknowns];
        }
        return solution;
    }

    /// The values of the rows' keys in a store over the extension field, the two limbs of an element beside
    /// each other; in the order of the rows, canonical.
    static long[] decode(OkvsRows rows, long[] store) {
        OkvsShape shape = rows.shape();
        Bug.unless(store.length == Quadratic.LIMBS * shape.columns(), "a store of another shape");
        long[] out = new long[Quadratic.LIMBS * rows.size()];
        for (int b = 0; b < shape.bins(); b++) {
            int base = b * shape.width();
            int dense = 2 * (base + shape.sparse());
            for (int row = rows.start(b); row < rows.start(b + 1); row++) {
                long alpha = rows.alpha(row);
                long low = 0;
                long high = 0;
                for (int t = 2 * shape.dense() - 2; t >= 0; t -= 2) {
                    low = Goldilocks.multiply(Goldilocks.addCanonical(low, store[dense + t]), alpha);
                    high = Goldilocks.multiply(Goldilocks.addCanonical(high, store[dense + t + 1]), alpha);
                }
                int i = 2 * (base + rows.first(row));
                int j = 2 * (base + rows.second(row));
                int k = 2 * (base + rows.third(row));
                low = Goldilocks.addCanonical(
                        Goldilocks.addCanonical(Goldilocks.addCanonical(low, store[i]), store[j]), store[k]);
                high = Goldilocks.addCanonical(
                        Goldilocks.addCanonical(Goldilocks.addCanonical(high, store[i + 1]), store[j + 1]),
                        store[k + 1]);
                out[2 * row] = Goldilocks.canonical(low);
                out[2 * row + 1] = Goldilocks.canonical(high);
            }
        }
        return out;
    }
}
