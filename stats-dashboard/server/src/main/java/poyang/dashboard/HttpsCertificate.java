package poyang.dashboard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.SslStoreBundle;
import poyang.crypto.Sm3;
import poyang.crypto.web.WebIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// What the console shows to browsers: TLS 1.3 and nothing older, with the certificate of its files.
///
/// Changed files are taken up while the console runs: new connections get the new certificate, open ones
/// go on. Files that are refused change nothing; the reason goes to the log, once.
final class HttpsCertificate implements SslBundleRegistrar {
    static final String BUNDLE = "console";
    private static final Logger LOG = LoggerFactory.getLogger(HttpsCertificate.class);
    private static final SslOptions TLS = SslOptions.of(
            new String[] {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"},
            new String[] {"TLSv1.3"});
    private static final Duration WARNED_BEFORE = Duration.ofDays(30);
    private static final Duration WARNED_EVERY = Duration.ofDays(1);

    private final HttpsFiles files;
    private final String host;
    private final RandomSource random;
    private final Clock clock;
    private WebIdentity current;
    private Bytes taken;
    private Bytes doubtful = Bytes.empty();
    private Instant warned = Instant.MIN;
    private @Nullable SslBundleRegistry registry;

    /// @throws PoyangException when the files are refused: the console does not start
    HttpsCertificate(HttpsFiles files, String host, RandomSource random, Clock clock) {
        this.files = files;
        this.host = host;
        this.random = random;
        this.clock = clock;
        taken = content();
        current = files.load(host, clock.instant());
    }

    @Override
    public synchronized void registerBundles(SslBundleRegistry bundles) {
        registry = bundles;
        bundles.registerBundle(BUNDLE, bundle(current));
    }

    private SslBundle bundle(WebIdentity identity) {
        String password = Bytes.wrap(random.bytes(16)).hex();
        return SslBundle.of(
                SslStoreBundle.of(identity.keyStore(password.toCharArray()), password, null),
                SslBundleKey.of(password, WebIdentity.ALIAS),
                TLS);
    }

    /// Takes up changed files. Two files are never replaced at one moment, so what does not fit is
    /// believed to be wrong only when it is still there at the next look.
    synchronized void refresh() {
        Bytes found = content();
        if (!found.equals(taken)) {
            try {
                current = files.load(host, clock.instant());
                Objects.requireNonNull(registry).updateBundle(BUNDLE, bundle(current));
                taken = found;
                warned = Instant.MIN;
                LOG.info("the console shows its new certificate, which holds until {}", current.end());
            } catch (PoyangException e) {
                if (found.equals(doubtful)) {
                    taken = found;
                    LOG.warn(
                            "PY-{} the new certificate is not used, the old one stays: {}; {}",
                            e.code().number(),
                            e.wrong(),
                            e.right());
                }
                doubtful = found;
            }
        }
        warnOfTheEnd();
    }

    private void warnOfTheEnd() {
        Instant now = clock.instant();
        if (current.end().isBefore(now.plus(WARNED_BEFORE)) && warned.isBefore(now.minus(WARNED_EVERY))) {
            LOG.warn("the console's certificate ends at {}; browsers refuse it from then on", current.end());
            warned = now;
        }
    }

    /// A digest over both files; a file that cannot be read counts as empty.
    private Bytes content() {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        for (Path file : List.of(files.certificate(), files.key())) {
            try {
                both.writeBytes(Sm3.digest(Files.readAllBytes(file)));
            } catch (IOException e) {
                both.writeBytes(new byte[Sm3.DIGEST_BYTES]);
            }
        }
        return Bytes.wrap(both.toByteArray());
    }
}
