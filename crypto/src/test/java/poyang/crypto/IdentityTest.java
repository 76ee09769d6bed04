package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.jsse.BCSSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Key files, certificates and connections, each with what must be refused.
final class IdentityTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Validity YEAR = new Validity(NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(365)));
    private static final char[] PASSWORD = "湖口-石钟山".toCharArray();

    private final RandomSource random = new SeededRandom(new byte[32], "identity-test");
    private final Authority root = Certificates.root("Jiangxi", key(), YEAR, random);
    private final Authority issuer = root.issuer("taxation", key(), YEAR, random);

    private Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    private TlsIdentity identity(String name) {
        Sm2PrivateKey own = key();
        X509Certificate leaf = issuer.leaf(name, own.publicKey(), YEAR, random);
        return new TlsIdentity(List.of(leaf, issuer.certificate()), own, root.certificate(), InstantSource.fixed(NOW));
    }

    // ---- key files ------------------------------------------------------------------------------

    @Test
    void aKeyFileOpensWithItsPasswordOnly(@TempDir Path folder) throws IOException {
        Sm2PrivateKey key = key();
        Path file = folder.resolve("owner.pem");
        PrivateKeyFile.write(file, key, PASSWORD, random);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals(key.publicKey(), PrivateKeyFile.read(file, PASSWORD).publicKey());
        String secret = Bytes.wrap(key.scalar()).hex();
        assertTrue(!Bytes.wrap(Files.readAllBytes(file)).hex().contains(secret));
        PoyangException wrong =
                assertThrows(PoyangException.class, () -> PrivateKeyFile.read(file, "other".toCharArray()));
        assertEquals(CryptoErrors.WRONG_PASSWORD, wrong.code());
        PoyangException missing =
                assertThrows(PoyangException.class, () -> PrivateKeyFile.read(folder.resolve("no.pem"), PASSWORD));
        assertEquals(CryptoErrors.FILE_FAILED, missing.code());
    }

    @Test
    void aDamagedKeyFileIsRefusedWithATypedErrorOnly() {
        String pem = PrivateKeyFile.toPem(key(), PASSWORD, random);
        for (int i = 30; i < pem.length() - 30; i += 9) {
            char[] bad = pem.toCharArray();
            bad[i] = bad[i] == 'A' ? 'B' : 'A';
            String text = new String(bad);
            if (!text.equals(pem)) {
                try {
                    PrivateKeyFile.fromPem(text, PASSWORD);
                } catch (PoyangException e) {
                    assertTrue(e.code().equals(CryptoErrors.BAD_KEY) || e.code().equals(CryptoErrors.WRONG_PASSWORD));
                }
            }
        }
        for (String text : List.of("", "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n", "x")) {
            PoyangException refused = assertThrows(PoyangException.class, () -> PrivateKeyFile.fromPem(text, PASSWORD));
            assertEquals(CryptoErrors.BAD_KEY, refused.code());
        }
    }

    // ---- certificates ---------------------------------------------------------------------------

    @Test
    void aChainLeadsToItsRootInTimeAndForItsUse() {
        Sm2PrivateKey own = key();
        X509Certificate leaf = issuer.leaf("taxation-executor", own.publicKey(), YEAR, random);
        List<X509Certificate> chain = List.of(leaf, issuer.certificate());
        Certificates.validate(chain, root.certificate(), NOW);
        Certificates.validate(List.of(leaf, issuer.certificate(), root.certificate()), root.certificate(), NOW);
        assertEquals(chain, Certificates.fromPem(Certificates.toPem(chain)));
        assertEquals("taxation-executor", Certificates.name(leaf));
        assertEquals(own.publicKey(), Certificates.publicKey(leaf));
        refused("expired", chain, root.certificate(), NOW.plus(Duration.ofDays(400)));
        refused("valid only from", chain, root.certificate(), NOW.minus(Duration.ofDays(2)));
        Authority stranger = Certificates.root("Jiangxi", key(), YEAR, random);
        refused("was not signed by", chain, stranger.certificate(), NOW);
        refused("unknown authority", List.of(leaf), root.certificate(), NOW);
        refused("not for TLS", List.of(issuer.certificate()), root.certificate(), NOW);
        X509Certificate byLeaf = new Authority(leaf, own).leaf("x", key().publicKey(), YEAR, random);
        refused("may not issue", List.of(byLeaf, leaf, issuer.certificate()), root.certificate(), NOW);
        X509Certificate grandchild = issuer.issuer("sub", own, YEAR, random).certificate();
        X509Certificate deep = new Authority(grandchild, own).leaf("y", key().publicKey(), YEAR, random);
        refused("may not issue", List.of(deep, grandchild, issuer.certificate()), root.certificate(), NOW);
    }

    private static void refused(String why, List<X509Certificate> chain, X509Certificate root, Instant now) {
        PoyangException refused = assertThrows(PoyangException.class, () -> Certificates.validate(chain, root, now));
        assertEquals(CryptoErrors.BAD_CERTIFICATE, refused.code());
        assertTrue(refused.wrong().contains(why), refused.wrong());
    }

    @Test
    void aCertificateOfAnotherKeyMakesNoIdentity() {
        X509Certificate leaf = issuer.leaf("x", key().publicKey(), YEAR, random);
        assertThrows(
                PoyangException.class,
                () -> new TlsIdentity(
                        List.of(leaf, issuer.certificate()), key(), root.certificate(), InstantSource.fixed(NOW)));
        assertThrows(PoyangException.class, () -> Certificates.fromPem("no certificate"));
    }

    // ---- connections ----------------------------------------------------------------------------

    @Test
    void twoProcessesOfOneRootTalkAndKnowEachOther() throws SSLException {
        TlsIdentity validator = identity("validator-1");
        TlsIdentity executor = identity("taxation-executor");
        SSLEngine client = executor.sslContext().createSSLEngine("127.0.0.1", 1);
        SSLEngine server = validator.sslContext().createSSLEngine();
        for (SSLEngine engine : new SSLEngine[] {client, server}) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            engine.setSSLParameters(parameters);
        }
        shake(client, server);
        assertEquals("TLSv1.3", client.getSession().getProtocol());
        assertEquals("TLS_SM4_GCM_SM3", client.getSession().getCipherSuite());
        assertEquals("h2", client.getApplicationProtocol());
        assertEquals("validator-1", TlsIdentity.peerName(client.getSession()));
        assertEquals("taxation-executor", TlsIdentity.peerName(server.getSession()));
        byte[] message = "一条消息".getBytes(StandardCharsets.UTF_8);
        assertArrayEquals(message, carry(client, server, message));
        assertArrayEquals(message, carry(server, client, message));
    }

    @Test
    void strangersAreRefusedInWords() {
        Authority stranger = Certificates.root("Elsewhere", key(), YEAR, random);
        Sm2PrivateKey own = key();
        TlsIdentity foreign = new TlsIdentity(
                List.of(stranger.leaf("spy", own.publicKey(), YEAR, random)),
                own,
                stranger.certificate(),
                InstantSource.fixed(NOW));
        TlsIdentity ours = identity("validator-1");
        assertTrue(failure(foreign, ours).contains("issued by an unknown authority"));
        assertTrue(failure(ours, foreign).contains("issued by an unknown authority"));
        Sm2PrivateKey old = key();
        Validity past = new Validity(NOW.minus(Duration.ofDays(1)), NOW.minus(Duration.ofHours(1)));
        TlsIdentity stale = new TlsIdentity(
                List.of(issuer.leaf("old", old.publicKey(), past, random), issuer.certificate()),
                old,
                root.certificate(),
                InstantSource.fixed(NOW.minus(Duration.ofHours(2))));
        assertTrue(failure(ours, stale).contains("\"old\" expired"));
    }

    /// Without a certificate nobody comes in: a client of the same provider that shows none, and one
    /// that speaks another suite.
    @Test
    void clientsWithoutACertificateOrTheSuiteAreRefused() throws Exception {
        SSLContext plain = SSLContext.getDefault();
        SSLEngine client = plain.createSSLEngine("127.0.0.1", 1);
        client.setUseClientMode(true);
        assertThrows(
                SSLException.class,
                () -> shake(client, identity("v").sslContext().createSSLEngine()));
        SSLContext anonymous = SSLContext.getInstance("TLSv1.3", Sm2Provider.TLS);
        anonymous.init(null, new TrustManager[] {new TrustAll()}, null);
        SSLEngine nameless = anonymous.createSSLEngine("127.0.0.1", 1);
        nameless.setUseClientMode(true);
        var bouncy = (BCSSLEngine) nameless;
        var parameters = bouncy.getParameters();
        parameters.setCipherSuites(new String[] {"TLS_SM4_GCM_SM3"});
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setNamedGroups(new String[] {"curveSM2"});
        parameters.setSignatureSchemes(new String[] {"sm2sig_sm3"});
        bouncy.setParameters(parameters);
        SSLException refused = assertThrows(
                SSLException.class,
                () -> shake(nameless, identity("v").sslContext().createSSLEngine()));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("certificate_required")
                        || String.valueOf(refused.getMessage()).contains("handshake"),
                refused.toString());
    }

    private static String failure(TlsIdentity client, TlsIdentity server) {
        SSLException failure = assertThrows(
                SSLException.class,
                () -> shake(
                        client.sslContext().createSSLEngine("127.0.0.1", 1),
                        server.sslContext().createSSLEngine()));
        StringBuilder words = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            words.append(cause.getMessage()).append(' ');
        }
        return words.toString();
    }

    /// Runs both engines against each other until both have finished.
    private static void shake(SSLEngine client, SSLEngine server) throws SSLException {
        ByteBuffer toServer = ByteBuffer.allocate(1 << 17);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 17);
        client.beginHandshake();
        server.beginHandshake();
        for (int turn = 0; turn < 200; turn++) {
            advance(client, toServer, toClient);
            advance(server, toClient, toServer);
            if (idle(client) && idle(server) && toServer.position() == 0 && toClient.position() == 0) {
                return;
            }
        }
        throw new SSLException("the handshake does not end");
    }

    private static boolean idle(SSLEngine engine) {
        return engine.getHandshakeStatus() == HandshakeStatus.NOT_HANDSHAKING;
    }

    private static void advance(SSLEngine engine, ByteBuffer out, ByteBuffer in) throws SSLException {
        Runnable task = engine.getDelegatedTask();
        while (task != null) {
            task.run();
            task = engine.getDelegatedTask();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(ByteBuffer.allocate(0), out);
        } else if (in.position() > 0) {
            in.flip();
            SSLEngineResult result = engine.unwrap(in, ByteBuffer.allocate(1 << 16));
            in.compact();
            if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                throw new SSLException("closed by the other side");
            }
        }
    }

    private static byte[] carry(SSLEngine from, SSLEngine to, byte[] message) throws SSLException {
        ByteBuffer wire = ByteBuffer.allocate(1 << 17);
        from.wrap(ByteBuffer.wrap(message), wire);
        wire.flip();
        ByteBuffer plain = ByteBuffer.allocate(1 << 16);
        while (wire.hasRemaining() && plain.position() == 0) {
            to.unwrap(wire, plain);
        }
        plain.flip();
        byte[] got = new byte[plain.remaining()];
        plain.get(got);
        return got;
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
