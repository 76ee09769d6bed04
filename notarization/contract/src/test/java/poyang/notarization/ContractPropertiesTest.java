package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
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

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.Account;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.Certificates;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.simulation.Property;
import poyang.wire.schema.AuditAnchor;
import poyang.wire.schema.CommitRequest;
import poyang.wire.schema.ConsentState;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobParty;
import poyang.wire.schema.JobState;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.Role;
import poyang.wire.schema.SealedCounts;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.SetRowsRequest;
import poyang.wire.schema.UsePolicy;

/// Hostile arguments, and calls in any order: nothing but rejections, no trace of what was rejected, the
/// same state from the same calls, and what must hold, holds.
final class ContractPropertiesTest {
    private static final Map<String, List<String>> READS = Map.of(
            "Organisations", List.of("Get", "List"),
            "Accounts", List.of("Get", "List"),
            "Datasets", List.of("Get", "List"),
            "Jobs", List.of("Get", "List"),
            "Receipts", List.of("Get"),
            "Evidence", List.of("Get", "List"),
            "Audit", List.of("List"));

    /// A call that succeeds where it is made.
    private record Right(Chain chain, String sender, String contract, String method, Message request) {}

    private static List<Right> rightCalls() {
        List<Right> calls = new ArrayList<>();
        Chain plain = Collisions.chain();
        calls.add(new Right(plain, "c/supervisor", "Organisations", "Register", organisation()));
        calls.add(new Right(
                plain, "a/administrator", "Accounts", "Register", Chain.account("a", "new", Role.OWNER, Role.ANALYST)));
        calls.add(new Right(plain, "c/owner", "Datasets", "Register", dataset("c")));
        calls.add(new Right(plain, "a/owner", "Datasets", "SetPolicy", policy("a", 100)));
        calls.add(new Right(plain, "a/executor", "Datasets", "SetRows", rows("a", 310)));
        calls.add(new Right(plain, "b/analyst", "Jobs", "Submit", submit(plan()).build()));
        calls.add(new Right(
                plain,
                "a/console",
                "Evidence",
                "Record",
                EvidenceRecord.newBuilder()
                        .setDigest(hash("x"))
                        .setSubject("文件")
                        .setDescription("两行\n说明")
                        .build()));
        calls.add(new Right(
                plain,
                "a/executor",
                "Audit",
                "Anchor",
                AuditAnchor.newBuilder()
                        .setProcess("executor")
                        .setSequence(300)
                        .setHead(hash("x"))
                        .build()));
        Chain waiting = Collisions.chain();
        String first = Collisions.submitted(waiting);
        calls.add(new Right(waiting, "a/owner", "Jobs", "Consent", consent(first, true)));
        calls.add(new Right(waiting, "a/analyst", "Jobs", "Cancel", key(first)));
        Chain running = Collisions.chain();
        String second = running(running);
        Job runs = job(running, second);
        calls.add(new Right(running, "a/executor", "Jobs", "Abort", abort(runs)));
        calls.add(new Right(
                running,
                "a/executor",
                "Receipts",
                "Submit",
                receipt(runs, 0)
                        .addSealedCounts(
                                SealedCounts.newBuilder().setAccount("a/owner").setSealed(hash("sealed")))
                        .build()));
        Chain failed = Collisions.chain();
        String third = running(failed);
        failed.call("b/executor", "Jobs", "Abort", abort(job(failed, third)));
        calls.add(new Right(failed, "a/analyst", "Jobs", "Retry", key(third)));
        Chain again = Collisions.chain();
        String fourth = running(again);
        again.call("b/executor", "Jobs", "Abort", abort(job(again, fourth)));
        again.call("a/analyst", "Jobs", "Retry", key(fourth));
        calls.add(new Right(again, "b/executor", "Jobs", "Commit", commit(job(again, fourth), "b")));
        Chain late = Collisions.chain();
        String fifth = Collisions.submitted(late);
        late.millis += 3_600_001;
        calls.add(new Right(late, "b/executor", "Jobs", "Expire", key(fifth)));
        return calls;
    }

    private static Organisation organisation() {
        SeededRandom random = new SeededRandom(new byte[32], "contract-properties");
        Certificates.Authority root = Certificates.root(
                "province",
                Sm2PrivateKey.generate(random),
                new Certificates.Validity(Instant.EPOCH, Instant.EPOCH.plusSeconds(1_000_000)),
                random);
        return Organisation.newBuilder()
                .setId("d")
                .setTitle("新部门")
                .setIssuerCertificate(ByteString.copyFrom(encoded(root)))
                .build();
    }

