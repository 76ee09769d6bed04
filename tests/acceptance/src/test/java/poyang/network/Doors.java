package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Certificates;

/// What processes listen on, as the kernel knows it rather than their configuration, and what a stranger
/// who knocks there is told.
final class Doors {
    private static final int ALERT = 0x15;
    private static final int SILENCE_MILLIS = 2_000;
    private static final int MOST_BYTES = 1 << 16;
    private static final int DOORS = 13;
    private static final String LISTENING = "0A";
    private static final String BOUND = "07";
    private static final List<String> PLAIN = List.of(
            "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
            "SSH-2.0-stranger\r\n",
            "\0\0\0\u0010poyang.handshake",
            "\u0016\u0003\u0001\0\u0010 no ClientHello!!");
    private static final Set<String> SUITES =
            Set.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

    private Doors() {}

    // ---- finding them ---------------------------------------------------------------------------

    /// Each door as `tcp ADDRESS:PORT` or `udp ADDRESS:PORT`.
    static Set<String> of(List<ProcessHandle> processes) throws IOException {
        Set<String> doors = new TreeSet<>();
        for (ProcessHandle process : processes) {
            Path proc = Path.of("/proc", Long.toString(process.pid()));
            try {
                Set<String> sockets = sockets(proc.resolve("fd"));
                for (String family : List.of("", "6")) {
                    read(proc.resolve("net/tcp" + family), LISTENING, sockets, "tcp ", doors);
                    read(proc.resolve("net/udp" + family), BOUND, sockets, "udp ", doors);
                }
            } catch (IOException e) {
                if (process.isAlive()) {
                    throw e;
                }
            }
        }
        return doors;
    }

