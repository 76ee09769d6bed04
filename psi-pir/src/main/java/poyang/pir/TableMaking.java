package poyang.pir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import poyang.crypto.Sm3;
import poyang.crypto.Sm4;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// Makes a {@link KeywordTable} in two passes over the records: values and places first, then
/// entries.
///
/// - cost: a hash to the curve and a multiplication for each record (the larger part), one hash
///   over the matrix, then the preparation of each output
/// - memory: the matrix, 81 bytes a record, and what is prepared
final class TableMaking {
    private static final int BATCH = 1 << 10;
    private static final int BATCHES = 16;
    private static final int PLACEMENTS_MAX = 64;
    private static final int CHECK_BYTES = ValueMemory.NAME_BYTES;

    private final int recordBytes;
    private final int recordsPerKeyword;
    private final HolderKey key;
    private final ValueMemory memory;
    private final RandomSource random;
    private final Workers workers;
    private final KeywordTable.Making progress;

    /// y of each record's keyword, and which of the keyword's records it is: batches in the order
    /// in which records come.
    private final List<byte[]> values = new ArrayList<>();

    private final List<byte[]> numbers = new ArrayList<>();

    /// The first bytes of each keyword's hash, to notice a source that changes between the passes.
    private final List<byte[]> checks = new ArrayList<>();

    /// A record that waits for its batch.
    private record Waiting(Bytes keyword, Bytes record) {}

    /// Takes a group of batches.
    private interface Group {
        void take(int firstBatch, List<List<Waiting>> batches);
    }

    TableMaking(
            int recordBytes,
            int recordsPerKeyword,
            HolderKey key,
            ValueMemory memory,
            RandomSource random,
            Workers workers,
            KeywordTable.Making progress) {
        this.recordBytes = recordBytes;
        this.recordsPerKeyword = recordsPerKeyword;
        this.key = key;
        this.memory = memory;
        this.random = random;
        this.workers = workers;
        this.progress = progress;
    }

    KeywordTable make(Records records) {
        long count = pass(records, this::evaluate);
        TablePlan plan = TablePlan.of(count, recordBytes);
        for (int attempt = 0; attempt < PLACEMENTS_MAX; attempt++) {
            Placement placement = new Placement(plan.rows(), plan.places());
            if (place(placement, attempt)) {
                return fill(records, count, placement, attempt, plan);
            }
        }
        throw new PoyangException(
                PirErrors.BAD_SHAPE,
                "the records found no places in " + PLACEMENTS_MAX + " tries",
                "make the table again; this happens by chance less than once in 2^64 times");
    }

    /// Hands on the records in groups of batches; gives their number.
    private long pass(Records records, Group group) {
        List<List<Waiting>> batches = new ArrayList<>();
        long[] count = new long[1];
        int[] first = new int[1];
        records.forEach((keyword, record) -> {
            check(keyword, record);
            if (batches.isEmpty() || batches.getLast().size() == BATCH) {
                if (batches.size() == BATCHES) {
                    group.take(first[0], batches);
                    first[0] += batches.size();
                    batches.clear();
                }
                batches.add(new ArrayList<>(BATCH));
            }
            batches.getLast().add(new Waiting(Bytes.copyOf(keyword), Bytes.copyOf(record)));
            count[0]++;
        });
        group.take(first[0], batches);
        return count[0];
    }

    private void check(byte[] keyword, byte[] record) {
        if (keyword.length < 1 || keyword.length > KeywordPrf.KEY_BYTES_MAX || record.length > recordBytes) {
            throw new PoyangException(
                    PirErrors.RECORD_REFUSED,
                    "a keyword of " + keyword.length + " bytes with a record of " + record.length + " bytes",
                    "keywords have 1 to " + KeywordPrf.KEY_BYTES_MAX + " bytes, records of this table at most "
                            + recordBytes);
        }
    }

    private void evaluate(int firstBatch, List<List<Waiting>> batches) {
        byte[][] made = new byte[batches.size()][];
        byte[][] names = new byte[batches.size()][];
        workers.each(batches.size(), i -> {
            names[i] = checks(batches.get(i));
            made[i] = values(batches.get(i), names[i]);
        });
        for (byte[] batch : made) {
            values.add(batch);
            numbers.add(new byte[batch.length / KeywordPrf.VALUE_BYTES]);
        }
        checks.addAll(Arrays.asList(names));
        progress.at("values", (long) values.size() * BATCH, 0);
    }

