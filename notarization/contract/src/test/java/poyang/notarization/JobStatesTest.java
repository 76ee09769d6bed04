package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.abort;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.hash;
import static poyang.notarization.Collisions.job;
import static poyang.notarization.Collisions.key;
import static poyang.notarization.Collisions.receipt;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.wire.schema.AbortRequest;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.ConsentRequest;
import poyang.wire.schema.ConsentState;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobList;
import poyang.wire.schema.JobPage;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.JobState;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.UsePolicy;

/// Every call in every situation of a job: what it leads to, or how it is refused.
final class JobStatesTest {
    private static final long LATE_MILLIS = 3_600_001;

    /// `-` is WRONG_STATE, `late` DEADLINE_PASSED, `twice` EXISTS; everything else is the state after the call.
    private static final String TABLE = """
            situation        consent-a consent-b deny-b  commit-a commit-b abort-a receipt-a receipt-b other-b  retry    cancel    expire
            waiting          AWAITING  AWAITING  REFUSED -        -        -       -         -         -        -        CANCELLED -
            waiting-b        -         READY     REFUSED -        -        -       -         -         -        -        CANCELLED -
            waiting-late     late      late      late    -        -        -       -         -         -        -        late      EXPIRED
            ready            -         -         -       READY    READY    FAILED  -         -         -        -        CANCELLED -
            ready-b          -         -         -       -        RUNNING  FAILED  -         -         -        -        CANCELLED -
            ready-late       -         -         -       late     late     late    -         -         -        -        late      EXPIRED
            running          -         -         -       -        -        FAILED  RUNNING   RUNNING   RUNNING  -        CANCELLED -
            running-b        -         -         -       -        -        FAILED  twice     COMPLETED DISAGREE -        CANCELLED -
            running-late     -         -         -       -        -        late    late      late      late     -        late      MISSING
            completed        -         -         -       -        -        -       -         -         -        -        -         -
            refused          -         -         -       -        -        -       -         -         -        -        -         -
            cancelled        -         -         -       -        -        -       -         -         -        -        -         -
            failed           -         -         -       -        -        -       -         -         -        READY    -         -
            expired-waiting  -         -         -       -        -        -       -         -         -        AWAITING -         -
            expired-ready    -         -         -       -        -        -       -         -         -        READY    -         -
            missing          -         -         -       -        -        -       -         -         -        READY    -         -
            disagree         -         -         -       -        -        -       -         -         -        READY    -         -
            """;

    private static final Map<String, List<String>> WAYS = Map.ofEntries(
            Map.entry("waiting", List.of()),
            Map.entry("waiting-b", List.of("consent-a")),
            Map.entry("waiting-late", List.of("wait")),
            Map.entry("ready", List.of("consent-a", "consent-b")),
            Map.entry("ready-b", List.of("consent-a", "consent-b", "commit-a")),
            Map.entry("ready-late", List.of("consent-a", "consent-b", "wait")),
            Map.entry("running", List.of("consent-a", "consent-b", "commit-a", "commit-b")),
            Map.entry("running-b", List.of("consent-a", "consent-b", "commit-a", "commit-b", "receipt-a")),
            Map.entry("running-late", List.of("consent-a", "consent-b", "commit-a", "commit-b", "wait")),
            Map.entry("completed", List.of("consent-a", "consent-b", "commit-b", "commit-a", "receipt-a", "receipt-b")),
            Map.entry("refused", List.of("consent-a", "deny-b")),
            Map.entry("cancelled", List.of("cancel")),
            Map.entry("failed", List.of("consent-a", "consent-b", "abort-a")),
            Map.entry("expired-waiting", List.of("wait", "expire")),
            Map.entry("expired-ready", List.of("consent-a", "consent-b", "wait", "expire")),
            Map.entry("missing", List.of("consent-a", "consent-b", "commit-a", "commit-b", "wait", "expire")),
            Map.entry("disagree", List.of("consent-a", "consent-b", "commit-a", "commit-b", "receipt-a", "other-b")));

