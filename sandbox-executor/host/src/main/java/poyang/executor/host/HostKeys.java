package poyang.executor.host;

import poyang.crypto.SigningKey;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;

/// The secrets of one executor: its account's key, its TLS identity, and the key over what it stores.
/// They stay the caller's; the executor uses the first two as long as it runs, the last at its start.
public final class HostKeys {
    private final SigningKey account;
    private final TlsIdentity identity;
    private final StorageKey storage;

    public HostKeys(SigningKey account, TlsIdentity identity, StorageKey storage) {
        this.account = account;
        this.identity = identity;
        this.storage = storage;
    }

    SigningKey account() {
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
