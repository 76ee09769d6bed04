package poyang.chain.ledger;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import poyang.kernel.Bytes;

/// What the consensus machine must not forget over a crash: named entries, durable when
/// {@link #put} returns, and with them all that the ledger was given before. Lives in the ledger's database.
public final class SafetyStore {
    private final Store store;

    SafetyStore(Store store) {
        this.store = store;
    }

    public void put(String key, Bytes value) {
        putAll(Map.of(key, value));
    }

    /// Writes all entries in one synced batch.
    public void putAll(Map<String, Bytes> entries) {
        Store.Batch batch = store.batch();
        entries.forEach((key, value) -> batch.put(Store.Family.SAFETY, Bytes.utf8(key), value));
        batch.write();
    }

    /// Forgets entries: for good with the next durable write.
    public void delete(Collection<String> keys) {
        Store.Batch batch = store.batch();
        keys.forEach(key -> batch.delete(Store.Family.SAFETY, Bytes.utf8(key)));
        batch.writeSoon();
    }

    public Optional<Bytes> get(String key) {
        return store.get(Store.Family.SAFETY, Bytes.utf8(key));
    }

    /// All entries whose keys start with `prefix`, in the order of the keys' UTF-8 bytes.
    public SortedMap<String, Bytes> all(String prefix) {
        SortedMap<String, Bytes> found = new TreeMap<>((a, b) -> Bytes.utf8(a).compareTo(Bytes.utf8(b)));
        Bytes from = Bytes.utf8(prefix);
        try (Store.Cursor cursor = store.cursor(Store.Family.SAFETY)) {
            for (cursor.seek(from); cursor.valid() && cursor.key().startsWith(from); cursor.next()) {
                found.put(cursor.key().utf8(), cursor.value());
            }
        }
        return found;
    }
}
