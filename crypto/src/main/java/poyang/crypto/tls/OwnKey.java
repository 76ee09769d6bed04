package poyang.crypto.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.bouncycastle.jsse.BCX509ExtendedKeyManager;
import org.bouncycastle.jsse.BCX509Key;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Sm2PrivateKey;

/// Shows the one identity whenever asked, as it is at that moment: certificates and key are replaced together.
/// The provider's own key manager never picks an SM2 key on the server's side.
final class OwnKey extends BCX509ExtendedKeyManager {
    private static final String ALIAS = "own";
    private volatile Held held;

    /// Certificates, leaf first, and the leaf's key.
    private record Held(List<X509Certificate> chain, PrivateKey key) {}

    OwnKey(List<X509Certificate> chain, Sm2PrivateKey key) {
        held = new Held(List.copyOf(chain), new HandshakeSignatures.Key(key));
    }

    /// Handshakes that begin from now on show these.
    void replace(List<X509Certificate> chain, Sm2PrivateKey key) {
        held = new Held(List.copyOf(chain), new HandshakeSignatures.Key(key));
    }

    List<X509Certificate> chain() {
        return held.chain();
    }

    private BCX509Key shown(String type) {
        Held now = held;
        return new Shown(type, now.chain(), now.key());
    }

    @Override
    public String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
        return ALIAS;
    }

    @Override
    public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, Socket socket) {
        return ALIAS;
    }

    @Override
    public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
        return new String[] {ALIAS};
    }

    @Override
    public String chooseServerAlias(String type, Principal @Nullable [] issuers, Socket socket) {
        return ALIAS;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return held.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return held.key();
    }

    @Override
    public BCX509Key chooseEngineServerKeyBC(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
        return shown(types[0]);
    }

    @Override
    public BCX509Key chooseEngineClientKeyBC(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
        return shown(types[0]);
    }

    @Override
    protected BCX509Key getKeyBC(String type, String alias) {
        return shown(type);
    }

    /// Key and chain under the type that the provider asked for.
    private static final class Shown implements BCX509Key {
        private final String type;
        private final List<X509Certificate> chain;
        private final PrivateKey key;

        Shown(String type, List<X509Certificate> chain, PrivateKey key) {
            this.type = type;
            this.chain = chain;
            this.key = key;
        }

        @Override
        public String getKeyType() {
            return type;
        }

        @Override
        public X509Certificate[] getCertificateChain() {
            return chain.toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey() {
            return key;
        }
    }
}
