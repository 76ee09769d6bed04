package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import poyang.kernel.Bytes;

/// The state after the last committed block, by the flat latest family and the history; without a store, the
/// empty state. Changes when a block is committed. While a snapshot is taken up, the latest family is made for the
/// snapshot, and the history answers for the head.
final class HeadView implements StateView {
    private final Optional<Store> store;

    HeadView(Optional<Store> store) {
        this.store = store;
    }

    @Override
    public Optional<Bytes> get(String contract, String key) {
        StateKey asked = new StateKey(contract, key);
        return store.flatMap(from -> read(
                from,
                view -> view.get(contract, key),
                () -> from.latest()
                        .get(asked.flat(), () -> latest(from, from.stateKeys().of(asked.hash(from.suite()))))));
    }

    /// The value that a key has now, which lies in the history at the height that gave it.
    private static Optional<Bytes> latest(Store from, Bytes stateKey) {
        Optional<Bytes> height = from.get(Store.Family.LATEST, stateKey);
        while (height.isPresent()) {
            Bytes at = HistoricView.historyKey(stateKey, new RecordReader(height.get()).u64());
            Optional<Bytes> entry = from.get(Store.Family.HISTORY, at);
            if (entry.isPresent()) {
                return HistoricView.valueOf(entry.get());
            }
            // What was followed meanwhile may have been forgotten.
            Optional<Bytes> again = from.get(Store.Family.LATEST, stateKey);
            if (again.equals(height)) {
                throw RecordReader.damaged("a latest value is missing in the history");
            }
            height = again;
        }
        return Optional.empty();
    }

    /// Reads from where the head stands; again when that has changed meanwhile.
    private static <T> T read(Store from, Function<StateView, T> history, Supplier<T> latest) {
        while (true) {
            long staged = from.latest().staged();
            T found = staged < 0 ? latest.get() : history.apply(new HistoricView(from, () -> 0, staged));
            if (from.latest().staged() == staged) {
                return found;
            }
        }
    }

    @Override
    public List<Entry> scan(String contract, String prefix, String afterKey, int limit) {
        if (store.isEmpty() || limit <= 0) {
            return List.of();
        }
        return read(
                store.get(),
                view -> view.scan(contract, prefix, afterKey, limit),
                () -> scan(store.get(), contract, prefix, afterKey, limit));
    }

    private static List<Entry> scan(Store from, String contract, String prefix, String afterKey, int limit) {
        Bytes first = new StateKey(contract, prefix).flat();
        Bytes after = new StateKey(contract, afterKey).flat();
        List<Entry> found = new ArrayList<>();
        from.keys().walk(after.compareTo(first) > 0 ? after : first, flat -> {
            if (!flat.startsWith(first)) {
                return false;
            }
            if (flat.compareTo(after) > 0) {
                latest(from, from.stateKeys().ofFlat(flat))
                        .ifPresent(value ->
                                found.add(new Entry(StateKey.fromFlat(flat).key(), value)));
            }
            return found.size() < limit;
        });
        return found;
    }
}
