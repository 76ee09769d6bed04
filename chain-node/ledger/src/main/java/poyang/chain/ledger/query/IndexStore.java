package poyang.chain.ledger.query;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import poyang.chain.ledger.FamilyTuning;
import poyang.chain.ledger.RawBatch;
import poyang.crypto.storage.DataKey;
import poyang.crypto.storage.SealedValues;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Rows and terms in one RocksDB.
///
/// | Family | Key → value |
/// |---|---|
/// | rows | place, kind → the values of the rows next to it, each sealed to its own place ({@link RowChunk}) |
/// | changing | the same of kinds whose rows change |
/// | terms | kind, column, keyed hash of a value, height → the rows of that block that have it |
/// | times | block's time, height → nothing |
/// | default | marks, sealed |
///
/// Heights and times stand in clear; of everything else it shows which rows have equal values in a
/// column, and the length of a row.
final class IndexStore implements AutoCloseable {
    static final int HASH_BYTES = 14;
    /// Kind and column, with which a term begins.
    private static final int TERM_HEAD = 2;
    private static final String ROWS = "rows";
    private static final String TERM = "term";
    private static final long CACHE_BYTES = 64L << 20;
    /// What indexes and filters may keep of the cache, whatever is read besides.
    private static final double INDEX_SHARE = 0.5;
    private static final long WRITE_BUFFER_BYTES = 16L << 20;

    private final Cache cache;
    private final BloomFilter filter;
    private final ColumnFamilyOptions familyOptions;
    private final DBOptions options;
    private final WriteOptions unsynced;
    private final BlockTerms.Known known = new BlockTerms.Known();
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final RocksDB database;
    private final SealedValues values;

    /// @param key belongs to the store, which closes it
    IndexStore(Path folder, DataKey key, RandomSource random) {
        RocksDB.loadLibrary();
        cache = new LRUCache(CACHE_BYTES, -1, false, INDEX_SHARE);
        filter = new BloomFilter(10, false);
        unsynced = new WriteOptions();
        values = SealedValues.open(key, random);
        // Entries of a block come in the order of their keys: where one was put, the next of its column is looked for.
        familyOptions = new FamilyTuning(random)
                .options(
                        new BlockBasedTableConfig()
                                .setBlockCache(cache)
                                .setFilterPolicy(filter)
                                .setCacheIndexAndFilterBlocks(true)
                                .setCacheIndexAndFilterBlocksWithHighPriority(true),
                        TERM_HEAD,
                        WRITE_BUFFER_BYTES);
        options = FamilyTuning.database(new DBOptions())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                // What a process that is killed leaves in the log is read again before anybody is answered.
                .setMaxTotalWalSize(2 * WRITE_BUFFER_BYTES)
                .setKeepLogFileNum(2)
                .setMaxBackgroundJobs(1);
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (byte[] name : List.of(
                RocksDB.DEFAULT_COLUMN_FAMILY,
                ROWS.getBytes(StandardCharsets.US_ASCII),
                "terms".getBytes(StandardCharsets.US_ASCII),
                "times".getBytes(StandardCharsets.US_ASCII),
                "changing".getBytes(StandardCharsets.US_ASCII))) {
            families.add(new ColumnFamilyDescriptor(name, familyOptions));
        }
        try {
            Files.createDirectories(folder);
            database = RocksDB.open(options, folder.toString(), families, handles);
        } catch (RocksDBException | IOException e) {
            closeOptions();
            throw failed(e);
        }
    }

    static PoyangException failed(Exception e) {
        return new PoyangException(
                QueryErrors.INDEX_FAILED,
                "the index of the chain cannot be read or written: " + e.getMessage(),
                "a healthy disk with free space is needed; the folder \"index\" may be deleted while the node is"
                        + " stopped, which then makes it anew",
                e);
    }

    private ColumnFamilyHandle meta() {
        return handles.get(0);
    }

    /// Rows that never change are put behind all others, so that their files never have to be merged.
    private ColumnFamilyHandle rows(Kind kind) {
        return handles.get(kind.changes() ? 4 : 1);
    }

    private ColumnFamilyHandle terms() {
        return handles.get(2);
    }

    private ColumnFamilyHandle times() {
        return handles.get(3);
    }

    // ---- keys ---------------------------------------------------------------------------------------

