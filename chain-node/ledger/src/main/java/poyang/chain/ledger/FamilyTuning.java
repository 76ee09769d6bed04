package poyang.chain.ledger;

import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.Env;
import org.rocksdb.Priority;
import poyang.kernel.RandomSource;

/// How the families of a RocksDB are written out and merged, and their tables kept open.
///
/// All validators of a chain write the same. With the same sizes all of them would write out their buffers and merge
/// their tables at one moment, so that no quorum is left that is not held up. So each store draws its own sizes.
public final class FamilyTuning {
    /// So many tables are merged into the lowest level at once, which is written anew each time: with four it took
    /// 8 % of all CPU in a window of 20 s. Filters keep what is read off the tables that wait.
    private static final int LEAST_MERGED = 6;
    private static final int MOST_MERGED = 10;
    /// Released snapshots have RocksDB rewrite tables of the lowest level, to take the numbers of writes out of them,
    /// which nobody needs: not before they are ten years old.
    private static final int REWRITTEN_AFTER_SECONDS = 10 * 365 * 86_400;
    private static final int OPEN_TABLES = 1_024;

    private final RandomSource random;

    /// @param random of which a fork is used
    public FamilyTuning(RandomSource random) {
        this.random = random.fork("families");
    }

    /// Keeps tables open, reads them as memory, and merges them when processors have nothing better to do.
    ///
    /// A block read as memory costs half of one that is asked of the kernel. Usually RocksDB remembers open tables
    /// in 64 parts, each of which closes what it has no room for. Of a hundred tables some part had too many, and
    /// opening the same one for question after question took 8 % of all CPU. Merges can wait: one of the index's
    /// terms took 11 % of two cores in a window of 20 s. Their threads are those of the whole process.
    public static DBOptions database(DBOptions options) {
        var _ = Env.getDefault().lowerThreadPoolCPUPriority(Priority.LOW);
        return options.setAllowMmapReads(true).setMaxOpenFiles(OPEN_TABLES).setTableCacheNumshardbits(0);
    }

    /// @param near where a key goes into a write buffer is looked for from where the last one went that began with the
    ///     same octets, so many
    /// @param bufferBytes that are written out at once, at the most
    public ColumnFamilyOptions options(BlockBasedTableConfig tables, int near, long bufferBytes) {
        // RocksDB's Java interface knows these settings by name alone.
        Properties settings = new Properties();
        settings.setProperty("memtable_insert_with_hint_prefix_extractor", "rocksdb.FixedPrefix." + near);
        settings.setProperty("bottommost_file_compaction_delay", Integer.toString(REWRITTEN_AFTER_SECONDS));
        return ColumnFamilyOptions.getColumnFamilyOptionsFromProps(settings)
                .setCompressionType(CompressionType.NO_COMPRESSION)
                .setWriteBufferSize(buffer(bufferBytes))
                .setLevel0FileNumCompactionTrigger((int) draw(LEAST_MERGED, MOST_MERGED))
                .setTableFormatConfig(tables);
    }

    /// Between three quarters of a buffer and all of it.
    long buffer(long bytes) {
        return draw(bytes - bytes / 4, bytes);
    }

    private long draw(long least, long most) {
        return least + Math.floorMod(random.nextLong(), most - least + 1);
    }
}
