package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.proofs.WriteSet;
import poyang.chain.proofs.WriteSet.Write;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Finds what a block changed in the state, out of what the ledger keeps anyway: the leaves of the tree that carry the
/// block's height, whose values the history has, and the entries of deleted keys, which the block itself made
/// superfluous. So a block costs nothing more when it is written. Takes a write set as the next block's, too.
public final class WriteSets {
    private WriteSets() {}

    /// What the block at `height` changed; empty when this ledger does not keep both the state before and after it.
    public static Optional<WriteSet> of(Ledger ledger, long height) {
        if (!kept(ledger, height)) {
            return Optional.empty();
        }
        try {
            WriteSet found = read(ledger, height);
            // Pruning may have taken deletions away meanwhile.
            return kept(ledger, height) ? Optional.of(found) : Optional.empty();
        } catch (PoyangException e) {
            if (kept(ledger, height)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static boolean kept(Ledger ledger, long height) {
        return height >= 1 && height <= ledger.height() && height > ledger.horizon();
    }

    private static WriteSet read(Ledger ledger, long height) {
        Store store = ledger.store();
        List<Bytes> changed = new ArrayList<>();
        new Tree(store.suite(), store.nodes())
                .written(
                        ledger.root(height),
                        height,
                        leaf -> changed.add(leaf.leaf().orElseThrow()));
        List<Bytes> entries = new ArrayList<>();
        store.stateKeys().of(changed).forEach(key -> entries.add(HistoricView.historyKey(key, height)));
        entries.addAll(Stale.deletions(store, height));
        List<HistoricView.Entered> entered = new ArrayList<>();
        for (Optional<Bytes> stored : store.all(Store.Family.HISTORY, entries)) {
            entered.add(HistoricView.entered(
                    stored.orElseThrow(() -> RecordReader.damaged("a value is missing in the history"))));
        }
        entered.sort((a, b) -> a.flat().compareTo(b.flat()));
        return new WriteSet(entered.stream()
                .map(each -> {
                    StateKey key = StateKey.fromFlat(each.flat());
                    return new Write(key.contract(), key.key(), each.value());
                })
                .toList());
    }

    /// The block after the ledger's head by what it is said to have changed, instead of by executing it; nothing of it
    /// is
    /// believed before its roots are compared with those that a quorum attests.
    public static PreparedBlock prepare(
            Ledger ledger, WriteSet set, List<LedgerTransaction> transactions, List<Bytes> receipts) {
        Bug.unless(transactions.size() == receipts.size(), "one receipt for each transaction");
        StateOverlay overlay = ledger.overlay();
        overlay.begin();
        for (Write write : set.writes()) {
            write.value()
                    .ifPresentOrElse(
                            value -> overlay.put(write.contract(), write.key(), value),
                            () -> overlay.delete(write.contract(), write.key()));
        }
        overlay.accept();
        return ledger.prepare(overlay, transactions, receipts);
    }
}
