package poyang.executor.jobs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
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
import poyang.pir.OrderedForm;
import poyang.pir.OrderedTable;
import poyang.pir.PirErrors;
import poyang.psi.IdentifierRule;
import poyang.psi.Workers;

/// A view's tables in a child: rows are taken, or found where they were kept, a table is made of them, then it
/// answers; further rows give further tables.
///
/// - learnt by this side: that there are look-ups, and of how many keywords
/// - kept: rows and values of keywords, in a folder that outlives the process, sealed to a key that follows
///   from the view's secret. The table's own key follows from it too; salts and seeds are fresh
public final class ViewTable implements AutoCloseable {
    private static final String ROWS = "rows.sealed";
    /// Of a table's keys, so many may change before it is made anew instead: one in this many.
    private static final int CHANGED_SHARE = 16;

    private static final int CHANGED_MIN = 1_000;

    private final ViewMessage.Make make;
    private final Path kept;
    private final RandomSource random;
    private final ChildWorkers workers;
    private final IdentifierRule rule;
    private final Sm2PrivateKey sealing;
    private final HolderKey key;
    private int number;

    /// @param make names a folder that this process may write
    /// @param threads that make and answer
    /// @throws PoyangException `UNKNOWN_JOB_KIND` for an identifier kind that is unknown
    public ViewTable(ViewMessage.Make make, RandomSource random, int threads) {
        this.make = make;
        this.random = random;
        kept = Path.of(make.kept());
        rule = IdentifierRule.named(make.identifierKind())
                .orElseThrow(() ->
                        CollisionJob.unknown("the view names the unknown identifier kind " + make.identifierKind()));
        workers = new ChildWorkers(threads);
        RandomSource secret = new SeededRandom(make.secret().toArray(), "poyang.view.v1");
        sealing = Sm2PrivateKey.generate(secret.fork("rows"));
        key = HolderKey.random(secret.fork("holder"));
    }

    /// Rows that are being read.
    public final class Reading implements AutoCloseable {
        private final int reading = number++;
        private final ViewRows.Writer writer;

        private Reading() throws IOException {
            writer = new ViewRows.Writer(
                    kept.resolve("reading.sealed"), rule, make.columns(), sealing, random.fork("rows " + reading));
        }

        /// Takes a batch of the reader's rows.
        public void take(VectorSchemaRoot batch) {
            writer.take(batch);
        }

        public long rows() {
            return writer.rows();
        }

        /// All rows have come: a table of them.
        ///
        /// @param progress hears the phases `values`, `entries`, `commitment` and `preparation`
        /// @throws PoyangException `RECORD_REFUSED`, `BAD_SHAPE`
        public Standing make(JobProgress progress) throws IOException {
            ViewRows rows = writer.end();
            rows.moveTo(kept.resolve(ROWS));
            return made(rows, progress);
        }

        /// All rows have come: the table with what changed since another was made, which answers on.
        ///
        /// @return empty when nothing has changed
        /// @throws PoyangException `RECORD_REFUSED`, `BAD_SHAPE`: the table that stands stays
        public Optional<Standing> change(Standing before, JobProgress progress) throws IOException {
            ViewRows rows = writer.end();
            progress.at("comparing", 0, rows.records());
            ViewRows earlier = ViewRows.kept(kept.resolve(ROWS), sealing);
            int most = (int) Math.max(CHANGED_MIN, rows.records() / CHANGED_SHARE);
            Optional<Map<Bytes, List<Bytes>>> changes = ViewChanges.between(earlier, rows, most);
            if (changes.isPresent() && changes.get().isEmpty()) {
                rows.close();
                return Optional.empty();
            }
            Optional<Standing> changed = changes.flatMap(some -> changed(before, some, rows, progress));
            Standing next = changed.isPresent() ? changed.get() : made(rows, progress);
            var _ = next.facts(); // refuses what cannot be asked, before it takes the other's place
            rows.moveTo(kept.resolve(ROWS));
            return Optional.of(next);
        }

        /// Where the change does not fit into the table there is, it is made anew.
        private Optional<Standing> changed(
                Standing before, Map<Bytes, List<Bytes>> changes, ViewRows rows, JobProgress progress) {
            if (!(before.table instanceof Answering.ByKey now)) {
                return Optional.empty();
            }
            progress.at("changing", 0, changes.size());
            try {
                KeywordTable next = now.table().with(changes, random.fork("change " + reading), workers);
                return Optional.of(new Standing(
                        reading,
                        new Answering.ByKey(next),
                        rows.records(),
                        random.fork("answers " + reading),
                        workers));
            } catch (PoyangException e) {
                if (!e.code().equals(PirErrors.RECORD_REFUSED)) {
                    throw e;
                }
                return Optional.empty();
            }
        }

        private Standing made(ViewRows rows, JobProgress progress) throws IOException {
            return new Standing(
                    reading,
                    table(rows, reading, progress),
                    rows.records(),
                    random.fork("answers " + reading),
                    workers);
        }

        @Override
        public void close() {
            writer.close();
        }
    }

    /// Begins to read rows.
    public Reading read() throws IOException {
        return new Reading();
    }

    /// Makes the table of the rows that were kept; values that were kept are not computed again.
    ///
    /// @throws PoyangException `SEALED_FILE_REJECTED`, `NOT_A_RECEIVER` where they are damaged
    public Standing resume(JobProgress progress) throws IOException {
        progress.at("opening", 0, 0);
        ViewRows rows = ViewRows.kept(kept.resolve(ROWS), sealing);
        int reading = number++;
        return new Standing(
                reading, table(rows, reading, progress), rows.records(), random.fork("answers " + reading), workers);
    }

