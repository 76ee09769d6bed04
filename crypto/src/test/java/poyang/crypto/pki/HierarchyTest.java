package poyang.crypto.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.ChainValidation.Purpose;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// A province, a city and a department: who certifies whom, by whose approval, until when.
final class HierarchyTest {
    private Jiangxi jiangxi;

    @BeforeEach
    void found(@TempDir Path folder) {
        jiangxi = new Jiangxi(folder);
    }

    private static void refused(ErrorCode code, String words, Runnable step) {
        PoyangException refused = assertThrows(PoyangException.class, step::run);
        assertEquals(code, refused.code(), refused.getMessage());
        assertTrue(refused.wrong().contains(words), refused.wrong());
    }

    @Test
    void aNodeOfADepartmentOfACityLeadsToTheProvince() {
        X509Certificate node = jiangxi.issue(jiangxi.department, jiangxi.node(jiangxi.key(), "node-1.tax.nanchang"))
                .certificates()
                .getFirst();
        List<X509Certificate> chain = jiangxi.department.issuedChain(node);
        assertEquals(3, chain.size());
        assertEquals(Optional.empty(), jiangxi.check(chain, Purpose.TLS, RevocationView.notConsulted()));
        Certificates.validate(chain, jiangxi.province.chain().getFirst(), jiangxi.now);
        CertificateView view = CertificateView.of(node);
        assertEquals(
                "C=CN,O=南昌市税务局,OU=征管科,CN=node-1.tax.nanchang", view.subject().toString());
        assertEquals(
                List.of("dns:node-1.tax.nanchang", "ip:10.1.2.3"),
                AlternativeNames.decode(view.alternatives().orElseThrow()));
        assertEquals(20, view.keyIdentifier().length());
        assertEquals(
                Refusal.Kind.WRONG_USE,
                jiangxi.check(chain, Purpose.ENCRYPTION, RevocationView.notConsulted())
                        .orElseThrow()
                        .kind());
    }

    @Test
    void peopleHoldAPairAndOnlyTheyOpenTheirEncryptionKey() {
        Sm2PrivateKey own = jiangxi.key();
        CertificateAuthority.Issued issued =
                jiangxi.issue(jiangxi.department, jiangxi.user(own, "王小明", new EncryptionKey.MadeByAuthority()));
        List<X509Certificate> pair = issued.certificates();
        assertEquals(2, pair.size());
        for (Purpose purpose : List.of(Purpose.SIGNATURE, Purpose.ENCRYPTION)) {
            boolean signs = purpose == Purpose.SIGNATURE;
            List<X509Certificate> right = jiangxi.department.issuedChain(pair.get(signs ? 0 : 1));
            List<X509Certificate> wrong = jiangxi.department.issuedChain(pair.get(signs ? 1 : 0));
            assertEquals(Optional.empty(), jiangxi.check(right, purpose, RevocationView.notConsulted()));
            assertEquals(
                    Refusal.Kind.WRONG_USE,
                    jiangxi.check(wrong, purpose, RevocationView.notConsulted())
                            .orElseThrow()
                            .kind());
        }
        EnvelopedKey envelope =
                EnvelopedKey.decode(issued.envelope().orElseThrow().encoded().toArray());
        Sm2PrivateKey opened = envelope.open(own);
        assertEquals(Certificates.publicKey(pair.get(1)), opened.publicKey());
        refused(CryptoErrors.AUTHENTICATION_FAILED, "not authentic", () -> envelope.open(jiangxi.key()));
        CertificateRequest second =
                CertificateRequest.make(jiangxi.person("李华"), Usage.ENCRYPTION, List.of(), jiangxi.key());
        assertEquals(
                2,
                jiangxi.issue(
                                jiangxi.department,
                                jiangxi.user(jiangxi.key(), "李华", new EncryptionKey.MadeByHolder(second)))
                        .certificates()
                        .size());
    }

    @Test
    void whatOneSubmitsAnotherApproves() {
        CertificateAuthority department = jiangxi.department;
        int number = department.request(jiangxi.node(jiangxi.key(), "node-2"), jiangxi.zhang);
        refused(CryptoErrors.SAME_PERSON, "cannot approve", () -> department.approve(number, jiangxi.zhang));
        refused(CryptoErrors.WRONG_STATE, "is requested", () -> jiangxi.issue(department, number));
        ActingOperator stranger = new ActingOperator("li", jiangxi.key());
        refused(CryptoErrors.NO_OPERATOR, "no operator", () -> department.approve(number, stranger));
        department.approve(number, jiangxi.li);
        refused(CryptoErrors.WRONG_STATE, "is approved", () -> department.approve(number, jiangxi.li));
        jiangxi.issue(department, number);
        refused(CryptoErrors.WRONG_STATE, "is issued", () -> jiangxi.issue(department, number));
        int unwanted = department.request(jiangxi.node(jiangxi.key(), "node-3"), jiangxi.zhang);
        department.reject(unwanted, "该节点不存在", jiangxi.li);
        assertEquals(State.REJECTED, department.requests().get(unwanted - 1).state());
        refused(CryptoErrors.NO_SUCH_ENTRY, "no request 77", () -> department.approve(77, jiangxi.li));
    }

