package poyang.crypto.keys;

import java.security.cert.X509Certificate;
import java.util.List;
import poyang.crypto.Sm2PrivateKey;

/// A private key that another program wrote, with the certificates that came along. `close` overwrites
/// the key.
public final class ImportedKey implements AutoCloseable {
    private final Sm2PrivateKey key;
    private final List<X509Certificate> certificates;
    private final String form;

    ImportedKey(Sm2PrivateKey key, List<X509Certificate> certificates, String form) {
        this.key = key;
        this.certificates = List.copyOf(certificates);
        this.form = form;
    }

    public Sm2PrivateKey key() {
        return key;
    }

    /// The key's own certificate first, when there is one; possibly none at all.
    public List<X509Certificate> certificates() {
        return certificates;
    }

    /// What it was stored in, for people.
    public String form() {
        return form;
    }

    @Override
    public void close() {
        key.close();
    }

    @Override
    public String toString() {
        return "ImportedKey[" + key + ", " + form + "]";
    }
}
