package poyang.pir;

import poyang.kernel.PoyangException;

/// How many rows of how many places a table gets.
///
/// Entries fall into rows at random, so a row's load is nearly Poisson. Rows are as few as keep the
/// expected number of overfull rows below a quarter (another placement is tried when one
/// overflows); of all row lengths the one is taken whose query and answer are shortest together,
/// among those whose matrix is at most twice the records, or else the one with the smallest matrix.
///
/// @param rows of the matrix
/// @param places in a row
record TablePlan(int rows, int places) {
    private static final double OVERFULL = 0.25;
    private static final int OUTPUTS_TRIED = 256;

    long matrixBytes(int recordBytes) {
        return (long) rows
                * RowServer.outputs((int) KeywordForm.rowBytes(rows, places, recordBytes))
                * PirParameters.OUTPUT_BYTES;
    }

    private long traffic(int recordBytes) {
        return (long) RowQuery.bytes(rows)
                + RowAnswer.bytes(RowServer.outputs((int) KeywordForm.rowBytes(rows, places, recordBytes)));
    }

    /// @throws PoyangException `BAD_SHAPE` when no matrix holds so many records
    static TablePlan of(long entries, int recordBytes) {
        TablePlan best = null;
        int entry = KeywordForm.entryBytes(recordBytes);
        int fewest = RowServer.outputs((int) KeywordForm.rowBytes(PirParameters.ROWS_MAX, 1, recordBytes));
        for (int outputs = fewest; outputs < fewest + OUTPUTS_TRIED; outputs++) {
            long room = (long) outputs * PirParameters.OUTPUT_BYTES
                    - KeywordForm.rowBytes(PirParameters.ROWS_MAX, 0, recordBytes);
            int places = (int) Math.min(room / entry, 1 << 20);
            int rows = rows(entries, places);
            if (rows <= PirParameters.ROWS_MAX && outputs <= PirParameters.OUTPUTS_MAX) {
                TablePlan plan = new TablePlan(rows, places);
                best = best == null || plan.isBetter(best, entries, recordBytes) ? plan : best;
            }
        }
        if (best == null) {
            throw new PoyangException(
                    PirErrors.BAD_SHAPE,
                    entries + " records of " + recordBytes + " bytes are too many for one table",
                    "split the records over several tables");
        }
        return best;
    }

    private boolean isBetter(TablePlan other, long entries, int recordBytes) {
        long twice = 2 * Math.max(1, entries) * Math.max(1, recordBytes);
        boolean fits = matrixBytes(recordBytes) <= twice;
        boolean otherFits = other.matrixBytes(recordBytes) <= twice;
        if (fits != otherFits) {
            return fits;
        }
        return fits
                ? traffic(recordBytes) < other.traffic(recordBytes)
                : matrixBytes(recordBytes) < other.matrixBytes(recordBytes);
    }

    /// The fewest rows for which rows·P(load > places) stays below a quarter.
    private static int rows(long entries, int places) {
        long low = 1;
        long high = Math.max(1, entries);
        while (low < high) {
            long middle = (low + high) / 2;
            if (middle * overload((double) entries / middle, places) <= OVERFULL) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return (int) Math.min(low, Integer.MAX_VALUE);
    }

    /// P(X > places) for a Poisson variable of this mean, from its largest term downwards.
    private static double overload(double mean, int places) {
        if (mean >= places) {
            return 1;
        }
        double log = -mean;
        for (int i = 1; i <= places + 1; i++) {
            log += Math.log(mean / i);
        }
        double term = Math.exp(log);
        double sum = 0;
        for (int i = places + 2; term > 1e-30; i++) {
            sum += term;
            term *= mean / i;
        }
        return sum;
    }
}