    @Test
    void anAuthorityCertifiesOnlyWhatStandsBelowIt() {
        refused(
                CryptoErrors.OUTSIDE_PROFILE,
                "does not certify a node",
                () -> jiangxi.province.request(jiangxi.node(jiangxi.key(), "n"), jiangxi.zhang));
        CertificateRequest foreign =
                CertificateRequest.make(new Subject("CN", "九江市税务局", "", "x"), Usage.PROCESS, List.of(), jiangxi.key());
        refused(
                CryptoErrors.OUTSIDE_PROFILE,
                "does not belong to",
                () -> jiangxi.department.request(
                        new Application(Level.NODE, foreign, new EncryptionKey.None(), 0, 0), jiangxi.zhang));
        Sm2PrivateKey twice = jiangxi.key();
        jiangxi.issue(jiangxi.department, jiangxi.node(twice, "a"));
        refused(
                CryptoErrors.OUTSIDE_PROFILE,
                "certified before",
                () -> jiangxi.department.request(jiangxi.node(twice, "b"), jiangxi.zhang));
        CertificateRequest same = CertificateRequest.make(jiangxi.person("b"), Usage.ENCRYPTION, List.of(), twice);
        refused(
                CryptoErrors.OUTSIDE_PROFILE,
                "one key is to sign and to be sealed to",
                () -> jiangxi.department.request(
                        jiangxi.user(twice, "b", new EncryptionKey.MadeByHolder(same)), jiangxi.zhang));
    }

    @Test
    void aCertificateDoesNotOutliveItsAuthority() {
        jiangxi.now = Jiangxi.START.plus(Level.DEPARTMENT.defaultValidity()).minus(Duration.ofDays(3));
        X509Certificate node = jiangxi.issue(jiangxi.department, jiangxi.node(jiangxi.key(), "late"))
                .certificates()
                .getFirst();
        assertEquals(jiangxi.department.chain().getFirst().getNotAfter(), node.getNotAfter());
        jiangxi.now = jiangxi.now.plus(Duration.ofDays(4));
        assertEquals(
                State.EXPIRED,
                jiangxi.department
                        .certificate(node.getSerialNumber())
                        .orElseThrow()
                        .state());
        int number = jiangxi.department.request(jiangxi.node(jiangxi.key(), "too-late"), jiangxi.zhang);
        jiangxi.department.approve(number, jiangxi.li);
        refused(CryptoErrors.BAD_CERTIFICATE, "expired on", () -> jiangxi.issue(jiangxi.department, number));
    }

    @Test
    void renewalReplacesAndRevocationIsSeen() {
        CertificateAuthority department = jiangxi.department;
        X509Certificate old = jiangxi.issue(department, jiangxi.node(jiangxi.key(), "node-9"))
                .certificates()
                .getFirst();
        int number = department.requests().size();
        int again = department.renew(number, Optional.empty(), 30, jiangxi.li);
        department.approve(again, jiangxi.zhang);
        X509Certificate renewed =
                jiangxi.issue(department, again).certificates().getFirst();
        assertEquals(old.getPublicKey(), renewed.getPublicKey());
        assertEquals(
                State.RENEWED,
                department.certificate(old.getSerialNumber()).orElseThrow().state());
        refused(
                CryptoErrors.WRONG_STATE,
                "nothing is issued",
                () -> department.renew(number, Optional.empty(), 0, jiangxi.li));
        CertificateRequest fresh =
                CertificateRequest.make(jiangxi.person("node-9"), Usage.PROCESS, List.of(), jiangxi.key());
        int third = department.renew(again, Optional.of(fresh), 0, jiangxi.li);
        department.approve(third, jiangxi.zhang);
        X509Certificate last = jiangxi.issue(department, third).certificates().getFirst();
        assertFalse(last.getPublicKey().equals(renewed.getPublicKey()));
        department.revoke(List.of(last.getSerialNumber()), RevocationReason.KEY_COMPROMISE, jiangxi.now, jiangxi.zhang);
        refused(
                CryptoErrors.WRONG_STATE,
                "revoked before",
                () -> department.revoke(
                        List.of(last.getSerialNumber()), RevocationReason.SUPERSEDED, jiangxi.now, jiangxi.zhang));
        refused(
                CryptoErrors.WRONG_STATE,
                "cannot be renewed",
                () -> department.renew(third, Optional.empty(), 0, jiangxi.li));
        RevocationList list = jiangxi.list(department);
        assertEquals(1, list.number().intValueExact());
        assertEquals(2, jiangxi.list(department).number().intValueExact());
        RevocationList read = RevocationList.fromPem(list.toPem().getBytes(StandardCharsets.US_ASCII));
        Refusal refusal = jiangxi.check(department.issuedChain(last), Purpose.TLS, RevocationView.of(List.of(read)))
                .orElseThrow();
        assertEquals(Refusal.Kind.REVOKED, refusal.kind());
        assertTrue(refusal.words().contains("2026-11-23T10:00:00Z because its key was exposed"), refusal.words());
        assertEquals(
                Optional.empty(),
                jiangxi.check(department.issuedChain(renewed), Purpose.TLS, RevocationView.of(List.of(read))));
    }

