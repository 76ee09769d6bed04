package poyang.crypto.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.BCSSLEngine;
import org.bouncycastle.jsse.BCSSLParameters;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.junit.jupiter.api.Test;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Revocations.Revocation;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Connections between processes: who gets one, and what both sides are told when they do not.
final class TlsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Validity YEAR = validity(-1, 365);

    private final RandomSource random = new SeededRandom(new byte[32], "tls-test");
    private final Authority root = Certificates.root("Jiangxi", key(), YEAR, random);
    private final Authority issuer = root.issuer("taxation", key(), YEAR, random);

    private static Validity validity(int fromDays, int toDays) {
        return new Validity(NOW.plus(Duration.ofDays(fromDays)), NOW.plus(Duration.ofDays(toDays)));
    }

    private Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    private TlsIdentity identity(String name) {
        return identity(root, issuer, name, YEAR, NOW);
    }

    /// @param now the time that this process believes in
    private TlsIdentity identity(Authority top, Authority above, String name, Validity validity, Instant now) {
        Sm2PrivateKey own = key();
        X509Certificate leaf = above.leaf(name, own.publicKey(), validity, random);
        List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
        if (above != top) {
            chain.add(above.certificate());
        }
        return new TlsIdentity(chain, own, top.certificate(), InstantSource.fixed(now), random);
    }

    private static Handshake shake(TlsIdentity client, TlsIdentity server) {
        return new Handshake(
                client.sslContext().createSSLEngine("127.0.0.1", 1),
                server.sslContext().createSSLEngine());
    }

    @Test
    void twoProcessesOfOneRootTalkAndKnowEachOther() {
        SSLEngine client = identity("taxation-executor").sslContext().createSSLEngine("127.0.0.1", 1);
        SSLEngine server = identity("validator-1").sslContext().createSSLEngine();
        for (SSLEngine engine : List.of(client, server)) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            engine.setSSLParameters(parameters);
        }
        Handshake made = new Handshake(client, server);
        assertEquals(Optional.empty(), made.client().failure());
        assertEquals(Optional.empty(), made.server().failure());
        assertEquals("TLSv1.3", client.getSession().getProtocol());
        assertEquals("TLS_SM4_GCM_SM3", client.getSession().getCipherSuite());
        assertEquals("h2", client.getApplicationProtocol());
        assertEquals("validator-1", TlsIdentity.peerName(client.getSession()));
        assertEquals("taxation-executor", TlsIdentity.peerName(server.getSession()));
        byte[] message = "一条消息".repeat(9_000).getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(message, made.toServer(message));
        assertArrayEquals(message, made.toClient(message));
    }

    @Test
    void aCertificateOfAnotherKeyMakesNoIdentity() {
        X509Certificate leaf = issuer.leaf("x", key().publicKey(), YEAR, random);
        InstantSource clock = InstantSource.fixed(NOW);
        PoyangException refused = assertThrows(
                PoyangException.class,
                () -> new TlsIdentity(List.of(leaf, issuer.certificate()), key(), root.certificate(), clock, random));
        assertEquals("the certificate of \"x\" belongs to another key", refused.wrong());
    }

    // ---- refusals: both sides learn which certificate, which field, which date ---------------------

    /// @param wrong shows what is not accepted, to `good` as client and as server
    private static void refused(TlsIdentity good, TlsIdentity wrong, List<String> goodSays, List<String> wrongSays) {
        Handshake called = shake(wrong, good);
        told(CryptoErrors.TLS_PEER_REFUSED, called.server(), goodSays);
        told(CryptoErrors.TLS_REFUSED_BY_PEER, called.client(), wrongSays);
        Handshake calling = shake(good, wrong);
        told(CryptoErrors.TLS_PEER_REFUSED, calling.client(), goodSays);
        told(CryptoErrors.TLS_REFUSED_BY_PEER, calling.server(), wrongSays);
    }

    private static void told(ErrorCode code, Handshake.Side side, List<String> words) {
        PoyangException refusal = side.refusal().orElseThrow(() -> new AssertionError("no refusal: " + side.failure()));
        assertEquals(code, refusal.code(), refusal.toString());
        String all = refusal.wrong() + "; " + refusal.right();
        words.forEach(part -> assertTrue(all.contains(part), () -> "\"" + part + "\" is not in: " + all));
    }

    @Test
    void anExpiredCertificateIsNamedWithItsDateOnBothSides() {
        Instant before = NOW.minus(Duration.ofDays(20));
        Validity past = validity(-30, -10);
        Authority older = Certificates.root("Jiangxi", key(), validity(-40, 365), random);
        Authority city = older.issuer("Nanchang", key(), validity(-40, 365), random);
        refused(
                identity(older, city, "validator-1", validity(-30, 30), NOW),
                identity(older, city, "validator-2", past, before),
                List.of("\"validator-2\" expired on 2026-11-13T10:00:00Z", "this one says 2026-11-23T10:00:00Z"),
                List.of("expired or not yet valid", "validator-2", "to 2026-11-13T10:00:00Z", "poyang ca renew"));
    }

    @Test
    void aCertificateOfTheFutureIsNamedWithItsDateOnBothSides() {
        Instant later = NOW.plus(Duration.ofDays(20));
        refused(
                identity("validator-1"),
                identity(root, issuer, "validator-2", validity(10, 30), later),
                List.of("\"validator-2\" is valid only from 2026-12-03T10:00:00Z"),
                List.of("expired or not yet valid", "from 2026-12-03T10:00:00Z", "this one says 2026-12-13"));
    }

    /// Who calls judges first.
    @Test
    void anotherRootIsNamedOnBothSides() {
        Authority stranger = Certificates.root("Elsewhere", key(), YEAR, random);
        TlsIdentity spy = identity(stranger, stranger, "spy", YEAR, NOW);
        Handshake calling = shake(identity("validator-1"), spy);
        told(
                CryptoErrors.TLS_PEER_REFUSED,
                calling.client(),
                List.of("issued by an unknown authority, \"Elsewhere\"", "here \"Jiangxi\" (SM3 "));
        told(
                CryptoErrors.TLS_REFUSED_BY_PEER,
                calling.server(),
                List.of("of an authority unknown there", "\"spy\"", "here \"Elsewhere\" (SM3 "));
        Handshake called = shake(spy, identity("validator-1"));
        told(CryptoErrors.TLS_PEER_REFUSED, called.client(), List.of("issued by an unknown authority, \"Jiangxi\""));
        told(CryptoErrors.TLS_REFUSED_BY_PEER, called.server(), List.of("of an authority unknown there"));
    }

    @Test
    void aNamesakeOfTheRootIsNoRoot() {
        Authority namesake = Certificates.root("Jiangxi", key(), YEAR, random);
        Handshake calling = shake(identity("validator-1"), identity(namesake, namesake, "spy", YEAR, NOW));
        told(CryptoErrors.TLS_PEER_REFUSED, calling.client(), List.of("\"spy\" was not signed by \"Jiangxi\""));
        told(
                CryptoErrors.TLS_REFUSED_BY_PEER,
                calling.server(),
                List.of("not well signed", "both sides need one trust root"));
    }

    @Test
    void aRevokedCertificateIsNamedOnBothSidesAndLosesItsConnection() {
        TlsIdentity good = identity("validator-1");
        TlsIdentity wrong = identity("validator-2");
        SSLEngine open = good.sslContext().createSSLEngine();
        Handshake made = new Handshake(wrong.sslContext().createSSLEngine("127.0.0.1", 1), open);
        assertEquals(Optional.empty(), made.server().failure());
        assertEquals(Optional.empty(), good.standing(open.getSession()));
        X509Certificate leaf = wrong.chain().getFirst();
        good.consult((_, serial) -> serial.equals(leaf.getSerialNumber())
                ? Optional.of(new Revocation(1, NOW.minusSeconds(60).getEpochSecond()))
                : Optional.empty());
        String since = "was revoked on 2026-11-23T09:59:00Z because its key was exposed";
        String serial = leaf.getSerialNumber().toString(16);
        refused(good, wrong, List.of("\"validator-2\" (serial " + serial + ") " + since), List.of("revoked", serial));
        PoyangException cut = good.standing(open.getSession()).orElseThrow();
        assertTrue(cut.wrong().contains(since), cut.wrong());
    }

    @Test
    void aRevokedAuthorityTakesItsCertificatesWithIt() {
        TlsIdentity good = identity(root, root.issuer("Jiujiang", key(), YEAR, random), "validator-1", YEAR, NOW);
        good.consult((_, serial) -> serial.equals(issuer.certificate().getSerialNumber())
                ? Optional.of(new Revocation(2, NOW.getEpochSecond()))
                : Optional.empty());
        refused(
                good,
                identity("validator-2"),
                List.of("\"taxation\"", "was revoked"),
                List.of("revoked", "\"validator-2\"", "issued by \"taxation\""));
    }

    @Test
    void whoAnswersUnderAnotherNameIsNamedOnBothSides() {
        SSLEngine client = identity("validator-1").sslContext().createSSLEngine("validator-2", 1);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        client.setSSLParameters(parameters);
        Handshake made =
                new Handshake(client, identity("validator-3").sslContext().createSSLEngine());
        told(CryptoErrors.TLS_WRONG_PEER, made.client(), List.of("is \"validator-3\", not \"validator-2\""));
        told(CryptoErrors.TLS_REFUSED_BY_PEER, made.server(), List.of("expected somebody else than \"validator-3\""));
    }

    // ---- strangers ---------------------------------------------------------------------------------

    /// A client of the suite that shows no certificate.
    @Test
    void clientsWithoutACertificateAreRefused() throws Exception {
        SSLContext anonymous =
                SSLContext.getInstance("TLSv1.3", new BouncyCastleJsseProvider(new BouncyCastleProvider()));
        anonymous.init(null, new TrustManager[] {new TrustAll()}, null);
        SSLEngine nameless = anonymous.createSSLEngine("127.0.0.1", 1);
        nameless.setUseClientMode(true);
        BCSSLEngine bouncy = (BCSSLEngine) nameless;
        BCSSLParameters parameters = bouncy.getParameters();
        parameters.setCipherSuites(new String[] {"TLS_SM4_GCM_SM3"});
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setNamedGroups(new String[] {"curveSM2"});
        parameters.setSignatureSchemes(new String[] {"sm2sig_sm3"});
        bouncy.setParameters(parameters);
        List<PoyangException> heard = new ArrayList<>();
        Handshake made =
                new Handshake(nameless, identity("v").sslContext(heard::add).createSSLEngine());
        told(CryptoErrors.TLS_NO_CERTIFICATE, made.server(), List.of("the caller shows no certificate"));
        assertEquals(List.of(made.server().refusal().orElseThrow()), heard);
    }

    @Test
    void internationalTlsIsRefusedInWords() throws Exception {
        SSLEngine client = SSLContext.getDefault().createSSLEngine("127.0.0.1", 1);
        client.setUseClientMode(true);
        Handshake made = new Handshake(client, identity("v").sslContext().createSSLEngine());
        told(
                CryptoErrors.TLS_OTHER_SUITE,
                made.server(),
                List.of("the caller does not offer TLS 1.3 with TLS_SM4_GCM_SM3"));
        assertTrue(made.client().failure().isPresent());
    }

    @Test
    void bytesThatAreNoTlsAreRefusedInWords() {
        SSLEngine server = identity("v").sslContext().createSSLEngine();
        ByteBuffer knock = ByteBuffer.wrap("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        TlsRefusal refusal = assertThrows(TlsRefusal.class, () -> server.unwrap(knock, ByteBuffer.allocate(1 << 16)));
        assertEquals(CryptoErrors.TLS_BROKEN, refusal.failure().code());
        assertTrue(refusal.failure().right().contains("something else than TLS"), refusal.toString());
    }

    @Test
    void aChangedRecordIsRefusedInWords() throws Exception {
        SSLEngine client = identity("a").sslContext().createSSLEngine("127.0.0.1", 1);
        SSLEngine server = identity("b").sslContext().createSSLEngine();
        Handshake made = new Handshake(client, server);
        assertEquals(Optional.empty(), made.server().failure());
        ByteBuffer wire = ByteBuffer.allocate(1 << 16);
        client.wrap(ByteBuffer.wrap(new byte[100]), wire);
        wire.flip();
        wire.put(50, (byte) (wire.get(50) ^ 1));
        TlsRefusal refusal = assertThrows(TlsRefusal.class, () -> server.unwrap(wire, ByteBuffer.allocate(1 << 16)));
        assertTrue(refusal.failure().wrong().contains("was changed on its way"), refusal.toString());
    }

    @Test
    void anEngineCannotBeWeakened() {
        SSLEngine engine = identity("v").sslContext().createSSLEngine();
        assertThrows(IllegalArgumentException.class, () -> engine.setNeedClientAuth(false));
        assertThrows(IllegalArgumentException.class, () -> engine.setWantClientAuth(true));
        assertThrows(
                IllegalArgumentException.class, () -> engine.setEnabledProtocols(new String[] {"TLSv1.3", "TLSv1.2"}));
        assertThrows(
                IllegalArgumentException.class,
                () -> engine.setEnabledCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"}));
        SSLParameters weak = engine.getSSLParameters();
        weak.setNeedClientAuth(false);
        weak.setCipherSuites(new String[] {"TLS_AES_128_GCM_SHA256"});
        engine.setSSLParameters(weak);
        assertTrue(engine.getSSLParameters().getNeedClientAuth());
        assertArrayEquals(
                new String[] {"TLS_SM4_GCM_SM3"}, engine.getSSLParameters().getCipherSuites());
    }

    /// A client that trusts anybody, for the refusal of those who show no certificate.
    private static final class TrustAll implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
