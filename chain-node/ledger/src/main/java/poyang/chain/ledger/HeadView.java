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
        StateKey asked = new StateKey(contract, key);
        return store.flatMap(s ->
                s.latest().get(asked.flat(), () -> s.get(Store.Family.LATEST, s.stateKey(asked.hash(s.suite())))));
    }

    @Override
    public List<Entry> scan(String contract, String prefix, String afterKey, int limit) {
        if (store.isEmpty() || limit <= 0) {
            return List.of();
        }
        Store from = store.get();
        Bytes first = new StateKey(contract, prefix).flat();
        Bytes after = new StateKey(contract, afterKey).flat();
        List<Entry> found = new ArrayList<>();
        from.keys().walk(after.compareTo(first) > 0 ? after : first, flat -> {
            if (!flat.startsWith(first)) {
                return false;
            }
            if (flat.compareTo(after) > 0) {
                from.get(Store.Family.LATEST, from.stateKeyOf(flat))
                        .ifPresent(value ->
                                found.add(new Entry(StateKey.fromFlat(flat).key(), value)));
            }
            return found.size() < limit;
        });
        return found;
    }
}
