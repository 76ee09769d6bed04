package poyang.executor.jobs;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import poyang.crypto.SigningKey;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.pir.RecordFields;
import poyang.pir.Records;
import poyang.psi.IdentifierRule;

/// The rows of a view as a table is made of them, which reads them twice and compares them with the next ones:
/// in a file sealed to a key that follows from the view's secret.
final class ViewRows implements Records, AutoCloseable {
    private static final byte[] CONTEXT = Bytes.utf8("poyang.view-rows.v1").toArray();

    private final SigningKey key;
    private Path file;
    private long rows;
    private long records;
    private int longest;

    private ViewRows(Path file, SigningKey key) {
        this.file = file;
        this.key = key;
    }

    /// Rows that were kept whole.
    ///
    /// @throws PoyangException `SEALED_FILE_REJECTED`, `NOT_A_RECEIVER` for a file that is damaged or another's
    static ViewRows kept(Path file, SigningKey key) {
        ViewRows rows = new ViewRows(file, key);
        rows.forEach((_, record) -> rows.count(record.length));
        return rows;
    }

    /// Takes rows.
    static final class Writer implements AutoCloseable {
        private final ViewRows made;
        private final IdentifierRule rule;
        private final int columns;
        private final SealingStream sealing;
        private final DataOutputStream out;

        /// @param columns of a record; a row has the key before them
        Writer(Path file, IdentifierRule rule, int columns, SigningKey key, RandomSource random) throws IOException {
            made = new ViewRows(file, key);
            this.rule = rule;
            this.columns = columns;
            sealing = SealedFile.seal(
                    new BufferedOutputStream(Files.newOutputStream(file)),
                    List.of(key.publicKey()),
                    CONTEXT,
                    random.fork("rows"));
            out = new DataOutputStream(new BufferedOutputStream(sealing));
        }

        /// Takes a batch: rows whose key is no identifier of the view's kind are left out.
        void take(VectorSchemaRoot batch) {
            List<VarCharVector> vectors = new ArrayList<>();
            for (var vector : batch.getFieldVectors()) {
                if (vector instanceof VarCharVector column) {
                    vectors.add(column);
                }
            }
            if (vectors.size() != columns + 1 || batch.getFieldVectors().size() != columns + 1) {
                throw malformed(null);
            }
            for (int i = 0; i < batch.getRowCount(); i++) {
                made.rows++;
                Optional<String> keyword = text(vectors.getFirst(), i).flatMap(rule::normalise);
                if (keyword.isPresent()) {
                    List<Optional<String>> fields = new ArrayList<>();
                    for (VarCharVector column : vectors.subList(1, vectors.size())) {
                        fields.add(text(column, i));
                    }
                    write(keyword.get().getBytes(StandardCharsets.UTF_8), RecordFields.encode(fields));
                }
            }
        }

        private static Optional<String> text(VarCharVector column, int row) {
            return column.isNull(row)
                    ? Optional.empty()
                    : Optional.of(new String(column.get(row), StandardCharsets.UTF_8));
        }

        private void write(byte[] keyword, byte[] record) {
            try {
                out.writeInt(keyword.length);
                out.write(keyword);
                out.writeInt(record.length);
                out.write(record);
            } catch (IOException e) {
                throw failed(e);
            }
            made.count(record.length);
        }

        long rows() {
            return made.rows;
        }

        /// All rows have come.
        ViewRows end() {
            try {
                out.writeInt(-1);
                out.flush();
                sealing.finish();
                out.close();
                return made;
            } catch (IOException e) {
                throw failed(e);
            }
        }

        @Override
        public void close() {
            try {
                out.close();
            } catch (IOException e) {
                throw failed(e);
            }
        }
    }

    private void count(int length) {
        records++;
        longest = Math.max(longest, length);
    }

    long records() {
        return records;
    }

    int longest() {
        return longest;
    }

    @Override
    public void forEach(Taker taker) {
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(SealedFile.open(Files.newInputStream(file), key, CONTEXT)))) {
            for (int length = in.readInt(); length >= 0; length = in.readInt()) {
                byte[] keyword = in.readNBytes(length);
                taker.take(keyword, in.readNBytes(in.readInt()));
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static PoyangException failed(IOException cause) {
        return new PoyangException(
                ExecutorErrors.INTERNAL,
                "the view's rows could not be kept while its table is made",
                "check the space and the file size limit of the scratch folder",
                cause);
    }

    private static PoyangException malformed(@Nullable Exception cause) {
        return new PoyangException(
                ExecutorErrors.INPUT_MALFORMED,
                "the input is not a key and the view's columns of text",
                "a view reads exactly its own columns",
                cause);
    }

    /// Gives the file another name, in place of what stood there.
    void moveTo(Path target) {
        try {
            Files.move(file, target, StandardCopyOption.REPLACE_EXISTING);
            file = target;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Takes the file away.
    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
