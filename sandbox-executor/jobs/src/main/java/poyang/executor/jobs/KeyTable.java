package poyang.executor.jobs;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.JobPlan;
import poyang.psi.KeyForm;
import poyang.psi.KeyReader;
import poyang.psi.KeySet;

/// The keys of a party's rows: the first columns of its input, each normalised by its own rule. A key in several
/// rows is there once, and a row in which any column is no identifier has none.
final class KeyTable {
    private final KeyColumns columns;
    private final KeySet keys;

    /// @param identifierKinds of the key columns, in order
    /// @param further columns that follow the key columns
    KeyTable(List<String> identifierKinds, int further) {
        columns = new KeyColumns(identifierKinds, further);
        keys = columns.form().keySet();
    }

    /// Of key columns and nothing more.
    static KeyTable of(List<JobPlan.Key> keys) {
        return new KeyTable(keys.stream().map(JobPlan.Key::identifierKind).toList(), 0);
    }

    KeyForm form() {
        return columns.form();
    }

    KeySet keys() {
        return keys;
    }

    /// The columns of a batch, all of text.
    List<VarCharVector> columns(VectorSchemaRoot batch) {
        return columns.of(batch);
    }

    /// Takes the keys of a batch.
    void readAll(VectorSchemaRoot batch) {
        List<VarCharVector> all = columns(batch);
        for (int row = 0; row < batch.getRowCount(); row++) {
            int _ = read(all, row);
        }
    }

    /// Takes the key of one row; gives its number, -1 for none.
    int read(List<VarCharVector> all, int row) {
        KeyReader key = columns.read(all, row);
        return keys.readKey(key.bytes(), key.length());
    }

    /// One value; empty where there is none.
    static String text(VarCharVector column, int row) {
        return column.isNull(row) ? "" : new String(column.get(row), StandardCharsets.UTF_8);
    }
}
