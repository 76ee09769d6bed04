package poyang.chain.ledger;

import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// The replay index: its keys, and forgetting those of blocks that no transaction's block limit reaches any more.
final class NonceWindow {
    private final Store store;
    private long from;

    NonceWindow(Store store) {
        this.store = store;
    }

    /// Those of the blocks below a height.
    void forget(Store.Batch batch, long below) {
        if (below <= from) {
            return;
        }
        // Not from the first on: what was deleted there is still to be passed over.
        Bytes first = new RecordWriter().u64(Math.max(0, from)).toBytes();
        from = below;
        try (Store.Cursor cursor = store.cursor(Store.Family.NONCE_HEIGHTS)) {
            for (cursor.seek(first); cursor.valid(); cursor.next()) {
                RecordReader in = new RecordReader(cursor.key());
                if (in.u64() >= below) {
                    return;
                }
                batch.delete(Store.Family.NONCES, in.rest());
                batch.delete(Store.Family.NONCE_HEIGHTS, cursor.key());
            }
        }
    }

    /// The keys of the replay index. They are SM3 under every suite: nothing but this node reads them.
    static List<Bytes> hashes(List<LedgerTransaction> transactions) {
        return CryptoSuite.SM.hashAll(transactions.stream()
                .map(t -> LedgerTransaction.nonceMessage(t.sender(), t.nonce()))
                .toList());
    }
}
