package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.StatePart;
import poyang.kernel.Bytes;

/// Cuts parts out of a state, for those who take it over: the history is read group by group ({@link StateKeys}), and
/// the
/// tree is asked for the proof alone.
final class Parts {
    private static final int ENTRY_BYTES = 64;
    private static final int OPENED_AT_ONCE = 1024;
    /// So many older values of a key are passed over one by one before the next key is looked for.
    private static final int PASSED_OVER = 4;

    private final Store store;
    private final Tree tree;
    private final long height;

    /// @param height of the state
    Parts(Store store, Tree tree, long height) {
        this.store = store;
        this.tree = tree;
        this.height = height;
    }

    /// Empty when it holds more than so many entries, or more than so many octets in more than one.
    Optional<StatePart> of(Optional<Tree.Ref> root, Bytes path, int mostEntries, long mostBytes) {
        byte[] nibbles = path.toArray();
        Gathering gathering = new Gathering(nibbles, mostEntries, mostBytes);
        try (Store.Cursor cursor = store.cursor(Store.Family.HISTORY)) {
            for (Bytes beginning : store.stateKeys().beginnings(nibbles)) {
                gathering.walk(cursor, beginning);
                if (gathering.tooLarge()) {
                    return Optional.empty();
                }
            }
        }
        gathering.open();
        return gathering.tooLarge()
                ? Optional.empty()
                : Optional.of(new StatePart(
                        path, tree.proveRange(root, nibbles, new StoredValues(store)), gathering.entries));
    }

    private final class Gathering {
        private final byte[] path;
        private final int mostEntries;
        private final long mostBytes;
        private final List<StatePart.Entry> entries = new ArrayList<>();
        private final List<byte[]> keys = new ArrayList<>();
        private final List<byte[]> stored = new ArrayList<>();
        private long bytes;

        Gathering(byte[] path, int mostEntries, long mostBytes) {
            this.path = path;
            this.mostEntries = mostEntries;
            this.mostBytes = mostBytes;
        }

        boolean tooLarge() {
            return entries.size() > mostEntries || bytes > mostBytes && entries.size() > 1;
        }

        /// Goes through the keys of a group, of each to what it had at the height.
        void walk(Store.Cursor cursor, Bytes beginning) {
            cursor.seek(beginning);
            while (cursor.valid() && !tooLarge()) {
                Bytes key = cursor.key();
                if (!key.startsWith(beginning)) {
                    return;
                }
                Bytes stateKey = HistoricView.stateKeyOf(key);
                if (HistoricView.heightOf(key) > height) {
                    cursor.seek(HistoricView.historyKey(stateKey, height));
                } else {
                    keys.add(key.toArray());
                    stored.add(cursor.stored());
                    if (keys.size() == OPENED_AT_ONCE) {
                        open();
                    }
                    pass(cursor, stateKey);
                }
            }
        }

        private static void pass(Store.Cursor cursor, Bytes stateKey) {
            int passed = 0;
            while (cursor.valid() && cursor.key().startsWith(stateKey)) {
                if (passed++ < PASSED_OVER) {
                    cursor.next();
                } else {
                    cursor.seek(HistoricView.historyKey(stateKey, 0));
                    passed = 0;
                }
            }
        }

        /// Takes in what was walked over, unless it was deleted or is of another path.
        void open() {
            List<HistoricView.Entered> entered = store.opened(Store.Family.HISTORY, keys, stored).stream()
                    .map(HistoricView::entered)
                    .toList();
            List<StateKey> names =
                    entered.stream().map(each -> StateKey.fromFlat(each.flat())).toList();
            List<Bytes> hashes =
                    store.suite().hashAll(names.stream().map(StateKey::message).toList());
            for (int i = 0; i < names.size(); i++) {
                Optional<Bytes> held = entered.get(i).value();
                if (held.isPresent() && Tree.begins(hashes.get(i), path)) {
                    StateKey key = names.get(i);
                    Bytes value = held.get();
                    bytes += key.key().length() + value.length() + ENTRY_BYTES;
                    entries.add(new StatePart.Entry(key.contract(), key.key(), value));
                }
            }
            keys.clear();
            stored.clear();
        }
    }
}
