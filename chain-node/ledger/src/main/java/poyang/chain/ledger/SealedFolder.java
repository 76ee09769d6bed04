package poyang.chain.ledger;

import java.nio.file.Files;
import java.nio.file.Path;
import poyang.crypto.CryptoErrors;
import poyang.crypto.CryptoSuite;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A ledger's folder and the data key beside it, without which it is not opened.
final class SealedFolder {
    private SealedFolder() {}

    /// Opens the store in a folder under the data key beside it, which is made with it.
    ///
    /// @throws PoyangException `PLAIN_STORAGE`, `LEDGER_FAILED`, `LEDGER_DAMAGED`
    static Store open(Path folder, CryptoSuite suite, StorageKey storage, RandomSource random) {
        Path keyFile = folder.resolveSibling(folder.getFileName() + ".key");
        if (Files.exists(folder.resolve("CURRENT")) && !Files.exists(keyFile)) {
            throw new PoyangException(
                    CryptoErrors.PLAIN_STORAGE,
                    folder + " holds a ledger in clear, or its key file " + keyFile + " was taken away",
                    "move the folder away (then this node fetches the chain anew from its peers), or put the key"
                            + " file back; a ledger is never kept in clear");
        }
        return new Store(folder, suite, storage.dataKey(keyFile, Ledger.KEY_PURPOSE, random), random);
    }
}
