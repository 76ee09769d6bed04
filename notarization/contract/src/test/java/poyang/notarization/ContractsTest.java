package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.notarization.Collisions.abort;
import static poyang.notarization.Collisions.commit;
import static poyang.notarization.Collisions.consent;
import static poyang.notarization.Collisions.dataset;
import static poyang.notarization.Collisions.hash;
import static poyang.notarization.Collisions.job;
import static poyang.notarization.Collisions.key;
import static poyang.notarization.Collisions.plan;
import static poyang.notarization.Collisions.receipt;
import static poyang.notarization.Collisions.submit;
import static poyang.notarization.Collisions.submitted;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.AuditKey;
import poyang.wire.schema.ConsentState;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EvidenceKey;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobKey;
import poyang.wire.schema.JobList;
import poyang.wire.schema.JobState;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.ReceiptKey;
import poyang.wire.schema.Role;
import poyang.wire.schema.SealedCounts;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.SetRowsRequest;
import poyang.wire.schema.UsePolicy;

/// Who may do what, what a job goes through, what is refused, and that a refused call leaves no trace.
final class ContractsTest {

    private static void refused(ErrorCode code, Runnable call) {
        ContractRejection thrown = assertThrows(ContractRejection.class, call::run);
        assertEquals(code, thrown.code(), thrown.getMessage());
    }

    private static Chain ready(List<String> ids) {
        Chain chain = Collisions.chain();
        String id = submitted(chain);
        chain.call("a/owner", "Jobs", "Consent", consent(id, true));
        chain.call("b/owner", "Jobs", "Consent", consent(id, true));
        ids.add(id);
        return chain;
    }

    private static Chain running(List<String> ids) {
        Chain chain = ready(ids);
        for (String party : List.of("a", "b")) {
            chain.call(party + "/executor", "Jobs", "Commit", commit(job(chain, ids.getFirst()), party));
        }
        return chain;
    }

    /// Who may make each call when everything else about it is right: accounts that are not named are refused.
    @Test
    void onlyTheNamedAccountsMayMakeEachCall() {
        Set<String> all = Set.of("*");
        Map<String, Set<String>> allowed = new TreeMap<>();
        Map<String, Message> requests = new TreeMap<>();
        allowed.put("Organisations/Register", Set.of("*/supervisor"));
        requests.put(
                "Organisations/Register",
                Organisation.newBuilder().setId("d").setTitle("新部门").build());
        allowed.put("Accounts/Register", Set.of("a/administrator", "*/supervisor"));
        requests.put("Accounts/Register", Chain.account("a", "new", Role.ANALYST));
        allowed.put("Datasets/Register", Set.of("a/owner"));
        requests.put(
                "Datasets/Register", dataset("a").toBuilder().setId("a/other").build());
        allowed.put("Datasets/SetPolicy", Set.of("a/owner"));
        requests.put(
                "Datasets/SetPolicy",
                SetPolicyRequest.newBuilder()
                        .setId("a/people")
                        .addAllColumns(dataset("a").getColumnsList())
                        .build());
        allowed.put("Datasets/SetRows", Set.of("a/owner", "a/executor"));
        requests.put(
                "Datasets/SetRows",
                SetRowsRequest.newBuilder()
                        .setId("a/people")
                        .setRoundedRows(300)
                        .build());
        allowed.put("Jobs/Submit", Set.of("a/analyst", "b/analyst"));
        requests.put("Jobs/Submit", submit(plan()).build());
        allowed.put("Evidence/Record", all);
        requests.put(
                "Evidence/Record",
                EvidenceRecord.newBuilder()
                        .setDigest(hash("x"))
                        .setSubject("文件")
                        .build());
        allowed.put("Audit/Anchor", Set.of("*/executor", "*/console"));
        requests.put(
                "Audit/Anchor",
                AuditAnchor.newBuilder()
                        .setProcess("executor")
                        .setSequence(1)
                        .setHead(hash("x"))
                        .build());
        List<String> ids = new ArrayList<>();
        Chain waiting = Collisions.chain();
        ids.add(submitted(waiting));
        matrix(Collisions.chain(), allowed, requests);
        String job = ids.getFirst();
        matrix(
                waiting,
                Map.of("Jobs/Consent", Set.of("a/owner", "b/owner")),
                Map.of("Jobs/Consent", consent(job, true)));
        matrix(waiting, Map.of("Jobs/Cancel", Set.of("a/analyst")), Map.of("Jobs/Cancel", key(job)));
        ids.clear();
        Chain ready = ready(ids);
        Job now = job(ready, ids.getFirst());
        matrix(
                ready,
                Map.of("Jobs/Commit", Set.of("a/executor", "b/executor")),
                Map.of("Jobs/Commit", commit(now, "a")));
        matrix(ready, Map.of("Jobs/Abort", Set.of("a/executor", "b/executor")), Map.of("Jobs/Abort", abort(now)));
        ids.clear();
        Chain running = running(ids);
        Job runs = job(running, ids.getFirst());
        matrix(
                running,
                Map.of("Receipts/Submit", Set.of("a/executor")),
                Map.of("Receipts/Submit", receipt(runs, 0).build()));
        running.millis += 3_600_001;
        Set<String> parties = Set.of("a/*", "b/*");
        matrix(running, Map.of("Jobs/Expire", parties), Map.of("Jobs/Expire", key(runs.getId())));
        running.call("a/owner", "Jobs", "Expire", key(runs.getId()));
        matrix(running, Map.of("Jobs/Retry", Set.of("a/analyst")), Map.of("Jobs/Retry", key(runs.getId())));
    }

