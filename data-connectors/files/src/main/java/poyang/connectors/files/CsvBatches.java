package poyang.connectors.files;

import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import poyang.connectors.BatchStream;
import poyang.connectors.TextBatchStream;

/// Columns of a {@link CsvScan} as Arrow batches: bytes are copied once and no text is made of them.
final class CsvBatches implements BatchStream {
    private final CsvScan scan;
    private final int[] positions;
    private final VectorSchemaRoot root;
    private final VarCharVector[] vectors;

    /// Takes over `scan`, which stands behind the header.
    CsvBatches(List<String> columns, CsvScan scan, int[] positions, BufferAllocator allocator) {
        this.scan = scan;
        this.positions = positions.clone();
        List<Field> fields = columns.stream()
                .map(name -> new Field(name, FieldType.nullable(ArrowType.Utf8.INSTANCE), null))
                .toList();
        root = VectorSchemaRoot.create(new Schema(fields), allocator);
        vectors = root.getFieldVectors().stream().map(VarCharVector.class::cast).toArray(VarCharVector[]::new);
    }

    @Override
    public VectorSchemaRoot root() {
        return root;
    }

    @Override
    public boolean next() {
        root.clear();
        int count = 0;
        while (count < TextBatchStream.BATCH_ROWS && scan.next()) {
            for (int i = 0; i < vectors.length; i++) {
                vectors[i].setSafe(count, scan.buffer(), scan.start(positions[i]), scan.length(positions[i]));
            }
            count++;
        }
        root.setRowCount(count);
        return count > 0;
    }

    @Override
    public void close() {
        try (scan) {
            root.close();
        }
    }
}
