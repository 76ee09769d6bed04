package poyang.crypto.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.NameConstraintValidatorException;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.PKIXNameConstraintValidator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A server's certificate and key: OpenSSL's files and our own authority's, and every kind that a browser
/// would refuse.
final class WebIdentityTest {
    private static final Path FILES = Path.of("src/test/resources/web");
    private static final String OPENSSL_PASSWORD = "Openssl-Made-0";
    private static final Instant NOW = Instant.parse("2027-03-01T10:00:00Z");
    private static final Validity YEAR = new Validity(NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(365)));
    private static final List<String> LOCAL = List.of("localhost", "127.0.0.1");
    private static final String PASSWORD = "湖口-石钟山";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private final RandomSource random = new SeededRandom(new byte[32], "web-identity-test");
    private final WebAuthority authority = WebAuthority.make("Poyang web", LOCAL, YEAR, random);

    private WebIdentity openssl(String certificate, String key, String host, Instant now) throws IOException {
        return WebIdentity.load(
                FILES.resolve(certificate + ".crt"), secret(key), OPENSSL_PASSWORD.toCharArray(), host, now);
    }

    /// A checkout does not keep the mode.
    private Path secret(String key) throws IOException {
        Path copy = folder.resolve(key + ".key");
        if (!Files.exists(copy)) {
            Files.copy(FILES.resolve(key + ".key"), copy);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
        }
        return copy;
    }

    private WebIdentity own(String certificate, String key, String host) {
        return WebIdentity.load(folder.resolve(certificate), folder.resolve(key), PASSWORD.toCharArray(), host, NOW);
    }

    private void issue(WebAuthority by, String name) {
        by.issue(folder.resolve(name + ".pem"), folder.resolve(name + ".key.pem"), PASSWORD.toCharArray(), random);
    }

    private interface Load {
        WebIdentity load() throws IOException;
    }

    private static String refusal(String code, Load load) {
        PoyangException refused = assertThrows(PoyangException.class, load::load);
        assertEquals(code, refused.code().name(), refused.getMessage());
        assertFalse(refused.right().isBlank());
        return refused.wrong();
    }

    @Test
    void filesOfOpenSslAreRead() throws Exception {
        for (String name : List.of("ec", "p384", "rsa")) {
            WebIdentity identity = openssl(name, name, "127.0.0.1", NOW);
            assertEquals(1, identity.chain().size());
            assertEquals(Instant.parse("2036-11-20T22:48:29Z"), identity.end());
            assertEquals("WebIdentity[console.tax.example]", identity.toString());
            char[] password = "of the store".toCharArray();
            assertEquals(
                    identity.chain().getFirst().getPublicKey().getAlgorithm(),
                    identity.keyStore(password)
                            .getKey(WebIdentity.ALIAS, password)
                            .getAlgorithm());
        }
        for (String form : List.of("ec-sha512", "ec-scrypt")) {
            assertEquals(1, openssl("ec", form, "127.0.0.1", NOW).chain().size());
        }
    }

    @Test
    void aCertificateIsForItsNamesOnly() throws IOException {
        for (String host : List.of(
                "console.tax.example",
                "Console.Tax.Example",
                "a.dept.example",
                "127.0.0.1",
                "::1",
                "0:0:0:0:0:0:0:1")) {
            assertEquals(1, openssl("ec", "ec", host, NOW).chain().size(), host);
        }
        for (String host : List.of(
                "tax.example",
                "x.console.tax.example",
                "dept.example",
                "a.b.dept.example",
                "127.0.0.2",
                "::2",
                "1.0.0.127")) {
            String wrong = refusal("BAD_WEB_CERTIFICATE", () -> openssl("ec", "ec", host, NOW));
            assertTrue(wrong.contains("console.tax.example") && wrong.endsWith("not for " + host), wrong);
        }
        assertTrue(refusal("BAD_WEB_CERTIFICATE", () -> openssl("nameless", "ec", "127.0.0.1", NOW))
                .contains("is for [], not for 127.0.0.1"));
    }

    @Test
    void whatBrowsersWouldRefuseIsRefusedInWords() throws IOException {
        Map<String, String> words = Map.of(
                "rsa1024", "binds a key (RSA) that browsers refuse",
                "ed25519", "binds a key (EdDSA) that browsers refuse",
                "sha1", "is signed by SHA1withECDSA, which browsers refuse",
                "authority", "is an authority's",
                "client", "is not for servers (extendedKeyUsage)",
                "sealing", "may not sign (keyUsage)");
        for (Map.Entry<String, String> each : words.entrySet()) {
            String wrong = refusal("BAD_WEB_CERTIFICATE", () -> openssl(each.getKey(), "ec", "127.0.0.1", NOW));
            assertTrue(wrong.contains(each.getValue()), wrong);
        }
        Instant late = Instant.parse("2036-11-20T22:48:30Z");
        assertTrue(refusal("BAD_WEB_CERTIFICATE", () -> openssl("ec", "ec", "127.0.0.1", late))
                .endsWith("expired at 2036-11-20T22:48:29Z"));
        Instant early = Instant.parse("2026-11-23T22:48:28Z");
        assertTrue(refusal("BAD_WEB_CERTIFICATE", () -> openssl("ec", "ec", "127.0.0.1", early))
                .endsWith("is not valid before 2026-11-23T22:48:29Z"));
        Path sm2 = folder.resolve("sm2.crt");
        Files.writeString(
                sm2,
                Certificates.toPem(List.of(Certificates.root("SM2", Sm2PrivateKey.generate(random), YEAR, random)
                        .certificate())));
        Path key = secret("ec");
        refusal(
                "BAD_WEB_CERTIFICATE",
                () -> WebIdentity.load(sm2, key, OPENSSL_PASSWORD.toCharArray(), "127.0.0.1", NOW));
    }

    @Test
    void keysThatAreForeignOpenOrUnreadableAreRefused() throws IOException {
        assertTrue(refusal("FOREIGN_WEB_KEY", () -> openssl("ec", "rsa", "127.0.0.1", NOW))
                .contains("is not the key of the certificate"));
        refusal("FOREIGN_WEB_KEY", () -> openssl("p384", "ec", "127.0.0.1", NOW));
        assertTrue(refusal("BAD_KEY", () -> openssl("ec", "ec-plain", "127.0.0.1", NOW))
                .contains("without a password"));
        refusal("FILE_FAILED", () -> openssl("nothing", "ec", "127.0.0.1", NOW));
        Path key = secret("ec");
        refusal(
                "WRONG_PASSWORD",
                () -> WebIdentity.load(FILES.resolve("ec.crt"), key, "another".toCharArray(), "127.0.0.1", NOW));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        refusal("UNSAFE_FILE", () -> openssl("ec", "ec", "127.0.0.1", NOW));
        Files.delete(key);
        refusal(
                "FILE_FAILED",
                () -> WebIdentity.load(FILES.resolve("ec.crt"), key, OPENSSL_PASSWORD.toCharArray(), "127.0.0.1", NOW));
    }

    @Test
    void whatTheLocalAuthorityIssuesIsReadBack() throws IOException {
        issue(authority, "a");
        issue(WebAuthority.make("Another", LOCAL, YEAR, random), "b");
        for (String host : LOCAL) {
            assertEquals(1, own("a.pem", "a.key.pem", host).chain().size());
        }
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("a.key.pem"))));
        refusal("BAD_WEB_CERTIFICATE", () -> own("a.pem", "a.key.pem", "127.0.0.2"));
        refusal("FOREIGN_WEB_KEY", () -> own("a.pem", "b.key.pem", "localhost"));
        refusal("BAD_WEB_CERTIFICATE", () -> own("a.key.pem", "a.key.pem", "localhost"));
        refusal("BAD_KEY", () -> own("a.pem", "a.pem", "localhost"));
        refusal("FILE_FAILED", () -> {
            issue(authority, "a");
            return own("a.pem", "a.key.pem", "localhost");
        });
        String leaf = Files.readString(folder.resolve("a.pem"));
        String root = Certificates.toPem(List.of(authority.certificate()));
        Files.writeString(folder.resolve("whole.pem"), leaf + root);
        assertEquals(2, own("whole.pem", "a.key.pem", "localhost").chain().size());
        Files.writeString(folder.resolve("wrong.pem"), leaf + Files.readString(folder.resolve("b.pem")));
        assertTrue(refusal("BAD_WEB_CERTIFICATE", () -> own("wrong.pem", "a.key.pem", "localhost"))
                .contains("did not issue the one before it"));
    }

    @Test
    void everyChangedByteOfTheTwoFilesIsRefusedOrMeansTheSame() throws IOException {
        issue(authority, "a");
        WebIdentity right = own("a.pem", "a.key.pem", "localhost");
        for (String name : List.of("a.pem", "a.key.pem")) {
            byte[] whole = Files.readAllBytes(folder.resolve(name));
            Path changed = folder.resolve("changed.pem");
            for (int i = 0; i < whole.length; i += name.equals("a.pem") ? 11 : 97) {
                byte[] bad = whole.clone();
                bad[i] ^= 2;
                Files.deleteIfExists(changed);
                Files.write(
                        Files.createFile(
                                changed,
                                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
                        bad);
                try {
                    WebIdentity loaded = name.equals("a.pem")
                            ? own("changed.pem", "a.key.pem", "localhost")
                            : own("a.pem", "changed.pem", "localhost");
                    // What the certificate says beside its key is its issuer's to protect.
                    assertEquals(
                            right.chain().getFirst().getPublicKey(),
                            loaded.chain().getFirst().getPublicKey());
                } catch (PoyangException refused) {
                    assertFalse(refused.wrong().isBlank());
                }
            }
        }
    }

    @Test
    void theLocalAuthorityCertifiesItsOwnServersOnly() throws Exception {
        issue(authority, "a");
        X509Certificate leaf = own("a.pem", "a.key.pem", "localhost").chain().getFirst();
        X509Certificate root = standard(authority.certificate());
        assertEquals(0, root.getBasicConstraints(), "no authority below it");
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), root.getExtendedKeyUsage());
        assertEquals(List.of("1.3.6.1.5.5.7.3.1"), leaf.getExtendedKeyUsage());
        validate(leaf, root);
        issue(WebAuthority.make("Poyang web", LOCAL, YEAR, random), "b");
        X509Certificate foreign = own("b.pem", "b.key.pem", "localhost").chain().getFirst();
        assertThrows(CertPathValidatorException.class, () -> validate(foreign, root), "of the same name");
        assertTrue(root.getCriticalExtensionOIDs().contains(Extension.nameConstraints.getId()));
        PKIXNameConstraintValidator constraints = new PKIXNameConstraintValidator();
        constraints.intersectPermittedSubtree(NameConstraints.getInstance(
                        ASN1OctetString.getInstance(root.getExtensionValue(Extension.nameConstraints.getId()))
                                .getOctets())
                .getPermittedSubtrees());
        constraints.checkPermitted(new GeneralName(GeneralName.dNSName, "localhost"));
        constraints.checkPermitted(new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
        for (GeneralName other : List.of(
                new GeneralName(GeneralName.dNSName, "bank.example"),
                new GeneralName(GeneralName.iPAddress, "127.0.0.2"),
                new GeneralName(GeneralName.iPAddress, "::1"))) {
            assertThrows(NameConstraintValidatorException.class, () -> constraints.checkPermitted(other), other + "");
        }
    }

    private static X509Certificate standard(X509Certificate certificate) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(certificate.getEncoded()));
    }

    /// By Java's own rules.
    private static void validate(X509Certificate leaf, X509Certificate root) throws GeneralSecurityException {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(NOW));
        var _ = CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf)), parameters);
    }
}
