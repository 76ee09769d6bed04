package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.contract.AccountErrors;
import poyang.chain.proofs.KeyAnnouncement;
import poyang.crypto.Revocations;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.crypto.pki.ActingOperator;
import poyang.crypto.pki.Application;
import poyang.crypto.pki.CertificateAuthority;
import poyang.crypto.pki.CertificateRequest;
import poyang.crypto.pki.EncryptionKey;
import poyang.crypto.pki.Level;
import poyang.crypto.pki.Operator;
import poyang.crypto.pki.RevocationList;
import poyang.crypto.pki.Subject;
import poyang.crypto.pki.Usage;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.sdk.AuthorityReport;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.KnownRevocations;
import poyang.sdk.NodeAddress;
import poyang.sdk.ProvenValue;
import poyang.sdk.ReceiptVerifier;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.CertificateKey;
import poyang.wire.schema.CertificateStatus;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.FreezeRequest;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.NameCertificateRequest;
import poyang.wire.schema.ReceiptFile;
import poyang.wire.schema.ReportIssued;
import poyang.wire.schema.RevocationReason;
import poyang.wire.schema.RevokeRequest;

/// Four real nodes agree on who may act: keys in and outside their windows, recovery, certificates; and
/// receipts signed by keys that are gone verify offline.
@Timeout(600)
final class IdentitiesOnNodesTest {
    private static final String RECORD = "poyang.v1.Evidence/Record";

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // made before the tests
    private static Validators chain;

    @BeforeAll
    static void start() throws Exception {
        chain = new Validators(folder);
    }

    @AfterAll
    static void stop() {
        chain.close();
    }

    private static EvidenceRecord evidence() {
        return EvidenceRecord.newBuilder()
                .setDigest(ChainBytes.of(Sm3.hash(chain.random.bytes(32))))
                .setSubject("文件")
                .build();
    }

    private static long act(ChainAccount account) {
        return account.call("poyang.v1.Evidence", "Record", evidence()).getHeight();
    }

    /// Makes blocks until `height` is final everywhere.
    private static void reach(long height) throws InterruptedException {
        ChainAccount clock = chain.account("b/console");
        long now = clock.height();
        while (now < height) {
            now = act(clock);
        }
        chain.await(height);
    }

    private static PoyangException refused(ErrorCode code, Runnable call) {
        PoyangException thrown = assertThrows(PoyangException.class, call::run);
        assertEquals(code.number(), thrown.code().number(), thrown.getMessage());
        assertEquals(code.name(), thrown.code().name());
        return thrown;
    }

    /// No node takes a transaction of this key, whichever operation it asks for, or answers a query.
    private static void refusedEverywhere(ErrorCode code, String words, String account, Sm2PrivateKey key) {
        List<String> operations = List.copyOf(new PermissionsContract().resources());
        assertTrue(operations.contains(RECORD), "every changing method of every contract");
        for (int i = 0; i < chain.api.size(); i++) {
            NodeAddress node = chain.api.get(i);
            ChainAccount alone = chain.account(account, key, List.of(node));
            PoyangException said = refused(code, alone::height);
            assertTrue(said.wrong().contains(words), said.wrong());
            try (ChainClient client = chain.client(node)) {
                said = refused(code, () -> chain.submit(client, account, key, RECORD, evidence()));
                assertTrue(said.wrong().contains(words), said.wrong());
                for (int each = i; each < operations.size(); each += chain.api.size()) {
                    String operation = operations.get(each);
                    said = refused(
                            code,
                            () -> chain.submit(client, account, key, operation, EvidenceRecord.getDefaultInstance()));
                    assertTrue(said.wrong().contains(words), operation + ": " + said.wrong());
                }
            }
        }
    }

    private static AccountRecord proven(String account) throws Exception {
        ProvenValue value = chain.account("b/analyst").state("poyang.v1.Accounts", "account/" + account, 0);
        return AccountRecord.parseFrom(value.value().orElseThrow().toArray());
    }