    private Answering table(ViewRows rows, int reading, JobProgress progress) throws IOException {
        if (make.ranges()) {
            return new Answering.ByRange(ordered(rows, reading, progress));
        }
        int recordBytes = make.recordBytes() == 0 ? Math.max(1, rows.longest()) : make.recordBytes();
        try (ViewValues values = new ViewValues(kept, sealing, random.fork("values " + reading))) {
            return new Answering.ByKey(KeywordTable.of(
                    rows,
                    recordBytes,
                    make.recordsPerKey(),
                    key,
                    values,
                    random.fork("table " + reading),
                    workers,
                    (step, done, total) -> {
                        long all = total == 0 ? rows.records() : total;
                        progress.at(step, Math.min(done, all), all);
                    }));
        }
    }

    private OrderedTable ordered(ViewRows rows, int reading, JobProgress progress) {
        progress.at("ordering", 0, rows.records());
        List<OrderedTable.Entry> entries = new ArrayList<>();
        int[] longest = {1, make.recordBytes() == 0 ? 1 : make.recordBytes()};
        rows.forEach((keyword, record) -> {
            entries.add(new OrderedTable.Entry(Bytes.copyOf(keyword), Bytes.copyOf(record)));
            longest[0] = Math.max(longest[0], keyword.length);
            longest[1] = make.recordBytes() == 0 ? Math.max(longest[1], record.length) : longest[1];
        });
        entries.sort((a, b) -> Arrays.compareUnsigned(a.key().toArray(), b.key().toArray()));
        progress.at("preparation", 0, rows.records());
        return OrderedTable.of(entries, longest[0], longest[1], random.fork("table " + reading), workers);
    }

    @Override
    public void close() {
        sealing.close();
        key.close();
        workers.close();
    }

    /// The two kinds of tables.
    private sealed interface Answering {
        record ByKey(KeywordTable table) implements Answering {}

        record ByRange(OrderedTable table) implements Answering {}
    }

    /// A table that answers.
    public static final class Standing {
        private static final int KEYWORDS_AT_ONCE_MAX = 64;

        private final int number;
        private final Answering table;
        private final long records;
        private final RandomSource random;
        private final Workers workers;
        private long evaluations;

        private Standing(int number, Answering table, long records, RandomSource random, Workers workers) {
            this.number = number;
            this.table = table;
            this.records = records;
            this.random = random;
            this.workers = workers;
        }

        /// What the host may know of it.
        ///
        /// @throws PoyangException `MEMORY_LIMIT` when one keyword's frames are longer than a message may be
        public ViewMessage.Standing facts() {
            return switch (table) {
                case Answering.ByKey(KeywordTable keyed) -> {
                    KeywordForm form = keyed.form();
                    long longest = fitting(Math.max(form.clientBytes(1), form.holderBytes(1)));
                    yield facts(
                            form.encode(),
                            (int) Math.min(KEYWORDS_AT_ONCE_MAX, ChildChannel.LONGEST_FRAME_BYTES / longest),
                            form.clientBytes(1) + form.holderBytes(1),
                            keyed.matrixBytes() + keyed.preparedBytes(),
                            1);
                }
                case Answering.ByRange(OrderedTable ordered) -> {
                    OrderedForm form = ordered.form();
                    long _ = fitting(Math.max(form.clientBytes(1), form.holderBytes(1)));
                    int most = (int) Math.min(KEYWORDS_AT_ONCE_MAX, records);
                    while (Math.max(form.clientBytes(most), form.holderBytes(most))
                            > ChildChannel.LONGEST_FRAME_BYTES) {
                        most--;
                    }
                    yield facts(
                            form.encode(),
                            most,
                            form.clientBytes(1) + form.holderBytes(1),
                            ordered.memoryBytes(),
                            form.steps());
                }
            };
        }

        private static long fitting(long longest) {
            if (longest > ChildChannel.LONGEST_FRAME_BYTES) {
                throw new PoyangException(
                        ExecutorErrors.MEMORY_LIMIT,
                        "one look-up would take " + longest + " bytes in one direction",
                        "at most " + ChildChannel.LONGEST_FRAME_BYTES
                                + " are possible: publish fewer records for a key, or shorter records");
            }
            return longest;
        }

        private ViewMessage.Standing facts(byte[] form, int atOnce, long keywordBytes, long memoryBytes, int steps) {
            return new ViewMessage.Standing(
                    number, Bytes.wrap(form), Rounding.up(records), atOnce, keywordBytes, memoryBytes, steps);
        }

        /// The answer to a frame before a look-up's last.
        ///
        /// @throws PoyangException `BAD_FRAME` unless the frame holds so many blinded keywords
        public byte[] evaluate(int keywords, Bytes frame) {
            return switch (table) {
                case Answering.ByKey(KeywordTable keyed) -> {
                    if (frame.length() != keywords * KeywordForm.POINT_BYTES) {
                        throw new PoyangException(
                                PirErrors.BAD_FRAME,
                                "a frame of " + frame.length() + " bytes is to hold " + keywords + " blinded keywords",
                                KeywordForm.POINT_BYTES + " bytes each are needed");
                    }
                    yield keyed.evaluate(frame.toArray(), random.fork("evaluation-" + evaluations++));
                }
                case Answering.ByRange(OrderedTable ordered) -> ordered.answerNode(frame.toArray(), workers);
            };
        }

        /// The answer to a look-up's last frame.
        ///
        /// @throws PoyangException `BAD_FRAME`
        public byte[] answer(int keywords, Bytes queries) {
            return switch (table) {
                case Answering.ByKey(KeywordTable keyed) -> keyed.answer(queries.toArray(), keywords, workers);
                case Answering.ByRange(OrderedTable ordered) ->
                    ordered.answerEntries(queries.toArray(), keywords, workers);
            };
        }
    }
}
