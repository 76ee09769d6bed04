package poyang.executor.host;

import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;

/// The secrets of one executor: its account's key, its TLS identity, and the key over what it stores.
/// They stay the caller's; the executor uses the first two as long as it runs, the last at its start.
public final class HostKeys {
    private final Sm2PrivateKey account;
    private final TlsIdentity identity;
    private final StorageKey storage;

    public HostKeys(Sm2PrivateKey account, TlsIdentity identity, StorageKey storage) {
        this.account = account;
        this.identity = identity;
        this.storage = storage;
    }

    Sm2PrivateKey account() {
        return account;
    }

    TlsIdentity identity() {
        return identity;
    }

    StorageKey storage() {
        return storage;
    }

    @Override
    public String toString() {
        return "HostKeys";
    }
}