    @Test
    void everyNodeHoldsAKeyToItsWindow() throws Exception {
        String name = "supervision/analyst";
        Sm2PrivateKey old = chain.key(name);
        Sm2PrivateKey next = Sm2PrivateKey.generate(chain.random);
        ChainAccount rotating = chain.account(name);
        long from = rotating.height() + 8;
        long until = from + 6;
        AccountRecord announced = rotating.rotateKey(next, from, until, "每年更换");
        chain.await(rotating.height());
        assertEquals(announced, proven(name));
        assertEquals(2, announced.getKeysCount());
        refusedEverywhere(AccountErrors.KEY_NOT_YET_GOOD, "from height " + from + " on", name, next);
        long _ = act(rotating);
        reach(from);
        // In the overlap both act, and the account turns to its new key by itself.
        long _ = act(rotating);
        long _ = act(chain.account(name, old, chain.api));
        long _ = act(chain.account(name, next, chain.api));
        reach(until + 1);
        refusedEverywhere(AccountErrors.KEY_STOPPED, "since height " + (until + 1), name, old);
        long _ = act(rotating);
        long _ = act(chain.account(name, next, chain.api));
    }

    @Test
    void anAdministratorReplacesALostKeyAtOnce() throws Exception {
        String name = "supervision/owner";
        Sm2PrivateKey next = Sm2PrivateKey.generate(chain.random);
        ChainAccount administrator = chain.account("supervision/administrator");
        KeyAnnouncement made = new KeyAnnouncement(
                administrator.client().chainId(), name, next.publicKey().encoded(), administrator.height() + 1, 0);
        AccountRecord kept = administrator.recoverKey(made, made.signedBy(next), "钥匙遗失");
        long stopped = kept.getKeys(0).getUntilHeight() + 1;
        assertEquals("钥匙遗失", kept.getKeys(1).getReason());
        chain.await(administrator.height());
        refusedEverywhere(AccountErrors.KEY_STOPPED, "since height " + stopped, name, chain.key(name));
        long _ = act(chain.account(name, next, chain.api));
    }

    @Test
    void aFrozenAccountIsRefusedEverywhereUntilItIsFree() throws Exception {
        String name = "a/analyst";
        FreezeRequest asked =
                FreezeRequest.newBuilder().setAccount(name).setReason("调查").build();
        ChainAccount supervisor = chain.account("supervision/supervisor");
        call(supervisor, "Accounts", "Freeze", asked);
        // Whoever is asked next may not be as far as the one that answered.
        chain.await(supervisor.height());
        long height = proven(name).getFrozen().getHeight();
        chain.await(height);
        refusedEverywhere(AccountErrors.ACCOUNT_FROZEN, "since block " + height, name, chain.key(name));
        ChainAccount administrator = chain.account("a/administrator");
        PoyangException refused =
                refused(NotarizationErrors.NOT_ALLOWED, () -> call(administrator, "Accounts", "Unfreeze", asked));
        assertTrue(refused.right().contains("supervisor"), refused.right());
        call(supervisor, "Accounts", "Unfreeze", asked);
        chain.await(supervisor.height());
        long _ = act(chain.account(name));
    }

    @Test
    void anAccountIsRefusedEverywhereOnceItsCertificateIsRevoked() throws Exception {
        String name = "b/supervisor";
        Bytes issuer = Revocations.issuerHash(chain.city.certificate());
        CertificateKey certificate = CertificateKey.newBuilder()
                .setIssuer(ChainBytes.of(issuer))
                .setSerial(ByteString.copyFrom(new byte[] {42}))
                .build();
        ChainAccount authority = chain.account("a/authority");
        call(
                authority,
                "Certificates",
                "ReportIssue",
                ReportIssued.newBuilder()
                        .setCertificate(certificate)
                        .setCertificateHash(Collisions.hash("certificate"))
                        .setNotBeforeSeconds(1)
                        .setNotAfterSeconds(2)
                        .build());
        ChainAccount holder = chain.account(name);
        call(
                holder,
                "Accounts",
                "NameCertificate",
                NameCertificateRequest.newBuilder()
                        .setAccount(name)
                        .setCertificateHash(Collisions.hash("certificate"))
                        .build());
        long _ = act(holder);
        call(
                authority,
                "Certificates",
                "Revoke",
                RevokeRequest.newBuilder()
                        .setCertificate(certificate)
                        .setReason(RevocationReason.KEY_COMPROMISE)
                        .build());
        String key = "certificate/" + issuer.hex() + "/2a";
        ProvenValue value = chain.account("a/owner").state("poyang.v1.Certificates", key, 0);
        CertificateStatus status =
                CertificateStatus.parseFrom(value.value().orElseThrow().toArray());
        long height = status.getRevocation().getHeight();
        chain.await(height);
        KnownRevocations loaded = new KnownRevocations();
        loaded.load(chain.account("a/owner"));
        KnownRevocations heard = new KnownRevocations();
        assertThrows(
                InterruptedException.class,
                () -> chain.account("a/owner").follow(height, block -> {
                    heard.heard(block);
                    Thread.currentThread().interrupt();
                }));
        boolean _ = Thread.interrupted();
        Revocations.Revocation revoked =
                new Revocations.Revocation(1, status.getRevocation().getSinceSeconds());
        for (KnownRevocations view : List.of(loaded, heard)) {
            assertEquals(Optional.of(revoked), view.revocationOf(issuer, BigInteger.valueOf(42)));
            assertEquals(Optional.empty(), view.revocationOf(issuer, BigInteger.valueOf(43)));
        }
        refusedEverywhere(
                AccountErrors.CERTIFICATE_REVOKED,
                "revoked in block " + height + " (KEY_COMPROMISE)",
                name,
                chain.key(name));
    }

