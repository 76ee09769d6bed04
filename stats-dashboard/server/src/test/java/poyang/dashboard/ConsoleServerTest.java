package poyang.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoErrors;
import poyang.dashboard.Browser.Answer;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditChain;
import poyang.sdk.AuditRecord;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.AuditAnchorList;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.CollisionPlan;
import poyang.wire.schema.ConsentRequest;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Event;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.FedRecord;
import poyang.wire.schema.JobQuery;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.Plan;
import poyang.wire.schema.StoredAnchor;
import poyang.wire.schema.SubmitJob;
import tools.jackson.databind.json.JsonMapper;

/// The console over HTTPS, against the village.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleServerTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private final Village village = new Village();
    private final AtomicLong offsetMillis = new AtomicLong();

    private Path folder;
    private ConsoleServer server;

    @BeforeAll
    void start(@TempDir Path made) {
        folder = made;
        InstantSource source = () -> Instant.now().plusMillis(offsetMillis.get());
        server = village.serve(folder.resolve("a"), 0, source.withZone(ZoneOffset.UTC));
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Browser browser() {
        return new Browser(server.origin(), village);
    }

    @Test
    void theIndexGoesOnAfterARestartAndIsTheSameWhenRebuilt() throws Exception {
        Village other = new Village();
        Path place = folder.resolve("index");
        String before;
        long height;
        try (ConsoleServer first = other.serve(place, 0, Clock.systemUTC());
                Browser owner = new Browser(first.origin(), other)) {
            Answer _ = owner.login("taxation/owner");
            assertEquals(
                    200,
                    owner.submit("taxation/owner", "Datasets", "Register", dataset("taxation/kept"))
                            .status());
            before = owner.get("/api/datasets").body().toString();
            height = first.indexedHeight();
        }
        assertTrue(height > 0 && before.contains("taxation/kept"), before);
        for (boolean rebuild : new boolean[] {false, true}) {
            try (ConsoleServer again = other.serve(
                            new ConsoleSettings("127.0.0.1", 0, place, rebuild, 30, other.web.files()),
                            Clock.systemUTC());
                    Browser owner = new Browser(again.origin(), other)) {
                for (int i = 0; again.indexedHeight() < height && i < 200; i++) {
                    Thread.sleep(25);
                }
                assertEquals(height, again.indexedHeight());
                Answer _ = owner.login("taxation/owner");
                assertEquals(before, owner.get("/api/datasets").body().toString());
            }
        }
        Village foreign = new Village();
        foreign.chain.organisation("cellar", "地窖", "Cellar");
        PoyangException refused = assertThrows(PoyangException.class, () -> foreign.serve(place, 0, Clock.systemUTC()));
        assertEquals(ConsoleErrors.FOREIGN_INDEX, refused.code());
    }

    @Test
    void auditRecordsAreCarriedToSupervisorsAsTheyAreWritten() throws Exception {
        VillageAudits audits = village.audits(folder.resolve("a"));
        audits.log.record("province/console", "start", "", "");
        try (Browser owner = browser()) {
            Answer _ = owner.login("taxation/owner");
            assertEquals("NOT_YOURS", owner.get("/api/audit/logs").name());
            HttpResponse<Stream<String>> refused = owner.audits("taxation/owner", VillageAudits.LOG, 0);
            try (Stream<String> words = refused.body()) {
                assertEquals(403, refused.statusCode());
                assertTrue(words.anyMatch(line -> line.contains("NOT_YOURS")));
            }
        }
        try (Browser supervisor = browser()) {
            Answer _ = supervisor.login("province/supervisor");
            assertEquals(
                    VillageAudits.LOG,
                    supervisor.get("/api/audit/logs").body().get(0).asString());
            AuditChain chain = new AuditChain(VillageAudits.LOG, Optional.of(AuditChain.Position.START));
            boolean written = false;
            try (Stream<String> lines = supervisor
                    .audits("province/supervisor", VillageAudits.LOG, 0)
                    .body()) {
                Iterator<String> each = lines.iterator();
                while (!written || chain.position().orElseThrow().sequence() < audits.log.sequence()) {
                    String line = each.next();
                    if (line.startsWith("data:")) {
                        String piece =
                                JSON.readTree(line.substring(5)).get("piece").asString();
                        for (FedRecord record : AuditPiece.parseFrom(
                                        Base64.getDecoder().decode(piece))
                                .getRecordsList()) {
                            assertEquals(List.of(), chain.take(AuditRecord.of(record)));
                        }
                        if (!written) {
                            audits.log.record("taxation/owner", "result", "job", "", "refused PY-4309");
                            written = true;
                        }
                    }
                }
            }
        }
    }

    @Test
    void nothingOfTheIndexLiesInClearAndNoChangedByteIsBelieved() throws Exception {
        Village other = new Village();
        Path place = Files.createDirectories(folder.resolve("at-rest"));
        try (ConsoleServer first = other.serve(place, 0, Clock.systemUTC());
                Browser owner = new Browser(first.origin(), other)) {
            Answer _ = owner.login("taxation/owner");
            Answer _ = owner.submit("taxation/owner", "Datasets", "Register", dataset("taxation/marker-of-a-test"));
            noFileHolds(place, "marker-of-a-test");
        }
        Path database = place.resolve("index.mv.db");
        try (var files = Files.list(place)) {
            assertEquals(
                    Set.of("storage.key", "index.mv.db", "index.mv.db.key", "index.mv.db.journal"),
                    Set.copyOf(files.map(f -> f.getFileName().toString()).toList()));
        }
        noFileHolds(place, "marker-of-a-test");
        noFileHolds(place, "taxation");
        noFileHolds(place, "H:2");
        noFileHolds(place, "CREATE");
        byte[] whole = Files.readAllBytes(database);
        for (int at : new int[] {20, 5000, whole.length - 5}) {
            byte[] bad = whole.clone();
            bad[at] ^= 1;
            Files.write(database, bad);
            assertThrows(
                    RuntimeException.class,
                    () -> other.serve(place, 0, Clock.systemUTC()).close());
        }
        Files.write(database, whole);
        other.serve(place, 0, Clock.systemUTC()).close();
        Files.delete(place.resolve("index.mv.db.key"));
        PoyangException refused = assertThrows(PoyangException.class, () -> other.serve(place, 0, Clock.systemUTC()));
        assertEquals(CryptoErrors.PLAIN_STORAGE, refused.code());
    }

    private static void noFileHolds(Path place, String marker) throws IOException {
        try (var files = Files.walk(place)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertFalse(content.contains(marker), file + " holds " + marker);
            }
        }
    }

    @Test
    void challengeIsGoodOnceAndForAMinute() throws Exception {
        try (Browser browser = browser()) {
            Map<String, String> attempt =
                    browser.attempt("taxation/owner", village.key("taxation/owner"), server.origin());
            Answer in = browser.post("/api/login", attempt);
            assertEquals(200, in.status());
            assertEquals("[\"OWNER\"]", in.body().get("roles").toString());
            String cookie = in.raw().headers().firstValue("Set-Cookie").orElseThrow();
            assertTrue(cookie.startsWith("__Host-poyang-session="), cookie);
            for (String attribute : new String[] {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"}) {
                assertTrue(cookie.contains(attribute), cookie);
            }
            assertFalse(cookie.contains("Domain"), cookie);
            assertEquals("LOGIN_REFUSED", browser.post("/api/login", attempt).name());
            Map<String, String> late =
                    browser.attempt("taxation/owner", village.key("taxation/owner"), server.origin());
            offsetMillis.addAndGet(61_000);
            assertEquals("LOGIN_REFUSED", browser.post("/api/login", late).name());
        }
    }

    @Test
    void loginNeedsOwnKeyThisAddressAndAPerson() throws Exception {
        try (Browser browser = browser()) {
            var other = village.key("housing/owner");
            assertEquals(
                    401,
                    browser.post("/api/login", browser.attempt("housing/analyst", other, server.origin()))
                            .status());
            assertEquals(
                    401,
                    browser.post("/api/login", browser.attempt("housing/owner", other, "https://evil.example"))
                            .status());
            assertEquals(
                    401,
                    browser.post("/api/login", browser.attempt("nobody/owner", other, server.origin()))
                            .status());
            var machine = village.key("housing/executor");
            assertEquals(
                    401,
                    browser.post("/api/login", browser.attempt("housing/executor", machine, server.origin()))
                            .status());
            assertEquals(
                    "BAD_ENCODING",
                    browser.post("/api/login", Map.of("account", "a", "challenge", "00", "signature", "00"))
                            .name());
            assertEquals("BAD_REQUEST", browser.post("/api/login", Map.of()).name());
        }
    }

    @Test
    void failuresAreCountedForAccountAndAddress() throws Exception {
        Logins logins = logins();
        for (int i = 0; i < 5; i++) {
            assertEquals("LOGIN_REFUSED", refusal(logins, "taxation/analyst", "10.0.0.1"));
        }
        assertEquals("TOO_MANY_FAILURES", refusal(logins, "taxation/analyst", "10.0.0.1"));
        assertEquals("LOGIN_REFUSED", refusal(logins, "taxation/analyst", "10.0.0.2"));
        offsetMillis.addAndGet(Duration.ofMinutes(5).toMillis());
        assertEquals("LOGIN_REFUSED", refusal(logins, "taxation/analyst", "10.0.0.1"));
    }

    private Logins logins() {
        InstantSource source = () -> Instant.ofEpochMilli(offsetMillis.get());
        Clock clock = source.withZone(ZoneOffset.UTC);
        return new Logins(server.index(), village.chain.chainId(), village.random, clock, 30);
    }

    private String refusal(Logins logins, String account, String address) {
        var challenge = logins.challenge();
        var signature = village.key("housing/owner").sign(new byte[1]);
        try {
            logins.login(new Logins.Attempt(account, challenge, signature), server.origin(), address);
            return "";
        } catch (poyang.kernel.PoyangException e) {
            return e.code().name();
        }
    }

    @Test
    void writesNeedOriginTokenAndSession() throws Exception {
        try (Browser browser = browser()) {
            assertEquals("NOT_LOGGED_IN", browser.get("/api/jobs").name());
            browser.login("taxation/owner");
            assertEquals(200, browser.get("/api/jobs").status());
            String token = browser.headers.put("X-CSRF-Token", "00");
            assertEquals("FORGED_REQUEST", browser.post("/api/logout", Map.of()).name());
            browser.headers.put("X-CSRF-Token", token);
            browser.headers.put("Origin", "https://evil.example");
            assertEquals("FORGED_REQUEST", browser.post("/api/logout", Map.of()).name());
            browser.headers.put("Origin", server.origin());
            assertEquals(200, browser.post("/api/logout", Map.of()).status());
            assertEquals("NOT_LOGGED_IN", browser.get("/api/jobs").name());
        }
        try (Browser rebound = new Browser(server.origin().replace("127.0.0.1", "localhost"), village)) {
            assertEquals("FORGED_REQUEST", rebound.get("/api/session").name());
        }
    }

    @Test
    void idleSessionsEnd() throws Exception {
        try (Browser browser = browser()) {
            browser.login("housing/analyst");
            offsetMillis.addAndGet(Duration.ofMinutes(29).toMillis());
            assertEquals(200, browser.get("/api/jobs").status());
            offsetMillis.addAndGet(Duration.ofMinutes(30).toMillis());
            assertEquals(401, browser.get("/api/jobs").status());
        }
    }

    @Test
    void answersAreHardenedAndSayNothingOfTheInside() throws Exception {
        try (Browser browser = browser()) {
            browser.login("taxation/owner");
            Answer session = browser.get("/api/session");
            String policy = session.raw()
                    .headers()
                    .firstValue("Content-Security-Policy")
                    .orElseThrow();
            assertTrue(policy.startsWith("default-src 'self'; script-src 'self';"), policy);
            assertFalse(policy.contains("unsafe-eval"));
            assertEquals(
                    "nosniff",
                    session.raw().headers().firstValue("X-Content-Type-Options").orElseThrow());
            for (Answer bad : new Answer[] {
                browser.get("/api/nothing"),
                browser.postText("/api/transactions", "{"),
                browser.post("/api/transactions", Map.of("signed", "%%%")),
                browser.post("/api/executors/taxation/Nothing", Map.of("signed", "")),
                browser.get("/api/jobs/0000")
            }) {
                assertTrue(bad.status() >= 400 && bad.status() < 500, bad.raw().body());
                assertNotEquals("", bad.name());
                assertFalse(bad.raw().body().contains("Exception"), bad.raw().body());
            }
        }
    }

    @Test
    void jobIsSeenByItsTwoDepartmentsAndSupervisorsOnly() throws Exception {
        try (Browser taxation = browser();
                Browser medical = browser();
                Browser analyst = browser();
                Browser housing = browser();
                Browser supervisor = browser()) {
            taxation.login("taxation/owner");
            medical.login("medical-insurance/owner");
            analyst.login("taxation/analyst");
            housing.login("housing/owner");
            supervisor.login("province/supervisor");
            assertEquals(0, code(taxation.submit("taxation/owner", "Datasets", "Register", dataset("taxation/a"))));
            assertEquals(
                    0,
                    code(medical.submit(
                            "medical-insurance/owner", "Datasets", "Register", dataset("medical-insurance/b"))));
            assertEquals(4999, code(taxation.submit("taxation/owner", "Datasets", "Register", dataset("taxation/a"))));
            assertEquals(
                    "NOT_YOURS",
                    housing.submit("taxation/owner", "Datasets", "Register", dataset("taxation/c"))
                            .name());
            assertEquals(0, code(analyst.submit("taxation/analyst", "Jobs", "Submit", submitJob())));
            String id =
                    analyst.get("/api/jobs").body().get("jobs").get(0).get("id").asString();
            for (Browser sees : new Browser[] {taxation, medical, analyst, supervisor}) {
                assertEquals(200, sees.get("/api/jobs/" + id).status());
            }
            assertEquals(404, housing.get("/api/jobs/" + id).status());
            assertEquals("{}", housing.get("/api/jobs").body().toString());
            assertEquals("NOT_YOURS", housing.get("/api/nodes").name());
            assertEquals("NOT_YOURS", analyst.get("/api/overview").name());
            assertEquals(4, supervisor.get("/api/nodes").body().size());
            ConsentRequest yes =
                    ConsentRequest.newBuilder().setJob(id).setGiven(true).build();
            taxation.submit("taxation/owner", "Jobs", "Consent", yes);
            medical.submit("medical-insurance/owner", "Jobs", "Consent", yes);
            for (int i = 0;
                    i < 100
                            && !analyst.get("/api/jobs/" + id)
                                    .body()
                                    .get("state")
                                    .asString()
                                    .equals("COMPLETED");
                    i++) {
                Thread.sleep(100);
            }
            assertEquals(
                    2, supervisor.get("/api/jobs/" + id + "/receipts").body().size());
            JobQuery result = JobQuery.newBuilder().setJob(id).build();
            assertEquals(
                    200,
                    analyst.ask("taxation/analyst", "taxation", "Result", result)
                            .status());
        }
        theIndexRebuiltIsTheSame();
    }

    private void theIndexRebuiltIsTheSame() throws Exception {
        long height = server.indexedHeight();
        try (ConsoleServer again = village.serve(folder.resolve("b"), 0, Clock.systemUTC())) {
            for (int i = 0; i < 100 && again.indexedHeight() < height; i++) {
                Thread.sleep(50);
            }
            for (String path : new String[] {
                "datasets", "jobs", "accounts", "organisations", "evidence", "anchors", "views", "lookups", "overview"
            }) {
                try (Browser one = browser();
                        Browser two = new Browser(again.origin(), village)) {
                    one.login("province/supervisor");
                    two.login("province/supervisor");
                    assertEquals(
                            one.get("/api/" + path).raw().body(),
                            two.get("/api/" + path).raw().body());
                }
            }
        }
    }

    private static int code(Answer receipt) {
        assertEquals(200, receipt.status(), receipt.raw().body());
        return receipt.body().path("code").asInt(0);
    }

    private static Dataset dataset(String id) {
        return Dataset.newBuilder()
                .setId(id)
                .setOrganisation(id.substring(0, id.indexOf('/')))
                .setTitle("表")
                .setConnector("csv")
                .setRoundedRows(22_000)
                .build();
    }

    private static SubmitJob submitJob() {
        Plan plan = Plan.newBuilder()
                .setCollision(CollisionPlan.newBuilder()
                        .setLeftDataset("taxation/a")
                        .setLeftColumn("id")
                        .setRightDataset("medical-insurance/b")
                        .setRightColumn("id")
                        .setProtocol("dh-sm2"))
                .build();
        return SubmitJob.newBuilder()
                .setTitle("核对")
                .setPurpose("test")
                .setReceiver("taxation/analyst")
                .setPlan(plan.toByteString())
                .setMinutesToLive(60)
                .build();
    }

    @Test
    void evidenceAndAnchorsAreSeenByTheirOrganisationAndSupervisorsOnly() {
        try (ConsoleServer own = village.serve(folder.resolve("c"), 0, Clock.systemUTC())) {
            seeEvidenceAndAnchors(own.index());
        }
    }

    private static void seeEvidenceAndAnchors(ChainIndex index) {
        IndexFold fold = new IndexFold(index);
        EvidenceRecord record = EvidenceRecord.newBuilder().setSubject("s").build();
        AuditAnchor anchor =
                AuditAnchor.newBuilder().setProcess("p").setSequence(7).build();
        String id = "ab".repeat(32);
        fold.call(new IndexFold.Call("poyang.v1.Evidence", "Record", record.toByteString(), "housing/owner", id, 3, 4));
        fold.call(new IndexFold.Call("poyang.v1.Audit", "Anchor", anchor.toByteString(), "housing/executor", id, 3, 4));
        assertEquals(
                "housing/owner",
                reader(index, "housing/analyst").evidence().getRecords(0).getAccount());
        assertEquals(1, reader(index, "province/supervisor").evidence().getRecordsCount());
        assertEquals(0, reader(index, "taxation/owner").evidence().getRecordsCount());
        assertEquals(1, reader(index, "housing/owner").anchors(0).getAnchorsCount());
        assertEquals(1, reader(index, "province/supervisor").anchors(0).getAnchorsCount());
        assertEquals(0, reader(index, "taxation/owner").anchors(0).getAnchorsCount());
        for (int i = 0; i < Reader.ANCHORS_SHOWN + 3; i++) {
            AuditAnchor later = anchor.toBuilder().setSequence(8 + i).build();
            fold.call(new IndexFold.Call(
                    "poyang.v1.Audit", "Anchor", later.toByteString(), "housing/executor", id, 4 + i, 5));
        }
        List<StoredAnchor> all = new ArrayList<>();
        for (int page = 0; page < 3; page++) {
            AuditAnchorList found = reader(index, "housing/owner").anchors(page);
            assertEquals(found, reader(index, "province/supervisor").anchors(page));
            assertEquals(0, reader(index, "taxation/owner").anchors(page).getAnchorsCount());
            all.addAll(found.getAnchorsList());
            assertEquals(Math.min(all.size(), Reader.ANCHORS_SHOWN * (page + 1)), all.size(), "page " + page);
        }
        assertEquals(
                LongStream.iterate(Reader.ANCHORS_SHOWN + 10, each -> each - 1)
                        .limit(Reader.ANCHORS_SHOWN + 4)
                        .boxed()
                        .toList(),
                all.stream().map(each -> each.getAnchor().getSequence()).toList());
        assertEquals(
                ConsoleErrors.BAD_REQUEST,
                assertThrows(
                                PoyangException.class,
                                () -> reader(index, "housing/owner").anchors(-1))
                        .code());
    }

    @Test
    void whatAContractEmitsReplacesWhatWasReadFromTheCall() {
        try (ConsoleServer own = village.serve(folder.resolve("d"), 0, Clock.systemUTC())) {
            ChainIndex index = own.index();
            IndexFold fold = new IndexFold(index);
            Dataset asked = dataset("housing/emitted");
            fold.call(new IndexFold.Call(
                    "poyang.v1.Datasets", "Register", asked.toByteString(), "housing/owner", "ab".repeat(32), 3, 4));
            fold.event(changed("poyang.v1.Strange", asked.toBuilder().setTitle("假"), asked.getId()), 5);
            assertEquals("表", title(index, asked.getId()));
            fold.event(changed("poyang.v1.Datasets", asked.toBuilder().setTitle("新"), asked.getId()), 6);
            assertEquals("新", title(index, asked.getId()));
        }
    }

    @Test
    void lookupsAreSeenByTheirAskerTheHoldersOwnerAndSupervisors() {
        try (ConsoleServer own = village.serve(folder.resolve("e"), 0, Clock.systemUTC())) {
            ChainIndex index = own.index();
            Lookup lookup = Lookup.newBuilder()
                    .setId("housing/register/1")
                    .setView("housing/register")
                    .setAccount("taxation/analyst")
                    .build();
            new IndexFold(index)
                    .event(
                            Event.newBuilder()
                                    .setContract("poyang.v1.Views")
                                    .setTopic("lookups.changed")
                                    .setKey(lookup.getId())
                                    .setPayload(lookup.toByteString())
                                    .build(),
                            3);
            for (String sees : List.of("taxation/analyst", "housing/owner", "province/supervisor")) {
                assertEquals(List.of(lookup), reader(index, sees).lookups().getLookupsList(), sees);
            }
            for (String other : List.of("taxation/owner", "medical-insurance/owner")) {
                assertEquals(List.of(), reader(index, other).lookups().getLookupsList(), other);
            }
        }
    }

    private static Event changed(String contract, Dataset.Builder dataset, String id) {
        return Event.newBuilder()
                .setContract(contract)
                .setTopic("datasets.changed")
                .setKey(id)
                .setPayload(dataset.build().toByteString())
                .build();
    }

    private static String title(ChainIndex index, String id) {
        return index.find(ChainIndex.Kind.DATASET, id, Dataset.parser())
                .orElseThrow()
                .getTitle();
    }

    private static Reader reader(ChainIndex index, String account) {
        return new Reader(
                index,
                index.find(ChainIndex.Kind.ACCOUNT, account, poyang.wire.schema.AccountRecord.parser())
                        .orElseThrow());
    }
}
