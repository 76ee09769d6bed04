package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.StatePart;
import poyang.kernel.Bytes;

/// Cuts parts out of a state, for those who take it over.
final class Parts {
    private static final int ENTRY_BYTES = 64;

    private final Store store;
    private final Tree tree;

    Parts(Store store, Tree tree) {
        this.store = store;
        this.tree = tree;
    }

    /// The part holds more than was wanted.
    @SuppressWarnings("serial")
    private static final class TooLarge extends RuntimeException {
        TooLarge() {
            super("", null, false, false);
        }
    }

    /// Empty when it holds more than so many octets in more than one entry.
    Optional<StatePart> of(Optional<Tree.Ref> root, Bytes path, long mostBytes) {
        byte[] nibbles = path.toArray();
        List<StatePart.Entry> entries = new ArrayList<>();
        long[] left = {mostBytes};
        try {
            tree.leaves(root, nibbles, leaf -> {
                StatePart.Entry entry = entry(leaf);
                left[0] -= entry.key().length() + entry.value().length() + ENTRY_BYTES;
                entries.add(entry);
                if (left[0] < 0 && entries.size() > 1) {
                    throw new TooLarge();
                }
            });
        } catch (TooLarge e) {
            return Optional.empty();
        }
        return Optional.of(new StatePart(path, tree.proveRange(root, nibbles), entries));
    }

    private StatePart.Entry entry(Tree.Ref leaf) {
        Bytes keyHash = leaf.leaf().orElseThrow().keyHash();
        Bytes at = HistoricView.historyKey(store.stateKey(keyHash), leaf.version());
        HistoricView.Entered entered = HistoricView.entered(store.get(Store.Family.HISTORY, at)
                .orElseThrow(() -> RecordReader.damaged("a value is missing in the history")));
        StateKey key = StateKey.fromFlat(entered.flat());
        Bytes value = entered.value()
                .orElseThrow(() -> RecordReader.damaged("a value in the history is not that of its leaf"));
        return new StatePart.Entry(key.contract(), key.key(), value);
    }
}
