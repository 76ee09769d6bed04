package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;

/// The state after the last committed block, by the flat latest family; without a store, the empty
/// state. Changes when a block is committed.
final class HeadView implements StateView {
    private final Optional<Store> store;

    HeadView(Optional<Store> store) {
        this.store = store;
    }

    @Override
    public Optional<Bytes> get(String contract, String key) {
        return store.flatMap(s -> s.get(Store.Family.LATEST, new StateKey(contract, key).flat()));
    }

    @Override
    public List<Entry> scan(String contract, String prefix, String afterKey, int limit) {
        if (store.isEmpty()) {
            return List.of();
        }
        Bytes from = new StateKey(contract, prefix).flat();
        Bytes after = new StateKey(contract, afterKey).flat();
        List<Entry> found = new ArrayList<>();
        try (Store.Cursor cursor = store.get().cursor(Store.Family.LATEST)) {
            cursor.seek(after.compareTo(from) > 0 ? after : from);
            while (found.size() < limit && cursor.valid() && cursor.key().startsWith(from)) {
                if (cursor.key().compareTo(after) > 0) {
                    found.add(new Entry(StateKey.fromFlat(cursor.key()).key(), cursor.value()));
                }
                cursor.next();
            }
        }
        return found;
    }
}
