package poyang.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.FollowArguments;
import poyang.wire.schema.FollowRight;
import poyang.wire.schema.Freezing;
import poyang.wire.schema.KeyWindow;
import poyang.wire.schema.PermissionRule;
import poyang.wire.schema.Role;
import poyang.wire.schema.SignedQuery;

/// A process shows its audit log to supervisors who said on chain that they follow, and to nobody else.
@Timeout(120)
final class AuditFeedTest {
    private static final String LOG = "taxation/executor/executor";
    private static final String SUPERVISOR = "supervision/supervisor";
    private static final String WORDS = "tab\tline\nback\\slash";
    private static final long HEIGHT = 50;
    private static final long NOW = 1_795_000_000_000L;
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(NOW));
    private static final Bytes CHAIN = Bytes.wrap(new byte[32]);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    Path folder;

    private final RandomSource random = ProcessRandom.open("test");
    private final Sm2PrivateKey key = Sm2PrivateKey.generate(random);
    private final Chain chain = new Chain();

    @SuppressWarnings("NullAway.Init") // made before each test
    private AuditLog log;

    @SuppressWarnings("NullAway.Init")
    private AuditFeed feed;

    /// What the chain says.
    private static final class Chain implements Facts {
        private final Map<String, AccountRecord> accounts = new ConcurrentHashMap<>();
        private final Map<String, Bytes> state = new ConcurrentHashMap<>();

        @Override
        public Optional<AccountRecord> account(String id) {
            return Optional.ofNullable(accounts.get(id));
        }

        @Override
        public Optional<Bytes> value(String contract, String stateKey) {
            return Optional.ofNullable(state.get(contract + "/" + stateKey));
        }

        @Override
        public long nextHeight() {
            return HEIGHT;
        }
    }

    /// Takes pieces as long as there are permits for them; a stop ends it.
    private static final class Reader implements AuditFeed.Sink {
        private final Semaphore permits;
        private final AuditChain chain;
        private final List<AuditRecord> records = new ArrayList<>();
        private final List<AuditFinding> findings = new ArrayList<>();
        private final long until;
        private final AtomicInteger pieces = new AtomicInteger();

        Reader(Optional<AuditChain.Position> from, long until, Semaphore permits) {
            chain = new AuditChain(LOG, from);
            this.until = until;
            this.permits = permits;
        }

        Reader(long until) {
            this(Optional.empty(), until, new Semaphore(Integer.MAX_VALUE));
        }

        @Override
        public boolean ready() throws InterruptedException {
            boolean done = chain.position().filter(at -> at.sequence() >= until).isPresent();
            if (!done) {
                permits.acquire();
            }
            return !done;
        }

        @Override
        public void take(AuditPiece piece) {
            int _ = pieces.incrementAndGet();
            if (piece.hasStart()) {
                findings.addAll(chain.starts(new AuditChain.Position(
                        piece.getStart().getSequence(),
                        ChainForms.bytes(piece.getStart().getValue()))));
            }
            piece.getRecordsList().stream().map(AuditRecord::of).forEach(record -> {
                records.add(record);
                findings.addAll(chain.take(record));
            });
        }
    }

    @BeforeEach
    void open() {
        try (StorageKey storage =
                StorageKey.openOrCreate(folder.resolve("storage.key"), "feed".toCharArray(), random)) {
            log = AuditLog.open(
                    folder.resolve("audit.log"),
                    AuditSeal.openOrCreate(folder.resolve("audit.key"), storage, random),
                    CLOCK);
        }
        feed = new AuditFeed(
                LOG,
                log,
                new SignedQueries(CHAIN, CLOCK),
                chain,
                (actor, action, subject, result) -> log.record(actor, action, subject, "", result),
                CLOCK);
        chain.accounts.put(SUPERVISOR, account(SUPERVISOR, Role.SUPERVISOR));
        chain.state.put("poyang.v1.Audit/follower/" + SUPERVISOR, right(SUPERVISOR, 40, NOW - 1_000));
    }

    @AfterEach
    void close() {
        log.close();
        key.close();
    }

    private AccountRecord account(String id, Role role) {
        return AccountRecord.newBuilder()
                .setId(id)
                .setOrganisation(id.substring(0, id.indexOf('/')))
                .addRoles(role)
                .setPublicKey(ByteString.copyFrom(key.publicKey().encoded().toArray()))
                .build();
    }

    private static Bytes right(String account, long height, long millis) {
        return Bytes.wrap(FollowRight.newBuilder()
                .setAccount(account)
                .setHeight(height)
                .setMillis(millis)
                .build()
                .toByteArray());
    }

    private SignedQuery query(String account, FollowArguments arguments) {
        return new SignedQueries(CHAIN, CLOCK)
                .sign(account, key, AuditFeed.SERVICE, "Follow", Bytes.wrap(arguments.toByteArray()), random);
    }

    private static FollowArguments after(long sequence) {
        return FollowArguments.newBuilder().setLog(LOG).setAfter(sequence).build();
    }

    private void write(int count) {
        IntStream.range(0, count)
                .parallel()
                .forEach(_ -> log.record("taxation/analyst", "result", "job-1", WORDS, "no"));
    }

    @Test
    void aFollowerGetsEveryRecordLiveAndFromAnyPosition() throws Exception {
        write(1_100);
        Reader all = new Reader(1_200);
        Thread writer = Thread.ofVirtual().start(() -> write(100));
        feed.follow(query(SUPERVISOR, after(0)), all);
        writer.join();
        assertEquals(List.of(), all.findings);
        assertEquals(1, all.records.getFirst().sequence());
        AuditRecord one = all.records.getFirst();
        assertEquals(CLOCK.instant().toString(), one.time());
        assertEquals(
                List.of("taxation/analyst", "result", "job-1", WORDS, "no"),
                List.of(one.initiator(), one.type(), one.subject(), one.detail(), one.result()));
        assertTrue(
                all.records.stream()
                        .anyMatch(record -> record.type().equals("follow")
                                && record.initiator().equals(SUPERVISOR)
                                && record.result().equals(AuditLog.DONE)),
                "who follows stands in the log itself");
        for (long from : List.of(1L, 1_024L, 1_025L, 1_150L)) {
            AuditRecord known = all.records.get((int) from - 1);
            Reader rest = new Reader(
                    Optional.of(new AuditChain.Position(from, known.value())), 1_200, new Semaphore(1_000_000));
            feed.follow(query(SUPERVISOR, after(from)), rest);
            assertEquals(List.of(), rest.findings);
            assertEquals(from + 1, rest.records.getFirst().sequence());
        }
        Reader latest = new Reader(log.sequence() + 1);
        feed.follow(
                query(
                        SUPERVISOR,
                        FollowArguments.newBuilder().setLog(LOG).setLatest(7).build()),
                latest);
        assertEquals(List.of(), latest.findings);
        assertEquals(7, latest.records.size(), "with the record that this follower follows");
    }

    @Test
    void aSlowFollowerHoldsUpNobodyAndMissesNothing() throws Exception {
        Semaphore permits = new Semaphore(1);
        Reader slow = new Reader(Optional.empty(), 300, permits);
        CountDownLatch ended = new CountDownLatch(1);
        Thread follower = Thread.ofVirtual().start(() -> {
            try {
                feed.follow(query(SUPERVISOR, after(0)), slow);
                ended.countDown();
            } catch (InterruptedException e) {
                // the test failed
            }
        });
        write(300);
        assertTrue(slow.pieces.get() <= 1, "nothing is handed over to a reader that is not ready");
        permits.release(1_000_000);
        ended.await();
        follower.join();
        assertEquals(List.of(), slow.findings);
        assertTrue(slow.records.size() >= 300);
    }

    private void refused(ErrorCode code, SignedQuery query) {
        PoyangException refused =
                assertThrows(PoyangException.class, () -> feed.follow(query, new Reader(Long.MAX_VALUE)));
        assertEquals(code, refused.code(), refused.wrong());
    }

    @Test
    void nobodyElseReadsItAndEachRefusalIsRecorded() {
        write(3);
        refused(SdkErrors.QUERY_NOT_PROVEN, query("supervision/nobody", after(0)));
        long before = log.sequence();
        for (Role role : Role.values()) {
            if (role != Role.SUPERVISOR && role != Role.ROLE_UNSPECIFIED && role != Role.UNRECOGNIZED) {
                String id = "taxation/other";
                chain.accounts.put(id, account(id, role));
                chain.state.put("poyang.v1.Audit/follower/" + id, right(id, 40, NOW));
                refused(SdkErrors.NOT_A_FOLLOWER, query(id, after(0)));
                before++;
                assertEquals(before, log.sequence(), "the refusal is recorded");
            }
        }
        refused(
                SdkErrors.BAD_QUERY,
                query(
                        SUPERVISOR,
                        FollowArguments.newBuilder()
                                .setLog("housing/executor/executor")
                                .build()));
        SignedQuery once = query(SUPERVISOR, after(log.sequence() + 10));
        refused(SdkErrors.AUDIT_AHEAD, once);
        refused(SdkErrors.REPLAYED_QUERY, once);

        chain.state.put("poyang.v1.Audit/follower/" + SUPERVISOR, right(SUPERVISOR, 40, NOW - 25 * 3_600_000L));
        refused(SdkErrors.NOT_A_FOLLOWER, query(SUPERVISOR, after(0)));
        chain.state.put("poyang.v1.Audit/follower/" + SUPERVISOR, right(SUPERVISOR, 40, NOW));
        chain.state.put(
                "poyang.v1.Permissions/rule/poyang.v1.Audit/Follow",
                Bytes.wrap(PermissionRule.newBuilder().setHeight(41).build().toByteArray()));
        refused(SdkErrors.NOT_A_FOLLOWER, query(SUPERVISOR, after(0)));
        chain.state.remove("poyang.v1.Audit/follower/" + SUPERVISOR);
        refused(SdkErrors.NOT_A_FOLLOWER, query(SUPERVISOR, after(0)));
        chain.state.put("poyang.v1.Audit/follower/" + SUPERVISOR, right(SUPERVISOR, 42, NOW));

        AccountRecord good = account(SUPERVISOR, Role.SUPERVISOR);
        chain.accounts.put(
                SUPERVISOR,
                good.toBuilder()
                        .addKeys(KeyWindow.newBuilder()
                                .setPublicKey(good.getPublicKey())
                                .setUntilHeight(HEIGHT - 1))
                        .build());
        refused(SdkErrors.KEY_NOT_GOOD, query(SUPERVISOR, after(0)));
        chain.accounts.put(
                SUPERVISOR,
                good.toBuilder()
                        .setFrozen(Freezing.newBuilder().setHeight(44).setReason("离职"))
                        .build());
        refused(SdkErrors.ACCOUNT_BARRED, query(SUPERVISOR, after(0)));
    }

    @Test
    void whoIsFrozenMeanwhileIsCutOff() throws Exception {
        write(1);
        Reader reader = new Reader(Long.MAX_VALUE);
        CountDownLatch cut = new CountDownLatch(1);
        Thread _ = Thread.ofVirtual().start(() -> {
            try {
                feed.follow(query(SUPERVISOR, after(0)), reader);
            } catch (PoyangException e) {
                assertEquals(SdkErrors.ACCOUNT_BARRED, e.code());
                cut.countDown();
            } catch (InterruptedException e) {
                // the test failed
            }
        });
        while (reader.pieces.get() < 2) {
            Thread.sleep(10);
        }
        chain.accounts.put(
                SUPERVISOR,
                account(SUPERVISOR, Role.SUPERVISOR).toBuilder()
                        .setFrozen(Freezing.newBuilder().setHeight(44).setReason("离职"))
                        .build());
        write(1);
        cut.await();
        int seen = reader.records.size();
        write(5);
        assertEquals(seen, reader.records.size());
    }

    /// Whoever changes the file of a running process is found by the next follower.
    @Test
    void aChangedFileIsToldAndNotShown() throws Exception {
        write(20);
        Path file = folder.resolve("audit.log");
        byte[] octets = Files.readAllBytes(file);
        octets[octets.length / 2] ^= 1;
        Files.write(file, octets);
        Reader reader = new Reader(Long.MAX_VALUE);
        PoyangException damaged =
                assertThrows(PoyangException.class, () -> feed.follow(query(SUPERVISOR, after(0)), reader));
        assertEquals(SdkErrors.AUDIT_LOG_DAMAGED, damaged.code());
        assertEquals(List.of(), reader.findings);
        assertTrue(reader.records.size() < 20);
    }
}
