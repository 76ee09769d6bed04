package poyang.crypto.web;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.keys.KeyFiles;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// A server's certificate and key as browsers know it, read from files and judged as a browser would
/// judge it, so that what is wrong is said by the server at its start, not by each browser later.
///
/// Whether the issuer is one that browsers trust is theirs to know.
public final class WebIdentity {
    /// The one entry of {@link #keyStore}.
    public static final String ALIAS = "web";

    private static final int RSA_BITS_LEAST = 2048;
    private static final Set<Integer> EC_BITS = Set.of(256, 384);
    private static final int DIGITAL_SIGNATURE = 0;

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private WebIdentity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = chain;
        this.key = key;
    }

    /// @param certificate PEM, the server's own first, then those of its issuers in order
    /// @param key PKCS#8 under `password`, mode 600
    /// @param host the name or address by which browsers reach the server
    /// @throws PoyangException `BAD_WEB_CERTIFICATE`, `FOREIGN_WEB_KEY` when the two files do not belong
    ///     together, `FILE_FAILED`, `UNSAFE_FILE`, `BAD_KEY`, `WRONG_PASSWORD`
    public static WebIdentity load(Path certificate, Path key, char[] password, String host, Instant now) {
        List<X509Certificate> chain = read(certificate);
        Judge judge = new Judge(certificate);
        for (int i = 0; i < chain.size(); i++) {
            judge.dates(chain.get(i), now);
            judge.algorithms(chain.get(i));
            if (i > 0) {
                judge.issued(chain.get(i - 1), chain.get(i));
            }
        }
        judge.server(chain.getFirst(), host);
        PrivateKey opened = WebKeyFile.read(key, password);
        if (!belong(chain.getFirst().getPublicKey(), opened)) {
            throw new PoyangException(
                    CryptoErrors.FOREIGN_WEB_KEY,
                    "the key in " + key + " is not the key of the certificate in " + certificate + " (\""
                            + Certificates.name(chain.getFirst()) + "\")",
                    "the two files of one certificate are needed");
        }
        return new WebIdentity(chain, opened);
    }

    private static List<X509Certificate> read(Path file) {
        byte[] content = KeyFiles.read(file);
        List<X509Certificate> chain = new ArrayList<>();
        try {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(content));
            for (Certificate each : found) {
                chain.add((X509Certificate) each);
            }
        } catch (CertificateException e) {
            throw new Judge(file).bad("is no PEM of certificates", "PEM \"CERTIFICATE\" blocks are needed", e);
        }
        if (chain.isEmpty()) {
            throw new Judge(file).bad("holds no certificate", "PEM \"CERTIFICATE\" blocks are needed", null);
        }
        return List.copyOf(chain);
    }

    /// By a signature of the one that the other verifies.
    private static boolean belong(PublicKey certified, PrivateKey key) {
        if (!certified.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        try {
            Signature signature =
                    Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            byte[] message = {1};
            signature.initSign(key);
            signature.update(message);
            byte[] made = signature.sign();
            signature.initVerify(certified);
            signature.update(message);
            return signature.verify(made);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    /// The server's own certificate first.
    public List<X509Certificate> chain() {
        return chain;
    }

    /// When the first of the certificates ends.
    public Instant end() {
        return chain.stream()
                .map(each -> each.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
    }

    /// Key and chain in memory, in the form that TLS libraries take, under {@link #ALIAS}.
    public KeyStore keyStore(char[] password) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, key, password, chain.toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new Bug("a store in memory takes what was judged", e);
        }
    }

    @Override
    public String toString() {
        return "WebIdentity[" + Certificates.name(chain.getFirst()) + "]";
    }

    /// What a browser would refuse, in words.
    private record Judge(Path file) {
        PoyangException bad(String wrong, String right, @Nullable Exception cause) {
            return new PoyangException(
                    CryptoErrors.BAD_WEB_CERTIFICATE, "the certificate file " + file + " " + wrong, right, cause);
        }

        private PoyangException refused(X509Certificate which, String wrong, String right) {
            return new PoyangException(
                    CryptoErrors.BAD_WEB_CERTIFICATE,
                    "the certificate of \"" + Certificates.name(which) + "\" in " + file + " " + wrong,
                    right);
        }

        void dates(X509Certificate certificate, Instant now) {
            Instant from = certificate.getNotBefore().toInstant();
            Instant to = certificate.getNotAfter().toInstant();
            if (now.isAfter(to)) {
                throw refused(certificate, "expired at " + to, "a certificate that is valid now, " + now);
            }
            if (now.isBefore(from)) {
                throw refused(
                        certificate,
                        "is not valid before " + from,
                        "a certificate that is valid now, " + now + ", or a clock that is right");
            }
        }

        void algorithms(X509Certificate certificate) {
            String signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
            if (signature.startsWith("SHA1") || signature.startsWith("MD5") || signature.startsWith("MD2")) {
                throw refused(
                        certificate,
                        "is signed by " + certificate.getSigAlgName() + ", which browsers refuse",
                        "a certificate that is signed with SHA-256 or stronger");
            }
            boolean known = switch (certificate.getPublicKey()) {
                case RSAKey rsa -> rsa.getModulus().bitLength() >= RSA_BITS_LEAST;
                case ECKey ec -> EC_BITS.contains(ec.getParams().getOrder().bitLength());
                default -> false;
            };
            if (!known) {
                throw refused(
                        certificate,
                        "binds a key (" + certificate.getPublicKey().getAlgorithm() + ") that browsers refuse",
                        "P-256, P-384, or RSA of " + RSA_BITS_LEAST + " bits or more");
            }
        }

        void issued(X509Certificate certificate, X509Certificate issuer) {
            try {
                certificate.verify(issuer.getPublicKey());
            } catch (GeneralSecurityException e) {
                throw refused(
                        issuer,
                        "did not issue the one before it, that of \"" + Certificates.name(certificate) + "\"",
                        "the server's certificate first, then that of its issuer, then the next issuer's");
            }
        }

        void server(X509Certificate certificate, String host) {
            if (certificate.getBasicConstraints() >= 0) {
                throw refused(certificate, "is an authority's", "the server's own certificate first");
            }
            boolean[] usage = certificate.getKeyUsage();
            if (usage != null && !usage[DIGITAL_SIGNATURE]) {
                throw refused(
                        certificate, "may not sign (keyUsage)", "keyUsage with digitalSignature, as TLS 1.3 needs");
            }
            try {
                List<String> purposes = certificate.getExtendedKeyUsage();
                if (purposes != null && !purposes.contains(KeyPurposeId.id_kp_serverAuth.getId())) {
                    throw refused(certificate, "is not for servers (extendedKeyUsage)", "the purpose serverAuth");
                }
                names(certificate, ServerName.parse(host));
            } catch (CertificateException e) {
                throw bad("has extensions that cannot be read", "a certificate by RFC 5280", e);
            }
        }

        private void names(X509Certificate certificate, ServerName host) throws CertificateException {
            List<String> found = new ArrayList<>();
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0) instanceof Integer type && name.get(1) instanceof String text) {
                    if (host.matches(type, text)) {
                        return;
                    }
                    found.add(text);
                }
            }
            throw refused(
                    certificate,
                    "is for " + found + ", not for " + host.text(),
                    "a certificate whose subjectAltName holds \"" + host.text()
                            + "\", or the setting of the host that it is for");
        }
    }
}
