package poyang.chain.ledger;

import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.MutableColumnFamilyOptions.MutableColumnFamilyOptionsBuilder;
import org.rocksdb.RocksDB;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;
import poyang.kernel.RandomSource;

/// How a ledger's RocksDB works. Native memory stays below about 220 MiB: 64 MiB of block cache and 128 MiB of write
/// buffers over all families, which are filled before they are used; a smaller buffer is sorted into the levels more
/// often.
final class Tuning implements AutoCloseable {
    private static final long CACHE_BYTES = 64L << 20;
    /// What indexes and filters may keep of the cache, whatever is read besides.
    private static final double INDEX_SHARE = 0.5;
    private static final long WRITE_BUFFER_BYTES = 128L << 20;
    /// What a buffer spends on a filter of its keys: most keys that are asked for are in another buffer, in a table or
    /// new.
    private static final double BUFFER_FILTER_SHARE = 0.02;
    /// What the key of a tree's node begins with.
    private static final int VERSION_BYTES = Long.BYTES;

    private static final int SLOWED_BY_FILES = 20;
    private static final int STOPPED_BY_FILES = 36;

    static {
        RocksDB.loadLibrary();
    }

    private final Cache cache = new LRUCache(CACHE_BYTES, -1, false, INDEX_SHARE);
    private final BloomFilter filter = new BloomFilter(10, false);
    private final ColumnFamilyOptions families;
    private final ColumnFamilyOptions latest;
    private final ColumnFamilyOptions nodes;
    private final DBOptions database;
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final WriteOptions logged = new WriteOptions();

    Tuning(RandomSource random) {
        FamilyTuning tuned = new FamilyTuning(random);
        families = filtered(tuned, tables().setPartitionFilters(true));
        // Most new records ask for a key that no table has, and each table's filter says so. Here it stays open with
        // its table; in parts, each of which is looked for and summed again, it took most of what such a question
        // costs. Keys are short, and so are their filters.
        latest = filtered(tuned, new BlockBasedTableConfig().setBlockCache(cache));
        // Whoever asks for a node knows that it is there. Versions come in order, so tables of them need no merging
        // but for what became stale, and buffers can be small: one of 32 MiB held a validator up for 0.7 s.
        nodes = tuned.options(tables(), VERSION_BYTES, WRITE_BUFFER_BYTES / 8);
        database = FamilyTuning.database(summed())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                .setDbWriteBufferSize(tuned.buffer(WRITE_BUFFER_BYTES))
                .setMaxTotalWalSize(2 * WRITE_BUFFER_BYTES)
                .setKeepLogFileNum(2)
                .setMaxBackgroundJobs(2)
                // A log that ends early is a crash; one that is damaged further up must not pass for it.
                .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
    }

    /// Of each table the sum over all its octets is kept: RocksDB's Java interface knows the setting by name alone.
    private static DBOptions summed() {
        Properties setting = new Properties();
        setting.setProperty("file_checksum_gen_factory", "FileChecksumGenCrc32cFactory");
        return DBOptions.getDBOptionsFromProps(setting);
    }

    /// Indexes and filters in parts as small as blocks: those of a large archive do not fit into the cache,
    /// and one that is loaded as a whole costs as much as a hundred blocks.
    private BlockBasedTableConfig tables() {
        return new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setIndexType(IndexType.kTwoLevelIndexSearch)
                .setPinTopLevelIndexAndFilter(true)
                .setCacheIndexAndFilterBlocks(true)
                .setCacheIndexAndFilterBlocksWithHighPriority(true);
    }

    private ColumnFamilyOptions filtered(FamilyTuning tuned, BlockBasedTableConfig tables) {
        return tuned.options(tables.setFilterPolicy(filter), 1, WRITE_BUFFER_BYTES / 4)
                .setMemtableWholeKeyFiltering(true)
                .setMemtablePrefixBloomSizeRatio(BUFFER_FILTER_SHARE);
    }

    ColumnFamilyOptions of(Store.Family family) {
        return switch (family) {
            case NODES -> nodes;
            case LATEST -> latest;
            default -> families;
        };
    }

    /// How values are kept while much is written and little of it read, and otherwise.
    static MutableColumnFamilyOptionsBuilder loading(boolean now) {
        int files = now ? Integer.MAX_VALUE : 0;
        return MutableColumnFamilyOptions.builder()
                .setDisableAutoCompactions(now)
                .setLevel0SlowdownWritesTrigger(Math.max(files, SLOWED_BY_FILES))
                .setLevel0StopWritesTrigger(Math.max(files, STOPPED_BY_FILES));
    }

    DBOptions database() {
        return database;
    }

    /// Returns when the disk has it.
    WriteOptions synced() {
        return synced;
    }

    /// Returns when the log has it.
    WriteOptions logged() {
        return logged;
    }

    @Override
    public void close() {
        synced.close();
        logged.close();
        database.close();
        families.close();
        latest.close();
        nodes.close();
        filter.close();
        cache.close();
    }
}
