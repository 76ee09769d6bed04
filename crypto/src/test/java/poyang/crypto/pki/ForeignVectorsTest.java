package poyang.crypto.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.pki.ChainValidation.Purpose;
import poyang.crypto.pki.Inspection.Finding;
import poyang.crypto.pki.Inspection.Question;
import poyang.kernel.PoyangException;

/// What other programs wrote (`vectors/pki/MANIFEST.md`): the good is read, the bad is refused in words.
final class ForeignVectorsTest {
    private static final Path VECTORS = Path.of("src/test/resources/vectors/pki");
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final Question BARE = new Question(List.of(), List.of(), List.of(), Purpose.ANY, NOW);

    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(VECTORS.resolve(name));
    }

    private static List<X509Certificate> certificates(String name) throws IOException {
        return Certificates.fromPem(Files.readString(VECTORS.resolve(name)));
    }

    private static List<Path> files(String folder) throws IOException {
        try (Stream<Path> all = Files.walk(VECTORS.resolve(folder))) {
            return all.filter(each ->
                            Files.isRegularFile(each) && !each.toString().endsWith(".tsv"))
                    .sorted()
                    .toList();
        }
    }

    /// By content only: the names decide nothing but what is expected here.
    @Test
    void everyFileIsReadAndOnlyTheBadAreRefused() throws IOException {
        int good = 0;
        int bad = 0;
        for (String folder : List.of("gmsm", "tongsuo", "openssl")) {
            for (Path file : files(folder)) {
                Optional<String> refusal = refusal(Inspection.inspect(Files.readAllBytes(file), BARE));
                String name = file.getFileName().toString();
                if (name.contains("sm9")) {
                    assertTrue(refusal.orElseThrow().startsWith("SM9"), name);
                } else if (name.startsWith("sm2_bad")) {
                    assertTrue(refusal.orElseThrow().contains("out of range"), name);
                } else if (name.equals("sm2-noza-csr.pem") || name.equals("sm2-noza-root-cert.pem")) {
                    assertTrue(refusal.orElseThrow().contains("without the identifier hash Z_A"), name);
                } else if (name.equals("noid.csr")) {
                    assertTrue(refusal.orElseThrow().contains("with an empty identifier"), name);
                } else {
                    assertEquals(Optional.empty(), refusal, name);
                    good++;
                    continue;
                }
                bad++;
            }
        }
        assertEquals(9, bad);
        assertTrue(good >= 50, good + " files");
    }

    private static Optional<String> refusal(List<Finding> findings) {
        return findings.stream().flatMap(each -> each.refusal().stream()).findFirst();
    }

    private static Optional<String> judged(String file, String root, Purpose purpose) throws IOException {
        return judged(file, root, purpose, List.of());
    }

    private static Optional<String> judged(String file, String root, Purpose purpose, List<RevocationList> lists)
            throws IOException {
        List<X509Certificate> all = certificates(root);
        List<X509Certificate> roots = all.stream()
                .filter(each -> each.getSubjectX500Principal().equals(each.getIssuerX500Principal()))
                .toList();
        return refusal(Inspection.inspect(file(file), new Question(roots, all, lists, purpose, NOW)));
    }

    @Test
    void tongsuosPairsLeadToTheirRootAndExpiredOnesDoNot() throws IOException {
        for (String who : List.of("client", "server")) {
            for (String use : List.of("sign", "enc")) {
                Purpose purpose = use.equals("sign") ? Purpose.SIGNATURE : Purpose.ENCRYPTION;
                Purpose other = use.equals("sign") ? Purpose.ENCRYPTION : Purpose.SIGNATURE;
                String name = "tongsuo/sm2/" + who + "_" + use;
                assertEquals(Optional.empty(), judged(name + ".crt", "tongsuo/sm2/chain-ca.crt", purpose), name);
                assertTrue(judged(name + ".crt", "tongsuo/sm2/chain-ca.crt", other)
                        .orElseThrow()
                        .contains("is not for"));
                assertTrue(judged(name + "_expire.crt", "tongsuo/sm2/chain-ca.crt", purpose)
                        .orElseThrow()
                        .contains("expired on 2001-01-01T00:00:00Z"));
            }
        }
        assertEquals(Optional.empty(), judged("tongsuo/sm2-leaf.crt", "tongsuo/sm2-chain-ca.crt", Purpose.SIGNATURE));
        assertEquals(
                Optional.empty(), judged("tongsuo/sm2-first-crt.pem", "tongsuo/sm2-root-cert.pem", Purpose.SIGNATURE));
        assertEquals(Optional.empty(), judged("tongsuo/sm2-cert.pem", "tongsuo/sm2-root-cert.pem", Purpose.SIGNATURE));
        assertTrue(judged("tongsuo/sm2/server_sign2.crt", "tongsuo/sm2/chain-ca.crt", Purpose.SIGNATURE)
                .orElseThrow()
                .contains("unknown authority, \"SUBCA SM2\""));
    }

    /// The two chains share their keys and names; one is signed by GB/T 32918.2, the other is not.
    @Test
    void aSignatureWithoutTheIdentifierIsNone() throws IOException {
        assertTrue(judged("tongsuo/sm2-noza-cert.pem", "tongsuo/sm2-noza-root-cert.pem", Purpose.SIGNATURE)
                .orElseThrow()
                .contains("without the identifier hash Z_A"));
    }

    @Test
    void opensslsChainHoldsAndItsListTakesOneBack() throws IOException {
        RevocationList list = RevocationList.fromPem(file("openssl/mid.crl"));
        assertEquals(Optional.empty(), judged("openssl/chain.pem", "openssl/root.pem", Purpose.TLS, List.of(list)));
        Certificates.validate(
                certificates("openssl/chain.pem"),
                certificates("openssl/root.pem").getFirst(),
                NOW);
        List<X509Certificate> gone = List.of(
                certificates("openssl/gone.pem").getFirst(),
                certificates("openssl/mid.pem").getFirst());
        Refusal refusal = ChainValidation.check(
                        gone,
                        certificates("openssl/root.pem").getFirst(),
                        Purpose.TLS,
                        RevocationView.of(List.of(list)),
                        NOW)
                .orElseThrow();
        assertEquals(Refusal.Kind.REVOKED, refusal.kind());
        assertTrue(refusal.words().contains("its key was exposed"), refusal.words());
        CertificateRequest request = CertificateRequest.fromPem(file("openssl/leaf.csr"));
        assertEquals(new Subject("CN", "省局", "", "节点"), request.subject());
        assertEquals(List.of("dns:leaf.example"), request.names());
    }

    @Test
    void aForeignRequestCanBeCertified() throws IOException {
        CertificateRequest request = CertificateRequest.fromPem(file("gmsm/certificate_request-35c4f0c63176.pem"));
        assertEquals("CFCA TEST CA", request.subject().organisation());
        assertThrows(PoyangException.class, () -> CertificateRequest.fromPem(file("gmsm/pkcs7-def91d02999c.pem")));
    }

    /// The issuer is left out of the receiver's name as two zero bytes, the signer's key is an authority's.
    @Test
    void theSignedAndSealedMessageIsRead() throws IOException {
        EnvelopedMessage message = EnvelopedMessage.fromPem(file("gmsm/pkcs7-def91d02999c.pem"));
        assertTrue(message.isSigned());
        assertEquals(List.of("serial 2ceb8cc90cb4fc5"), message.receivers());
        assertEquals(1, message.certificates().size());
        X509Certificate own = certificates("gmsm/certificate-fef3639de1ca.pem").getFirst();
        assertEquals(own.getSerialNumber().toString(16), "2ceb8cc90cb4fc5");
        assertEquals(
                Optional.empty(),
                ChainValidation.check(
                        List.of(own),
                        message.certificates().getFirst(),
                        Purpose.ENCRYPTION,
                        RevocationView.notConsulted(),
                        Instant.parse("2023-06-01T00:00:00Z")));
    }

    @Test
    void whatIsNoneOfTheseIsUnreadable() {
        for (byte[] none : List.of(
                new byte[0],
                new byte[] {1, 2, 3},
                new byte[] {0x30, 0x00},
                "x".getBytes(java.nio.charset.StandardCharsets.US_ASCII))) {
            PoyangException refused = assertThrows(PoyangException.class, () -> Inspection.inspect(none, BARE));
            assertEquals(CryptoErrors.UNREADABLE, refused.code());
        }
    }
}