    private static final Map<String, JobState> SHORT = Map.of(
            "AWAITING", JobState.AWAITING_CONSENT,
            "MISSING", JobState.RECEIPT_MISSING,
            "DISAGREE", JobState.RECEIPTS_DISAGREE);

    /// A chain with two data sets and one job.
    private record Scene(Chain chain, String id) {
        static Scene of(String situation) {
            Chain chain = Collisions.chain();
            Scene scene = new Scene(chain, Collisions.submitted(chain));
            Objects.requireNonNull(WAYS.get(situation)).forEach(scene::make);
            return scene;
        }

        Job now() {
            return job(chain, id);
        }

        void make(String call) {
            Job now = now();
            switch (call) {
                case "consent-a" -> call("a/owner", "Consent", consent(id, true));
                case "consent-b" -> call("b/owner", "Consent", consent(id, true));
                case "deny-b" -> call("b/owner", "Consent", consent(id, false));
                case "commit-a" -> call("a/executor", "Commit", commit(now, "a"));
                case "commit-b" -> call("b/executor", "Commit", commit(now, "b"));
                case "abort-a" -> call("a/executor", "Abort", abort(now));
                case "retry" -> call("a/analyst", "Retry", key(id));
                case "cancel" -> call("a/analyst", "Cancel", key(id));
                case "expire" -> call("b/executor", "Expire", key(id));
                case "wait" -> chain.millis += LATE_MILLIS;
                case "receipt-a" -> submit("a", receipt(now, 0));
                case "receipt-b" -> submit("b", receipt(now, 1));
                case "other-b" -> submit("b", receipt(now, 1).setTranscriptDigest(hash("another")));
                default -> throw new AssertionError(call);
            }
        }

        private void call(String sender, String method, Message request) {
            var _ = chain.call(sender, "Jobs", method, request);
        }

        private void lose(String code) {
            call(
                    "a/executor",
                    "Abort",
                    Collisions.abort(now()).toBuilder().setCode(code).build());
        }

        private void submit(String party, JobReceipt.Builder receipt) {
            var _ = chain.call(party + "/executor", "Receipts", "Submit", receipt.build());
        }
    }

    @Test
    void everyCallInEverySituationDoesWhatTheTableSays() throws Exception {
        List<List<String>> rows =
                TABLE.lines().map(line -> List.of(line.split(" +", -1))).toList();
        List<String> calls = rows.getFirst();
        TreeSet<String> seen = new TreeSet<>();
        for (List<String> row : rows.subList(1, rows.size())) {
            seen.add(row.getFirst());
            for (int i = 1; i < calls.size(); i++) {
                cell(row.getFirst(), calls.get(i), row.get(i));
            }
        }
        assertEquals(new TreeSet<>(WAYS.keySet()), seen);
    }

    private static void cell(String situation, String call, String expected) throws Exception {
        Scene scene = Scene.of(situation);
        Job before = scene.now();
        Map<String, Bytes> state = new TreeMap<>(scene.chain.state);
        List<ContractEvent> heard = new ArrayList<>(scene.chain.events);
        String what = call + " when " + situation;
        String did;
        try {
            scene.make(call);
            JobState after = scene.now().getState();
            did = SHORT.entrySet().stream()
                    .filter(e -> e.getValue() == after)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse(after.name());
        } catch (ContractRejection e) {
            did = switch (e.code().name()) {
                case "WRONG_STATE" -> "-";
                case "DEADLINE_PASSED" -> "late";
                case "EXISTS" -> "twice";
                default -> e.getMessage();
            };
            assertEquals(state, scene.chain.state, what);
            assertEquals(heard, scene.chain.events, what);
        }
        assertEquals(expected, did, what);
        if (!state.equals(scene.chain.state)) {
            Job after = scene.now();
            ContractEvent event = scene.chain.events.getLast();
            assertEquals("jobs.changed", event.topic(), what);
            assertEquals(List.of("a", "b"), event.visibleTo(), what);
            assertEquals(after, Job.parseFrom(event.payload().toArray()), what);
            boolean moved = before.getState() != after.getState() || before.getAttempt() != after.getAttempt();
            assertEquals(before.getHistoryCount() + (moved ? 1 : 0), after.getHistoryCount(), what);
        }
    }

