package poyang.executor.jobs;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ChildChannel;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobProgress;
import poyang.executor.job.Rounding;
import poyang.executor.job.ViewMessage;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.pir.HolderKey;
import poyang.pir.KeywordForm;
import poyang.pir.KeywordTable;
import poyang.pir.PirErrors;
import poyang.psi.IdentifierRule;
import poyang.psi.Workers;

/// A view's table in a child: rows are taken, then it is made, then it answers.
///
/// - learnt by this side: that there are look-ups, and of how many keywords
/// - random: everything is fresh for each table, its key included; nothing of it leaves the process
public final class ViewTable implements AutoCloseable {
    private static final int KEYWORDS_AT_ONCE_MAX = 64;

    private final ViewMessage.Make make;
    private final RandomSource random;
    private final ViewWorkers workers;
    private final ViewRows rows;
    private final HolderKey key;

    /// @param scratch for the rows, sealed, until the table is made
    /// @param threads that make and answer
    /// @throws PoyangException `UNKNOWN_JOB_KIND` for an identifier kind that is unknown
    public ViewTable(ViewMessage.Make make, Path scratch, RandomSource random, int threads) throws IOException {
        this.make = make;
        this.random = random;
        workers = new ViewWorkers(threads);
        IdentifierRule rule = IdentifierRule.named(make.identifierKind())
                .orElseThrow(() ->
                        CollisionJob.unknown("the view names the unknown identifier kind " + make.identifierKind()));
        rows = new ViewRows(scratch.resolve("rows.sealed"), rule, make.columns(), random.fork("spool"));
        key = HolderKey.random(random.fork("key"));
    }

    /// Takes a batch of the reader's rows.
    public void take(VectorSchemaRoot batch) {
        rows.take(batch);
    }

    public long rowsRead() {
        return rows.rows();
    }

    /// Makes the table of all rows taken.
    ///
    /// @param progress hears the phases `values`, `entries`, `commitment` and `preparation`
    /// @throws PoyangException `RECORD_REFUSED`, `BAD_SHAPE`
    public Standing make(JobProgress progress) {
        rows.end();
        int recordBytes = make.recordBytes() == 0 ? Math.max(1, rows.longest()) : make.recordBytes();
        KeywordTable table = KeywordTable.of(
                rows, recordBytes, make.recordsPerKey(), key, random.fork("table"), workers, (step, done, total) -> {
                    long all = total == 0 ? rows.records() : total;
                    progress.at(step, Math.min(done, all), all);
                });
        long records = rows.records();
        rows.close();
        return new Standing(table, records, random.fork("answers"), workers);
    }

    @Override
    public void close() {
        rows.close();
        key.close();
        workers.close();
    }

    /// A table that answers.
    public static final class Standing {
        private final KeywordTable table;
        private final long records;
        private final RandomSource random;
        private final Workers workers;
        private long evaluations;

        private Standing(KeywordTable table, long records, RandomSource random, Workers workers) {
            this.table = table;
            this.records = records;
            this.random = random;
            this.workers = workers;
        }

        /// What the host may know of it.
        ///
        /// @throws PoyangException `MEMORY_LIMIT` when one keyword's frames are longer than a message may be
        public ViewMessage.Standing facts() {
            KeywordForm form = table.form();
            long longest = Math.max(form.clientBytes(1), form.holderBytes(1));
            if (longest > ChildChannel.LONGEST_FRAME_BYTES) {
                throw new PoyangException(
                        ExecutorErrors.MEMORY_LIMIT,
                        "one look-up would take " + longest + " bytes in one direction",
                        "at most " + ChildChannel.LONGEST_FRAME_BYTES
                                + " are possible: publish fewer records for a key, or shorter records");
            }
            return new ViewMessage.Standing(
                    Bytes.wrap(form.encode()),
                    Rounding.up(records),
                    (int) Math.min(KEYWORDS_AT_ONCE_MAX, ChildChannel.LONGEST_FRAME_BYTES / longest),
                    form.clientBytes(1) + form.holderBytes(1),
                    table.matrixBytes() + table.preparedBytes());
        }

        /// First answer of a look-up.
        ///
        /// @throws PoyangException `BAD_FRAME` unless the frame holds so many blinded keywords
        public byte[] evaluate(int keywords, Bytes blinded) {
            if (blinded.length() != keywords * KeywordForm.POINT_BYTES) {
                throw new PoyangException(
                        PirErrors.BAD_FRAME,
                        "a frame of " + blinded.length() + " bytes is to hold " + keywords + " blinded keywords",
                        KeywordForm.POINT_BYTES + " bytes each are needed");
            }
            return table.evaluate(blinded.toArray(), random.fork("evaluation-" + evaluations++));
        }

        /// Second answer of a look-up.
        ///
        /// @throws PoyangException `BAD_FRAME`
        public byte[] answer(int keywords, Bytes queries) {
            return table.answer(queries.toArray(), keywords, workers);
        }
    }
}
