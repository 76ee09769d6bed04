package poyang.dashboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.web.WebAuthority;
import poyang.crypto.web.WebIdentity;
import poyang.kernel.RandomSource;

/// The village's authority for browsers, a certificate under it, and clients that trust it and no other.
final class VillageWeb {
    static final List<String> SERVERS = List.of("127.0.0.1", "localhost");
    private static final String PASSWORD = "the village's web";

    private final RandomSource random;
    private final WebAuthority authority;
    private final Path folder;

    VillageWeb(RandomSource random) {
        this.random = random;
        Instant now = Instant.now();
        Validity validity = new Validity(now.minus(Duration.ofHours(1)), now.plus(Duration.ofDays(90)));
        authority = WebAuthority.make("Village web authority", SERVERS, validity, random);
        try {
            folder = Files.createTempDirectory("village-web");
            folder.toFile().deleteOnExit();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        issue(authority, "https");
    }

    void issue(WebAuthority by, String name) {
        by.issue(certificate(name), key(name), PASSWORD.toCharArray(), random);
        certificate(name).toFile().deleteOnExit();
        key(name).toFile().deleteOnExit();
    }

    WebAuthority authority() {
        return authority;
    }

    Path certificate(String name) {
        return folder.resolve(name + ".pem");
    }

    Path key(String name) {
        return folder.resolve(name + ".key.pem");
    }

    HttpsFiles files() {
        return files("https", "https");
    }

    HttpsFiles files(String certificate, String key) {
        return new HttpsFiles(certificate(certificate), key(key), PASSWORD::toCharArray);
    }

    /// Trusts the village's authority.
    SSLContext trust() {
        return trust(authority.certificate());
    }

    static SSLContext trust(X509Certificate root) {
        try {
            KeyStore roots = KeyStore.getInstance("PKCS12");
            roots.load(null, null);
            roots.setCertificateEntry("root", root);
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(roots);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /// What Chromium's `--ignore-certificate-errors-spki-list` takes.
    String keyHash() {
        try {
            X509Certificate leaf = WebIdentity.load(
                            certificate("https"), key("https"), PASSWORD.toCharArray(), "127.0.0.1", Instant.now())
                    .chain()
                    .getFirst();
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256")
                            .digest(leaf.getPublicKey().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