    private static void matrix(Chain chain, Map<String, Set<String>> allowed, Map<String, Message> requests) {
        Map<String, Bytes> before = new TreeMap<>(chain.state);
        allowed.forEach((method, accounts) -> {
            for (String organisation : List.of("a", "b", "c", "supervision")) {
                for (Role role : Role.values()) {
                    if (role == Role.ROLE_UNSPECIFIED || role == Role.UNRECOGNIZED) {
                        continue;
                    }
                    String name = Chain.name(role);
                    boolean may = accounts.contains("*")
                            || accounts.contains("*/" + name)
                            || accounts.contains(organisation + "/*")
                            || accounts.contains(organisation + "/" + name);
                    String[] parts = method.split("/", 2);
                    boolean did;
                    try {
                        chain.call(
                                organisation + "/" + name,
                                parts[0],
                                parts[1],
                                Objects.requireNonNull(requests.get(method)));
                        did = true;
                    } catch (ContractRejection e) {
                        did = false;
                        assertEquals(before, chain.state, "a refused call left a trace");
                    }
                    assertEquals(may, did, organisation + "/" + name + " calls " + method);
                    chain.state.clear();
                    chain.state.putAll(before);
                }
            }
        });
    }

    @Test
    void accountsKeepTheirKeysAndDepartmentsCannotMakeSupervisors() {
        Chain chain = Chain.peopled();
        AccountRecord made = Chain.account("a", "second-owner", Role.OWNER);
        chain.call("a/administrator", "Accounts", "Register", made);
        refused(NotarizationErrors.EXISTS, () -> chain.call("supervision/supervisor", "Accounts", "Register", made));
        for (Role high : List.of(Role.SUPERVISOR, Role.CONSOLE)) {
            refused(
                    NotarizationErrors.NOT_ALLOWED,
                    () -> chain.call("a/administrator", "Accounts", "Register", Chain.account("a", "x", high)));
        }
        AccountRecord right = Chain.account("a", "x", Role.OWNER);
        List<AccountRecord> bad = List.of(
                right.toBuilder().setId("b/x").build(),
                right.toBuilder().setId("a/X").build(),
                right.toBuilder().clearRoles().build(),
                right.toBuilder().addRoles(Role.OWNER).build(),
                right.toBuilder().addRolesValue(99).build(),
                right.toBuilder().setTitle("a\tb").build(),
                right.toBuilder()
                        .setPublicKey(ByteString.copyFrom(new byte[65]))
                        .build());
        for (AccountRecord wrong : bad) {
            refused(
                    NotarizationErrors.BAD_ARGUMENTS,
                    () -> chain.call("a/administrator", "Accounts", "Register", wrong));
        }
        refused(
                NotarizationErrors.NOT_FOUND,
                () -> chain.call(
                        "supervision/supervisor", "Accounts", "Register", Chain.account("nowhere", "x", Role.OWNER)));
    }