    /// What a row is sealed to.
    private static byte[] rowKey(Kind kind, long place) {
        return at(new byte[] {kind.tag()}, place);
    }

    static byte[] at(byte[] prefix, long place) {
        return ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(place)
                .array();
    }

    /// What the rows' terms begin with that have a value in a column.
    byte[] termPrefix(Kind kind, Column column, Value value) {
        Term term = Term.of(kind, column, value);
        return term.prefix(values.keyedHash(TERM, term.hashed()));
    }

    /// What a term says: that a column has a value, or that it names one.
    record Term(Kind kind, int position, String name) {
        static Term of(Kind kind, Column column, Value value) {
            return switch (value) {
                case Value.Whole(long number) -> new Term(kind, column.position(), Long.toString(number));
                case Value.Text(String text) -> new Term(kind, column.position(), text);
                case Value.Texts _ -> throw new Bug("a term is one text");
            };
        }

        byte[] hashed() {
            return (kind.tag() + " " + position + " " + name).getBytes(StandardCharsets.UTF_8);
        }

        byte[] prefix(byte[] hash) {
            return ByteBuffer.allocate(TERM_HEAD + HASH_BYTES)
                    .put(kind.tag())
                    .put((byte) position)
                    .put(hash, 0, HASH_BYTES)
                    .array();
        }
    }

    /// What stands for all rows of a kind among the terms.
    static byte[] everyPrefix(Kind kind) {
        return ByteBuffer.allocate(TERM_HEAD + HASH_BYTES)
                .put(kind.tag())
                .put((byte) -1)
                .array();
    }

    /// The terms of a row besides that for all of its kind; one may come twice.
    private static List<Term> termsOf(Row row) {
        List<Term> all = new ArrayList<>();
        row.eachFound((column, value) -> all.add(Term.of(row.kind(), column, value)));
        return all;
    }

    // ---- reading ------------------------------------------------------------------------------------

    /// A view of the index as it is now; to be closed.
    View view() {
        return new View();
    }

    final class View implements AutoCloseable {
        private final org.rocksdb.Snapshot snapshot = database.getSnapshot();
        private final ReadOptions read = new ReadOptions().setSnapshot(snapshot);

