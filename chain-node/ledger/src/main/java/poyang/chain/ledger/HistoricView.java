package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// The state after the block at one height, by the flat history family: `state key ‖ ~height` → a flag
/// (0: deleted), the flat key behind its length, and the value. Never changes; once its height is pruned
/// it answers `STATE_PRUNED`.
final class HistoricView implements StateView {
    private static final int SUFFIX_BYTES = 8;

    private final Store store;
    private final LongSupplier horizon;
    private final long height;

    /// @param horizon the lowest height whose state is still kept
    HistoricView(Store store, LongSupplier horizon, long height) {
        this.store = store;
        this.horizon = horizon;
        this.height = height;
    }

    static Bytes historyKey(Bytes stateKey, long height) {
        return new RecordWriter(stateKey.length() + SUFFIX_BYTES)
                .raw(stateKey)
                .u64(~height)
                .toBytes();
    }

    static Bytes historyValue(Bytes flat, Optional<Bytes> value) {
        int octets =
                1 + Integer.BYTES + flat.length() + value.map(Bytes::length).orElse(0);
        return new RecordWriter(octets)
                .u8(value.isPresent() ? 1 : 0)
                .u32(flat.length())
                .raw(flat)
                .raw(value.orElse(Bytes.empty()))
                .toBytes();
    }

    /// One entry.
    record Entered(Bytes flat, Optional<Bytes> value) {}

    static Entered entered(Bytes historyValue) {
        RecordReader in = new RecordReader(historyValue);
        boolean present = in.u8() == 1;
        Bytes flat = in.raw(in.u32());
        Bytes value = in.rest();
        return new Entered(flat, present ? Optional.of(value) : Optional.empty());
    }

    static Bytes stateKeyOf(Bytes historyKey) {
        return historyKey.slice(0, historyKey.length() - SUFFIX_BYTES);
    }

    static long heightOf(Bytes historyKey) {
        return ~new RecordReader(historyKey.slice(historyKey.length() - 8, historyKey.length())).u64();
    }

    static Optional<Bytes> valueOf(Bytes historyValue) {
        return entered(historyValue).value();
    }

    static PoyangException pruned(long wanted, long horizon) {
        return new PoyangException(
                LedgerErrors.STATE_PRUNED,
                "this node keeps no state of height " + wanted + " any more",
                "a height from " + horizon + " on is needed here; an archive node has them all");
    }

    private void needKept() {
        if (height < horizon.getAsLong()) {
            throw pruned(height, horizon.getAsLong());
        }
    }

    @Override
    public Optional<Bytes> get(String contract, String key) {
        try (Store.Cursor cursor = store.cursor(Store.Family.HISTORY)) {
            Optional<Bytes> found = asOf(cursor, store.stateKeys().of(new StateKey(contract, key).hash(store.suite())));
            needKept();
            return found;
        }
    }

    private Optional<Bytes> asOf(Store.Cursor cursor, Bytes stateKey) {
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
                    asOf(cursor, store.stateKeys().ofFlat(flat))
                            .ifPresent(value ->
                                    found.add(new Entry(StateKey.fromFlat(flat).key(), value)));
                }
                return found.size() < limit;
            });
        }
        needKept();
        return found;
    }
}