    private static Set<String> sockets(Path descriptors) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> each = Files.list(descriptors)) {
            for (Path descriptor : each.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring("socket:[".length(), target.length() - 1));
                    }
                } catch (NoSuchFileException e) {
                    // closed since it was listed
                }
            }
        }
        return inodes;
    }

    private static void read(Path table, String state, Set<String> sockets, String kind, Set<String> doors)
            throws IOException {
        for (String line : Files.readAllLines(table)) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length > 9 && columns[3].equals(state) && sockets.contains(columns[9])) {
                int colon = columns[1].indexOf(':');
                String address = address(columns[1].substring(0, colon)).getHostAddress();
                doors.add(kind + address + ":" + Integer.parseInt(columns[1].substring(colon + 1), 16));
            }
        }
    }

    /// The kernel writes 32-bit words in the machine's own order, here little-endian.
    private static InetAddress address(String hexadecimal) throws IOException {
        byte[] octets = HexFormat.of().parseHex(hexadecimal);
        for (int word = 0; word < octets.length; word += 4) {
            for (int i = 0; i < 2; i++) {
                byte swapped = octets[word + i];
                octets[word + i] = octets[word + 3 - i];
                octets[word + 3 - i] = swapped;
            }
        }
        return InetAddress.getByAddress(octets);
    }

    /// The console's and the next eleven, on loopback.
    static Set<String> planned(int port) {
        Set<String> planned = new TreeSet<>();
        for (int i = 0; i < DOORS; i++) {
            planned.add("tcp 127.0.0.1:" + (port + i));
        }
        return planned;
    }

    // ---- knocking -------------------------------------------------------------------------------

    /// The whole province: exactly the planned doors, on loopback; the console's speaks TLS 1.3 to who trusts
    /// its authority, the others nothing to strangers.
    static void assertClosed(LocalNetwork network, int port) throws Exception {
        List<ProcessHandle> processes = network.processes();
        assertTrue(processes.size() >= 8, "four validators, three executors and the console: " + processes);
        assertEquals(planned(port), of(processes));
        for (int each = port + 1; each < port + DOORS; each++) {
            assertSilentInTheClear(each);
            assertNoInternationalTls(each, "TLSv1.3");
            assertNoInternationalTls(each, "TLSv1.2");
        }
        assertConsole(port, trust(network.province().webAuthority()));
    }

    /// To words in the clear a door answers nothing but a TLS alert.
    static void assertSilentInTheClear(int port) throws IOException {
        for (String words : PLAIN) {
            byte[] answer = say(port, words);
            assertTrue(isAlert(answer), () -> "port " + port + " answers: " + text(answer));
        }
    }

    private static boolean isAlert(byte[] answer) {
        int at = 0;
        while (at < answer.length) {
            if (answer[at] != ALERT || answer.length - at < 5) {
                return false;
            }
            at += 5 + ((answer[at + 3] & 0xff) << 8 | (answer[at + 4] & 0xff));
        }
        return at == answer.length;
    }

    /// What a port answers until it closes or falls silent.
    private static byte[] say(int port, String words) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = connect(new Socket(), port)) {
            try {
                socket.getOutputStream().write(words.getBytes(StandardCharsets.ISO_8859_1));
                InputStream in = socket.getInputStream();
                byte[] part = new byte[4096];
                for (int n = in.read(part); n >= 0 && answer.size() < MOST_BYTES; n = in.read(part)) {
                    answer.write(part, 0, n);
                }
            } catch (IOException e) {
                // silence, or the connection was cut: what came so far is the answer
                return answer.toByteArray();
            }
        }
        return answer.toByteArray();
    }

    private static <S extends Socket> S connect(S socket, int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), SILENCE_MILLIS);
        socket.setSoTimeout(SILENCE_MILLIS);
        return socket;
    }

    private static String text(byte[] answer) {
        return new String(answer, StandardCharsets.ISO_8859_1);
    }

    /// A stranger who would accept any certificate and has none.
    private static void assertNoInternationalTls(int port, String protocol) throws Exception {
        SSLContext gullible = SSLContext.getInstance("TLS");
        gullible.init(null, new TrustManager[] {new Gullible()}, null);
        assertThrows(
                IOException.class,
                () -> handshake(gullible, port, protocol, null),
                () -> "port " + port + " speaks " + protocol + " to a stranger");
    }

    private static String handshake(SSLContext context, int port, String protocol, @Nullable String identification)
            throws IOException {
        try (SSLSocket socket = connect((SSLSocket) context.getSocketFactory().createSocket(), port)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {protocol});
            parameters.setEndpointIdentificationAlgorithm(identification);
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getSession().getProtocol() + " " + socket.getSession().getCipherSuite();
        }
    }

    private static void assertConsole(int port, SSLContext trusting) throws Exception {
        for (String words : PLAIN) {
            byte[] answer = say(port, words);
            if (!isAlert(answer)) {
                assertTrue(
                        text(answer).startsWith("HTTP/1.1 400 ")
                                && text(answer).endsWith("This combination of host and port requires TLS.\r\n"),
                        () -> "the console answers in the clear: " + text(answer));
            }
        }
        assertThrows(IOException.class, () -> handshake(trusting, port, "TLSv1.2", "HTTPS"), "TLS 1.2");
        assertThrows(IOException.class, () -> handshake(SSLContext.getDefault(), port, "TLSv1.3", "HTTPS"), "no trust");
        String[] agreed = handshake(trusting, port, "TLSv1.3", "HTTPS").split(" ", 2);
        assertEquals("TLSv1.3", agreed[0]);
        assertTrue(SUITES.contains(agreed[1]), agreed[1]);
        try (HttpClient browser = HttpClient.newBuilder().sslContext(trusting).build()) {
            URI session = URI.create("https://127.0.0.1:" + port + "/api/session");
            HttpResponse<String> answer =
                    browser.send(HttpRequest.newBuilder(session).build(), HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode());
        }
    }

    private static final class Gullible implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    // ---- browsers' trust ------------------------------------------------------------------------

    private static SSLContext trust(X509Certificate root) throws GeneralSecurityException, IOException {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        roots.setCertificateEntry("root", root);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /// What Chromium's `--ignore-certificate-errors-spki-list` takes for the console.
    static String keyHash(LocalNetwork network) throws GeneralSecurityException, IOException {
        Path file = network.folder().resolve("processes/console/https.pem");
        X509Certificate leaf = Certificates.fromPem(Files.readString(file)).getFirst();
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest(leaf.getPublicKey().getEncoded()));
    }
}
