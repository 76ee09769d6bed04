package poyang.crypto;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.jsse.BCSSLEngine;
import org.bouncycastle.jsse.BCSSLParameters;
import org.bouncycastle.jsse.BCX509ExtendedKeyManager;
import org.bouncycastle.jsse.BCX509Key;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// What a process shows and demands on every connection: TLS 1.3 with `TLS_SM4_GCM_SM3`, curveSM2 and
/// sm2sig_sm3 (RFC 8998), certificates on both sides, both leading to the chain's trust root. There is
/// no other suite, version or mode to fall back to.
///
/// {@link #sslContext} gives engines that are set up already; Netty's and gRPC's handlers take it as
/// they take any other context.
public final class TlsIdentity {
    private static final List<String> PROTOCOLS = List.of("TLSv1.3");
    private static final List<String> CIPHER_SUITES = List.of("TLS_SM4_GCM_SM3");

    private final List<X509Certificate> chain;
    private final SSLContext context;

    /// @param chain own certificates, leaf first
    /// @param key the leaf's key; this object keeps using it
    /// @param root the trust root
    /// @param clock tells whether certificates hold
    public TlsIdentity(List<X509Certificate> chain, Sm2PrivateKey key, X509Certificate root, InstantSource clock) {
        this.chain = List.copyOf(chain);
        Certificates.validate(chain, root, clock.instant());
        if (!Certificates.publicKey(chain.getFirst()).equals(key.publicKey())) {
            throw new PoyangException(
                    CryptoErrors.BAD_CERTIFICATE,
                    "the certificate of \"" + name() + "\" belongs to another key",
                    "certificate and key file of one process are needed");
        }
        try {
            SSLContext inner = SSLContext.getInstance("TLSv1.3", Sm2Provider.TLS);
            inner.init(
                    new KeyManager[] {new OwnKey(chain, Certificates.privateKey(key))},
                    new TrustManager[] {new RootTrust(root, clock)},
                    null);
            context = new Context(new Engines(inner));
        } catch (GeneralSecurityException e) {
            throw new Bug("the TLS provider lacks what it must have", e);
        }
    }

    /// Reads an identity from its files.
    public static TlsIdentity load(Path chainPem, Path keyPem, char[] password, Path rootPem, InstantSource clock) {
        try {
            return new TlsIdentity(
                    Certificates.fromPem(Files.readString(chainPem)),
                    PrivateKeyFile.read(keyPem, password),
                    Certificates.fromPem(Files.readString(rootPem)).getFirst(),
                    clock);
        } catch (IOException e) {
            throw new PoyangException(
                    CryptoErrors.FILE_FAILED,
                    "a certificate file could not be read (" + e.getMessage() + ")",
                    "check that it exists and that this user may read it",
                    e);
        }
    }

    /// The common name of the own leaf.
    public String name() {
        return Certificates.name(chain.getFirst());
    }

    /// Makes engines that speak nothing but the suite above and demand the peer's certificate.
    public SSLContext sslContext() {
        return context;
    }

    public List<String> protocols() {
        return PROTOCOLS;
    }

    public List<String> cipherSuites() {
        return CIPHER_SUITES;
    }

    /// The common name that the peer proved.
    ///
    /// @throws PoyangException `BAD_CERTIFICATE` before the handshake is complete
    public static String peerName(SSLSession session) {
        try {
            return Certificates.name((X509Certificate) session.getPeerCertificates()[0]);
        } catch (SSLPeerUnverifiedException e) {
            throw new PoyangException(
                    CryptoErrors.BAD_CERTIFICATE,
                    "the peer has not proved its name",
                    "complete the handshake first",
                    e);
        }
    }

    private static void setUp(SSLEngine engine, boolean client) {
        engine.setUseClientMode(client);
        BCSSLEngine bouncy = (BCSSLEngine) engine;
        BCSSLParameters parameters = bouncy.getParameters();
        parameters.setProtocols(PROTOCOLS.toArray(String[]::new));
        parameters.setCipherSuites(CIPHER_SUITES.toArray(String[]::new));
        parameters.setNamedGroups(new String[] {"curveSM2"});
        parameters.setSignatureSchemes(new String[] {"sm2sig_sm3"});
        parameters.setSignatureSchemesCert(new String[] {"sm2sig_sm3"});
        parameters.setNeedClientAuth(true);
        bouncy.setParameters(parameters);
    }

    private static final class Context extends SSLContext {
        Context(SSLContextSpi engines) {
            super(engines, Sm2Provider.TLS, "TLSv1.3");
        }
    }

    /// The inner context, with every engine set up before it is handed out.
    private static final class Engines extends SSLContextSpi {
        private final SSLContext inner;

        Engines(SSLContext inner) {
            this.inner = inner;
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
                throws KeyManagementException {
            throw new KeyManagementException("this context is made whole");
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            SSLEngine engine = inner.createSSLEngine();
            setUp(engine, false);
            return engine;
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            SSLEngine engine = inner.createSSLEngine(host, port);
            setUp(engine, true);
            return engine;
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            throw new UnsupportedOperationException("engines only");
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            throw new UnsupportedOperationException("engines only");
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return inner.getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return inner.getClientSessionContext();
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return parameters();
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return parameters();
        }

        private static SSLParameters parameters() {
            return new SSLParameters(CIPHER_SUITES.toArray(String[]::new), PROTOCOLS.toArray(String[]::new));
        }
    }

    /// Shows the one identity whenever asked. The provider's own key manager never picks an SM2 key on
    /// the server's side.
    private static final class OwnKey extends BCX509ExtendedKeyManager {
        private static final String ALIAS = "own";
        private final List<X509Certificate> chain;
        private final PrivateKey key;

        OwnKey(List<X509Certificate> chain, PrivateKey key) {
            this.chain = chain;
            this.key = key;
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
            return chain.toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
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

    /// Trusts what leads to the root, and says in words what does not.
    private static final class RootTrust extends X509ExtendedTrustManager {
        private final X509Certificate root;
        private final InstantSource clock;

        RootTrust(X509Certificate root, InstantSource clock) {
            this.root = root;
            this.clock = clock;
        }

        private void check(X509Certificate[] shown) throws CertificateException {
            try {
                Certificates.validate(List.of(shown), root, clock.instant());
            } catch (PoyangException e) {
                throw new CertificateException(e.wrong(), e);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, SSLEngine engine)
                throws CertificateException {
            check(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, SSLEngine engine)
                throws CertificateException {
            check(shown);
            String identification = engine.getSSLParameters().getEndpointIdentificationAlgorithm();
            if (identification != null && !identification.isEmpty()) {
                checkName(shown[0], engine.getPeerHost());
            }
        }

        /// Addresses move; what a certificate proves here is the name of a process.
        private static void checkName(X509Certificate leaf, @Nullable String wanted) throws CertificateException {
            String name = Certificates.name(leaf);
            if (!name.equals(wanted)) {
                throw new CertificateException("the peer is \"" + name + "\", not \"" + wanted + "\"");
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type, Socket socket)
                throws CertificateException {
            check(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type, Socket socket)
                throws CertificateException {
            check(shown);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type) throws CertificateException {
            check(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type) throws CertificateException {
            check(shown);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[] {root};
        }
    }
}
