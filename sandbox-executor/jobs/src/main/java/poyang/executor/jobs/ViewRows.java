package poyang.executor.jobs;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.pir.RecordFields;
import poyang.pir.Records;
import poyang.psi.IdentifierRule;

/// The rows of a view between the reader, which gives them once, and the making of a table, which reads them
/// twice: in a file sealed to a key that this process makes and keeps to itself.
final class ViewRows implements Records, AutoCloseable {
    private static final byte[] CONTEXT = Bytes.utf8("poyang.view-rows.v1").toArray();

    private final Path file;
    private final IdentifierRule rule;
    private final int columns;
    private final Sm2PrivateKey key;
    private final SealingStream sealing;
    private final DataOutputStream out;
    private long rows;
    private long records;
    private int longest;

    /// @param columns of a record; a row has the key before them
    ViewRows(Path file, IdentifierRule rule, int columns, RandomSource random) throws IOException {
        this.file = file;
        this.rule = rule;
        this.columns = columns;
        key = Sm2PrivateKey.generate(random.fork("rows key"));
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
            rows++;
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
        return column.isNull(row) ? Optional.empty() : Optional.of(new String(column.get(row), StandardCharsets.UTF_8));
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
        records++;
        longest = Math.max(longest, record.length);
    }

    /// All rows have come.
    void end() {
        try {
            out.writeInt(-1);
            out.flush();
            sealing.finish();
            out.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    long rows() {
        return rows;
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

    @Override
    public void close() {
        key.close();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
