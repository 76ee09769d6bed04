package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Revocations;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.ActingOperator;
import poyang.crypto.pki.CertificateAuthority;
import poyang.crypto.pki.Level;
import poyang.crypto.pki.Operator;
import poyang.crypto.pki.RevocationList;
import poyang.crypto.pki.Subject;
import poyang.crypto.random.ProcessRandom;
import poyang.executor.compute.Replay;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.sdk.ProvenValue;
import poyang.sdk.ReceiptVerifier;
import poyang.sdk.lookup.LookupResult;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.InputCommitment;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.ReceiptFile;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.StoredCrl;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// The whole province as real processes: the main job, the faults that it must survive, and all that people do
/// by command.
@Timeout(400)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class MainJobTest {
    private static final int PERSONS = 3_000;
    private static final int PORT = 18_480;

    private static final RandomSource RANDOM = ProcessRandom.open("test");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path folder;

    @SuppressWarnings("NullAway.Init") // made before the tests
    private static WholeProvince province;

    @SuppressWarnings("NullAway.Init")
    private static LocalNetwork network;

    @SuppressWarnings("NullAway.Init")
    private static MainJob main;

    @BeforeAll
    static void start() throws IOException {
        province = WholeProvince.start(folder, PORT, PERSONS, RANDOM);
        network = province.network();
        main = province.main();
    }

    @AfterAll
    static void stop() throws IOException {
        province.close();
    }

    private static String consented() {
        String id = main.submit("medical-insurance/insured", "taxation/taxpayers");
        main.consent(id);
        return id;
    }

    private static MainJob.Outcome completed(Job job) throws IOException {
        MainJob.Outcome outcome = main.collect(job, folder);
        assertEquals(province.departments().expectedMatches(), outcome.matches());
        assertTrue(outcome.committed(), "the result is the one that the receipt commits to");
        for (Path receipt : outcome.receipts().values()) {
            assertInstanceOf(
                    ReceiptVerifier.Verdict.Proven.class,
                    ReceiptVerifier.verify(ChainForms.readReceipt(receipt), network.genesis()));
        }
        return outcome;
    }

    @Test
    void theJobRunsAndItsReceiptsHoldUntilAByteIsChanged() throws Exception {
        String id = consented();
        MainJob.Outcome outcome = completed(main.awaitEnd(id, 1));
        ReceiptFile file =
                ChainForms.readReceipt(Objects.requireNonNull(outcome.receipts().get("taxation")));
        ProvenReceipt proven = file.getProven();
        refutesEveryChange(file, proven.getFinalityProof(), ProvenReceipt.Builder::setFinalityProof);
        refutesEveryChange(file, proven.getReceipt(), ProvenReceipt.Builder::setReceipt);
        refutesEveryChange(
                file,
                proven.getTransaction().getPayload(),
                (to, changed) -> to.getTransactionBuilder().setPayload(changed));
        refutesEveryChange(
                file,
                proven.getTransaction().getSignature(),
                (to, changed) -> to.getTransactionBuilder().setSignature(changed));
        for (int i = 0; i < proven.getReceiptPathCount(); i++) {
            int at = i;
            refutesEveryChange(file, proven.getReceiptPath(i), (to, changed) -> to.setReceiptPath(at, changed));
            refutesEveryChange(file, proven.getTransactionPath(i), (to, changed) -> to.setTransactionPath(at, changed));
        }
        for (ProvenReceipt.Builder other : List.of(
                proven.toBuilder().setIndex(proven.getIndex() + 1),
                proven.toBuilder().setTransactionCount(proven.getTransactionCount() + 1))) {
            assertInstanceOf(
                    ReceiptVerifier.Verdict.Refuted.class,
                    ReceiptVerifier.verify(file.toBuilder().setProven(other).build(), network.genesis()));
        }
        nothingOfTheRowsLiesInTheNetworksFolder();
        anAuditorRunsOneSideAgain(outcome.job());
    }

    /// The owner who consented opens the opening, and gets what the receipt says.
    private static void anAuditorRunsOneSideAgain(Job job) throws IOException {
        Path opening = network.folder()
                .resolve("processes/taxation-executor/data/openings")
                .resolve(job.getId() + ".1.opening");
        try (InputStream in = new BufferedInputStream(Files.newInputStream(opening))) {
            Replay.Commitment again =
                    Replay.run(in, network.province().person("taxation/owner").key());
            InputCommitment committed = job.getParties(1).getCommitment();
            assertEquals(ChainForms.bytes(committed.getInputRoot()), again.inputRoot());
            assertEquals(ChainForms.bytes(committed.getSeedCommitment()), again.seedCommitment());
            JobReceipt receipt = JobReceipt.parseFrom(TransactionPayload.parseFrom(network.account("taxation/owner")
                            .receipt(ChainForms.bytes(job.getParties(1).getReceiptTransaction()))
                            .getTransaction()
                            .getPayload())
                    .getArguments());
            assertEquals(ChainForms.bytes(receipt.getTranscriptDigest()), again.transcript());
        }
    }

    @Test
    void aCancelledJobStopsAndTheNextOneRuns() throws Exception {
        String id = consented();
        assertEquals(JobState.RUNNING, main.await(id, JobState.RUNNING).getState());
        TransactionReceipt cancelled = network.account("medical-insurance/analyst")
                .call("poyang.v1.Jobs", "Cancel", JobKey.newBuilder().setId(id).build());
        assertEquals(0, cancelled.getCode());
        assertEquals(JobState.CANCELLED, main.job(id).getState());
        completed(main.awaitEnd(consented(), 1));
        assertEquals(JobState.CANCELLED, main.job(id).getState());
    }

    /// Puts changed bytes into a receipt.
    private interface Change {
        void into(ProvenReceipt.Builder to, ByteString changed);
    }

    private static void refutesEveryChange(ReceiptFile file, ByteString right, Change change) {
        for (int i = 0; i < right.size(); i++) {
            byte[] wrong = right.toByteArray();
            wrong[i] ^= 1;
            ProvenReceipt.Builder changed = file.getProven().toBuilder();
            change.into(changed, ByteString.copyFrom(wrong));
            assertInstanceOf(
                    ReceiptVerifier.Verdict.Refuted.class,
                    ReceiptVerifier.verify(file.toBuilder().setProven(changed).build(), network.genesis()),
                    "byte " + i + " of " + right.size());
        }
    }

    private static void nothingOfTheRowsLiesInTheNetworksFolder() throws IOException {
        List<String> insured =
                Files.readAllLines(network.sources("medical-insurance").resolve("insured.csv"));
        String row = insured.get(insured.size() / 2);
        String key = row.substring(0, row.indexOf(','));
        int read = LiveFiles.read(network.folder(), (file, content) -> {
            assertFalse(content.contains(key), file + " holds a citizen's number");
            assertFalse(content.contains("housing_fund"), file + " holds a source's settings");
        });
        assertTrue(read > 100, read + " files were read");
    }

    @Test
    void theChainAndTheJobSurviveAKilledValidatorAndAKilledExecutor() throws Exception {
        String id = consented();
        assertEquals(JobState.RUNNING, main.await(id, JobState.RUNNING).getState());
        network.kill("validator-2");
        network.kill("taxation-executor");
        Job failed = main.awaitEnd(id, 1);
        assertEquals(JobState.FAILED, failed.getState());
        assertTrue(
                Set.of("PEER_LOST", "EXECUTOR_LOST")
                        .contains(failed.getFailure().getCode()),
                failed.getFailure().toString());
        long height = network.account("housing/analyst")
                .call(
                        "poyang.v1.Evidence",
                        "Record",
                        EvidenceRecord.newBuilder()
                                .setDigest(ByteString.copyFrom(new byte[32]))
                                .setSubject("三个验证节点继续出块")
                                .build())
                .getHeight();
        assertTrue(height > 0, "the chain goes on");
        network.restart("taxation-executor");
        network.restart("validator-2");
        main.retry(id);
        Job again = main.awaitEnd(id, 2);
        assertEquals(2, again.getAttempt());
        completed(again);
        assertEquals(0, auditShow("taxation-executor"));
    }

    @Test
    void everyAuditLogIsTheOneThatTheChainHasAnchorsOf() throws IOException {
        Map<String, String> logs = Map.of(
                "taxation-executor",
                "taxation/executor/executor",
                "console",
                "supervision/console/console",
                "validator-1",
                "validators/validator-1/node");
        for (Map.Entry<String, String> log : logs.entrySet()) {
            Path file = audit(log.getKey());
            assertEquals(0, auditVerify(file, log.getKey(), log.getValue()));
            byte[] changed = Files.readAllBytes(file);
            changed[changed.length / 3] ^= 1;
            Path copy = Files.write(folder.resolve(log.getKey() + ".changed"), changed);
            assertNotEquals(0, auditVerify(copy, log.getKey(), log.getValue()));
        }
        assertNotEquals(0, auditVerify(audit("validator-1"), "validator-1", "validators/validator-2/node"));
        assertNotEquals(0, auditVerify(audit("validator-1"), "validator-1", "validators/validator-9/node"));
    }

    private static int auditVerify(Path file, String process, String log) throws IOException {
        List<String> command = new ArrayList<>(List.of("audit", "verify", file.toString(), "--log", log));
        command.addAll(opening(process));
        return province.as("supervision/supervisor", command);
    }

    /// Checks a log on its way out in clear.
    private static int auditShow(String process) {
        List<String> command =
                new ArrayList<>(List.of("audit", "show", audit(process).toString()));
        command.addAll(opening(process));
        return poyang.tools.Main.run(Main.commands(), command.toArray(String[]::new));
    }

    private static List<String> opening(String process) {
        Path home = network.folder().resolve("processes").resolve(process);
        return List.of(
                "--home",
                home.resolve("data").toString(),
                "--storage-password-file",
                home.resolve("password").toString());
    }

    @Test
    void aProcessWithoutRoomForItsAuditLogStopsServing() throws Exception {
        String process = "housing-executor";
        Process limit = new ProcessBuilder("prlimit", "--pid", Long.toString(network.pid(process)), "--fsize=1")
                .inheritIO()
                .start();
        assertEquals(0, limit.waitFor());
        SignedQuery list =
                network.account("housing/owner").query("poyang.v1.Executor", "ListSources", Empty.getDefaultInstance());
        assertThrows(PoyangException.class, () -> network.executors().listSources("housing", list));
        for (int i = 0; i < 300 && network.isAlive(process); i++) {
            Thread.sleep(100);
        }
        assertFalse(network.isAlive(process));
        network.restart(process);
        assertEquals(0, auditShow(process));
    }

    /// The department that loses its executor need not ask for the next attempt, nor does the analyst.
    @Test
    void aJobWithFurtherAttemptsGoesOnByItself() throws Exception {
        String id =
                main.submit("medical-insurance/analyst", "medical-insurance/insured", "taxation/taxpayers", "key", 1);
        main.consent(id);
        assertEquals(JobState.RUNNING, main.await(id, JobState.RUNNING).getState());
        network.kill("taxation-executor");
        network.restart("taxation-executor");
        Job again = main.awaitEnd(id, 1);
        assertEquals(2, again.getAttempt(), again.getFailure().toString());
        assertEquals(0, again.getFurtherAttempts());
        completed(again);
    }

    private static Path audit(String process) {
        return network.folder()
                .resolve("processes")
                .resolve(process)
                .resolve("data")
                .resolve("audit.log");
    }

    @Test
    void aSourceThatDisappearsEndsTheAttemptWithAName() throws Exception {
        Path source = network.sources("medical-insurance").resolve("insured.csv");
        Path hidden = source.resolveSibling("elsewhere.csv");
        Files.move(source, hidden);
        String id;
        try {
            id = consented();
            Job failed = main.awaitEnd(id, 1);
            assertEquals(JobState.FAILED, failed.getState());
            assertEquals("SOURCE_LOST", failed.getFailure().getCode());
            assertEquals("medical-insurance", failed.getFailure().getOrganisation());
            assertFalse(failed.getFailure().getDetail().contains("/"), "no path of the department");
        } finally {
            Files.move(hidden, source);
        }
        main.retry(id);
        completed(main.awaitEnd(id, 2));
    }

    @Test
    void whatPoliciesAndRolesForbidIsRefusedWithReasons() {
        assertRefused(
                "POLICY_FORBIDS",
                () -> main.submit(
                        "medical-insurance/analyst", "medical-insurance/insured", "taxation/taxpayers", "name"));
        assertRefused(
                "NOT_ALLOWED",
                () -> main.submit("housing/analyst", "medical-insurance/insured", "taxation/taxpayers", "key"));
        assertRefused(
                "NOT_FOUND",
                () -> main.submit("medical-insurance/analyst", "medical-insurance/insured", "taxation/nothing", "key"));
        assertRefused(
                "WRONG_PASSWORD",
                () -> PrivateKeyFile.read(network.keyFile("taxation/owner"), "not the password".toCharArray()));
        assertRefused("NETWORK_RUNNING", () -> province.another("network", PORT + 100));
        assertRefused("PORT_TAKEN", () -> province.another("second", PORT));
        assertTrue(network.isAlive("console"), "the first network goes on");
    }

    @Test
    void whatStoodUnderAKeyIsReadAtAnyBlock() throws IOException {
        assertEquals(0, state("account/taxation/owner"));
        assertEquals(0, state("account/taxation/owner", "--at", "1"));
        assertEquals(1, state("account/taxation/nobody", "--at", "1"));
        assertEquals(2, state("account/taxation/owner", "--at", "yesterday"));
        assertNotEquals(0, state("account/taxation/owner", "--at", "0".repeat(64)));
    }

    @Test
    void theChainIsAskedFromTheCommandLine() throws IOException {
        for (String query : List.of(
                "blocks where height between 1 and 5 order by time desc",
                "jobs where parties = 'taxation' and (state = 'COMPLETED' or attempt >= 1)",
                "receipts where code != 0 limit 5")) {
            assertEquals(0, province.as("taxation/analyst", List.of("query", query)));
            assertEquals(0, province.as("taxation/analyst", List.of("query", query), "--json"));
        }
        assertEquals(2, province.as("taxation/analyst", List.of("query", "blocks where")));
    }

    @Test
    void theFeedOfPermissionsIsPrintedBlockByBlock() throws IOException {
        assertEquals(0, province.as("supervision/supervisor", List.of("watch"), "--from", "1", "--to", "2"));
    }

    @Test
    void accountsAndRulesAreKeptByCommand() throws Exception {
        new AccountSteps(network, province::as, folder, RANDOM).anAccountLivesAndRulesHoldByCommand();
    }

    /// The last of all, so that every kind of job, view and proof has gone before it.
    @Test
    @Order(Integer.MAX_VALUE)
    void consentsAndReleasesTakeEffectOnceTheirRecordIsAnchored() throws Exception {
        completed(main.awaitEnd(consented(), 1));
        Set<String> seen = new AuditSteps(network).consentsAndReleasesStoodInAnchoredRecords();
        assertTrue(seen.containsAll(Set.of("commit", "receipt", "result")), seen.toString());
        Path state = folder.resolve("audit.state");
        for (int i = 0; i < 2; i++) {
            assertEquals(
                    0,
                    province.as(
                            "supervision/supervisor",
                            List.of("audit", "watch", "--quiet"),
                            "--seconds",
                            "3",
                            "--state",
                            state.toString()));
        }
        assertNotEquals(0, province.as("taxation/owner", List.of("audit", "watch"), "--seconds", "3"));
    }

    private static int state(String key, String... more) throws IOException {
        return province.as("taxation/analyst", List.of("state", "poyang.v1.Accounts", key), more);
    }

    private static void assertRefused(String code, Executable call) {
        PoyangException refused = assertThrows(PoyangException.class, call);
        assertEquals(code, refused.code().name(), refused.getMessage());
        assertFalse(refused.right().isBlank());
    }

    @Test
    void aModelScoresTheRowsOfAnotherDepartment() throws Exception {
        province.scoring().scoresComeFromAPlanByCommand(folder.resolve("scoring"), province::as);
        province.scoring().aNumberOutOfBoundsEndsTheAttempt();
    }

    @Test
    void severalDepartmentsValuesAreAddedUpByOneThatSeesCiphertexts() throws Exception {
        province.aggregation().totalsComeFromAPlanByCommand(folder.resolve("totals"), province::as);
    }

    @Test
    void factsAreProvenWithoutTheRecordsByCommand() throws Exception {
        new ProofSteps(network, folder.resolve("proofs")).theThreeUsesAreVerifiedByAllNodesAndOffline(province::as);
    }

    @Test
    void aRecordIsReadAndItsHolderDoesNotLearnWhose() throws Exception {
        DemoView view = new DemoView(network);
        view.publish();
        var _ = view.awaitTable(1);
        LookupSteps steps = new LookupSteps(network, RANDOM);
        List<String> taxpayer = steps.taxpayer();
        LookupResult read = steps.readsARecord(taxpayer);
        steps.theChainKnowsThatItWasAndNotWhat(read);
        steps.noLookupIsUsedTwiceOrByAnother(read);
        Path receipt = folder.resolve("lookup.json");
        List<String> lookup = List.of("lookup", DemoView.ID, taxpayer.getFirst(), "--purpose", "核对");
        assertEquals(0, province.as("housing/analyst", lookup, "--receipt", receipt.toString()));
        assertEquals(2, province.as("housing/analyst", List.of("lookup", DemoView.ID, "123", "--purpose", "核对")));
        assertNotEquals(0, province.as("taxation/analyst", lookup), "the own department does not ask");
        assertEquals(0, province.as("taxation/owner", List.of("view", "status", DemoView.ID)));
        network.kill("taxation-executor");
        network.restart("taxation-executor");
        var _ = view.awaitTable(2);
        assertEquals(2, steps.readsARecord(taxpayer).version());
        steps.whoIsTakenOutIsFoundNoMore(
                taxpayer, view, () -> province.as("taxation/owner", List.of("view", "refresh", DemoView.ID)));
        assertEquals(0, province.as("taxation/owner", List.of("view", "totals", DemoView.ID)));
        assertEquals(0, province.as("taxation/owner", List.of("view", "withdraw", DemoView.ID)));
        assertEquals(2, province.as("housing/analyst", lookup));
    }

    /// The two commands of an authority that speak with the chain, as an operator runs them.
    @Test
    void anAuthorityReportsToTheChainByCommand() throws Exception {
        char[] password = "authority of a test 1".toCharArray();
        try (Sm2PrivateKey first = Sm2PrivateKey.generate(RANDOM);
                Sm2PrivateKey second = Sm2PrivateKey.generate(RANDOM)) {
            Path books = folder.resolve("authority");
            CertificateAuthority authority = CertificateAuthority.found(
                    books,
                    new CertificateAuthority.Founding(
                            Level.PROVINCE,
                            new Subject("CN", "江西省数据局", "", "江西省根证书"),
                            List.of(new Operator("zhang", first.publicKey()), new Operator("li", second.publicKey())),
                            "",
                            0),
                    password,
                    InstantSource.system(),
                    RANDOM);
            try (Sm2PrivateKey key = authority.key(password)) {
                RevocationList _ = authority.list(Duration.ofDays(7), new ActingOperator("zhang", first), key);
            }
            assertEquals(2, as("supervision/authority", "report", books), "a root is not its own to register");
            assertEquals(0, as("supervision/supervisor", "register", books, "--reporter", "supervision/authority"));
            assertEquals(0, as("supervision/authority", "report", books));
            String issuer = Revocations.issuerHash(authority.chain().getFirst()).hex();
            ProvenValue list = network.account("taxation/owner").state("poyang.v1.Certificates", "list/" + issuer, 0);
            assertEquals(
                    1,
                    StoredCrl.parseFrom(list.value().orElseThrow().toArray())
                            .getCrl()
                            .getNumber());
        }
    }

    private static int as(String account, String command, Path books, String... more) throws IOException {
        return province.as(account, List.of("ca", command, books.toString()), more);
    }

    /// Clause 7.11: nothing that the province listens on answers in the clear, or to strangers.
    @Test
    void noPortAnswersInTheClearOrToStrangers() throws Exception {
        Doors.assertClosed(network, PORT);
        String id = consented();
        assertEquals(JobState.RUNNING, main.await(id, JobState.RUNNING).getState());
        assertEquals(Doors.planned(PORT), Doors.of(network.processes()), "with readers and compute children");
        completed(main.awaitEnd(id, 1));
    }
}
