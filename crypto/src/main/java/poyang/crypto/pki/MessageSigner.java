package poyang.crypto.pki;

import java.security.cert.X509Certificate;
import java.util.List;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PoyangException;

/// Who signs a message: a key, its certificate, and those above it that travel with the message.
public final class MessageSigner {
    private final List<X509Certificate> chain;
    private final Sm2PrivateKey key;

    /// @param chain the signer's certificate first
    /// @param key this object keeps using it
    /// @throws PoyangException `BAD_CERTIFICATE` when it is another key's certificate
    public MessageSigner(List<X509Certificate> chain, Sm2PrivateKey key) {
        this.chain = List.copyOf(chain);
        this.key = key;
        CertificateView own = CertificateView.of(chain.getFirst());
        if (!own.key().filter(key.publicKey()::equals).isPresent()) {
            throw new PoyangException(
                    CryptoErrors.BAD_CERTIFICATE,
                    own.who() + " belongs to another key",
                    "certificate and key file of one holder are needed");
        }
    }

    List<X509Certificate> chain() {
        return chain;
    }

    Sm2PrivateKey key() {
        return key;
    }

    @Override
    public String toString() {
        return "MessageSigner[" + CertificateView.of(chain.getFirst()).name() + "]";
    }
}
