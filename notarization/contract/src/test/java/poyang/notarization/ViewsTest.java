package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SealedBox;
import poyang.kernel.ErrorCode;
import poyang.simulation.Property;
import poyang.wire.schema.AskRequest;
import poyang.wire.schema.CloseLookup;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.CommitView;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupKey;
import poyang.wire.schema.LookupList;
import poyang.wire.schema.LookupReceipt;
import poyang.wire.schema.LookupState;
import poyang.wire.schema.LookupsRequest;
import poyang.wire.schema.NotServed;
import poyang.wire.schema.ReviseView;
import poyang.wire.schema.SealedReport;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.UsePolicy;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewKey;
import poyang.wire.schema.ViewQuota;

/// Views and the metering of their look-ups: who may do what and when, that no order of calls exceeds a quota
/// or uses a look-up twice, and that what an asker reports shows nowhere.
final class ViewsTest {
    static final String VIEW = "b/register";
    private static final int HOUR_MILLIS = 3_600_000;

    private static ColumnPolicy column(String name, boolean key, boolean value) {
        return ColumnPolicy.newBuilder()
                .setName(name)
                .setType("VARCHAR")
                .setSensitivity(Sensitivity.PERSONAL)
                .setLookupKey(key)
                .setIdentifierKind(key ? IdentifierKind.ID : IdentifierKind.IDENTIFIER_KIND_UNSPECIFIED)
                .setLookupValue(value)
                .build();
    }

    static Dataset.Builder dataset() {
        return Dataset.newBuilder()
                .setId("b/people")
                .setOrganisation("b")
                .setTitle("人员")
                .setConnector("csv")
                .addColumns(column("id", true, false))
                .addColumns(column("status", false, true))
                .addColumns(column("office", false, true))
                .addColumns(column("income", false, false))
                .setRoundedRows(20_000);
    }

    static View.Builder view() {
        return View.newBuilder()
                .setId(VIEW)
                .setOrganisation("b")
                .setTitle("纳税登记状态")
                .setDataset("b/people")
                .setKeyColumn("id")
                .setIdentifierKind(IdentifierKind.ID)
                .addColumns("status")
                .addColumns("office")
                .setRecordsPerKey(2)
                .addAskers("a")
                .addAskers("c")
                .setQuota(quota(24, 10, 15, 4))
                .setPriceClass("standard")
                .setPurposeRequired(true);
    }

    static ViewQuota quota(int hours, long account, long organisation, int lookup) {
        return ViewQuota.newBuilder()
                .setPeriodHours(hours)
                .setKeywordsPerAccount(account)
                .setKeywordsPerOrganisation(organisation)
                .setKeywordsPerLookup(lookup)
                .build();
    }

    static CommitView.Builder commit(int version) {
        return CommitView.newBuilder()
                .setView(VIEW)
                .setVersion(version)
                .setFormHash(Collisions.hash("form " + version))
                .setRoundedRecords(20_000)
                .setKeywordsAtOnce(8)
                .setKeywordBytes(450_000)
                .setSandbox("bubblewrap");
    }

    static AskRequest.Builder ask(int version, int keywords) {
        return AskRequest.newBuilder()
                .setView(VIEW)
                .setVersion(version)
                .setKeywords(keywords)
                .setPurpose("核对登记");
    }

    static Chain published() {
        Chain chain = Chain.peopled();
        chain.call("b/owner", "Datasets", "Register", dataset().build());
        chain.call("b/owner", "Views", "Publish", view().build());
        return chain;
    }

    static Chain standing() {
        Chain chain = published();
        chain.call("b/executor", "Views", "Commit", commit(1).build());
        return chain;
    }

