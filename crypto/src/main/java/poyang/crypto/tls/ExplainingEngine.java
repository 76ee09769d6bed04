package poyang.crypto.tls;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import poyang.kernel.PoyangException;

/// The provider's engine, whose failures come out as {@link TlsRefusal}, and whose suite, version and
/// demand for a certificate stay as they are, whatever a framework sets.
final class ExplainingEngine extends SSLEngine {
    private final SSLEngine inner;
    private final TlsIdentity identity;
    private final Consumer<PoyangException> refused;
    private boolean told;

    ExplainingEngine(SSLEngine inner, TlsIdentity identity, Consumer<PoyangException> refused) {
        super(inner.getPeerHost(), inner.getPeerPort());
        this.inner = inner;
        this.identity = identity;
        this.refused = refused;
    }

    private TlsRefusal explained(Exception thrown) {
        String host = inner.getPeerHost();
        TlsRefusal refusal =
                TlsRefusal.of(thrown, identity, host == null || host.isEmpty() ? "the caller" : "\"" + host + "\"");
        if (!told) {
            told = true;
            refused.accept(refusal.failure());
        }
        return refusal;
    }

    @Override
    public SSLEngineResult wrap(ByteBuffer[] from, int at, int count, ByteBuffer to) throws SSLException {
        try {
            return inner.wrap(from, at, count, to);
        } catch (SSLException e) {
            throw explained(e);
        }
    }

    @Override
    public SSLEngineResult unwrap(ByteBuffer from, ByteBuffer[] to, int at, int count) throws SSLException {
        try {
            return inner.unwrap(from, to, at, count);
        } catch (SSLException e) {
            throw explained(e);
        }
    }

    @Override
    public @Nullable Runnable getDelegatedTask() {
        return inner.getDelegatedTask();
    }

    @Override
    public void closeInbound() throws SSLException {
        inner.closeInbound();
    }

    @Override
    public boolean isInboundDone() {
        return inner.isInboundDone();
    }

    @Override
    public void closeOutbound() {
        inner.closeOutbound();
    }

    @Override
    public boolean isOutboundDone() {
        return inner.isOutboundDone();
    }

    @Override
    public void beginHandshake() throws SSLException {
        try {
            inner.beginHandshake();
        } catch (SSLException e) {
            throw explained(e);
        }
    }

    @Override
    public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
        return inner.getHandshakeStatus();
    }

    @Override
    public SSLSession getSession() {
        return inner.getSession();
    }

    @Override
    public @Nullable SSLSession getHandshakeSession() {
        return inner.getHandshakeSession();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return getEnabledCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return TlsIdentity.CIPHER_SUITES.toArray(String[]::new);
    }

    @Override
    public void setEnabledCipherSuites(String[] suites) {
        same(TlsIdentity.CIPHER_SUITES, suites);
    }

    @Override
    public String[] getSupportedProtocols() {
        return getEnabledProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return TlsIdentity.PROTOCOLS.toArray(String[]::new);
    }

    @Override
    public void setEnabledProtocols(String[] protocols) {
        same(TlsIdentity.PROTOCOLS, protocols);
    }

    private static void same(List<String> fixed, String[] asked) {
        if (!fixed.equals(List.of(asked))) {
            throw new IllegalArgumentException(Arrays.toString(asked) + " is asked for, this engine has " + fixed);
        }
    }

    @Override
    public void setUseClientMode(boolean client) {
        if (client != inner.getUseClientMode()) {
            throw new IllegalArgumentException("the side was settled when the engine was made");
        }
    }

    @Override
    public boolean getUseClientMode() {
        return inner.getUseClientMode();
    }

    @Override
    public void setNeedClientAuth(boolean need) {
        if (!need) {
            throw new IllegalArgumentException("both sides always show certificates");
        }
    }

    @Override
    public boolean getNeedClientAuth() {
        return true;
    }

    @Override
    public void setWantClientAuth(boolean want) {
        throw new IllegalArgumentException("certificates are demanded, not only wanted");
    }

    @Override
    public boolean getWantClientAuth() {
        return false;
    }

    @Override
    public void setEnableSessionCreation(boolean enable) {
        inner.setEnableSessionCreation(enable);
    }

    @Override
    public boolean getEnableSessionCreation() {
        return inner.getEnableSessionCreation();
    }

    @Override
    public SSLParameters getSSLParameters() {
        return inner.getSSLParameters();
    }

    /// Takes over what may differ between connections: the peer's expected name and the protocol inside.
    @Override
    public void setSSLParameters(SSLParameters asked) {
        SSLParameters own = inner.getSSLParameters();
        own.setApplicationProtocols(asked.getApplicationProtocols());
        own.setEndpointIdentificationAlgorithm(asked.getEndpointIdentificationAlgorithm());
        own.setServerNames(asked.getServerNames());
        own.setNeedClientAuth(true);
        inner.setSSLParameters(own);
    }

    @Override
    public String getApplicationProtocol() {
        return inner.getApplicationProtocol();
    }

    @Override
    public String getHandshakeApplicationProtocol() {
        return inner.getHandshakeApplicationProtocol();
    }

    @Override
    public void setHandshakeApplicationProtocolSelector(BiFunction<SSLEngine, List<String>, String> selector) {
        inner.setHandshakeApplicationProtocolSelector(selector);
    }

    @Override
    public BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
        return inner.getHandshakeApplicationProtocolSelector();
    }
}