    private static byte[] encoded(Certificates.Authority root) {
        try {
            return root.certificate().getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private static String running(Chain chain) {
        String id = Collisions.submitted(chain);
        for (String party : List.of("a", "b")) {
            chain.call(party + "/owner", "Jobs", "Consent", consent(id, true));
        }
        for (String party : List.of("a", "b")) {
            chain.call(party + "/executor", "Jobs", "Commit", commit(job(chain, id), party));
        }
        return id;
    }

    private static SetPolicyRequest policy(String party, int rows) {
        return SetPolicyRequest.newBuilder()
                .setId(party + "/people")
                .addAllColumns(dataset(party).getColumnsList())
                .setPolicy(UsePolicy.newBuilder()
                        .setMinimumRows(rows)
                        .setMaximumRunsPerPair(8)
                        .addCounterparties(party.equals("a") ? "b" : "a"))
                .build();
    }

    private static SetRowsRequest rows(String party, int rows) {
        return SetRowsRequest.newBuilder()
                .setId(party + "/people")
                .setRoundedRows(rows)
                .build();
    }

    /// Each call as it is right, then with one octet changed, cut off, or stuffed: it is done or refused.
    @Test
    void aRightCallWithAnyOctetChangedIsDoneOrRefused() {
        Set<String> seen = new TreeSet<>();
        SplittableRandom random = new SplittableRandom(7);
        for (Right right : rightCalls()) {
            seen.add(right.contract + "/" + right.method);
            byte[] request = right.request.toByteArray();
            assertTrue(attempt(right, request), right.sender + " calls " + right.method);
            for (int i = 0; i < request.length; i++) {
                byte[] changed = request.clone();
                changed[i] ^= (byte) (1 << random.nextInt(8));
                attempt(right, changed);
                changed[i] = (byte) random.nextInt(256);
                attempt(right, changed);
                attempt(right, Arrays.copyOf(request, i));
            }
            byte[] stuffed = ByteString.copyFrom(request)
                    .concat(ByteString.copyFrom(new byte[] {(byte) 0xf8, 0x3f, 1}))
                    .toByteArray();
            assertTrue(!attempt(right, stuffed), "an unknown field was taken");
        }
        assertEquals(15, seen.size(), seen.toString());
    }

    /// True when it was done; the chain is as before in any case.
    private static boolean attempt(Right right, byte[] arguments) {
        Map<String, Bytes> before = new TreeMap<>(right.chain.state);
        long height = right.chain.height;
        long millis = right.chain.millis;
        try {
            right.chain.execute(right.chain.find(right.sender), right.contract, right.method, arguments);
            return true;
        } catch (ContractRejection e) {
            assertEquals(before, right.chain.state);
            assertTrue(String.valueOf(e.getMessage()).length() < 1000, "a refusal tells long stories");
            return false;
        } finally {
            right.chain.state.clear();
            right.chain.state.putAll(before);
            right.chain.height = height;
            right.chain.millis = millis;
        }
    }

    /// Random bytes, to every method of every contract.
    @Test
    void malformedArgumentsAreOnlyEverRejected() {
        List<Right> calls = rightCalls();
        Chain chain = calls.getLast().chain;
        Map<String, Bytes> before = new TreeMap<>(chain.state);
        Account sender = chain.find("a/executor");
        Property.seeds(300).check(seed -> {
            SplittableRandom random = new SplittableRandom(seed);
            byte[] arguments = new byte[random.nextInt(60)];
            random.nextBytes(arguments);
            for (Right right : calls) {
                assertThrows(
                        ContractRejection.class, () -> chain.execute(sender, right.contract, right.method, arguments));
            }
            assertEquals(before, chain.state);
            READS.forEach((contract, methods) -> methods.forEach(method -> read(chain, contract, method, arguments)));
        });
        for (String contract : READS.keySet()) {
            for (String method : List.of("", "Get", "List", "register", "Nothing", "\u0000")) {
                ContractRejection none = assertThrows(
                        ContractRejection.class, () -> chain.execute(sender, contract, method, new byte[0]));
                assertEquals(NotarizationErrors.NO_SUCH_METHOD, none.code());
            }
            ContractRejection none = assertThrows(
                    ContractRejection.class,
                    () -> chain.contract(contract)
                            .read("Register", new byte[0], sender, chain.view("poyang.v1." + contract)));
            assertEquals(NotarizationErrors.NO_SUCH_METHOD, none.code());
        }
    }

    private static void read(Chain chain, String contract, String method, byte[] arguments) {
        try {
            var _ = chain.contract(contract)
                    .read(method, arguments, chain.find("c/owner"), chain.view("poyang.v1." + contract));
        } catch (ContractRejection e) {
            assertTrue(e.code().equals(NotarizationErrors.BAD_ARGUMENTS)
                    || e.code().equals(NotarizationErrors.NOT_FOUND));
        }
    }

    @Test
    void certificatesAreOneValueOrNone() {
        Organisation right = organisation();
        Chain chain = Collisions.chain();
        for (ByteString wrong : List.of(
                right.getIssuerCertificate().concat(ByteString.copyFrom(new byte[1])),
                ByteString.copyFrom(new byte[1]),
                ByteString.copyFromUtf8("-----BEGIN CERTIFICATE-----"),
                ByteString.copyFrom(new byte[9000]))) {
            ContractRejection refused = assertThrows(
                    ContractRejection.class,
                    () -> chain.call(
                            "c/supervisor",
                            "Organisations",
                            "Register",
                            right.toBuilder().setIssuerCertificate(wrong).build()));
            assertEquals(NotarizationErrors.BAD_ARGUMENTS, refused.code());
        }
    }

    /// Random calls of anybody in any order.
    @Test
    void whateverIsCalledInWhateverOrderTheInvariantsHold() {
        TreeMap<JobState, Integer> reached = new TreeMap<>();
        Property.seeds(60).check(seed -> {
            Walk one = new Walk(seed);
            one.run();
            Walk other = new Walk(seed);
            other.run();
            assertEquals(one.chain.state, other.chain.state, "not deterministic");
            assertEquals(one.chain.events, other.chain.events, "not deterministic");
            one.jobs.stream()
                    .flatMap(id -> job(one.chain, id).getHistoryList().stream())
                    .forEach(step -> reached.merge(step.getState(), 1, Integer::sum));
        });
        for (JobState state : JobState.values()) {
            if (state != JobState.JOB_STATE_UNSPECIFIED && state != JobState.UNRECOGNIZED) {
                assertTrue(reached.containsKey(state), "no walk reached " + state + ": " + reached);
            }
        }
    }

    private static final class Walk {
        private static final Set<JobState> RETRIED =
                Set.of(JobState.FAILED, JobState.EXPIRED, JobState.RECEIPT_MISSING, JobState.RECEIPTS_DISAGREE);
        private static final Set<JobState> FOR_GOOD = Set.of(JobState.COMPLETED, JobState.REFUSED, JobState.CANCELLED);

        private final SplittableRandom random;
        private final List<String> jobs = new ArrayList<>();
        private final Chain chain = Collisions.chain();

        Walk(long seed) {
            random = new SplittableRandom(seed);
        }

        private boolean rarely(int one) {
            return random.nextInt(one) == 0;
        }

        void run() {
            jobs.add(Collisions.submitted(chain));
            for (int i = 0; i < 120; i++) {
                if (rarely(40)) {
                    chain.millis += 3_600_001;
                }
                Map<String, Bytes> state = new TreeMap<>(chain.state);
                int heard = chain.events.size();
                List<Job> before = jobs.stream().map(id -> job(chain, id)).toList();
                String method = "";
                try {
                    method = call(jobs.get(random.nextInt(jobs.size())));
                } catch (ContractRejection e) {
                    assertEquals(state, chain.state, "a refused call left a trace");
                    assertEquals(heard, chain.events.size(), "a refused call was heard of");
                }
                for (int j = 0; j < before.size(); j++) {
                    change(before.get(j), job(chain, jobs.get(j)), method);
                }
                kept(state);
            }
        }

        /// One call, mostly by the right account; gives the method.
        private String call(String id) {
            Job now = job(chain, id);
            String party = random.nextBoolean() ? "a" : "b";
            int side = party.equals("a") ? 0 : 1;
            return switch (random.nextInt(12)) {
                case 0, 1 -> make(party, "owner", "Jobs", "Consent", consent(id, !rarely(25)));
                case 2, 3, 4 -> make(party, "executor", "Jobs", "Commit", committed(now, party));
                case 5, 6 -> {
                    var made = receipt(now, side);
                    if (rarely(4)) {
                        made.setTranscriptDigest(hash("another"));
                    }
                    yield make(party, "executor", "Receipts", "Submit", made.build());
                }
                case 7 -> rarely(4) ? make(party, "executor", "Jobs", "Abort", abort(now)) : "";
                case 8 -> rarely(8) ? make("a", "analyst", "Jobs", "Cancel", key(id)) : expire(party, id);
                case 9 -> make("a", "analyst", "Jobs", "Retry", key(id));
                case 10 -> {
                    if (jobs.size() < 3 && rarely(3)) {
                        jobs.add(Collisions.submitted(chain));
                    }
                    yield "Submit";
                }
                default ->
                    rarely(3)
                            ? make(party, "owner", "Datasets", "SetPolicy", policy(party, 100))
                            : make(party, "executor", "Datasets", "SetRows", rows(party, 20_000));
            };
        }

        private CommitRequest committed(Job now, String party) {
            var made = commit(now, party).toBuilder();
            if (rarely(20)) {
                made.setRoundedRows(50);
            }
            if (rarely(20)) {
                made.setSeedCommitment(hash("seed" + now.getId() + 1 + party));
            }
            return made.build();
        }

        private String expire(String party, String id) {
            return make(party, "owner", "Jobs", "Expire", key(id));
        }

        private String make(String party, String role, String contract, String method, Message request) {
            String organisation = rarely(30) ? "c" : party;
            String name = rarely(30) ? "administrator" : role;
            var _ = chain.call(organisation + "/" + name, contract, method, request);
            return method;
        }

        /// What may become of a job by one call.
        private static void change(Job before, Job after, String method) {
            if (before.equals(after)) {
                return;
            }
            assertTrue(!FOR_GOOD.contains(before.getState()), "an ended job changed");
            boolean retried = method.equals("Retry");
            assertTrue(retried || !RETRIED.contains(before.getState()), "left an end state by " + method);
            assertEquals(before.getAttempt() + (retried ? 1 : 0), after.getAttempt());
            assertEquals(before.getPlan(), after.getPlan());
            assertEquals(before.getPlanHash(), after.getPlanHash());
            assertEquals(before.getSubmitter(), after.getSubmitter());
            assertEquals(before.getReceiver(), after.getReceiver());
            assertEquals(before.getLeakageList(), after.getLeakageList());
            assertEquals(
                    before.getHistoryList(), after.getHistoryList().subList(0, before.getHistoryCount()), "rewritten");
            if (after.getState() == JobState.RUNNING || after.getState() == JobState.COMPLETED) {
                for (JobParty party : after.getPartiesList()) {
                    assertTrue(party.hasCommitment(), "ran without commitments");
                    assertEquals(ConsentState.GIVEN, party.getConsent(), "ran without consents");
                    assertTrue(
                            after.getState() == JobState.RUNNING
                                    || !party.getReceiptTransaction().isEmpty(),
                            "completed without receipts");
                }
            }
        }

        /// What stands is not taken back: commitments and receipts stay as they are, counters never fall, and
        /// runs are as many as entries into READY.
        private void kept(Map<String, Bytes> before) {
            before.forEach((full, value) -> {
                String key = full.substring(full.indexOf('\0') + 1);
                Bytes now = Objects.requireNonNull(chain.state.get(full), "gone: " + key);
                if (key.startsWith("runs/")) {
                    assertTrue(Integer.parseInt(now.utf8()) >= Integer.parseInt(value.utf8()), "a counter fell");
                } else if (!key.startsWith("job/") && !key.startsWith("dataset/")) {
                    assertEquals(value, now, "changed: " + key);
                }
            });
            long entries = jobs.stream()
                    .flatMap(id -> job(chain, id).getHistoryList().stream())
                    .filter(step -> step.getState() == JobState.READY)
                    .count();
            Bytes runs = chain.state.get("poyang.v1.Jobs\0runs/a/people|b/people");
            assertEquals(entries, runs == null ? 0 : Integer.parseInt(runs.utf8()));
            assertTrue(entries <= 8, "more runs than the policies allow");
        }
    }
}
