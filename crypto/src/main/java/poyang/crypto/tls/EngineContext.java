package poyang.crypto.tls;

import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.bouncycastle.jsse.BCSNIHostName;
import org.bouncycastle.jsse.BCSSLEngine;
import org.bouncycastle.jsse.BCSSLParameters;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The context that is handed out: every engine of it is set up, and explains its failures.
final class EngineContext extends SSLContextSpi {
    private final Inner inner;
    private final TlsIdentity identity;
    private final Consumer<PoyangException> refused;
    private final Optional<String> towards;

    private EngineContext(
            Inner inner, TlsIdentity identity, Consumer<PoyangException> refused, Optional<String> towards) {
        this.inner = inner;
        this.identity = identity;
        this.refused = refused;
        this.towards = towards;
    }

    static SSLContext of(
            Inner inner, TlsIdentity identity, Consumer<PoyangException> refused, Optional<String> towards) {
        return new Shell(new EngineContext(inner, identity, refused, towards), inner.context.getProvider());
    }

    /// The provider's context, made once for an identity.
    static final class Inner {
        private final SSLContext context;

        Inner(OwnKey own, RootTrust trust, RandomSource random) {
            RandomSource shared = new OneAtATime(random);
            try {
                context = SSLContext.getInstance("TLSv1.3", SmTlsCrypto.provider(shared));
                context.init(new KeyManager[] {own}, new TrustManager[] {trust}, null);
            } catch (GeneralSecurityException e) {
                throw new Bug("the TLS provider lacks what it must have", e);
            }
        }
    }

    /// Engines run on several threads; not every source may.
    private record OneAtATime(RandomSource source) implements RandomSource {
        @Override
        public void fill(byte[] out) {
            synchronized (source) {
                source.fill(out);
            }
        }

        @Override
        public RandomSource fork(String label) {
            synchronized (source) {
                return source.fork(label);
            }
        }
    }

    private static final class Shell extends SSLContext {
        Shell(SSLContextSpi engines, Provider provider) {
            super(engines, provider, "TLSv1.3");
        }
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return setUp(inner.context.createSSLEngine(), false);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return setUp(inner.context.createSSLEngine(host, port), true);
    }

    private SSLEngine setUp(SSLEngine engine, boolean client) {
        identity.refresh();
        engine.setUseClientMode(client);
        BCSSLEngine bouncy = (BCSSLEngine) engine;
        BCSSLParameters parameters = bouncy.getParameters();
        parameters.setProtocols(TlsIdentity.PROTOCOLS.toArray(String[]::new));
        parameters.setCipherSuites(TlsIdentity.CIPHER_SUITES.toArray(String[]::new));
        parameters.setNamedGroups(new String[] {"curveSM2"});
        parameters.setSignatureSchemes(new String[] {"sm2sig_sm3"});
        parameters.setSignatureSchemesCert(new String[] {"sm2sig_sm3"});
        parameters.setNeedClientAuth(true);
        if (client && towards.isPresent()) {
            parameters.setServerNames(List.of(new BCSNIHostName(towards.get())));
        }
        bouncy.setParameters(parameters);
        return new ExplainingEngine(engine, identity, refused);
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
            throws KeyManagementException {
        throw new KeyManagementException("this context is made whole");
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
        return inner.context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return inner.context.getClientSessionContext();
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
        return new SSLParameters(
                TlsIdentity.CIPHER_SUITES.toArray(String[]::new), TlsIdentity.PROTOCOLS.toArray(String[]::new));
    }
}
