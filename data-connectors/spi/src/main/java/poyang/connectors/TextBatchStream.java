package poyang.connectors;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/// Turns rows of text into Arrow batches of at most {@link #BATCH_ROWS} rows.
public final class TextBatchStream implements BatchStream {
    public static final int BATCH_ROWS = 8192;

    private final Rows rows;
    private final VectorSchemaRoot root;
    private final List<VarCharVector> vectors;

    /// Rows of a source, one after the other.
    public interface Rows extends AutoCloseable {
        /// The next row, in the order of the columns asked for, or null at the end. The array may be
        /// used again by the next call.
        @Nullable
        String @Nullable [] next();

        @Override
        void close();
    }

    /// Takes over `rows` and closes them, also when this constructor fails.
    public TextBatchStream(List<String> columns, Rows rows, BufferAllocator allocator) {
        this.rows = rows;
        List<Field> fields = columns.stream()
                .map(name -> new Field(name, FieldType.nullable(ArrowType.Utf8.INSTANCE), null))
                .toList();
        root = VectorSchemaRoot.create(new Schema(fields), allocator);
        vectors = new ArrayList<>();
        for (FieldVector vector : root.getFieldVectors()) {
            vectors.add((VarCharVector) vector);
        }
    }

    @Override
    public VectorSchemaRoot root() {
        return root;
    }

    @Override
    public boolean next() {
        root.clear();
        int count = 0;
        while (count < BATCH_ROWS) {
            @Nullable String @Nullable [] row = rows.next();
            if (row == null) {
                break;
            }
            for (int i = 0; i < row.length; i++) {
                String value = row[i];
                if (value == null) {
                    vectors.get(i).setNull(count);
                } else {
                    vectors.get(i).setSafe(count, value.getBytes(StandardCharsets.UTF_8));
                }
            }
            count++;
        }
        root.setRowCount(count);
        return count > 0;
    }

    @Override
    public void close() {
        try (rows) {
            root.close();
        }
    }
}
