package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.Bytes;

/// The names of keys, however many one block brings.
final class KeyIndexTest {
    /// Beyond this many keys beside one page, keys times pages no longer fit into an int.
    private static final int MANY = 300_000;

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
}
