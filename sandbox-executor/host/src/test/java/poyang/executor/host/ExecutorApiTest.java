package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.sdk.CallErrors;
import poyang.sdk.ChainForms;
import poyang.sdk.ProvenValue;
import poyang.sdk.SdkErrors;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Freezing;
import poyang.wire.schema.Job;
import poyang.wire.schema.JobQuery;
import poyang.wire.schema.Role;
import poyang.wire.schema.SealedResult;
import poyang.wire.schema.SignedQuery;

/// Who gets a result of an executor, and what stands in its audit log before.
final class ExecutorApiTest extends LocalScene {
    private static final String ANALYST = "taxation/analyst";
    private static final String OTHER = "housing/analyst";
    private static final String JOB = "0123";
    private static final int LENGTH = (4 << 20) + 5;

    private final InstantSource clock = InstantSource.system();
    private final SignedQueries queries = new SignedQueries(Bytes.wrap(new byte[32]), clock);
    private final Map<String, Sm2PrivateKey> keys = new TreeMap<>();
    private final Map<String, Bytes> state = new TreeMap<>();
    private final List<String> trail = new ArrayList<>();
    private final ChainFacts facts = new ChainFacts(
            (contract, key, _) -> new ProvenValue(9, 0, Optional.ofNullable(state.get(contract + "/" + key))));
    private boolean anchors = true;

    private final class Trail implements ExecutorApi.AuditTrail {
        @Override
        public void record(String actor, String action, String subject, String result) {
            trail.add(actor + " " + action + " " + subject + " " + result);
        }

        @Override
        public void release(String actor, String action, String subject) {
            record(actor, action, subject, anchors ? "anchored" : "not anchored");
            if (!anchors) {
                throw new PoyangException(SdkErrors.NOT_FINAL, "no anchor", "a chain that goes on");
            }
        }
    }

    /// What a call gave.
    private static final class Answer implements StreamObserver<SealedResult> {
        private Optional<SealedResult> result = Optional.empty();
        private Optional<ErrorCode> refused = Optional.empty();

        @Override
        public void onNext(SealedResult value) {
            result = Optional.of(value);
        }

        @Override
        public void onError(Throwable failure) {
            refused = Optional.of(
                    CallErrors.fromStatus((StatusRuntimeException) failure).code());
        }

        @Override
        public void onCompleted() {
            assertTrue(result.isPresent());
        }

        SealedResult handedOver() {
            assertEquals(Optional.empty(), refused);
            return result.orElseThrow();
        }

        String refusal() {
            assertEquals(Optional.empty(), result);
            return refused.orElseThrow().name();
        }
    }

    @BeforeEach
    void result() throws IOException {
        put(account(ANALYST));
        put(account(OTHER));
        Job job = Job.newBuilder().setId(JOB).setReceiver(ANALYST).setAttempt(2).build();
        state.put("poyang.v1.Jobs/job/" + JOB, Bytes.wrap(job.toByteArray()));
        byte[] sealed = new byte[LENGTH];
        sealed[LENGTH - 1] = 7;
        Files.write(new ResultStore(folder).result(JOB, 2), sealed);
    }

    private AccountRecord account(String name) {
        Sm2PrivateKey key = keys.computeIfAbsent(name, known -> Sm2PrivateKey.generate(random.fork(known)));
        return AccountRecord.newBuilder()
                .setId(name)
                .setOrganisation(name.substring(0, name.indexOf('/')))
                .addRoles(Role.ANALYST)
                .setPublicKey(ChainForms.byteString(key.publicKey().encoded()))
                .build();
    }

    private void put(AccountRecord account) {
        state.put("poyang.v1.Accounts/account/" + account.getId(), Bytes.wrap(account.toByteArray()));
        facts.changed(account.getId());
    }

