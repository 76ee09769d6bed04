package poyang.executor.jobs;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.PoyangException;
import poyang.psi.IdentifierRule;
import poyang.psi.KeyForm;
import poyang.psi.KeyReader;

/// The key columns of a party's input, which come first, and the key of one row after the other: each value
/// normalised by its column's rule, as bytes, with no object for a row.
final class KeyColumns {
    private final KeyForm form;
    private final KeyReader reader;
    private final int further;
    private byte[] value = new byte[256];

    /// @param identifierKinds of the key columns, in order
    /// @param further columns that follow the key columns
    KeyColumns(List<String> identifierKinds, int further) {
        List<IdentifierRule> rules = new ArrayList<>();
        for (String kind : identifierKinds) {
            rules.add(IdentifierRule.named(kind)
                    .orElseThrow(() -> CollisionJob.unknown("the plan names the unknown identifier kind " + kind)));
        }
        form = new KeyForm(rules);
        reader = new KeyReader(rules);
        this.further = further;
    }

    KeyForm form() {
        return form;
    }

    /// The columns of a batch, all of text.
    List<VarCharVector> of(VectorSchemaRoot batch) {
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

    /// Makes the key of one row.
    ///
    /// @return it stands at the beginning, {@link KeyReader#length} bytes, until the next call
    KeyReader read(List<VarCharVector> columns, int row) {
        reader.begin();
        for (VarCharVector column : columns.subList(0, form.columns())) {
            int from = column.isNull(row) ? 0 : column.getStartOffset(row);
            int length = column.isNull(row) ? 0 : column.getEndOffset(row) - from;
            if (value.length < length) {
                value = new byte[2 * length];
            }
            column.getDataBuffer().getBytes(from, value, 0, length);
            reader.value(value, 0, length);
        }
        return reader;
    }
}