    /// A city's books, kept by two operators, and what the chain then says.
    @Test
    void anAuthoritysBooksReachTheChainOnceAndWhole() throws Exception {
        char[] password = "books of a city 1".toCharArray();
        Sm2PrivateKey first = Sm2PrivateKey.generate(chain.random);
        Sm2PrivateKey second = Sm2PrivateKey.generate(chain.random);
        ActingOperator zhang = new ActingOperator("zhang", first);
        ActingOperator li = new ActingOperator("li", second);
        CertificateAuthority books = CertificateAuthority.found(
                folder.resolve("books"),
                new CertificateAuthority.Founding(
                        Level.PROVINCE,
                        new Subject("CN", "上饶市数据局", "", "上饶市根证书"),
                        List.of(new Operator("zhang", first.publicKey()), new Operator("li", second.publicKey())),
                        "",
                        0),
                password,
                chain.clock,
                chain.random);
        AuthorityReport byAuthority = new AuthorityReport(books, chain.account("b/authority"));
        PoyangException root = refused(NotarizationErrors.NOT_ALLOWED, byAuthority::bringUpToDate);
        assertTrue(root.right().contains("supervisor"), root.right());
        AuthorityReport bySupervisor = new AuthorityReport(books, chain.account("supervision/supervisor"));
        assertTrue(bySupervisor.register("b/authority").isPresent());
        assertEquals(Optional.empty(), bySupervisor.register("b/authority"));
        assertEquals(List.of(), byAuthority.bringUpToDate());

        BigInteger good = issued(books, zhang, li, "shangrao", password);
        BigInteger bad = issued(books, zhang, li, "yingtan", password);
        books.revoke(List.of(bad), poyang.crypto.pki.RevocationReason.SUPERSEDED, chain.clock.instant(), zhang);
        try (Sm2PrivateKey key = books.key(password)) {
            RevocationList _ = books.list(Duration.ofDays(7), zhang, key);
        }
        List<AuthorityReport.Line> lines = byAuthority.bringUpToDate();
        assertEquals(
                List.of(
                        AuthorityReport.Kind.ISSUE,
                        AuthorityReport.Kind.ISSUE,
                        AuthorityReport.Kind.REVOCATION,
                        AuthorityReport.Kind.LIST),
                lines.stream().map(AuthorityReport.Line::kind).sorted().toList());
        assertEquals(List.of(), byAuthority.bringUpToDate(), "reported once");

        KnownRevocations view = new KnownRevocations();
        view.load(chain.account("a/owner"));
        Bytes issuer = Revocations.issuerHash(books.chain().getFirst());
        assertEquals(Optional.empty(), view.revocationOf(issuer, good));
        assertEquals(4, view.revocationOf(issuer, bad).orElseThrow().reason(), "superseded, as RFC 5280 numbers it");
    }

