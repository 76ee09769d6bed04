package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.kernel.Bytes;

/// The state after the block at one height, by the flat history family: `state key ‖ ~height` → a flag
/// (0: deleted) and the value. Never changes.
final class HistoricView implements StateView {
    private static final int SUFFIX_BYTES = 8;

    private final Store store;
    private final long height;

    HistoricView(Store store, long height) {
        this.store = store;
        this.height = height;
    }

    static Bytes historyKey(Bytes stateKey, long height) {
        return new RecordWriter().raw(stateKey).u64(~height).toBytes();
    }

    static Bytes historyValue(Optional<Bytes> value) {
        return new RecordWriter()
                .u8(value.isPresent() ? 1 : 0)
                .raw(value.orElse(Bytes.empty()))
                .toBytes();
    }

    static Bytes stateKeyOf(Bytes historyKey) {
        return historyKey.slice(0, historyKey.length() - SUFFIX_BYTES);
    }

    static long heightOf(Bytes historyKey) {
        return ~new RecordReader(historyKey.slice(historyKey.length() - 8, historyKey.length())).u64();
    }

    static Optional<Bytes> valueOf(Bytes historyValue) {
        return historyValue.at(0) == 1 ? Optional.of(historyValue.slice(1, historyValue.length())) : Optional.empty();
    }

    @Override
    public Optional<Bytes> get(String contract, String key) {
        try (Store.Cursor cursor = store.cursor(Store.Family.HISTORY)) {
            return asOf(cursor, new StateKey(contract, key).flat());
        }
    }

    private Optional<Bytes> asOf(Store.Cursor cursor, Bytes flat) {
        Bytes stateKey = store.stateKey(flat);
        cursor.seek(historyKey(stateKey, height));
        if (!cursor.valid() || !stateKeyOf(cursor.key()).equals(stateKey)) {
            return Optional.empty();
        }
        return valueOf(cursor.value());
    }

    @Override
    public List<Entry> scan(String contract, String prefix, String afterKey, int limit) {
        Bytes from = new StateKey(contract, prefix).flat();
        Bytes after = new StateKey(contract, afterKey).flat();
        List<Entry> found = new ArrayList<>();
        if (limit <= 0) {
            return found;
        }
        try (Store.Cursor cursor = store.cursor(Store.Family.HISTORY)) {
            store.keys().walk(after.compareTo(from) > 0 ? after : from, flat -> {
                if (!flat.startsWith(from)) {
                    return false;
                }
                if (flat.compareTo(after) > 0) {
                    asOf(cursor, flat)
                            .ifPresent(value ->
                                    found.add(new Entry(StateKey.fromFlat(flat).key(), value)));
                }
                return found.size() < limit;
            });
        }
        return found;
    }
}