    /// A new attempt starts with nothing of the one before, and with time of its own.
    @Test
    void aRetryStartsAfresh() {
        for (String situation : List.of("failed", "missing", "disagree", "expired-ready")) {
            Scene scene = Scene.of(situation);
            Job before = scene.now();
            scene.make("retry");
            Job after = scene.now();
            assertEquals(before.getAttempt() + 1, after.getAttempt());
            assertTrue(after.getDeadlineMillis() > before.getDeadlineMillis());
            assertTrue(!after.hasFailure());
            for (JobParty party : after.getPartiesList()) {
                assertTrue(
                        !party.hasCommitment() && party.getReceiptTransaction().isEmpty());
                assertEquals(ConsentState.GIVEN, party.getConsent());
            }
            for (String call : List.of("commit-a", "commit-b", "receipt-b", "receipt-a")) {
                scene.make(call);
            }
            assertEquals(JobState.COMPLETED, scene.now().getState());
        }
    }

    /// A job that may go on by itself, running.
    private static Scene goingOn(int furtherAttempts) {
        Chain chain = Collisions.chain();
        String id = Collisions.id(chain.call(
                "a/analyst",
                "Jobs",
                "Submit",
                Collisions.submit(Collisions.plan())
                        .setFurtherAttempts(furtherAttempts)
                        .build()));
        Scene scene = new Scene(chain, id);
        List.of("consent-a", "consent-b", "commit-a", "commit-b").forEach(scene::make);
        return scene;
    }

    /// Whoever loses an executor need not be there to start the next attempt.
    @Test
    void aLostAttemptIsFollowedByTheNextOneWhileTheJobHasOnes() {
        for (String code : List.of("PEER_LOST", "EXECUTOR_LOST", "CHILD_LOST")) {
            Scene scene = goingOn(1);
            Job before = scene.now();
            scene.lose(code);
            Job after = scene.now();
            assertEquals(JobState.READY, after.getState());
            assertEquals(2, after.getAttempt());
            assertEquals(0, after.getFurtherAttempts());
            assertEquals(before.getHistoryCount() + 2, after.getHistoryCount());
            assertEquals(code, after.getHistory(before.getHistoryCount()).getNote());
            assertTrue(!after.hasFailure() && !after.getParties(0).hasCommitment());
            scene.make("commit-a");
            scene.make("commit-b");
            scene.lose(code);
            assertEquals(JobState.FAILED, scene.now().getState());
        }
    }

    /// A breach names the other party, is no loss that goes on by itself, and nobody is accused of anything else.
    @Test
    void whoBrokeTheProtocolIsNamedInTheFailure() {
        Scene scene = goingOn(5);
        AbortRequest breach = Collisions.abort(scene.now()).toBuilder()
                .setCode("PEER_MISBEHAVED")
                .setAccused("b")
                .build();
        for (AbortRequest wrong : List.of(
                breach.toBuilder().setAccused("a").build(),
                breach.toBuilder().setAccused("c").build(),
                breach.toBuilder().setCode("PEER_LOST").build())) {
            ContractRejection refused =
                    assertThrows(ContractRejection.class, () -> scene.chain.call("a/executor", "Jobs", "Abort", wrong));
            assertEquals(NotarizationErrors.BAD_ARGUMENTS, refused.code());
        }
        scene.chain.call("a/executor", "Jobs", "Abort", breach);
        Job failed = scene.now();
        assertEquals(JobState.FAILED, failed.getState());
        assertEquals("a", failed.getFailure().getOrganisation());
        assertEquals("b", failed.getFailure().getAccused());
        assertEquals("PEER_MISBEHAVED", failed.getFailure().getCode());
        assertEquals(5, failed.getFurtherAttempts());
    }

