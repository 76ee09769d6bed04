package poyang.pir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The asker's side of reading a range or a prefix of an ordered key.
///
/// ```
/// asker                                       holder
///   a query for the root's row           →
///                                        ←    the row          once a level, down to the entries
///   queries for the rows of the entries  →
///                                        ←    the rows
/// ```
/// Number, order and lengths of the frames depend on the form and on how many entries are read at most. An
/// answer that is not the committed table's is noticed; the reading then goes on as if it had been the first
/// node, and says so at its end.
public final class OrderedClient {
    private final OrderedForm form;
    private final RowClient nodes;
    private final RowClient entries;

    public OrderedClient(OrderedForm form) {
        this.form = form;
        nodes = IndexTable.client(form.nodes());
        entries = IndexTable.client(form.entries());
    }

    /// What a reading came to.
    public sealed interface Outcome {
        /// @param entries of the range, in order, as many as were asked for at most
        /// @param more whether the range goes on behind them
        record Found(List<OrderedTable.Entry> entries, boolean more) implements Outcome {}

        /// The holder's answers are not those of the committed table.
        record Complaint() implements Outcome {}
    }

    /// Begins to read the entries whose keys lie between two keys, both included.
    ///
    /// @param most entries, at least 1
    /// @param random of this reading alone; never the same twice
    /// @throws PoyangException `RECORD_REFUSED` for keys that are too long or a number out of range
    public Reading range(byte[] from, byte[] to, int most, RandomSource random) {
        return new Reading(bound(from, (byte) 0), bound(to, (byte) 0), most, random);
    }

    /// Begins to read the entries whose keys begin with a prefix.
    ///
    /// @throws PoyangException as {@link #range}
    public Reading prefix(byte[] prefix, int most, RandomSource random) {
        return new Reading(bound(prefix, (byte) 0), bound(prefix, (byte) 0xff), most, random);
    }

    private byte[] bound(byte[] key, byte filling) {
        if (key.length > form.keyBytes()) {
            throw new PoyangException(
                    PirErrors.RECORD_REFUSED,
                    "a key of " + key.length + " bytes is asked for",
                    "keys of this table have " + form.keyBytes() + " bytes at most");
        }
        byte[] bound = Arrays.copyOf(key, form.keyBytes());
        Arrays.fill(bound, key.length, bound.length, filling);
        return bound;
    }

    /// A reading under way: `next` and `take` in turn until `next` gives the last frame; then `outcome`.
    public final class Reading implements AutoCloseable {
        private final byte[] from;
        private final byte[] to;
        private final int most;
        private final RandomSource random;
        private final List<Integer> levels;
        private final List<RowClient.Asked> asked = new ArrayList<>();
        private int level;
        private int node;
        private int firstOfLevel;
        private int rank;
        private boolean committed = true;

        private Reading(byte[] from, byte[] to, int most, RandomSource random) {
            if (most < 1 || most > form.entries().records()) {
                throw new PoyangException(
                        PirErrors.RECORD_REFUSED,
                        most + " entries are to be read at most",
                        "1 to " + form.entries().records() + " are possible");
            }
            this.from = from;
            this.to = to;
            this.most = most;
            this.random = random;
            levels = form.levels();
        }

        /// Whether the next frame is the last, which the holder answers as queries for entries.
        public boolean last() {
            return level == levels.size();
        }

        /// The next frame.
        public byte[] next() {
            asked.forEach(RowClient.Asked::close);
            asked.clear();
            RandomSource source = random.fork("level-" + level);
            if (!last()) {
                asked.add(nodes.ask(IndexTable.row(form.nodes(), firstOfLevel + node), source));
                return asked.getFirst().frame().clone();
            }
            int rows = form.rowsRead(most);
            byte[] frame = new byte[rows * entries.queryBytes()];
            for (int i = 0; i < rows; i++) {
                asked.add(entries.ask(firstRow() + i, source.fork("query-" + i)));
                System.arraycopy(asked.get(i).frame(), 0, frame, i * entries.queryBytes(), entries.queryBytes());
            }
            return frame;
        }

