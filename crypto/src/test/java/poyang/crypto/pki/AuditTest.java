package poyang.crypto.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What an audit sees that opening an authority does not look for.
final class AuditTest {
    private Jiangxi jiangxi;
    private Path folder;

    @BeforeEach
    void found(@TempDir Path folder) {
        jiangxi = new Jiangxi(folder);
        this.folder = folder.resolve("tax");
    }

    private List<String> faults() {
        return AuthorityAudit.of(folder, Optional.empty()).faults();
    }

    private static void one(String words, List<String> faults) {
        assertEquals(1, faults.stream().filter(each -> each.contains(words)).count(), faults.toString());
    }

    @Test
    void nothingSpeaksAgainstBooksThatTheAuthorityWrote() {
        jiangxi.issue(jiangxi.department, jiangxi.node(jiangxi.key(), "a"));
        jiangxi.issue(jiangxi.department, jiangxi.user(jiangxi.key(), "王小明", new EncryptionKey.MadeByAuthority()));
        Bytes noted = jiangxi.department.logHead();
        jiangxi.list(jiangxi.department);
        AuthorityAudit audit = AuthorityAudit.of(folder, Optional.of(noted));
        assertEquals(List.of(), audit.faults());
        assertEquals(audit.steps().size() - 1, audit.notedLine().orElseThrow());
        assertEquals(jiangxi.department.logHead(), audit.head());
    }

    /// Operators who hold the authority's key but not to its rules can write lines that are well signed.
    @Test
    void whatWasIssuedMustBeWhatWasAskedFor() {
        Sm2PublicKey asked = jiangxi.key().publicKey();
        for (String fault : List.of("names somebody else", "binds another key", "is not signed by this authority")) {
            Sm2PrivateKey own = jiangxi.key();
            int number = jiangxi.department.request(jiangxi.node(own, "node"), jiangxi.zhang);
            jiangxi.department.approve(number, jiangxi.li);
            Sm2PublicKey bound = fault.startsWith("binds") ? asked : own.publicKey();
            Subject subject = jiangxi.person(fault.startsWith("names") ? "other" : "node");
            write(number, certificate(subject, bound, fault.startsWith("is not")));
            one(
                    fault,
                    faults().stream()
                            .filter(each -> each.startsWith("line "))
                            .skip(number - 1L)
                            .toList());
        }
    }

    private X509Certificate certificate(Subject subject, Sm2PublicKey bound, boolean forged) {
        try (Sm2PrivateKey authority = forged ? jiangxi.key() : jiangxi.department.key(Jiangxi.PASSWORD)) {
            return CertificateWriter.issue(
                    jiangxi.department.chain().getFirst(),
                    authority,
                    new Grant(
                            subject,
                            bound,
                            Level.NODE,
                            Usage.PROCESS,
                            List.of(),
                            "",
                            new Validity(jiangxi.now, jiangxi.now.plus(Duration.ofDays(1)))),
                    jiangxi.random);
        }
    }

    private void write(int number, X509Certificate certificate) {
        IssuanceLog log = IssuanceLog.read(folder.resolve("log"));
        log.append(log.draft(jiangxi.now, "issued", Register.issued(number, List.of(certificate), null), jiangxi.li));
    }

    @Test
    void filesMustRepeatTheLog() throws IOException {
        X509Certificate node = jiangxi.issue(jiangxi.department, jiangxi.node(jiangxi.key(), "a"))
                .certificates()
                .getFirst();
        jiangxi.list(jiangxi.department);
        Path file = folder.resolve("issued").resolve(node.getSerialNumber().toString(16) + ".pem");
        Files.copy(folder.resolve("authority.pem"), file, StandardCopyOption.REPLACE_EXISTING);
        one(file + " says something else", faults());
        Files.delete(file);
        one(file + " is missing", faults());
        Path stray = Files.writeString(folder.resolve("issued/1.pem"), "x");
        one(stray + " holds what the log does not know", faults());
        Files.writeString(folder.resolve("crl.pem"), "x");
        one("crl.pem says something else", faults());
        assertEquals(3, faults().size());
        CertificateAuthority.open(folder, jiangxi.clock);
        assertTrue(Files.exists(file), "opening writes again what is missing");
    }

    @Test
    void theFirstBrokenLineIsNamed() throws IOException {
        byte[] log = Files.readAllBytes(folder.resolve("log"));
        for (int at = 0; at < log.length; at += 61) {
            byte[] changed = log.clone();
            changed[at] ^= 1;
            Files.write(folder.resolve("log"), changed);
            if (changed[log.length - 1] == '\n') {
                PoyangException broken =
                        assertThrows(PoyangException.class, () -> AuthorityAudit.of(folder, Optional.empty()));
                assertEquals(CryptoErrors.LOG_BROKEN, broken.code());
            }
        }
        Files.delete(folder.resolve("log"));
        assertEquals(
                CryptoErrors.NO_SUCH_ENTRY,
                assertThrows(PoyangException.class, () -> AuthorityAudit.of(folder, Optional.empty()))
                        .code());
    }
}