    @Test
    void theBooksSurviveAndCannotBeChanged(@TempDir Path copy) throws IOException {
        jiangxi.issue(jiangxi.department, jiangxi.node(jiangxi.key(), "node-5"));
        Path log = jiangxi.folder.resolve("tax/log");
        CertificateAuthority again = CertificateAuthority.open(jiangxi.folder.resolve("tax"), jiangxi.clock);
        assertEquals(jiangxi.department.logHead(), again.logHead());
        assertEquals(1, again.certificates().size());
        assertEquals(Level.DEPARTMENT, again.level());
        // What a crash left behind the last line feed has not happened, and does not stay.
        Files.writeString(log, "6\t2026-11-23T10:00:00Z\tappro", StandardOpenOption.APPEND);
        CertificateAuthority torn = CertificateAuthority.open(jiangxi.folder.resolve("tax"), jiangxi.clock);
        assertEquals(again.logHead(), torn.logHead());
        torn.request(jiangxi.node(jiangxi.key(), "node-6"), jiangxi.zhang);
        // Another process at the same folder sees it.
        again.approve(2, jiangxi.li);
        assertEquals(State.APPROVED, again.requests().get(1).state());
        byte[] good = Files.readAllBytes(log);
        Path other = Files.createDirectory(copy.resolve("copy"));
        for (int at = 0; at < good.length; at += 61) {
            byte[] bad = good.clone();
            bad[at] ^= 1;
            Files.write(other.resolve("log"), bad);
            PoyangException refused = assertThrows(
                    PoyangException.class, () -> CertificateAuthority.open(other, jiangxi.clock), "byte " + at);
            assertEquals(CryptoErrors.LOG_BROKEN, refused.code());
        }
        // A line that goes missing in the middle shows; one at the end shows by the head.
        List<String> lines = Files.readAllLines(log);
        Files.writeString(other.resolve("log"), lines.get(0) + "\n" + lines.get(2) + "\n");
        refused(CryptoErrors.LOG_BROKEN, "line 2", () -> CertificateAuthority.open(other, jiangxi.clock));
    }

    @Test
    void operatorsComeAndGoByTwo() {
        CertificateAuthority department = jiangxi.department;
        ActingOperator chen = new ActingOperator("chen", jiangxi.key());
        refused(
                CryptoErrors.SAME_PERSON,
                "second operator",
                () -> department.appoint(chen.operator(), jiangxi.li, jiangxi.li));
        department.appoint(chen.operator(), jiangxi.li, jiangxi.zhang);
        department.dismiss("li", chen, jiangxi.zhang);
        refused(
                CryptoErrors.NO_OPERATOR,
                "no operator",
                () -> department.request(jiangxi.node(jiangxi.key(), "x"), jiangxi.li));
        assertEquals(
                2,
                CertificateAuthority.open(jiangxi.folder.resolve("tax"), jiangxi.clock)
                        .operators()
                        .size());
        refused(CryptoErrors.NO_OPERATOR, "", () -> department.dismiss("chen", jiangxi.zhang, chen));
    }

    @Test
    void foundingNeedsTwoPeopleAndANewFolder() {
        refused(
                CryptoErrors.AUTHORITY_EXISTS,
                "there is an authority already",
                () -> jiangxi.found("tax", Level.DEPARTMENT, jiangxi.person("x")));
        refused(
                CryptoErrors.NO_OPERATOR,
                "too few",
                () -> CertificateAuthority.found(
                        jiangxi.folder.resolve("new"),
                        new CertificateAuthority.Founding(
                                Level.PROVINCE, jiangxi.person("x"), jiangxi.operators.subList(0, 1), "", 0),
                        Jiangxi.PASSWORD,
                        jiangxi.clock,
                        jiangxi.random));
        refused(
                CryptoErrors.NO_SUCH_ENTRY,
                "there is no authority",
                () -> CertificateAuthority.open(jiangxi.folder.resolve("nothing"), jiangxi.clock));
        refused(CryptoErrors.WRONG_PASSWORD, "", () -> jiangxi.city.key("x".toCharArray()));
    }
}