    @Test
    void dataSetsAreCheckedAndKeptOnce() {
        Chain chain = Collisions.chain();
        Dataset right = dataset("c");
        List<Dataset> bad = List.of(
                right.toBuilder().setRoundedRows(20_001).build(),
                right.toBuilder().clearColumns().build(),
                right.toBuilder().addColumns(right.getColumns(0)).build(),
                right.toBuilder()
                        .setColumns(0, right.getColumns(0).toBuilder().clearSensitivity())
                        .build(),
                right.toBuilder()
                        .setColumns(0, right.getColumns(0).toBuilder().clearIdentifierKind())
                        .build(),
                right.toBuilder().setId("c/a/b").build(),
                right.toBuilder().setConnector("C S V").build());
        for (Dataset wrong : bad) {
            refused(NotarizationErrors.BAD_ARGUMENTS, () -> chain.call("c/owner", "Datasets", "Register", wrong));
        }
        refused(NotarizationErrors.EXISTS, () -> chain.call("a/owner", "Datasets", "Register", dataset("a")));
        assertEquals("datasets.changed", chain.events.getLast().topic());
        assertEquals(List.of(), chain.events.getLast().visibleTo());
    }

    @Test
    void aJobRunsFromSubmissionToAgreeingReceipts() throws Exception {
        List<String> ids = new ArrayList<>();
        Chain chain = running(ids);
        Job running = job(chain, ids.getFirst());
        assertEquals(JobState.RUNNING, running.getState());
        chain.call("a/executor", "Receipts", "Submit", receipt(running, 0).build());
        assertEquals(JobState.RUNNING, job(chain, ids.getFirst()).getState());
        refused(
                NotarizationErrors.EXISTS,
                () -> chain.call(
                        "a/executor", "Receipts", "Submit", receipt(running, 0).build()));
        chain.call("b/executor", "Receipts", "Submit", receipt(running, 1).build());
        Job done = job(chain, ids.getFirst());
        assertEquals(JobState.COMPLETED, done.getState());
        assertEquals(
                List.of(JobState.AWAITING_CONSENT, JobState.READY, JobState.RUNNING, JobState.COMPLETED),
                done.getHistoryList().stream().map(s -> s.getState()).toList());
        assertEquals(List.of("a", "b"), chain.events.getLast().visibleTo());
        assertEquals(done, Job.parseFrom(chain.events.getLast().payload().toArray()));
        ReceiptKey receiptKey = ReceiptKey.newBuilder()
                .setJob(done.getId())
                .setAttempt(1)
                .setOrganisation("a")
                .build();
        for (String reader : List.of("a/analyst", "b/owner", "supervision/supervisor", "c/console")) {
            assertTrue(chain.read(reader, "Receipts", "Get", receiptKey).length > 0);
            assertTrue(chain.mayRead(reader, "Jobs", "job/" + done.getId()));
            assertEquals(
                    1,
                    JobList.parseFrom(chain.read(reader, "Jobs", "List", Empty.getDefaultInstance()))
                            .getJobsCount());
        }
        for (String stranger : List.of("c/owner", "c/analyst", "c/executor")) {
            refused(NotarizationErrors.NOT_FOUND, () -> chain.read(stranger, "Receipts", "Get", receiptKey));
            refused(NotarizationErrors.NOT_FOUND, () -> chain.read(stranger, "Jobs", "Get", key(done.getId())));
            refused(NotarizationErrors.NOT_FOUND, () -> chain.read(stranger, "Jobs", "Get", key("nothing")));
            assertFalse(chain.mayRead(stranger, "Jobs", "job/" + done.getId()));
            assertFalse(chain.mayRead(stranger, "Jobs", "seed/00"));
            assertFalse(chain.mayRead(stranger, "Receipts", "receipt/" + done.getId() + "/00000001/a"));
            assertEquals(
                    0,
                    JobList.parseFrom(chain.read(stranger, "Jobs", "List", Empty.getDefaultInstance()))
                            .getJobsCount());
        }
    }

