package poyang.chain.ledger.query;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import poyang.crypto.storage.DataKey;
import poyang.crypto.storage.SealedValues;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Rows and terms in one RocksDB.
///
/// | Family | Key → value |
/// |---|---|
/// | rows | kind, place → the row's values, sealed to their key |
/// | terms | kind, column, keyed hash of a value, place → nothing |
/// | times | block's time, height → nothing |
/// | default | marks, sealed |
///
/// Heights and times stand in clear; of everything else it shows which rows have equal values in a
/// column, and the length of a row.
final class IndexStore implements AutoCloseable {
    static final int HASH_BYTES = 14;
    private static final String ROWS = "rows";
    private static final long CACHE_BYTES = 64L << 20;
    private static final long WRITE_BUFFER_BYTES = 16L << 20;
    private static final int HASHES_REMEMBERED = 65_536;

    private final Cache cache;
    private final BloomFilter filter;
    private final ColumnFamilyOptions familyOptions;
    private final DBOptions options;
    private final WriteOptions unsynced;
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final RocksDB database;
    private final SealedValues values;
    private final Map<String, byte[]> hashes = new ConcurrentHashMap<>();

    /// @param key belongs to the store, which closes it
    IndexStore(Path folder, DataKey key, RandomSource random) {
        RocksDB.loadLibrary();
        cache = new LRUCache(CACHE_BYTES);
        filter = new BloomFilter(10, false);
        unsynced = new WriteOptions();
        values = SealedValues.open(key, random);
        familyOptions = new ColumnFamilyOptions()
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(filter)
                        .setCacheIndexAndFilterBlocks(true));
        options = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setMaxOpenFiles(256)
                .setKeepLogFileNum(2)
                .setMaxBackgroundJobs(1);
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (byte[] name : List.of(
                RocksDB.DEFAULT_COLUMN_FAMILY,
                ROWS.getBytes(StandardCharsets.US_ASCII),
                "terms".getBytes(StandardCharsets.US_ASCII),
                "times".getBytes(StandardCharsets.US_ASCII))) {
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

    private ColumnFamilyHandle rows() {
        return handles.get(1);
    }

    private ColumnFamilyHandle terms() {
        return handles.get(2);
    }

    private ColumnFamilyHandle times() {
        return handles.get(3);
    }

    // ---- keys ---------------------------------------------------------------------------------------

    static byte[] rowPrefix(Kind kind) {
        return new byte[] {kind.tag()};
    }

    static byte[] at(byte[] prefix, long place) {
        return ByteBuffer.allocate(prefix.length + Long.BYTES)
                .put(prefix)
                .putLong(place)
                .array();
    }

    /// What the rows' terms begin with that have a value in a column.
    byte[] termPrefix(Kind kind, Column column, Value value) {
        String name = switch (value) {
            case Value.Whole(long number) -> Long.toString(number);
            case Value.Text(String text) -> text;
            case Value.Texts _ -> throw new Bug("a term is one text");
        };
        String whole = kind.tag() + " " + column.position() + " " + name;
        byte[] known = hashes.get(whole);
        if (known == null) {
            if (hashes.size() >= HASHES_REMEMBERED) {
                hashes.clear();
            }
            byte[] hash = values.keyedHash("term", whole.getBytes(StandardCharsets.UTF_8));
            known = ByteBuffer.allocate(2 + HASH_BYTES)
                    .put(kind.tag())
                    .put((byte) column.position())
                    .put(hash, 0, HASH_BYTES)
                    .array();
            hashes.put(whole, known);
        }
        return known;
    }

    /// The first keys of the terms of a row.
    List<byte[]> termsOf(Row row) {
        List<byte[]> all = new ArrayList<>();
        for (Column column : row.kind().columns()) {
            if (!column.found()) {
                continue;
            }
            Value value = row.values().get(column.position());
            if (value instanceof Value.Texts(List<String> texts)) {
                texts.stream()
                        .distinct()
                        .forEach(text -> all.add(at(termPrefix(row.kind(), column, Value.of(text)), row.place())));
            } else {
                all.add(at(termPrefix(row.kind(), column, value), row.place()));
            }
        }
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

        /// The places of all rows of a kind.
        Places places(Kind kind, boolean descending) {
            return new Places(database.newIterator(IndexStore.this.rows(), read), rowPrefix(kind), descending);
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
            byte[] prefix = rowPrefix(kind);
            List<byte[]> keys = new ArrayList<>(places.size());
            List<ColumnFamilyHandle> families = new ArrayList<>(places.size());
            for (long place : places) {
                keys.add(at(prefix, place));
                families.add(IndexStore.this.rows());
            }
            try {
                List<byte[]> found = database.multiGetAsList(read, families, keys);
                List<Row> all = new ArrayList<>(found.size());
                for (int i = 0; i < found.size(); i++) {
                    byte @Nullable [] row = found.get(i);
                    if (row == null) {
                        throw failed(new RocksDBException("a row is missing"));
                    }
                    all.add(Row.decode(kind, places.get(i), open(ROWS, keys.get(i), row)));
                }
                return all;
            } catch (RocksDBException e) {
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

    /// Ascending or descending places under one prefix.
    static final class Places implements AutoCloseable {
        private static final int STEPS_MAX = 3;

        private final RocksIterator at;
        private final byte[] prefix;
        private final boolean descending;
        private boolean begun;
        private long place = -1;

        private Places(RocksIterator at, byte[] prefix, boolean descending) {
            this.at = at;
            this.prefix = prefix;
            this.descending = descending;
        }

        /// The first place that is not before `target` in this direction, or −1.
        long reach(long target) {
            for (int step = 0; begun && place >= 0 && before(place, target); step++) {
                if (step == STEPS_MAX) {
                    begun = false;
                } else {
                    move();
                }
            }
            if (!begun) {
                begun = true;
                byte[] key = at(prefix, target);
                if (descending) {
                    at.seekForPrev(key);
                } else {
                    at.seek(key);
                }
                take();
            }
            return place;
        }

        private boolean before(long one, long other) {
            return descending ? one > other : one < other;
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
            place = -1;
            if (at.isValid()) {
                byte[] key = at.key();
                if (key.length == prefix.length + Long.BYTES
                        && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                    place = ByteBuffer.wrap(key).getLong(prefix.length);
                }
            } else {
                try {
                    at.status();
                } catch (RocksDBException e) {
                    throw failed(e);
                }
            }
        }

        private static byte[] at(byte[] prefix, long place) {
            return IndexStore.at(prefix, place);
        }

        @Override
        public void close() {
            at.close();
        }
    }

    // ---- writing ------------------------------------------------------------------------------------

    Batch batch() {
        return new Batch();
    }

    /// Changes that take effect together; a crash may lose the last ones, in their order.
    final class Batch implements AutoCloseable {
        private final WriteBatch changes = new WriteBatch();

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

        void add(Row row) {
            byte[] key = at(rowPrefix(row.kind()), row.place());
            put(rows(), key, values.seal(ROWS, key, row.encode()));
            termsOf(row).forEach(term -> put(terms(), term, new byte[0]));
        }

        /// Takes a row's terms away, which another row at its place follows.
        void forgetTerms(Row row) {
            try {
                for (byte[] term : termsOf(row)) {
                    changes.delete(terms(), term);
                }
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }

        private void put(ColumnFamilyHandle family, byte[] key, byte[] value) {
            try {
                changes.put(family, key, value);
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }

        void write() {
            try {
                database.write(unsynced, changes);
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }

        @Override
        public void close() {
            changes.close();
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
