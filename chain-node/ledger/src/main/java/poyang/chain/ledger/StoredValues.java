package poyang.chain.ledger;

import java.util.Optional;
import poyang.chain.proofs.StateTree;
import poyang.kernel.Bytes;

/// The hashes of values that stand in the history.
final class StoredValues implements Tree.Values {
    private final Store store;

    StoredValues(Store store) {
        this.store = store;
    }

    @Override
    public Bytes hash(Bytes keyHash, long version) {
        Bytes entry = HistoricView.historyKey(store.stateKeys().of(keyHash), version);
        Optional<Bytes> value = store.get(Store.Family.HISTORY, entry).flatMap(HistoricView::valueOf);
        return StateTree.valueHash(
                store.suite(),
                value.orElseThrow(() -> RecordReader.damaged("a value of the state tree is missing in the history")));
    }
}
