package poyang.executor.jobs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.PoyangException;
import poyang.psi.IdentifierRule;
import poyang.psi.KeyForm;
import poyang.psi.KeySet;

/// The keys of a party's rows: the first columns of its input, each normalised by its own rule. A key in several
/// rows is there once, and a row in which any column is no identifier has none.
final class KeyTable {
    private final KeyForm form;
    private final KeySet keys;
    private final int further;

    /// @param identifierKinds of the key columns, in order
    /// @param further columns that follow the key columns
    KeyTable(List<String> identifierKinds, int further) {
        List<IdentifierRule> rules = new ArrayList<>();
        for (String kind : identifierKinds) {
            rules.add(IdentifierRule.named(kind)
                    .orElseThrow(() -> CollisionJob.unknown("the plan names the unknown identifier kind " + kind)));
        }
        form = new KeyForm(rules);
        keys = form.keySet();
        this.further = further;
    }

    KeyForm form() {
        return form;
    }

    KeySet keys() {
        return keys;
    }

    /// The columns of a batch, all of text.
    List<VarCharVector> columns(VectorSchemaRoot batch) {
        List<VarCharVector> columns = new ArrayList<>();
        for (var vector : batch.getFieldVectors()) {
            if (vector instanceof VarCharVector column) {
                columns.add(column);
            }
        }
        int needed = form.columns() + further;
        if (columns.size() != needed || batch.getFieldVectors().size() != needed) {
            throw new PoyangException(
                    ExecutorErrors.INPUT_MALFORMED,
                    "the input is not " + needed + " columns of text",
                    "a collision reads exactly the columns that its plan names");
        }
        return columns;
    }

    /// Takes the key of one row; gives its number, -1 for none.
    int read(List<VarCharVector> columns, int row) {
        String[] values = new String[form.columns()];
        for (int c = 0; c < values.length; c++) {
            values[c] = text(columns.get(c), row);
        }
        byte[] key = form.key(values);
        return keys.readKey(key, key.length);
    }

    /// One value; empty where there is none.
    static String text(VarCharVector column, int row) {
        return column.isNull(row) ? "" : new String(column.get(row), StandardCharsets.UTF_8);
    }
}
