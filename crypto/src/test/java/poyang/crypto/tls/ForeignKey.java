package poyang.crypto.tls;

import java.math.BigInteger;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jce.spec.ECPrivateKeySpec;
import org.bouncycastle.jsse.BCX509ExtendedKeyManager;
import org.bouncycastle.jsse.BCX509Key;
import org.jspecify.annotations.Nullable;
import poyang.crypto.KeyMaterial;
import poyang.crypto.SecretBytes;
import poyang.crypto.Sm2PrivateKey;

/// A key in BouncyCastle's own form with its certificates, always shown.
final class ForeignKey extends BCX509ExtendedKeyManager {
    private static final String ALIAS = "own";
    private final List<X509Certificate> chain;
    private final PrivateKey key;

    ForeignKey(List<X509Certificate> chain, Sm2PrivateKey own) throws GeneralSecurityException {
        this.chain = chain;
        try (SecretBytes secret = KeyMaterial.dangerouslyReveal(own)) {
            key = KeyFactory.getInstance("EC", new BouncyCastleProvider())
                    .generatePrivate(new ECPrivateKeySpec(
                            new BigInteger(1, secret.use(byte[]::clone)),
                            ECNamedCurveTable.getParameterSpec("sm2p256v1")));
        }
    }

    /// @param type that the provider asked for
    private record Shown(String type, List<X509Certificate> chain, PrivateKey key) implements BCX509Key {
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

    @Override
    public BCX509Key chooseEngineServerKeyBC(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
        return new Shown(types[0], chain, key);
    }

    @Override
    public BCX509Key chooseEngineClientKeyBC(String[] types, Principal @Nullable [] issuers, SSLEngine engine) {
        return new Shown(types[0], chain, key);
    }

    @Override
    protected BCX509Key getKeyBC(String type, String alias) {
        return new Shown(type, chain, key);
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
        return chain.toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return key;
    }
}