    private static BigInteger issued(
            CertificateAuthority books, ActingOperator one, ActingOperator other, String name, char[] password) {
        try (Sm2PrivateKey holder = Sm2PrivateKey.generate(chain.random);
                Sm2PrivateKey own = books.key(password)) {
            CertificateRequest request = CertificateRequest.make(
                    new Subject("CN", "江西省" + name, "", name), Usage.AUTHORITY, List.of(), holder);
            int number = books.request(new Application(Level.CITY, request, new EncryptionKey.None(), 0, 0), one);
            books.approve(number, other);
            return books.issue(number, one, own, chain.random)
                    .certificates()
                    .getFirst()
                    .getSerialNumber();
        }
    }

    private static void call(ChainAccount account, String contract, String method, Message arguments) {
        var _ = account.call("poyang.v1." + contract, method, arguments);
    }

    private static Job job(String id) throws Exception {
        return Job.parseFrom(chain.account("supervision/supervisor")
                .read("poyang.v1.Jobs", "Get", JobKey.newBuilder().setId(id).build()));
    }

    @Test
    void receiptsOfKeysThatAreGoneVerifyOffline() throws Exception {
        for (String party : List.of("a", "b")) {
            call(chain.account(party + "/owner"), "Datasets", "Register", Collisions.dataset(party));
        }
        String id = JobKey.parseFrom(chain.account("a/analyst")
                        .call(
                                "poyang.v1.Jobs",
                                "Submit",
                                Collisions.submit(Collisions.plan()).build())
                        .getResult())
                .getId();
        for (String party : List.of("a", "b")) {
            call(chain.account(party + "/owner"), "Jobs", "Consent", Collisions.consent(id, true));
        }
        for (String party : List.of("a", "b")) {
            AuditAnchor anchor = AuditAnchor.newBuilder()
                    .setProcess("executor")
                    .setSequence(1)
                    .setHead(Collisions.hash("a log"))
                    .build();
            call(chain.account(party + "/executor"), "Audit", "Anchor", anchor);
            call(chain.account(party + "/executor"), "Jobs", "Commit", Collisions.commit(job(id), party));
        }
        ChainAccount left = chain.account("a/executor");
        ChainAccount right = chain.account("b/executor");
        rotated(left);
        Job running = job(id);
        call(left, "Receipts", "Submit", Collisions.receipt(running, 0).build());
        call(right, "Receipts", "Submit", Collisions.receipt(running, 1).build());
        rotated(left);
        rotated(right);
        ReceiptFile byLeft = file(id, 0);
        ReceiptFile byRight = file(id, 1);
        for (ReceiptFile file : List.of(byLeft, byRight)) {
            ReceiptVerifier.Verdict.Proven proven =
                    assertInstanceOf(ReceiptVerifier.Verdict.Proven.class, ReceiptVerifier.verify(file, chain.genesis));
            assertTrue(proven.signatureChecked());
        }
        refuted(byLeft.toBuilder().clearSender().build());
        assertInstanceOf(
                ReceiptVerifier.Verdict.Proven.class,
                ReceiptVerifier.verify(byRight.toBuilder().clearSender().build(), chain.genesis));
        refuted(byLeft.toBuilder().setSender(byRight.getSender()).build());
        byte[] value = byLeft.getSender().getValue().toByteArray();
        for (int i = 0; i < value.length; i++) {
            byte[] wrong = value.clone();
            wrong[i] ^= 1;
            refuted(byLeft.toBuilder()
                    .setSender(byLeft.getSender().toBuilder().setValue(ByteString.copyFrom(wrong)))
                    .build());
        }
    }

    private static void rotated(ChainAccount account) throws Exception {
        Sm2PrivateKey next = Sm2PrivateKey.generate(chain.random);
        long from = account.height() + 4;
        AccountRecord _ = account.rotateKey(next, from, from + 1, "");
        reach(from + 2);
    }

    private static ReceiptFile file(String job, int side) throws Exception {
        JobParty party = job(job).getParties(side);
        return chain.account("supervision/supervisor")
                .receiptFile(Bytes.wrap(party.getReceiptTransaction().toByteArray()));
    }

    private static void refuted(ReceiptFile file) {
        assertInstanceOf(ReceiptVerifier.Verdict.Refuted.class, ReceiptVerifier.verify(file, chain.genesis));
    }
}
