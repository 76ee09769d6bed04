package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.RocksDB;
import poyang.crypto.SeededRandom;

/// Stores of different validators write out and merge at different moments.
class FamilyTuningTest {
    private static final long BUFFER = 32L << 20;

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

    @Test
    void theSameSourceGivesTheSameSizes() {
        assertEquals(sizes(7), sizes(7));
    }
}
