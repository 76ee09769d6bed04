package poyang.crypto.tls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoErrors;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Revocations.Revocation;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.Lists;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Files that change under a running process: its certificate and key, and revocation lists.
final class FollowedFilesTest {
    private static final Instant START = Instant.parse("2026-11-23T10:00:00Z");
    private static final Validity YEAR =
            new Validity(START.minus(Duration.ofDays(1)), START.plus(Duration.ofDays(365)));
    private static final String PASSWORD = "Ky7-followed-files";

    private final RandomSource random = new SeededRandom(new byte[32], "followed-files");
    private final Authority root = Certificates.root("Jiangxi", key(), YEAR, random);
    private final Sm2PrivateKey issuerKey = key();
    private final Authority issuer = root.issuer("taxation", issuerKey, YEAR, random);
    private final List<Optional<PoyangException>> heard = new ArrayList<>();
    private Instant now = START;

    @TempDir
    @SuppressWarnings("NullAway.Init") // set before each test
    private Path folder;

    private Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    private TlsIdentity.TlsFiles files() {
        return new TlsIdentity.TlsFiles(
                folder.resolve("tls.pem"), folder.resolve("tls.key"), folder.resolve("root.pem"));
    }

    private X509Certificate leaf(String name, Sm2PrivateKey key) {
        return issuer.leaf(name, key.publicKey(), YEAR, random);
    }

    private void writeChain(X509Certificate leaf) throws IOException {
        Files.writeString(files().chain(), Certificates.toPem(List.of(leaf, issuer.certificate())));
    }

    private void writeKey(Sm2PrivateKey key) throws IOException {
        Files.deleteIfExists(files().key());
        PrivateKeyFile.write(files().key(), key, PASSWORD.toCharArray(), random);
    }

    private TlsIdentity other(String name) {
        Sm2PrivateKey own = key();
        return new TlsIdentity(
                List.of(leaf(name, own), issuer.certificate()), own, root.certificate(), () -> now, random);
    }

    private TlsIdentity followed() throws IOException {
        Sm2PrivateKey first = key();
        writeChain(leaf("validator-1", first));
        writeKey(first);
        Files.writeString(files().root(), Certificates.toPem(List.of(root.certificate())));
        TlsIdentity identity = TlsIdentity.load(files(), PASSWORD.toCharArray(), () -> now, random);
        identity.follow(files(), PASSWORD::toCharArray, heard::add);
        return identity;
    }

    /// The certificate that the server shows in a new handshake.
    private static X509Certificate shown(TlsIdentity client, TlsIdentity server) throws SSLPeerUnverifiedException {
        SSLEngine engine = client.sslContext().createSSLEngine("127.0.0.1", 1);
        Handshake made = new Handshake(engine, server.sslContext().createSSLEngine());
        assertEquals(Optional.empty(), made.client().failure());
        assertEquals(Optional.empty(), made.server().failure());
        return (X509Certificate) engine.getSession().getPeerCertificates()[0];
    }

    private void later(int seconds) {
        now = now.plusSeconds(seconds);
    }

    @Test
    void aRenewedCertificateIsShownWithoutARestart() throws IOException {
        TlsIdentity server = followed();
        TlsIdentity client = other("validator-2");
        X509Certificate first = server.chain().getFirst();
        SSLEngine open = client.sslContext().createSSLEngine("127.0.0.1", 1);
        Handshake before = new Handshake(open, server.sslContext().createSSLEngine());
        assertEquals(first, shown(client, server));

        // only the certificate is there yet: it does not fit the key
        Sm2PrivateKey second = key();
        X509Certificate renewed = leaf("validator-1", second);
        writeChain(renewed);
        later(2);
        assertEquals(first, shown(client, server));
        assertEquals(CryptoErrors.BAD_CERTIFICATE, heard.getLast().orElseThrow().code());
        assertTrue(heard.getLast().orElseThrow().wrong().contains("belongs to another key"));

        writeKey(second);
        later(2);
        assertEquals(renewed, shown(client, server));
        assertEquals(Optional.empty(), heard.getLast());
        assertEquals(2, heard.size());
        byte[] message = {1, 2, 3};
        assertArrayEquals(message, before.toServer(message));

        // the same as a client
        SSLEngine side = client.sslContext().createSSLEngine();
        Handshake calling = new Handshake(server.sslContext().createSSLEngine("127.0.0.1", 1), side);
        assertEquals(Optional.empty(), calling.server().failure());
        assertEquals(renewed, side.getSession().getPeerCertificates()[0]);
    }