        /// The row of the first entry, or before it where the table ends sooner.
        private int firstRow() {
            int row =
                    IndexTable.row(form.entries(), Math.min(rank, form.entries().records() - 1));
            return Math.min(row, form.entries().rows() - form.rowsRead(most));
        }

        /// Takes the answer to a frame that was not the last.
        ///
        /// @throws PoyangException `BAD_FRAME` for a frame of another length
        public void take(byte[] answer) {
            Bug.unless(!last(), "the last answer is for `outcome`");
            length(answer, nodes.answerBytes());
            byte[] row = nodes.open(asked.getFirst(), answer, 0);
            Optional<Bytes> keys = IndexTable.record(form.nodes(), firstOfLevel + node, row);
            committed &= keys.isPresent();
            boolean lowest = level == levels.size() - 1;
            int childrenBelow = lowest ? form.entries().records() : levels.get(level + 1);
            int children = Math.min(form.fanout(), childrenBelow - node * form.fanout());
            int smaller = keys.map(found -> smaller(found.toArray(), children)).orElse(0);
            firstOfLevel += levels.get(level);
            level++;
            // Above the entries the child to search is the last one that begins below `from`.
            int chosen = lowest ? smaller : Math.max(0, smaller - 1);
            node = node * form.fanout() + chosen;
            rank = node;
        }

        private int smaller(byte[] keys, int children) {
            int count = 0;
            int width = form.keyBytes();
            for (int i = 0; i < children; i++) {
                byte[] key = Arrays.copyOfRange(keys, i * width, (i + 1) * width);
                count += Arrays.compareUnsigned(key, from) < 0 ? 1 : 0;
            }
            return count;
        }

        /// What came of it, from the answer to the last frame.
        ///
        /// @throws PoyangException `BAD_FRAME` for a frame of another length
        public Outcome outcome(byte[] answers) {
            Bug.unless(last(), "the last answer is needed");
            length(answers, asked.size() * entries.answerBytes());
            List<OrderedTable.Entry> found = new ArrayList<>();
            boolean more = false;
            int perRow = form.entries().recordsPerRow();
            for (int i = 0; i < asked.size(); i++) {
                byte[] row = entries.open(asked.get(i), answers, i * entries.answerBytes());
                int first = (firstRow() + i) * perRow;
                for (int at = first;
                        at < Math.min(first + perRow, form.entries().records());
                        at++) {
                    Optional<Bytes> record = IndexTable.record(form.entries(), at, row);
                    committed &= record.isPresent();
                    if (record.isPresent() && at >= rank && within(record.get())) {
                        more |= found.size() == most;
                        if (found.size() < most) {
                            found.add(entry(record.get()));
                        }
                    }
                }
            }
            return committed ? new Outcome.Found(List.copyOf(found), more) : new Outcome.Complaint();
        }

        private boolean within(Bytes record) {
            byte[] key = Arrays.copyOf(record.toArray(), form.keyBytes());
            return Arrays.compareUnsigned(key, from) >= 0 && Arrays.compareUnsigned(key, to) <= 0;
        }

        private OrderedTable.Entry entry(Bytes record) {
            int width = form.keyBytes();
            int length = (record.at(width) & 0xff) << Byte.SIZE | record.at(width + 1) & 0xff;
            int end = width;
            while (end > 0 && record.at(end - 1) == 0) {
                end--;
            }
            int start = width + OrderedForm.LENGTH_BYTES;
            return new OrderedTable.Entry(
                    record.slice(0, end), record.slice(start, start + Math.min(length, form.valueBytes())));
        }

        @Override
        public void close() {
            asked.forEach(RowClient.Asked::close);
        }
    }

    private static void length(byte[] frame, int right) {
        if (frame.length != right) {
            throw new PoyangException(
                    PirErrors.BAD_FRAME, "an answer has " + frame.length + " bytes", right + " bytes are right");
        }
    }
}
