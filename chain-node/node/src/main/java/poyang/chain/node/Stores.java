package poyang.chain.node;

import java.nio.file.Path;
import java.time.InstantSource;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.query.QueryIndex;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;

/// What a node keeps on disk.
record Stores(Ledger ledger, QueryIndex index, AuditLog audit) implements AutoCloseable {
    /// Opens what lies beside a ledger; when that fails the ledger is closed.
    ///
    /// @param storage needed no longer when this returns
    static Stores over(Ledger ledger, Path directory, StorageKey storage, RandomSource random, InstantSource clock) {
        QueryIndex index;
        try {
            index = ChainIndex.open(directory, ledger, storage, random);
        } catch (RuntimeException e) {
            ledger.close();
            throw e;
        }
        try {
            AuditLog audit = AuditLog.open(
                    directory.resolve("audit.log"),
                    AuditSeal.openOrCreate(directory.resolve("audit.key"), storage, random),
                    clock);
            return new Stores(ledger, index, audit);
        } catch (RuntimeException e) {
            index.close();
            ledger.close();
            throw e;
        }
    }

    @Override
    public void close() {
        index.close();
        ledger.close();
        audit.close();
    }
}