    static String asked(Chain chain, String account, int keywords) {
        try {
            return LookupKey.parseFrom(
                            chain.call(account, "Views", "Ask", ask(1, keywords).build()))
                    .getId();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Lookup lookup(Chain chain, String reader, String id) {
        try {
            return Lookup.parseFrom(chain.read(
                    reader,
                    "Views",
                    "GetLookup",
                    LookupKey.newBuilder().setId(id).build()));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static View view(Chain chain) {
        try {
            return View.parseFrom(chain.read(
                    "c/owner", "Views", "Get", ViewKey.newBuilder().setId(VIEW).build()));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    static LookupReceipt.Builder receipt(Chain chain, String id) {
        Lookup lookup = lookup(chain, "supervision/supervisor", id);
        return LookupReceipt.newBuilder()
                .setLookup(id)
                .setVersion(lookup.getVersion())
                .setFormHash(lookup.getFormHash())
                .setAccount(lookup.getAccount())
                .setKeywords(lookup.getKeywords())
                .setAskTransaction(lookup.getAskTransaction())
                .setFramesDigest(Collisions.hash("frames of " + id))
                .setSandbox("bubblewrap");
    }

    private static CloseLookup.Builder close(String id) {
        return MatchTalliesTest.closing(id).addReports(report("supervision/supervisor", 0));
    }

    static SealedReport report(String account, int longer) {
        int length = SealedBox.length(CryptoSuite.SM, Lookups.REPORT_BYTES) + longer;
        return SealedReport.newBuilder()
                .setAccount(account)
                .setSealed(ByteString.copyFrom(new byte[length]))
                .build();
    }

    static void refused(Chain chain, ErrorCode code, String sender, String method, Message request) {
        ContractRejection why =
                assertThrows(ContractRejection.class, () -> chain.call(sender, "Views", method, request), method);
        assertEquals(code, why.code(), why.getMessage());
    }

    @Test
    void aLookupIsCountedStatedOnceAndClosedOnce() {
        Chain chain = standing();
        String id = asked(chain, "a/analyst", 3);
        assertEquals(VIEW + "/1", id);
        assertEquals(LookupState.ASKED, lookup(chain, "b/executor", id).getState());
        assertEquals(1, view(chain).getLookups());
        assertEquals(3, view(chain).getKeywords());
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "a/analyst",
                "Close",
                close(id).build());
        chain.call("b/executor", "Views", "Serve", receipt(chain, id).build());
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "b/executor",
                "Serve",
                receipt(chain, id).build());
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "b/executor",
                "Refuse",
                NotServed.newBuilder().setLookup(id).build());
        refused(
                chain,
                NotarizationErrors.NOT_FOUND,
                "c/analyst",
                "Close",
                close(id).build());
        chain.call("a/analyst", "Views", "Close", close(id).build());
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "a/analyst",
                "Close",
                close(id).build());
        Lookup closed = lookup(chain, "b/owner", id);
        assertEquals(LookupState.CLOSED, closed.getState());
        assertEquals(Collisions.hash("frames of " + id), closed.getFramesDigest());
        for (ContractEvent event : chain.events) {
            if (event.topic().equals("lookups.changed")) {
                assertEquals(List.of("b", "a"), event.visibleTo());
            }
        }
    }

    @Test
    void whatAnExecutorSaysNeedsAnAnchoredLog() {
        Chain chain = standing();
        String id = asked(chain, "a/analyst", 1);
        LookupReceipt receipt = receipt(chain, id).build();
        chain.anchored = false;
        refused(chain, NotarizationErrors.AUDIT_NOT_ANCHORED, "b/executor", "Serve", receipt);
        refused(
                chain,
                NotarizationErrors.AUDIT_NOT_ANCHORED,
                "b/executor",
                "Commit",
                commit(2).build());
        chain.anchored = true;
        chain.call("b/executor", "Views", "Serve", receipt);
    }

    @Test
    void aReportHasOneLengthWhateverItSays() {
        Chain chain = standing();
        String id = asked(chain, "a/analyst", 1);
        chain.call("b/executor", "Views", "Serve", receipt(chain, id).build());
        CloseLookup.Builder none = MatchTalliesTest.closing(id);
        List<CloseLookup> wrong = new ArrayList<>(List.of(
                none.build(),
                none.clone().addReports(report("supervision/supervisor", 1)).build(),
                none.clone().addReports(report("supervision/supervisor", -1)).build(),
                none.clone().addReports(report("b/owner", 0)).build(),
                close(id).addReports(report("supervision/supervisor", 0)).build()));
        for (CloseLookup request : wrong) {
            refused(chain, NotarizationErrors.BAD_ARGUMENTS, "a/analyst", "Close", request);
        }
        chain.call(
                "a/analyst",
                "Views",
                "Close",
                close(id).addReports(report("a/supervisor", 0)).build());
    }

    @Test
    void whatAnExecutorStatesIsWhatTheChainKnows() {
        Chain chain = standing();
        String id = asked(chain, "a/analyst", 2);
        LookupReceipt right = receipt(chain, id).build();
        for (LookupReceipt wrong : List.of(
                right.toBuilder().setVersion(2).build(),
                right.toBuilder().setKeywords(1).build(),
                right.toBuilder().setAccount("c/analyst").build(),
                right.toBuilder().setFormHash(Collisions.hash("other")).build(),
                right.toBuilder().setAskTransaction(Collisions.hash("other")).build())) {
            refused(chain, NotarizationErrors.RECEIPT_DIFFERS, "b/executor", "Serve", wrong);
        }
        for (LookupReceipt wrong : List.of(
                right.toBuilder().setFramesDigest(ByteString.EMPTY).build(),
                right.toBuilder().setSandbox("a box").build())) {
            refused(chain, NotarizationErrors.BAD_ARGUMENTS, "b/executor", "Serve", wrong);
        }
        for (String other : List.of("", "b/register", "b/register/0", "b/register/2", "b/register/x", "x/1")) {
            refused(
                    chain,
                    NotarizationErrors.NOT_FOUND,
                    "b/executor",
                    "Serve",
                    right.toBuilder().setLookup(other).build());
        }
        refused(chain, NotarizationErrors.NOT_FOUND, "a/executor", "Serve", right);
        refused(chain, NotarizationErrors.NOT_ALLOWED, "b/owner", "Serve", right);
        chain.call("b/executor", "Views", "Serve", right);
    }

    @Test
    void onlyTheOwnerPublishesAndOnlyWhatThePolicyLets() {
        Chain chain = Chain.peopled();
        refused(chain, NotarizationErrors.NOT_FOUND, "b/owner", "Publish", view().build());
        chain.call("b/owner", "Datasets", "Register", dataset().build());
        for (String sender : List.of("b/analyst", "b/executor", "a/owner", "supervision/supervisor")) {
            refused(chain, NotarizationErrors.NOT_ALLOWED, sender, "Publish", view().build());
        }
        for (View.Builder wrong : List.of(
                view().setKeyColumn("income"),
                view().setIdentifierKind(IdentifierKind.PHONE),
                view().addColumns("income"),
                view().addColumns("nothing"))) {
            refused(chain, NotarizationErrors.POLICY_FORBIDS, "b/owner", "Publish", wrong.build());
        }
        for (View.Builder wrong : List.of(
                view().setId("a/register"),
                view().setDataset("a/people"),
                view().addColumns("office"),
                view().clearColumns(),
                view().addColumns("id"),
                view().setRecordsPerKey(0),
                view().setRecordsPerKey(17),
                view().setRecordBytes(65_536),
                view().clearAskers(),
                view().addAskers("b"),
                view().addAskers("a"),
                view().setPriceClass(""),
                view().setQuota(quota(0, 1, 1, 1)),
                view().setQuota(quota(745, 1, 1, 1)),
                view().setQuota(quota(1, 2, 1, 1)),
                view().setQuota(quota(1, 1, 1_000_001, 1)),
                view().setQuota(quota(1, 1, 1, 65)))) {
            refused(chain, NotarizationErrors.BAD_ARGUMENTS, "b/owner", "Publish", wrong.build());
        }
        chain.call(
                "b/owner",
                "Views",
                "Publish",
                view().setWithdrawn(true)
                        .setLookups(7)
                        .setKeywords(7)
                        .setRefreshes(7)
                        .build());
        assertFalse(view(chain).getWithdrawn());
        assertEquals(
                0,
                view(chain).getLookups()
                        + view(chain).getKeywords()
                        + view(chain).getRefreshes());
        refused(chain, NotarizationErrors.EXISTS, "b/owner", "Publish", view().build());
    }

    @Test
    void tablesFollowOneAnother() {
        Chain chain = published();
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "a/analyst",
                "Ask",
                ask(1, 1).build());
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "b/executor",
                "Commit",
                commit(2).build());
        for (String sender : List.of("a/executor", "b/owner", "b/analyst")) {
            refused(
                    chain,
                    NotarizationErrors.NOT_ALLOWED,
                    sender,
                    "Commit",
                    commit(1).build());
        }
        chain.call(
                "b/executor",
                "Views",
                "Commit",
                CommitView.newBuilder().setView(VIEW).setFailure("SOURCE_LOST").build());
        assertEquals("SOURCE_LOST", view(chain).getFailure());
        assertFalse(view(chain).hasTable());
        for (CommitView.Builder wrong : List.of(
                commit(1).setRoundedRecords(20_001),
                commit(1).setFormHash(ByteString.EMPTY),
                commit(1).setRefresh(1),
                commit(1).setKeywordsAtOnce(0),
                commit(1).setSandbox("a box"),
                commit(1).setFailure("NO_WISH"))) {
            refused(chain, NotarizationErrors.BAD_ARGUMENTS, "b/executor", "Commit", wrong.build());
        }
        chain.call("b/executor", "Views", "Commit", commit(1).build());
        assertEquals("", view(chain).getFailure());
        refused(
                chain,
                NotarizationErrors.NOT_FRESH,
                "b/executor",
                "Commit",
                commit(2).setFormHash(Collisions.hash("form 1")).build());
        chain.call(
                "b/owner", "Views", "Refresh", ViewKey.newBuilder().setId(VIEW).build());
        chain.call("b/executor", "Views", "Commit", commit(2).setRefresh(1).build());
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "a/analyst",
                "Ask",
                ask(1, 1).build());
        chain.call("a/analyst", "Views", "Ask", ask(2, 1).build());
        chain.call(
                "b/owner", "Views", "Withdraw", ViewKey.newBuilder().setId(VIEW).build());
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "a/analyst",
                "Ask",
                ask(2, 1).build());
        refused(
                chain,
                NotarizationErrors.WRONG_STATE,
                "b/executor",
                "Commit",
                commit(3).build());
    }

    @Test
    void whoMayAskFollowsViewAndDataSetAsTheyAreNow() {
        Chain chain = standing();
        for (String sender : List.of("b/analyst", "a/owner", "supervision/supervisor")) {
            refused(
                    chain,
                    NotarizationErrors.NOT_ALLOWED,
                    sender,
                    "Ask",
                    ask(1, 1).build());
        }
        for (AskRequest.Builder wrong : List.of(ask(1, 0), ask(1, 5), ask(1, 1).setPurpose(""))) {
            refused(chain, NotarizationErrors.BAD_ARGUMENTS, "a/analyst", "Ask", wrong.build());
        }
        chain.call(
                "b/owner",
                "Views",
                "Revise",
                ReviseView.newBuilder()
                        .setId(VIEW)
                        .addAskers("a")
                        .setQuota(quota(24, 10, 15, 4))
                        .setPriceClass("free")
                        .build());
        refused(
                chain,
                NotarizationErrors.NOT_ALLOWED,
                "c/analyst",
                "Ask",
                ask(1, 1).build());
        chain.call("a/analyst", "Views", "Ask", ask(1, 1).setPurpose("").build());
        SetPolicyRequest.Builder policy = SetPolicyRequest.newBuilder()
                .setId("b/people")
                .addAllColumns(dataset().getColumnsList())
                .setPolicy(UsePolicy.newBuilder().addCounterparties("c"));
        chain.call("b/owner", "Datasets", "SetPolicy", policy.build());
        refused(
                chain,
                NotarizationErrors.POLICY_FORBIDS,
                "a/analyst",
                "Ask",
                ask(1, 1).build());
        chain.call(
                "b/owner",
                "Datasets",
                "SetPolicy",
                policy.clearPolicy()
                        .setColumns(1, column("status", false, false))
                        .build());
        refused(
                chain,
                NotarizationErrors.POLICY_FORBIDS,
                "a/analyst",
                "Ask",
                ask(1, 1).build());
    }

    @Test
    void eachSeesOnlyItsOwnLookups() {
        Chain chain = standing();
        String ofA = asked(chain, "a/analyst", 1);
        String ofC = asked(chain, "c/analyst", 2);
        assertEquals(List.of(ofA), listed(chain, "a/analyst", ""));
        assertEquals(List.of(ofC), listed(chain, "c/analyst", VIEW));
        assertEquals(List.of(), listed(chain, "b/analyst", ""));
        for (String reader : List.of("b/owner", "b/executor", "supervision/supervisor")) {
            assertEquals(List.of(ofA, ofC), listed(chain, reader, ""), reader);
        }
        assertTrue(chain.mayRead("a/analyst", "Views", Lookups.stateKey(ofA)));
        assertFalse(chain.mayRead("a/analyst", "Views", Lookups.stateKey(ofC)));
        assertFalse(chain.mayRead("a/analyst", "Views", "uses/" + VIEW + "|c"));
        assertTrue(chain.mayRead("a/analyst", "Views", "view/" + VIEW));
        assertThrows(ContractRejection.class, () -> lookup(chain, "a/analyst", ofC));
    }

    private static List<String> listed(Chain chain, String reader, String view) {
        try {
            return LookupList.parseFrom(chain.read(
                            reader,
                            "Views",
                            "ListLookups",
                            LookupsRequest.newBuilder().setView(view).build()))
                    .getLookupsList()
                    .stream()
                    .map(Lookup::getId)
                    .toList();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    /// What was asked and not given back, by hour; the quotas hold over it in every order of calls.
    @Test
    void noOrderOfCallsExceedsAQuotaOrUsesALookupTwice() {
        Property.seeds(60).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            Chain chain = standing();
            Map<String, NavigableMap<Long, Long>> used = new TreeMap<>();
            List<Lookup> open = new ArrayList<>();
            for (int step = 0; step < 60; step++) {
                chain.millis += random.nextInt(3) * (long) HOUR_MILLIS;
                if (random.nextInt(4) > 0 || open.isEmpty()) {
                    String account = random.nextBoolean() ? "a/analyst" : "c/analyst";
                    int keywords = 1 + random.nextInt(4);
                    long hour = (chain.millis + 1000) / HOUR_MILLIS;
                    boolean room = within(used, account, hour) + keywords <= 10
                            && within(used, account.substring(0, 1), hour) + keywords <= 15;
                    try {
                        Lookup made = lookup(chain, account, asked(chain, account, keywords));
                        assertTrue(room, "a quota is exceeded");
                        open.add(made);
                        add(used, made, keywords);
                    } catch (ContractRejection e) {
                        assertEquals(NotarizationErrors.POLICY_FORBIDS, e.code());
                        assertFalse(room, "a look-up within the quotas is refused");
                    }
                } else {
                    Lookup ends = open.remove(random.nextInt(open.size()));
                    NotServed refuse =
                            NotServed.newBuilder().setLookup(ends.getId()).build();
                    if (random.nextBoolean()) {
                        chain.call("b/executor", "Views", "Refuse", refuse);
                        add(used, ends, -ends.getKeywords());
                    } else {
                        chain.call(
                                "b/executor",
                                "Views",
                                "Serve",
                                receipt(chain, ends.getId()).build());
                    }
                    refused(chain, NotarizationErrors.WRONG_STATE, "b/executor", "Refuse", refuse);
                }
            }
            long counted = used.get("a") == null ? 0 : sum(used, "a");
            long others = used.get("c") == null ? 0 : sum(used, "c");
            assertEquals(counted + others, view(chain).getKeywords());
        });
    }

    private static void add(Map<String, NavigableMap<Long, Long>> used, Lookup lookup, long keywords) {
        for (String user : List.of(lookup.getAccount(), lookup.getOrganisation())) {
            used.computeIfAbsent(user, _ -> new TreeMap<>())
                    .merge(lookup.getAskedMillis() / HOUR_MILLIS, keywords, Long::sum);
        }
    }

    private static long within(Map<String, NavigableMap<Long, Long>> used, String user, long hour) {
        return used.getOrDefault(user, new TreeMap<>()).tailMap(hour - 23).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    private static long sum(Map<String, NavigableMap<Long, Long>> used, String user) {
        return used.getOrDefault(user, new TreeMap<>()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}
