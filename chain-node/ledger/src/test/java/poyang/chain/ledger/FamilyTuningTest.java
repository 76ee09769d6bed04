package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Statistics;
import org.rocksdb.TickerType;
import poyang.crypto.SeededRandom;

/// Stores of different validators write out and merge at different moments.
class FamilyTuningTest {
    private static final long BUFFER = 32L << 20;
    /// Where it stands behind a thread's name in its `stat`.
    private static final int NICE = 16;
    /// Of a thread that comes last.
    private static final int LAST = 19;

    private record Sizes(int merged, long buffer) {}

    private static Sizes sizes(long seed) {
        RocksDB.loadLibrary();
        FamilyTuning tuning = new FamilyTuning(new SeededRandom(new byte[SeededRandom.SEED_BYTES], "store " + seed));
        try (ColumnFamilyOptions options = tuning.options(new BlockBasedTableConfig(), 1, BUFFER)) {
            return new Sizes(options.level0FileNumCompactionTrigger(), options.writeBufferSize());
        }
    }

    @Test
    void eachStoreDrawsSizesOfItsOwnWithinBounds() {
        Set<Integer> merged = new HashSet<>();
        Set<Long> buffers = new HashSet<>();
        for (long seed = 0; seed < 60; seed++) {
            Sizes sizes = sizes(seed);
            assertTrue(sizes.buffer() >= BUFFER / 4 * 3 && sizes.buffer() <= BUFFER, sizes::toString);
            merged.add(sizes.merged());
            buffers.add(sizes.buffer());
        }
        assertEquals(Set.of(6, 7, 8, 9, 10), merged);
        assertEquals(60, buffers.size());
    }

    /// Each of 200 tables is opened once, whatever is asked.
    @Test
    void noTableIsOpenedTwice(@TempDir Path folder) throws RocksDBException {
        RocksDB.loadLibrary();
        int tables = 200;
        try (DBOptions open = FamilyTuning.database(new DBOptions());
                Statistics statistics = new Statistics();
                ColumnFamilyOptions families = new ColumnFamilyOptions()
                        .setDisableAutoCompactions(true)
                        .setLevel0SlowdownWritesTrigger(2 * tables)
                        .setLevel0StopWritesTrigger(2 * tables);
                Options options =
                        new Options(open, families).setCreateIfMissing(true).setStatistics(statistics);
                FlushOptions flush = new FlushOptions()) {
            try (RocksDB database = RocksDB.open(options, folder.toString())) {
                for (int i = 0; i < tables; i++) {
                    database.put(key(i), key(i));
                    database.flush(flush);
                }
                for (int round = 0; round < 3; round++) {
                    for (int i = 0; i < tables; i++) {
                        assertArrayEquals(key(i), database.get(key(i)));
                    }
                }
            }
            assertEquals(tables, statistics.getTickerCount(TickerType.NO_FILE_OPENS));
        }
    }

    @Test
    void mergesGiveWayToAllElse(@TempDir Path folder) throws RocksDBException, IOException {
        RocksDB.loadLibrary();
        try (DBOptions open = FamilyTuning.database(new DBOptions());
                ColumnFamilyOptions families = new ColumnFamilyOptions();
                Options options = new Options(open, families).setCreateIfMissing(true);
                FlushOptions flush = new FlushOptions();
                RocksDB database = RocksDB.open(options, folder.toString())) {
            for (int i = 0; i < 3; i++) {
                database.put(key(1), key(i));
                database.flush(flush);
            }
            database.compactRange();
            assertEquals(Set.of(LAST), niceness("rocksdb:low"));
            assertEquals(niceness("java"), niceness("rocksdb:high"));
        }
    }

    private static Set<Integer> niceness(String thread) throws IOException {
        Set<Integer> found = new HashSet<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path each : threads) {
                if (Files.readString(each.resolve("comm")).strip().startsWith(thread)) {
                    String stat = Files.readString(each.resolve("stat"));
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    found.add(Integer.valueOf(fields[NICE]));
                }
            }
        }
        return found;
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(number).array();
    }

    @Test
    void theSameSourceGivesTheSameSizes() {
        assertEquals(sizes(7), sizes(7));
    }
}
