package poyang.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoErrors;
import poyang.crypto.web.WebAuthority;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// The console's port: TLS 1.3 with the certificate of its files, and nothing else.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HttpsTest {
    private static final String[] SUITES = {
        "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"
    };

    private final Village village = new Village();

    private Path folder;
    private ConsoleServer server;

    @BeforeAll
    void start(@TempDir Path made) {
        folder = made;
        server = village.serve(folder.resolve("a"), 0, Clock.systemUTC());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private static SSLSession shake(ConsoleServer with, SSLContext trust, String[] protocols, String... suites)
            throws IOException {
        URI origin = URI.create(with.origin());
        try (SSLSocket socket = (SSLSocket) trust.getSocketFactory().createSocket(origin.getHost(), origin.getPort())) {
            SSLParameters parameters = new SSLParameters(suites.length == 0 ? null : suites, protocols);
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout(10_000);
            socket.startHandshake();
            return socket.getSession();
        }
    }

    private SSLSession shake(ConsoleServer with) throws IOException {
        return shake(with, village.web.trust(), new String[] {"TLSv1.3"});
    }

    @Test
    void onlyTls13WithItsThreeSuitesIsSpoken() throws IOException {
        assertTrue(server.origin().startsWith("https://127.0.0.1:"), server.origin());
        for (String suite : SUITES) {
            SSLSession session = shake(server, village.web.trust(), new String[] {"TLSv1.3"}, suite);
            assertEquals("TLSv1.3", session.getProtocol());
            assertEquals(suite, session.getCipherSuite());
        }
        assertThrows(SSLException.class, () -> shake(server, village.web.trust(), new String[] {"TLSv1.2"}));
        assertEquals(
                "TLSv1.3",
                shake(server, village.web.trust(), new String[] {"TLSv1.2", "TLSv1.3"})
                        .getProtocol());
    }

    @Test
    void whoDoesNotTrustTheAuthorityIsNotServed() throws Exception {
        assertThrows(SSLException.class, () -> shake(server, SSLContext.getDefault(), new String[] {"TLSv1.3"}));
        WebAuthority other = authority(Duration.ofHours(-1), Duration.ofDays(1));
        assertThrows(
                SSLException.class,
                () -> shake(server, VillageWeb.trust(other.certificate()), new String[] {"TLSv1.3"}));
    }

    @Test
    void plainHttpIsToldToUseTlsAndGetsNothingElse() throws IOException {
        for (String request : List.of(
                "GET /api/session HTTP/1.1\r\nHost: " + authorityOf(server) + "\r\n\r\n",
                "GET / HTTP/1.0\r\n\r\n",
                "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")) {
            String answer = raw(request.getBytes(StandardCharsets.US_ASCII));
            assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
            assertTrue(answer.contains("requires TLS"), answer);
            assertFalse(answer.contains("chainId") || answer.contains("Location"), answer);
        }
        for (String noise : List.of("\0\0\0\0\0\0\0\0\0\0", "\u0016\u0003\u0001\0\5hello", "SSH-2.0-x\r\n")) {
            String answer = raw(noise.getBytes(StandardCharsets.ISO_8859_1));
            assertTrue(answer.isEmpty() || answer.charAt(0) == 0x15 || answer.contains("requires TLS"), answer);
        }
    }

    private static String authorityOf(ConsoleServer server) {
        return URI.create(server.origin()).getAuthority();
    }

    private String raw(byte[] sent) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(server.origin()).getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(sent);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void everyAnswerTellsBrowsersToStayWithTls() throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(village.web.trust()).build()) {
            for (String path : List.of("/", "/api/session", "/api/jobs", "/nothing")) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(URI.create(server.origin() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertEquals(
                        "max-age=31536000",
                        answer.headers().firstValue("Strict-Transport-Security").orElse(""),
                        path);
            }
        }
    }

    // ---- replacing the certificate --------------------------------------------------------------

    private WebAuthority authority(Duration from, Duration to) {
        Instant now = Instant.now();
        return WebAuthority.make(
                "Village web authority",
                VillageWeb.SERVERS,
                new Validity(now.plus(from), now.plus(to)),
                village.random);
    }

    private void put(String from, String to, boolean certificate) throws IOException {
        Path source = certificate ? village.web.certificate(from) : village.web.key(from);
        Path target = certificate ? village.web.certificate(to) : village.web.key(to);
        Path draft = Files.copy(source, target.resolveSibling("draft"), StandardCopyOption.COPY_ATTRIBUTES);
        Path _ = Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void aNewCertificateIsTakenUpWithoutARestartAndAWrongOneIsNot() throws IOException {
        village.web.issue(village.web.authority(), "live");
        village.web.issue(village.web.authority(), "second");
        village.web.issue(authority(Duration.ofDays(-2), Duration.ofDays(-1)), "expired");
        ConsoleSettings settings =
                new ConsoleSettings("127.0.0.1", 0, folder.resolve("b"), false, 30, village.web.files("live", "live"));
        try (ConsoleServer live = village.serve(settings, Clock.systemUTC())) {
            X509Certificate first = shown(live);
            put("second", "live", true);
            live.refreshCertificate();
            assertEquals(first, shown(live), "half a change is no change");
            put("second", "live", false);
            live.refreshCertificate();
            X509Certificate second = shown(live);
            assertFalse(first.equals(second));
            put("expired", "live", true);
            put("expired", "live", false);
            for (int i = 0; i < 3; i++) {
                live.refreshCertificate();
                assertEquals(second, shown(live));
            }
            Files.delete(village.web.key("live"));
            live.refreshCertificate();
            assertEquals(second, shown(live));
        }
    }

    private X509Certificate shown(ConsoleServer by) throws IOException {
        return assertInstanceOf(X509Certificate.class, shake(by).getPeerCertificates()[0]);
    }

    @Test
    void theConsoleDoesNotStartWithoutARightCertificate() {
        village.web.issue(authority(Duration.ofDays(-2), Duration.ofDays(-1)), "old");
        village.web.issue(authority(Duration.ofHours(-1), Duration.ofDays(1)), "other");
        HttpsFiles right = village.web.files();
        refused(CryptoErrors.BAD_WEB_CERTIFICATE, "127.0.0.1", village.web.files("old", "old"));
        refused(CryptoErrors.FOREIGN_WEB_KEY, "127.0.0.1", village.web.files("https", "other"));
        refused(CryptoErrors.FILE_FAILED, "127.0.0.1", village.web.files("none", "https"));
        refused(CryptoErrors.FILE_FAILED, "127.0.0.1", village.web.files("https", "none"));
        refused(CryptoErrors.BAD_WEB_CERTIFICATE, "127.0.0.2", right);
        refused(
                CryptoErrors.WRONG_PASSWORD,
                "127.0.0.1",
                new HttpsFiles(right.certificate(), right.key(), "another"::toCharArray));
    }

    private void refused(ErrorCode code, String host, HttpsFiles files) {
        ConsoleSettings settings = new ConsoleSettings(host, 0, folder.resolve("c"), false, 30, files);
        PoyangException refused = assertThrows(PoyangException.class, () -> village.serve(settings, Clock.systemUTC()));
        assertEquals(code, refused.code(), refused.getMessage());
        assertFalse(refused.right().isBlank());
    }
}