    /// Those that are remembered, and the others computed.
    private byte[] values(List<Waiting> batch, byte[] names) {
        byte[] all = new byte[batch.size() * KeywordPrf.VALUE_BYTES];
        List<Integer> missing = new ArrayList<>();
        List<byte[]> keywords = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            if (!memory.recall(names, i * CHECK_BYTES, all, i * KeywordPrf.VALUE_BYTES)) {
                missing.add(i);
                keywords.add(batch.get(i).keyword().toArray());
            }
        }
        if (!keywords.isEmpty()) {
            byte[] computed = key.values(keywords);
            for (int j = 0; j < missing.size(); j++) {
                int i = missing.get(j);
                System.arraycopy(
                        computed, j * KeywordPrf.VALUE_BYTES, all, i * KeywordPrf.VALUE_BYTES, KeywordPrf.VALUE_BYTES);
                memory.keep(names, i * CHECK_BYTES, all, i * KeywordPrf.VALUE_BYTES);
            }
        }
        return all;
    }

    private static byte[] checks(List<Waiting> batch) {
        byte[] out = new byte[batch.size() * CHECK_BYTES];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(Sm3.digest(batch.get(i).keyword().toArray()), 0, out, i * CHECK_BYTES, CHECK_BYTES);
        }
        return out;
    }

    private static byte[] value(byte[] batch, int i) {
        return Arrays.copyOfRange(batch, i * KeywordPrf.VALUE_BYTES, (i + 1) * KeywordPrf.VALUE_BYTES);
    }

    /// Gives each record a place; false when a row overflows.
    private boolean place(Placement placement, int attempt) {
        for (int batch = 0; batch < values.size(); batch++) {
            for (int i = 0; i < numbers.get(batch).length; i++) {
                byte[] value = value(values.get(batch), i);
                int number = 0;
                byte[] recordValue = KeywordPrf.ofRecord(value, 0);
                int row = KeywordPrf.row(recordValue, attempt, placement.rows());
                while (placement.find(row, recordValue) >= 0) {
                    if (++number == recordsPerKeyword) {
                        throw new PoyangException(
                                PirErrors.RECORD_REFUSED,
                                "a keyword stands there with more than " + recordsPerKeyword + " records",
                                "make the table with more records a keyword, or join the records of one keyword");
                    }
                    recordValue = KeywordPrf.ofRecord(value, number);
                    row = KeywordPrf.row(recordValue, attempt, placement.rows());
                }
                if (placement.take(row, recordValue) < 0) {
                    return false;
                }
                numbers.get(batch)[i] = (byte) number;
            }
        }
        return true;
    }

    private KeywordTable fill(Records records, long count, Placement placement, int attempt, TablePlan plan) {
        KeywordForm draft = new KeywordForm(
                plan.rows(),
                plan.places(),
                recordBytes,
                recordsPerKeyword,
                attempt,
                Bytes.wrap(random.bytes(PirParameters.SEED_BYTES)),
                key.publicKey(),
                Bytes.wrap(new byte[KeywordPrf.VALUE_BYTES]));
        Matrix matrix = Matrix.zeros(plan.rows(), RowServer.outputs(draft.rowBytes()));
        byte[][] salts = blank(matrix, draft);
        AtomicLong done = new AtomicLong();
        long again = pass(records, (firstBatch, batches) -> {
            for (int b = 0; b < batches.size(); b++) {
                unless(firstBatch + b < checks.size()
                        && Arrays.equals(checks.get(firstBatch + b), checks(batches.get(b))));
            }
            workers.each(batches.size(), b -> {
                for (int i = 0; i < batches.get(b).size(); i++) {
                    enter(
                            matrix,
                            draft,
                            placement,
                            salts,
                            firstBatch + b,
                            i,
                            batches.get(b).get(i));
                }
            });
            progress.at("entries", done.addAndGet((long) batches.size() * BATCH), count);
        });
        unless(again == count);
        values.clear();
        numbers.clear();
        checks.clear();
        return finish(matrix, draft, placement);
    }

    private static void unless(boolean same) {
        if (!same) {
            throw new PoyangException(
                    PirErrors.RECORD_REFUSED,
                    "other records came when they were read a second time",
                    "the source must stay as it is while a table is made");
        }
    }

    private void enter(
            Matrix matrix, KeywordForm form, Placement placement, byte[][] salts, int batch, int i, Waiting waiting) {
        byte[] recordValue = KeywordPrf.ofRecord(value(values.get(batch), i), numbers.get(batch)[i]);
        int row = KeywordPrf.row(recordValue, form.placement(), form.rows());
        int place = placement.find(row, recordValue);
        Bug.unless(place >= 0, "every value has its place");
        matrix.fill(
                row,
                KeywordForm.SALT_BYTES + place * form.entryBytes(),
                Entries.seal(recordValue, salts[row], waiting.record().toArray(), recordBytes));
    }

    /// Fills salts and places with random bytes, which empty places keep; gives the salts.
    private byte[][] blank(Matrix matrix, KeywordForm form) {
        byte[][] salts = new byte[form.rows()][];
        byte[] streamKey = random.bytes(Sm4.KEY_BYTES);
        try (Sm4 stream = new Sm4(streamKey)) {
            workers.each(form.rows(), row -> {
                byte[] content = blankRow(stream, row, form);
                salts[row] = Arrays.copyOf(content, KeywordForm.SALT_BYTES);
                matrix.fill(row, 0, content);
            });
        }
        Arrays.fill(streamKey, (byte) 0);
        return salts;
    }

    /// Random content for one row from a stream of its own.
    static byte[] blankRow(Sm4 stream, int row, KeywordForm form) {
        byte[] counter = new byte[Sm4.BLOCK_BYTES];
        for (int i = 0; i < Integer.BYTES; i++) {
            counter[i] = (byte) (row >>> (Integer.BYTES - 1 - i) * Byte.SIZE);
        }
        return stream.unauthenticatedCtr(counter, new byte[form.contentBytes()]);
    }

    private KeywordTable finish(Matrix matrix, KeywordForm draft, Placement placement) {
        byte[][] leaves = new byte[draft.rows()][];
        AtomicLong done = new AtomicLong();
        workers.each(draft.rows(), row -> {
            leaves[row] = RowTree.leaf(Arrays.copyOf(matrix.row(row), draft.contentBytes()));
            if (done.incrementAndGet() % BATCH == 0) {
                progress.at("commitment", done.get(), draft.rows());
            }
        });
        RowTree tree = new RowTree(leaves);
        workers.each(draft.rows(), row -> matrix.fill(row, draft.contentBytes(), tree.path(row)));
        KeywordForm form = draft.withRoot(tree.root());
        RowServer server = RowServer.of(
                matrix, form.seed().toArray(), workers, (outputs, total) -> progress.at("preparation", outputs, total));
        return new KeywordTable(form, key, placement, tree, server);
    }
}
