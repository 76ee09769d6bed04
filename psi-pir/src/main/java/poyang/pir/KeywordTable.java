package poyang.pir;

import java.util.List;
import java.util.Map;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// A table of records that can be read by keyword, as its holder keeps it: rows ready for private
/// reads and the form that binds them. Immutable; {@link #with} gives the next version.
///
/// - what a look-up tells the holder: that it was made, and for how many keywords; not which, and
///   not whether there was a record
/// - what it tells the asker: the records of its keywords, or that there are none, and the form.
///   The other entries of the rows it reads are sealed under values that it has not asked for;
///   guessing at them takes one counted evaluation by the holder for each guess
public final class KeywordTable {
    private final KeywordForm form;
    private final HolderKey key;
    private final Placement placement;
    private final RowTree tree;
    private final RowServer server;

    KeywordTable(KeywordForm form, HolderKey key, Placement placement, RowTree tree, RowServer server) {
        this.form = form;
        this.key = key;
        this.placement = placement;
        this.tree = tree;
        this.server = server;
    }

    /// How far the making of a table is; its steps are `values`, `entries`, `commitment`,
    /// `preparation`.
    @FunctionalInterface
    public interface Making {
        void at(String step, long done, long total);
    }

    /// Makes a table.
    ///
    /// @param recordBytes the longest record
    /// @param recordsPerKeyword how many records one keyword may have
    /// @param key stays the caller's, who closes it after the table's last use
    /// @throws PoyangException `RECORD_REFUSED` for a keyword or record that does not fit,
    ///     `BAD_SHAPE`
    public static KeywordTable of(
            Records records,
            int recordBytes,
            int recordsPerKeyword,
            HolderKey key,
            RandomSource random,
            Workers workers,
            Making progress) {
        return of(records, recordBytes, recordsPerKeyword, key, ValueMemory.NONE, random, workers, progress);
    }

    /// Makes a table with values that are known already; what is computed is given to the memory.
    ///
    /// @param memory of values under this very key
    /// @throws PoyangException as the other
    public static KeywordTable of(
            Records records,
            int recordBytes,
            int recordsPerKeyword,
            HolderKey key,
            ValueMemory memory,
            RandomSource random,
            Workers workers,
            Making progress) {
        return new TableMaking(recordBytes, recordsPerKeyword, key, memory, random, workers, progress).make(records);
    }

    public KeywordForm form() {
        return form;
    }

    public long matrixBytes() {
        return server.matrixBytes();
    }

    public long preparedBytes() {
        return server.preparedBytes();
    }

    /// First answer of a look-up, see {@link HolderKey#evaluate}.
    public byte[] evaluate(byte[] blinded, RandomSource random) {
        return key.evaluate(blinded, random);
    }

    /// Second answer of a look-up of `keywords` keywords; the matrix is read once.
    ///
    /// @throws PoyangException `BAD_FRAME`
    public byte[] answer(byte[] queries, int keywords, Workers workers) {
        return server.answer(queries, keywords * form.recordsPerKeyword(), workers);
    }

    /// The table with these keywords' records in place of what they had; no records means none any
    /// more. Only the rows concerned and, because the root changes, all rows' paths are written
    /// anew; only outputs that hold changed words are prepared anew. Look-ups under way end on this
    /// table.
    ///
    /// @throws PoyangException `RECORD_REFUSED` for a record or number of records that does not
    ///     fit, or when a row is full: then a table must be made anew
    public KeywordTable with(Map<Bytes, List<Bytes>> changes, RandomSource random, Workers workers) {
        return new TableChange(form, key, placement.copy(), tree, server, random).apply(changes, workers);
    }

    RowServer server() {
        return server;
    }
}
