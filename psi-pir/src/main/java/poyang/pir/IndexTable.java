package poyang.pir;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// A table that is read by index, as its holder keeps it. See {@link IndexForm} for what it is good
/// for.
public final class IndexTable {
    private final IndexForm form;
    private final RowServer server;

    private IndexTable(IndexForm form, RowServer server) {
        this.form = form;
        this.server = server;
    }

    /// Makes a table.
    ///
    /// @param record gives record i, of `recordBytes` bytes
    /// @throws PoyangException `BAD_SHAPE`
    public static IndexTable of(
            int records,
            int recordBytes,
            IntFunction<byte[]> record,
            RandomSource random,
            Workers workers,
            RowServer.Prepared progress) {
        int perRow = IndexForm.plan(records, recordBytes);
        Bytes seed = Bytes.wrap(random.bytes(PirParameters.SEED_BYTES));
        IndexForm draft = new IndexForm(records, recordBytes, perRow, seed, Bytes.wrap(new byte[32]));
        Matrix matrix = Matrix.zeros(draft.rows(), RowServer.outputs(draft.rowBytes()));
        byte[][] leaves = new byte[draft.rows()][];
        workers.each(draft.rows(), row -> {
            byte[] content = new byte[draft.contentBytes()];
            for (int i = 0; i < perRow && row * perRow + i < records; i++) {
                byte[] bytes = record.apply(row * perRow + i);
                Bug.unless(bytes.length == recordBytes, "a record has " + recordBytes + " bytes");
                System.arraycopy(bytes, 0, content, i * recordBytes, recordBytes);
            }
            matrix.fill(row, 0, content);
            leaves[row] = RowTree.leaf(content);
        });
        RowTree tree = new RowTree(leaves);
        workers.each(draft.rows(), row -> matrix.fill(row, draft.contentBytes(), tree.path(row)));
        IndexForm form = new IndexForm(records, recordBytes, perRow, seed, tree.root());
        return new IndexTable(form, RowServer.of(matrix, seed.toArray(), workers, progress));
    }

    public IndexForm form() {
        return form;
    }

    public RowServer server() {
        return server;
    }

    /// The client of a table of this form.
    public static RowClient client(IndexForm form) {
        return new RowClient(form.rows(), form.rowBytes(), form.seed().toArray());
    }

    /// The row in which a record stands: what to ask for.
    public static int row(IndexForm form, int index) {
        return index / form.recordsPerRow();
    }

    /// The record out of an opened row; empty when the row is not the committed table's.
    public static Optional<Bytes> record(IndexForm form, int index, byte[] row) {
        if (!RowTree.holds(row, form.contentBytes(), row(form, index), form.rows(), form.root())) {
            return Optional.empty();
        }
        int from = index % form.recordsPerRow() * form.recordBytes();
        return Optional.of(Bytes.copyOf(Arrays.copyOfRange(row, from, from + form.recordBytes())));
    }
}