    @Test
    void receiptsThatContradictEachOtherOrTheChainAreSeen() {
        List<String> ids = new ArrayList<>();
        Chain chain = running(ids);
        Job running = job(chain, ids.getFirst());
        var right = receipt(running, 0);
        for (var wrong : List.of(
                right.clone().setPlanHash(hash("x")),
                right.clone().setInputRoot(hash("x")),
                right.clone().setPeerInputRoot(hash("x")),
                right.clone().setSeedCommitment(hash("x")),
                right.clone().setProtocolId(2),
                right.clone().setSandbox("none (unsafe)"),
                right.clone().setOrganisation("b"))) {
            refused(
                    NotarizationErrors.RECEIPT_DIFFERS,
                    () -> chain.call("a/executor", "Receipts", "Submit", wrong.build()));
        }
        for (var wrong : List.of(
                right.clone().clearOutputCommitment(),
                right.clone().setRoundedBytes(1_234),
                right.clone().setTranscriptDigest(ByteString.EMPTY),
                right.clone().addSealedCounts(SealedCounts.newBuilder().setAccount("b/owner")),
                right.clone().addSealedCounts(SealedCounts.newBuilder().setAccount("a/nobody")))) {
            refused(
                    NotarizationErrors.BAD_ARGUMENTS,
                    () -> chain.call("a/executor", "Receipts", "Submit", wrong.build()));
        }
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        "b/executor",
                        "Receipts",
                        "Submit",
                        receipt(running, 1).setOutputCommitment(hash("o")).build()));
        chain.call("a/executor", "Receipts", "Submit", right.build());
        chain.call(
                "b/executor",
                "Receipts",
                "Submit",
                receipt(running, 1).setTranscriptDigest(hash("another")).build());
        assertEquals(JobState.RECEIPTS_DISAGREE, job(chain, ids.getFirst()).getState());
    }

    @Test
    void policiesBoundColumnsSizesPartnersAndRuns() {
        Chain chain = Collisions.chain();
        refused(
                NotarizationErrors.POLICY_FORBIDS,
                () -> chain.call(
                        "a/analyst",
                        "Jobs",
                        "Submit",
                        submit(plan().setRightColumn("income")).build()));
        refused(
                NotarizationErrors.NOT_FOUND,
                () -> chain.call(
                        "a/analyst",
                        "Jobs",
                        "Submit",
                        submit(plan().setRightColumn("x")).build()));
        refused(
                NotarizationErrors.NOT_FOUND,
                () -> chain.call(
                        "a/analyst",
                        "Jobs",
                        "Submit",
                        submit(plan().setLeftDataset("a/x")).build()));
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        "a/analyst",
                        "Jobs",
                        "Submit",
                        submit(plan()).setReceiver("c/analyst").build()));
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        "a/analyst",
                        "Jobs",
                        "Submit",
                        submit(plan()).setReceiver("a/owner").build()));
        for (UsePolicy.Builder policy : List.of(
                UsePolicy.newBuilder().addCounterparties("c"),
                UsePolicy.newBuilder().setMinimumRows(20_001),
                UsePolicy.newBuilder().setMaximumPeerRows(19_999))) {
            chain.call(
                    "b/owner",
                    "Datasets",
                    "SetPolicy",
                    SetPolicyRequest.newBuilder()
                            .setId("b/people")
                            .addAllColumns(dataset("b").getColumnsList())
                            .setPolicy(policy)
                            .build());
            refused(
                    NotarizationErrors.POLICY_FORBIDS,
                    () -> chain.call(
                            "a/analyst", "Jobs", "Submit", submit(plan()).build()));
        }
        List<String> ids = new ArrayList<>();
        Chain bounded = ready(ids);
        String id = ids.getFirst();
        for (int run = 1; run < 3; run++) {
            bounded.call("a/executor", "Jobs", "Abort", abort(job(bounded, id)));
            bounded.call("a/analyst", "Jobs", "Retry", key(id));
            assertEquals(JobState.READY, job(bounded, id).getState());
        }
        bounded.call("a/executor", "Jobs", "Abort", abort(job(bounded, id)));
        refused(NotarizationErrors.POLICY_FORBIDS, () -> bounded.call("a/analyst", "Jobs", "Retry", key(id)));
        refused(NotarizationErrors.POLICY_FORBIDS, () -> submitted(bounded));
    }

    @Test
    void rowsReallyReadBeyondAPolicyEndTheAttempt() {
        List<String> ids = new ArrayList<>();
        Chain chain = ready(ids);
        Job ready = job(chain, ids.getFirst());
        chain.call(
                "a/executor",
                "Jobs",
                "Commit",
                commit(ready, "a").toBuilder().setRoundedRows(60_000).build());
        Job failed = job(chain, ids.getFirst());
        assertEquals(JobState.FAILED, failed.getState());
        assertEquals("POLICY", failed.getFailure().getCode());
    }

    @Test
    void aRetryNeedsFreshCommitmentsAndAChangedPolicyNeedsFreshConsent() {
        List<String> ids = new ArrayList<>();
        Chain chain = running(ids);
        String id = ids.getFirst();
        Job first = job(chain, id);
        chain.call("b/executor", "Jobs", "Abort", abort(first));
        refused(NotarizationErrors.WRONG_STATE, () -> chain.call("b/executor", "Jobs", "Abort", abort(first)));
        chain.call("a/analyst", "Jobs", "Retry", key(id));
        Job second = job(chain, id);
        assertEquals(2, second.getAttempt());
        assertFalse(second.getParties(0).hasCommitment());
        var stale = commit(first, "a").toBuilder().setAttempt(2).build();
        refused(NotarizationErrors.NOT_FRESH, () -> chain.call("a/executor", "Jobs", "Commit", stale));
        refused(NotarizationErrors.WRONG_STATE, () -> chain.call("a/executor", "Jobs", "Commit", commit(first, "a")));
        chain.call("a/executor", "Jobs", "Abort", abort(second));
        chain.call(
                "b/owner",
                "Datasets",
                "SetPolicy",
                SetPolicyRequest.newBuilder()
                        .setId("b/people")
                        .addAllColumns(dataset("b").getColumnsList())
                        .build());
        chain.call("a/analyst", "Jobs", "Retry", key(id));
        Job third = job(chain, id);
        assertEquals(JobState.AWAITING_CONSENT, third.getState());
        assertEquals(ConsentState.GIVEN, third.getParties(0).getConsent());
        assertEquals(ConsentState.PENDING, third.getParties(1).getConsent());
        chain.call("b/owner", "Jobs", "Consent", consent(id, false));
        assertEquals(JobState.REFUSED, job(chain, id).getState());
        refused(NotarizationErrors.WRONG_STATE, () -> chain.call("a/analyst", "Jobs", "Retry", key(id)));
    }

    @Test
    void timeRunsOutIntoNamedStates() {
        List<String> ids = new ArrayList<>();
        Chain waiting = Collisions.chain();
        String unanswered = submitted(waiting);
        refused(NotarizationErrors.WRONG_STATE, () -> waiting.call("a/owner", "Jobs", "Expire", key(unanswered)));
        waiting.millis += 3_600_001;
        refused(
                NotarizationErrors.DEADLINE_PASSED,
                () -> waiting.call("a/owner", "Jobs", "Consent", consent(unanswered, true)));
        waiting.call("a/owner", "Jobs", "Expire", key(unanswered));
        assertEquals(JobState.EXPIRED, job(waiting, unanswered).getState());
        Chain running = running(ids);
        Job runs = job(running, ids.getFirst());
        running.millis += 3_600_001;
        refused(
                NotarizationErrors.DEADLINE_PASSED,
                () -> running.call(
                        "a/executor", "Receipts", "Submit", receipt(runs, 0).build()));
        running.call("b/executor", "Jobs", "Expire", key(runs.getId()));
        assertEquals(JobState.RECEIPT_MISSING, job(running, runs.getId()).getState());
    }

    @Test
    void whoSubmitsDoesNotConsent() {
        Chain chain = Collisions.chain();
        chain.call(
                "supervision/supervisor", "Accounts", "Register", Chain.account("a", "both", Role.OWNER, Role.ANALYST));
        byte[] answer = chain.call("a/both", "Jobs", "Submit", submit(plan()).build());
        String id = Rules.parse(JobKey.parser(), answer).getId();
        refused(NotarizationErrors.NOT_ALLOWED, () -> chain.call("a/both", "Jobs", "Consent", consent(id, true)));
        chain.call("a/owner", "Jobs", "Consent", consent(id, true));
        refused(NotarizationErrors.WRONG_STATE, () -> chain.call("a/owner", "Jobs", "Consent", consent(id, true)));
    }

    @Test
    void evidenceAndAnchorsAreForTheirOrganisation() {
        Chain chain = Chain.peopled();
        EvidenceRecord made = EvidenceRecord.newBuilder()
                .setDigest(hash("doc"))
                .setSubject("合同")
                .setAccount("b/owner")
                .build();
        EvidenceKey id = Rules.parse(EvidenceKey.parser(), chain.call("a/analyst", "Evidence", "Record", made));
        EvidenceRecord kept = Rules.parse(EvidenceRecord.parser(), chain.read("a/owner", "Evidence", "Get", id));
        assertEquals("a/analyst", kept.getAccount(), "the contract says who recorded");
        refused(NotarizationErrors.NOT_FOUND, () -> chain.read("b/owner", "Evidence", "Get", id));
        AuditAnchor anchor = AuditAnchor.newBuilder()
                .setProcess("executor")
                .setSequence(7)
                .setHead(hash("h"))
                .build();
        chain.call("a/executor", "Audit", "Anchor", anchor);
        AuditKey log = AuditKey.newBuilder()
                .setAccount("a/executor")
                .setProcess("executor")
                .build();
        assertTrue(chain.read("a/owner", "Audit", "List", log).length > 0);
        refused(NotarizationErrors.NOT_FOUND, () -> chain.read("b/owner", "Audit", "List", log));
    }
}