    @Test
    void otherFailuresChangedRulesAndSpentRunsWaitForTheSubmitter() {
        Scene source = goingOn(5);
        source.make("abort-a");
        assertEquals(JobState.FAILED, source.now().getState());
        assertEquals(5, source.now().getFurtherAttempts());

        Scene changed = goingOn(5);
        unbounded(changed.chain, "b");
        changed.lose("EXECUTOR_LOST");
        assertEquals(JobState.FAILED, changed.now().getState());
        changed.make("retry");
        assertEquals(JobState.AWAITING_CONSENT, changed.now().getState());

        Scene spent = goingOn(5);
        for (int run = 1; run <= 3; run++) {
            spent.lose("PEER_LOST");
        }
        assertEquals(3, spent.now().getAttempt(), "the policies allow three runs of the pair");
        assertEquals(JobState.FAILED, spent.now().getState());
        refused("BAD_ARGUMENTS", () -> goingOn(6));
        refused("BAD_ARGUMENTS", () -> goingOn(-1));
    }

    /// Part by part, every reader gets what it may see, once and in order.
    @Test
    void aListComesInParts() throws Exception {
        Chain chain = Collisions.chain();
        TreeSet<String> all = new TreeSet<>();
        for (int i = 0; i < 230; i++) {
            all.add(Collisions.submitted(chain));
        }
        String ended = all.first();
        chain.call("a/analyst", "Jobs", "Cancel", key(ended));
        for (int limit : List.of(0, 1, 7, 100)) {
            assertEquals(
                    List.copyOf(all),
                    listed(chain, "a/owner", JobPage.newBuilder().setLimit(limit)));
            assertEquals(
                    List.copyOf(all.tailSet(ended, false)),
                    listed(
                            chain,
                            "b/owner",
                            JobPage.newBuilder().setLimit(limit).setOpen(true)));
            assertEquals(
                    List.of(), listed(chain, "c/owner", JobPage.newBuilder().setLimit(limit)));
        }
        refused(
                "BAD_ARGUMENTS",
                () -> chain.read(
                        "a/owner",
                        "Jobs",
                        "List",
                        JobPage.newBuilder().setLimit(101).build()));
    }

    private static List<String> listed(Chain chain, String reader, JobPage.Builder page) throws Exception {
        List<String> ids = new ArrayList<>();
        JobList part;
        do {
            part = JobList.parseFrom(chain.read(reader, "Jobs", "List", page.build()));
            assertTrue(part.getJobsCount() <= (page.getLimit() == 0 ? 100 : page.getLimit()));
            part.getJobsList().forEach(job -> ids.add(job.getId()));
            page.setAfter(part.getNext());
        } while (!part.getNext().isEmpty());
        return ids;
    }

    /// No salt makes the root over no rows fresh, so only the seed must be.
    @Test
    void anEmptyInputCanBeCommittedToAgain() {
        Scene scene = Scene.of("ready");
        for (int attempt = 1; attempt <= 2; attempt++) {
            Job now = scene.now();
            for (String party : List.of("a", "b")) {
                CommitRequest empty = commit(now, party).toBuilder()
                        .setInputRoot(ChainBytes.of(Sm3.hash()))
                        .build();
                scene.call(party + "/executor", "Commit", empty);
            }
            assertEquals(JobState.RUNNING, scene.now().getState());
            scene.make("abort-a");
            scene.make("retry");
        }
        Job now = scene.now();
        CommitRequest stale = commit(now, "a").toBuilder()
                .setInputRoot(ChainBytes.of(Sm3.hash()))
                .setSeedCommitment(hash("seed" + now.getId() + 1 + "a"))
                .build();
        refused("NOT_FRESH", () -> scene.call("a/executor", "Commit", stale));
    }

    /// The bound on the history refuses a new attempt and never stops one half-way.
    @Test
    void aJobIsRetriedUntilItsHistoryIsNearlyFullAndEachAttemptEnds() {
        Chain chain = Collisions.chain();
        unbounded(chain, "a");
        unbounded(chain, "b");
        Scene scene = new Scene(chain, Collisions.submitted(chain));
        scene.make("consent-a");
        scene.make("consent-b");
        int attempts = 1;
        while (true) {
            scene.make("commit-a");
            scene.make("commit-b");
            scene.make("abort-a");
            assertEquals(JobState.FAILED, scene.now().getState());
            try {
                scene.make("retry");
            } catch (ContractRejection e) {
                assertEquals(NotarizationErrors.WRONG_STATE, e.code());
                break;
            }
            attempts++;
        }
        assertTrue(attempts > 60, attempts + " attempts");
        assertTrue(scene.now().getHistoryCount() <= 200);
    }