    private ExecutorApi api() {
        Sm2PrivateKey own = Sm2PrivateKey.generate(random.fork("own"));
        Validity validity = new Validity(
                clock.instant().minus(Duration.ofDays(1)), clock.instant().plus(Duration.ofDays(9)));
        Authority root = Certificates.root("root", own, validity, random);
        X509Certificate leaf = root.leaf("taxation-executor", own.publicKey(), validity, random);
        TlsIdentity identity = new TlsIdentity(List.of(leaf), own, root.certificate(), clock, random);
        StorageKey storage =
                StorageKey.openOrCreate(folder.resolve("storage.key"), "executor test".toCharArray(), random);
        JobAttempt.Desk desk = new JobAttempt.Desk(
                "taxation",
                setup,
                SourceVault.open(folder.resolve("sources"), storage, random),
                facts,
                new AnchoredCalls((_, _, _) -> {}, () -> {}, (_, _, _) -> Bytes.empty(), Runnable::run),
                new PeerLinks("taxation", own, facts::keys, identity, List.of()),
                new ResultStore(folder),
                new ProvingKeys(folder),
                new ProgressBoard(),
                clock,
                1_000);
        return new ExecutorApi(desk, folder, own, queries, new Trail());
    }

    private Answer ask(ExecutorApi api, String account, long offset) {
        Answer answer = new Answer();
        api.result(signed(account, offset), answer);
        return answer;
    }

    private SignedQuery signed(String account, long offset) {
        JobQuery wanted = JobQuery.newBuilder().setJob(JOB).setOffset(offset).build();
        return queries.sign(
                account,
                Objects.requireNonNull(keys.get(account)),
                "poyang.v1.Executor",
                "Result",
                Bytes.wrap(wanted.toByteArray()),
                random);
    }

    private List<String> trail() {
        List<String> all = List.copyOf(trail);
        trail.clear();
        return all;
    }

    /// Whoever asks for the end of a result alone, or after a restart, gets nothing unrecorded either.
    @Test
    void aResultIsHandedOverOnceItsRecordIsAnchoredFromWhereverItIsAsked() {
        String record = ANALYST + " result " + JOB + " anchored";
        ExecutorApi api = api();
        SealedResult end = ask(api, ANALYST, 4 << 20).handedOver();
        assertEquals(List.of(record), trail());
        assertEquals(5, end.getSealed().size());
        assertEquals(7, end.getSealed().byteAt(4));
        assertEquals(LENGTH, end.getTotalBytes());
        assertEquals(2, end.getAttempt());
        assertEquals(
                2 << 20, ask(api, ANALYST, 2 << 20).handedOver().getSealed().size());
        assertEquals(List.of(), trail(), "a further piece of what was handed over");
        assertEquals(2 << 20, ask(api, ANALYST, 0).handedOver().getSealed().size());
        assertEquals(List.of(record), trail(), "from its beginning again");
        ExecutorApi restarted = api();
        anchors = false;
        for (long offset : List.of(0L, 2L << 20, 4L << 20)) {
            assertEquals(
                    SdkErrors.NOT_FINAL.name(), ask(restarted, ANALYST, offset).refusal());
            assertEquals(List.of(ANALYST + " result " + JOB + " not anchored"), trail());
        }
    }

    @Test
    void onlyTheReceiverGetsItAndNobodyWhoIsFrozen() {
        ExecutorApi api = api();
        assertEquals(HostErrors.NOT_ALLOWED.name(), ask(api, OTHER, 0).refusal());
        assertEquals(
                1,
                trail().stream()
                        .filter(each -> each.startsWith(OTHER + " call Result refused"))
                        .count());
        SealedResult _ = ask(api, ANALYST, 0).handedOver();
        put(account(ANALYST).toBuilder()
                .setFrozen(Freezing.newBuilder().setHeight(8).setReason("离职"))
                .build());
        trail.clear();
        for (long offset : List.of(0L, 2L << 20)) {
            assertEquals(
                    SdkErrors.ACCOUNT_BARRED.name(), ask(api, ANALYST, offset).refusal());
        }
        assertEquals(List.of(), trail());
        put(account(ANALYST));
        SealedResult _ = ask(api, ANALYST, 2 << 20).handedOver();
    }
}