        Optional<byte[]> meta(String name) {
            try {
                byte[] key = name.getBytes(StandardCharsets.US_ASCII);
                byte[] stored = database.get(IndexStore.this.meta(), read, key);
                return Optional.ofNullable(stored).map(found -> open("meta", key, found));
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }

        /// The places of the rows with a term.
        Places places(byte[] term, boolean descending) {
            return new Places(database.newIterator(terms(), read), term, descending);
        }

        /// The height of the first block that was not made before `millis`.
        Optional<Long> heightFrom(long millis) {
            try (RocksIterator found = database.newIterator(times(), read)) {
                found.seek(ByteBuffer.allocate(Long.BYTES)
                        .putLong(Math.max(0, millis))
                        .array());
                return found.isValid()
                        ? Optional.of(ByteBuffer.wrap(found.key()).getLong(Long.BYTES))
                        : Optional.empty();
            }
        }

        /// The rows at these places, in their order; all of them are there.
        List<Row> rows(Kind kind, List<Long> places) {
            if (places.isEmpty()) {
                return List.of();
            }
            List<byte[]> keys = new ArrayList<>(places.size());
            List<ColumnFamilyHandle> families = new ArrayList<>(places.size());
            long last = -1;
            for (long place : places) {
                long first = RowChunk.first(kind, place);
                if (first != last) {
                    keys.add(RowChunk.key(kind, first));
                    families.add(IndexStore.this.rows(kind));
                    last = first;
                }
            }
            try {
                return rows(kind, places, database.multiGetAsList(read, families, keys));
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }

        /// @param chunks those that the places stand in, in the same order, each once where they follow each other
        private List<Row> rows(Kind kind, List<Long> places, List<byte[]> chunks) {
            List<SealedValues.Item> sealed = new ArrayList<>(places.size());
            int chunk = -1;
            long last = -1;
            for (long place : places) {
                long first = RowChunk.first(kind, place);
                chunk += first == last ? 0 : 1;
                last = first;
                byte @Nullable [] there = chunks.get(chunk);
                byte[] row = Optional.<byte[]>ofNullable(there)
                        .flatMap(found -> RowChunk.find(found, kind, place))
                        .orElseThrow(() -> failed(new RocksDBException("a row is missing")));
                sealed.add(new SealedValues.Item(ROWS, rowKey(kind, place), row));
            }
            try {
                List<byte[]> opened = values.openAll(sealed);
                List<Row> all = new ArrayList<>(opened.size());
                for (int i = 0; i < opened.size(); i++) {
                    all.add(Row.decode(kind, places.get(i), opened.get(i)));
                }
                return all;
            } catch (PoyangException e) {
                throw failed(e);
            }
        }

        @Override
        public void close() {
            read.close();
            database.releaseSnapshot(snapshot);
            snapshot.close();
        }
    }

    private byte[] open(String family, byte[] key, byte[] stored) {
        try {
            return values.open(family, key, stored);
        } catch (PoyangException e) {
            throw failed(e);
        }
    }

    /// Ascending or descending places of the rows with a term, block by block.
    static final class Places implements AutoCloseable {
        private static final int INDEX_BYTES = 3;
        private static final int STEPS_MAX = 3;

        private final RocksIterator at;
        private final byte[] prefix;
        private final boolean descending;
        private boolean begun;
        /// Of the block that it stands at; −1 behind the last one.
        private long height = -1;
        private int[] rows = {};

        private Places(RocksIterator at, byte[] prefix, boolean descending) {
            this.at = at;
            this.prefix = prefix;
            this.descending = descending;
        }

        /// The first place that is not before `target` in this direction, or −1.
        long reach(long target) {
            long wanted = Row.heightOf(target);
            toBlock(wanted);
            long found = inBlock(wanted, (int) (target & Row.LAST_INDEX));
            if (found < 0 && height == wanted) { // nothing more in this block
                move();
                found = inBlock(wanted, 0);
            }
            return found;
        }

        private long inBlock(long wanted, int index) {
            if (height < 0) {
                return -1;
            }
            int from = 0;
            if (height == wanted) {
                int found = Arrays.binarySearch(rows, index);
                from = found >= 0 ? found : descending ? -found - 2 : -found - 1;
                if (from < 0 || from >= rows.length) {
                    return -1;
                }
            } else if (descending) {
                from = rows.length - 1;
            }
            return Row.place(height, rows[from]);
        }

        /// Goes to the first block that is not before the wanted one.
        private void toBlock(long wanted) {
            for (int step = 0; begun && height >= 0 && (descending ? height > wanted : height < wanted); step++) {
                if (step == STEPS_MAX) {
                    begun = false;
                } else {
                    move();
                }
            }
            if (!begun) {
                begun = true;
                byte[] key = IndexStore.at(prefix, wanted);
                if (descending) {
                    at.seekForPrev(key);
                } else {
                    at.seek(key);
                }
                take();
            }
        }

        private void move() {
            if (descending) {
                at.prev();
            } else {
                at.next();
            }
            take();
        }

        private void take() {
            height = -1;
            if (at.isValid()) {
                byte[] key = at.key();
                if (key.length == prefix.length + Long.BYTES
                        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                    height = ByteBuffer.wrap(key).getLong(prefix.length);
                    rows = decode(at.value());
                }
            } else {
                try {
                    at.status();
                } catch (RocksDBException e) {
                    throw failed(e);
                }
            }
        }

        static int[] decode(byte[] stored) {
            int[] rows = new int[stored.length / INDEX_BYTES];
            for (int i = 0, j = 0; i < rows.length; i++, j += INDEX_BYTES) {
                rows[i] = (stored[j] & 0xff) << 16 | (stored[j + 1] & 0xff) << 8 | stored[j + 2] & 0xff;
            }
            return rows;
        }

        static byte[] encode(int[] rows, int count) {
            byte[] stored = new byte[count * INDEX_BYTES];
            for (int i = 0, j = 0; i < count; i++) {
                stored[j++] = (byte) (rows[i] >>> 16);
                stored[j++] = (byte) (rows[i] >>> 8);
                stored[j++] = (byte) rows[i];
            }
            return stored;
        }

        @Override
        public void close() {
            at.close();
        }
    }

    // ---- writing ------------------------------------------------------------------------------------

    /// Changes that take effect together, with rows of one block: for one thread at a time.
    Batch batch(long height) {
        return new Batch(height);
    }

    /// Changes that take effect together; a crash may lose the last ones, in their order.
    final class Batch {
        private final RawBatch changes = new RawBatch();
        private final BlockTerms terms;
        private final Map<Kind, List<Row>> rows = new EnumMap<>(Kind.class);
        /// Of rows that change.
        private final Map<Bytes, TreeSet<Integer>> changed = new LinkedHashMap<>();

        private final Map<Term, byte[]> prefixes = new LinkedHashMap<>();

        private Batch(long height) {
            terms = new BlockTerms(height);
        }

        void meta(String name, byte[] value) {
            byte[] key = name.getBytes(StandardCharsets.US_ASCII);
            put(IndexStore.this.meta(), key, values.seal("meta", key, value));
        }

        void time(long millis, long height) {
            byte[] key = ByteBuffer.allocate(2 * Long.BYTES)
                    .putLong(Math.max(0, millis))
                    .putLong(height)
                    .array();
            put(times(), key, new byte[0]);
        }

        /// A row of a kind that does not change; those of a kind come in order.
        void add(Row row) {
            rows.computeIfAbsent(row.kind(), _ -> new ArrayList<>()).add(row);
            terms.add(row);
        }

        /// A row of a kind that changes, at the place of the one before.
        void change(Row before, Row after) {
            prefixes(before).forEach(term -> posting(term, before).remove(before.index()));
            rows.computeIfAbsent(after.kind(), _ -> new ArrayList<>()).add(after);
            prefixes(after).forEach(term -> posting(term, after).add(after.index()));
        }

        private List<byte[]> prefixes(Row row) {
            List<byte[]> all = new ArrayList<>();
            all.add(everyPrefix(row.kind()));
            for (Term term : termsOf(row)) {
                all.add(prefixes.computeIfAbsent(
                        term, missing -> missing.prefix(values.keyedHash(TERM, missing.hashed()))));
            }
            return all;
        }

        /// The rows of a block that have a term, in order: they may have been written with it or since.
        private Set<Integer> posting(byte[] term, Row row) {
            byte[] key = at(term, row.height());
            return changed.computeIfAbsent(Bytes.wrap(key), _ -> {
                try {
                    byte[] stored = database.get(IndexStore.this.terms(), key);
                    return Arrays.stream(Places.decode(stored == null ? new byte[0] : stored))
                            .boxed()
                            .collect(Collectors.toCollection(TreeSet::new));
                } catch (RocksDBException e) {
                    throw failed(e);
                }
            });
        }

        private void put(ColumnFamilyHandle family, byte[] key, byte[] value) {
            changes.put(family.getID(), key, value);
        }

        private void putRows(Kind kind, List<Row> of) {
            List<byte[]> sealed = values.sealAll(of.stream()
                    .map(row -> new SealedValues.Item(ROWS, rowKey(kind, row.place()), row.encode()))
                    .toList());
            List<Long> places = of.stream().map(Row::place).toList();
            int to = 0;
            for (int from = 0; from < places.size(); from = to) {
                long first = RowChunk.first(kind, places.get(from));
                while (to < places.size() && RowChunk.first(kind, places.get(to)) == first) {
                    to++;
                }
                byte[] chunk = RowChunk.of(kind, places.subList(from, to), sealed.subList(from, to));
                put(rows(kind), RowChunk.key(kind, first), chunk);
            }
        }

        private void putTerms() {
            int family = IndexStore.this.terms().getID();
            terms.entries(known, hashed -> values.keyedHashes(TERM, hashed))
                    .forEach(entry -> changes.put(family, entry.key(), entry.rows()));
            changed.forEach((key, posting) -> {
                if (posting.isEmpty()) {
                    changes.delete(family, key.toArray());
                } else {
                    int[] all = posting.stream().mapToInt(Integer::intValue).toArray();
                    changes.put(family, key.toArray(), Places.encode(all, all.length));
                }
            });
        }

        void write() {
            rows.forEach(this::putRows);
            putTerms();
            try (WriteBatch batch = changes.made()) {
                database.write(unsynced, batch);
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }
    }

    @Override
    public void close() {
        handles.forEach(ColumnFamilyHandle::close);
        database.close();
        closeOptions();
    }

    private void closeOptions() {
        unsynced.close();
        options.close();
        familyOptions.close();
        filter.close();
        cache.close();
        values.close();
    }
}