    private static void unbounded(Chain chain, String party) {
        setPolicy(chain, party, UsePolicy.getDefaultInstance(), true);
    }

    private static void setPolicy(Chain chain, String party, UsePolicy policy, boolean collisionKey) {
        var dataset = Collisions.dataset(party);
        SetPolicyRequest request = SetPolicyRequest.newBuilder()
                .setId(dataset.getId())
                .addColumns(dataset.getColumns(0).toBuilder().setCollisionKey(collisionKey))
                .setPolicy(policy)
                .build();
        var _ = chain.call(party + "/owner", "Datasets", "SetPolicy", request);
    }

    /// Consent and policy of one block: the consent counts as the older one.
    @Test
    void aPolicyChangedInTheBlockOfTheConsentNeedsFreshConsent() {
        Scene scene = Scene.of("waiting-b");
        scene.make("consent-b");
        scene.chain.height--;
        unbounded(scene.chain, "b");
        scene.make("abort-a");
        scene.make("retry");
        Job after = scene.now();
        assertEquals(JobState.AWAITING_CONSENT, after.getState());
        assertEquals(ConsentState.GIVEN, after.getParties(0).getConsent());
        assertEquals(ConsentState.PENDING, after.getParties(1).getConsent());
    }

    /// What an owner forbids between consent and commitment is forbidden.
    @Test
    void aPolicyTightenedBeforeCommitEndsTheAttempt() {
        List<UsePolicy> tighter = List.of(
                UsePolicy.newBuilder().setMinimumRows(30_000).build(),
                UsePolicy.newBuilder().setMaximumPeerRows(10_000).build(),
                UsePolicy.newBuilder().addCounterparties("c").build());
        for (UsePolicy policy : tighter) {
            Scene scene = Scene.of("ready-b");
            setPolicy(scene.chain, "b", policy, true);
            scene.make("commit-b");
            assertEquals(JobState.FAILED, scene.now().getState());
            assertEquals("POLICY", scene.now().getFailure().getCode());
        }
        Scene revoked = Scene.of("ready");
        setPolicy(revoked.chain, "b", UsePolicy.getDefaultInstance(), false);
        revoked.make("commit-a");
        assertEquals("POLICY", revoked.now().getFailure().getCode());
        refused("POLICY_FORBIDS", () -> revoked.make("retry"));
    }

    @Test
    void onlyListedCodesAndPlainWordsEndAnAttempt() {
        Scene scene = Scene.of("ready");
        var right = abort(scene.now()).toBuilder();
        for (String code : List.of("", "OK", "SOMETHING_ELSE", "source_lost", "SOURCE_LOST ")) {
            refused(
                    "BAD_ARGUMENTS",
                    () -> scene.call(
                            "a/executor", "Abort", right.clone().setCode(code).build()));
        }
        for (String detail : List.of("x".repeat(501), "a\tb", "a\u202eb", "a\u0000")) {
            refused(
                    "BAD_ARGUMENTS",
                    () -> scene.call(
                            "a/executor",
                            "Abort",
                            right.clone().setDetail(detail).build()));
        }
        ConsentRequest given = ConsentRequest.newBuilder()
                .setJob(scene.id)
                .setReason("x".repeat(501))
                .build();
        Scene waiting = Scene.of("waiting");
        refused("BAD_ARGUMENTS", () -> waiting.call("a/owner", "Consent", given));
    }

    private static void refused(String code, Runnable call) {
        ContractRejection thrown = assertThrows(ContractRejection.class, call::run);
        assertEquals(code, thrown.code().name(), thrown.getMessage());
    }
}
