package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.Bytes;

/// The names of keys, however many one block brings.
final class KeyIndexTest {
    /// Beyond this many keys beside one page, keys times pages no longer fit into an int.
    private static final int MANY = 300_000;

    private static final int BLOCKS = 400;
    private static final int MOST_IN_A_BLOCK = 20;

    @TempDir
    Path folder;

    @Test
    void aBlockMayBringHundredsOfThousandsOfKeysBesideOnePage() {
        List<Bytes> keys = new ArrayList<>(MANY);
        for (int i = 0; i < MANY; i++) {
            keys.add(new RecordWriter().u32(i).toBytes());
        }
        try (Store store = Chain.store(folder)) {
            KeyIndex index = new KeyIndex(store);
            Store.Batch batch = store.batch();
            KeyIndex.Change change = index.add(batch, keys);
            batch.write();
            change.publish();
            List<Bytes> walked = new ArrayList<>(MANY);
            new KeyIndex(store).walk(keys.getFirst(), walked::add);
            assertEquals(keys, walked);
        }
    }

    /// Few keys a block anywhere among those before, some of them known already: all are found in order, by who added
    /// them and by who opens the store anew.
    @Test
    void keysThatComeFewAtATimeAreFoundInOrder() {
        Random random = new Random(3);
        TreeSet<Bytes> known = new TreeSet<>();
        try (Store store = Chain.store(folder)) {
            KeyIndex index = new KeyIndex(store);
            for (int block = 0; block < BLOCKS; block++) {
                TreeSet<Bytes> added = new TreeSet<>();
                for (int i = random.nextInt(MOST_IN_A_BLOCK); i >= 0; i--) {
                    added.add(new RecordWriter().u32(random.nextInt(50_000)).toBytes());
                }
                Store.Batch batch = store.batch();
                KeyIndex.Change change = index.add(batch, List.copyOf(added));
                batch.writeSoon();
                change.publish();
                known.addAll(added);
                if (block % (BLOCKS / 5) == 0) {
                    assertEquals(List.copyOf(known), walked(index, Bytes.empty()));
                }
            }
            assertEquals(List.copyOf(known), walked(index, Bytes.empty()));
            KeyIndex anew = new KeyIndex(store);
            assertEquals(List.copyOf(known), walked(anew, Bytes.empty()));
            Bytes from = new RecordWriter().u32(20_001).toBytes();
            assertEquals(List.copyOf(known.tailSet(from)), walked(anew, from));
        }
    }

    private static List<Bytes> walked(KeyIndex index, Bytes from) {
        List<Bytes> walked = new ArrayList<>();
        index.walk(from, walked::add);
        return walked;
    }
}
