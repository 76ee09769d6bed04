package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bytes;

/// Makes the names of a snapshot's keys known, in their order and as many at once as there is memory for. What was
/// interrupted begins anew: a name that is known stays one.
final class Naming {
    private static final int OPENED_AT_ONCE = 1_024;
    private static final int ADDED_AT_ONCE = 32_768;
    private static final int NAME_BYTES = 80;

    private final Store store;
    private final long height;
    private final long mostBytes = Runtime.getRuntime().maxMemory() / 4;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> stored = new ArrayList<>();
    private final List<Bytes> names = new ArrayList<>();
    private long bytes;

    /// @param height of the snapshot
    Naming(Store store, long height) {
        this.store = store;
        this.height = height;
    }

    void run() {
        try (Store.Cursor cursor = store.cursor(Store.Family.HISTORY)) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                Bytes key = cursor.key();
                if (HistoricView.heightOf(key) == height) {
                    keys.add(key.toArray());
                    stored.add(cursor.stored());
                }
                if (keys.size() == OPENED_AT_ONCE) {
                    open();
                }
            }
        }
        open();
        add();
    }

    private void open() {
        for (Bytes entry : store.opened(Store.Family.HISTORY, keys, stored)) {
            // A copy, so that the value goes.
            Bytes name = Bytes.wrap(HistoricView.entered(entry).flat().toArray());
            names.add(name);
            bytes += NAME_BYTES + name.length();
        }
        keys.clear();
        stored.clear();
        if (bytes > mostBytes) {
            add();
        }
    }

    private void add() {
        names.sort(Bytes::compareTo);
        for (int from = 0; from < names.size(); from += ADDED_AT_ONCE) {
            Store.Batch batch = store.batch();
            KeyIndex.Change change =
                    store.keys().add(batch, names.subList(from, Math.min(names.size(), from + ADDED_AT_ONCE)));
            batch.writeSoon();
            change.publish();
        }
        names.clear();
        bytes = 0;
    }
}
