package poyang.executor.jobs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Commitments;

/// Rows of texts, kept in their order.
final class PlainRows {
    private static final String DOMAIN = "poyang.row.v1";

    private final int columns;
    private final List<List<String>> rows = new ArrayList<>();

    PlainRows(int columns) {
        this.columns = columns;
    }

    void read(VectorSchemaRoot batch) {
        List<VarCharVector> vectors = new ArrayList<>();
        for (var vector : batch.getFieldVectors()) {
            if (vector instanceof VarCharVector column) {
                vectors.add(column);
            }
        }
        if (vectors.size() != columns || batch.getFieldVectors().size() != columns) {
            throw new PoyangException(
                    ExecutorErrors.INPUT_MALFORMED,
                    "the input is not " + columns + " columns of text",
                    "a job reads exactly the columns of its plan");
        }
        for (int row = 0; row < batch.getRowCount(); row++) {
            List<String> cells = new ArrayList<>();
            for (VarCharVector column : vectors) {
                cells.add(column.isNull(row) ? "" : new String(column.get(row), StandardCharsets.UTF_8));
            }
            rows.add(List.copyOf(cells));
        }
    }

    int size() {
        return rows.size();
    }

    List<List<String>> all() {
        return List.copyOf(rows);
    }

    /// The cells of the first column.
    List<String> first() {
        return rows.stream().map(List::getFirst).toList();
    }

    private byte[] item(int row) {
        return new CanonicalWriter(DOMAIN)
                .list(rows.get(row), CanonicalWriter::text)
                .toArray();
    }

    Bytes root(RandomSource random) {
        return Commitments.input(size(), this::item, random);
    }

    Bytes versionMark(byte[] secret) {
        return Commitments.versionMark(size(), this::item, secret);
    }
}