    @Test
    void filesThatMakeNoIdentityOfThisProcessAreNotTakenUp() throws IOException {
        TlsIdentity server = followed();
        TlsIdentity client = other("validator-2");
        X509Certificate first = server.chain().getFirst();
        Sm2PrivateKey another = key();
        writeChain(leaf("validator-3", another));
        writeKey(another);
        later(2);
        assertEquals(first, shown(client, server));
        assertTrue(heard.getLast().orElseThrow().wrong().contains("is of \"validator-3\""));
        Files.writeString(files().chain(), "nothing");
        later(2);
        assertEquals(first, shown(client, server));
        Files.delete(files().chain());
        later(2);
        assertEquals(first, shown(client, server));
        assertEquals(CryptoErrors.FILE_FAILED, heard.getLast().orElseThrow().code());
        assertEquals(3, heard.size());
        later(2);
        assertEquals(first, shown(client, server));
        assertEquals(3, heard.size(), "said once");
    }

    private void refused(TlsIdentity good, TlsIdentity wrong, String reason) {
        for (boolean asClient : new boolean[] {true, false}) {
            Handshake made = new Handshake(
                    (asClient ? good : wrong).sslContext().createSSLEngine("127.0.0.1", 1),
                    (asClient ? wrong : good).sslContext().createSSLEngine());
            PoyangException why =
                    (asClient ? made.client() : made.server()).refusal().orElseThrow();
            assertTrue(why.wrong().contains(reason), why.wrong());
        }
    }

    @Test
    void aListThatIsPutThereCountsInTheNextHandshake() throws IOException {
        Path lists = Files.createDirectory(folder.resolve("lists"));
        TlsIdentity good = other("validator-1");
        TlsIdentity wrong = other("validator-2");
        good.readLists(lists);
        SSLEngine open = good.sslContext().createSSLEngine();
        Handshake made = new Handshake(wrong.sslContext().createSSLEngine("127.0.0.1", 1), open);
        assertEquals(Optional.empty(), made.server().failure());

        Path list = lists.resolve("taxation.pem");
        X509Certificate taken = wrong.chain().getFirst();
        Files.writeString(list, Lists.pem(issuer.certificate(), issuerKey, 1, now, List.of(taken)));
        later(2);
        refused(good, wrong, "was revoked on 2026-11-23T10:00:00Z because its key was exposed");
        assertTrue(good.standing(open.getSession()).orElseThrow().wrong().contains("was revoked on"));
        shown(good, other("validator-3"));

        // what the chain says counts besides
        TlsIdentity third = other("validator-4");
        good.consult((_, serial) -> serial.equals(third.chain().getFirst().getSerialNumber())
                ? Optional.of(new Revocation(1, START.getEpochSecond()))
                : Optional.empty());
        refused(good, third, "was revoked on");
        refused(good, wrong, "was revoked on");
    }

    @Test
    void withoutACurrentReadableListNobodyOfItsAuthorityIsLetIn() throws IOException {
        Path lists = Files.createDirectory(folder.resolve("lists"));
        TlsIdentity good = other("validator-1");
        TlsIdentity peer = other("validator-2");
        good.readLists(lists);
        shown(good, peer);
        Path list = lists.resolve("taxation.pem");
        Files.writeString(list, Lists.pem(issuer.certificate(), issuerKey, 1, now, List.of()));
        later(2);
        shown(good, peer);
        later(8 * 86_400);
        refused(good, peer, "validator-2");
        Files.writeString(list, Lists.pem(issuer.certificate(), issuerKey, 2, now, List.of()));
        later(2);
        shown(good, peer);
        Files.writeString(list, Lists.pem(issuer.certificate(), key(), 3, now, List.of()));
        later(2);
        refused(good, peer, "validator-2");
        Files.writeString(list, "no list");
        later(2);
        refused(good, peer, "cannot be read");
        Files.delete(list);
        later(2);
        shown(good, peer);
        Files.delete(lists);
        later(2);
        refused(good, peer, "is missing");
    }
}
