package poyang.sdk;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.sdk.AuditFinding.Kind;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Event;
import poyang.wire.schema.FedRecord;
import poyang.wire.schema.FollowArguments;
import poyang.wire.schema.StoredAnchor;

/// A supervisor's live feed of audit logs: follows each at the process that keeps it, and the anchors on chain
/// with it. Connections that break are made again from where they were.
public final class AuditFollower {
    private static final long AGAIN_MILLIS = 2_000;
    private static final long LOOK_MILLIS = 1_000;
    private static final long BEFORE_THE_END_MILLIS = 3_600_000;
    private static final String ANCHORED = "audit.anchored";

    private final ChainAccount supervisor;
    private final AuditSources sources;
    private final Sink sink;
    private final Map<String, AuditChain> chains = new TreeMap<>();
    private final Map<String, StoredAnchor> last = new ConcurrentHashMap<>();
    private final Object one = new Object();
    private final LinkedBlockingQueue<RuntimeException> ended = new LinkedBlockingQueue<>();

    /// Hears of everything, one at a time; while it is busy nothing more is asked for.
    public interface Sink {
        /// The next record of a log.
        void record(String log, AuditRecord record);

        /// The chain has an anchor of a record that was shown, which it is.
        ///
        /// @param height of the block that holds it
        void anchored(String log, long sequence, long height);

        void found(AuditFinding finding);
    }

    /// @param from where to go on; a log that is not in it is shown from its first record, or from its latest
    ///     ones ({@link #run})
    public AuditFollower(
            ChainAccount supervisor, AuditSources sources, Map<String, AuditChain.Position> from, Sink sink) {
        this.supervisor = supervisor;
        this.sources = sources;
        this.sink = sink;
        sources.logs().forEach(log -> chains.put(log, new AuditChain(log, Optional.ofNullable(from.get(log)))));
    }

    /// Says on chain that the account follows, unless it did within a day.
    ///
    /// @throws PoyangException what the rules of permission refuse, or want approved
    public static void begin(ChainAccount supervisor) {
        boolean stands = FollowRights.lacking(
                        supervisor.name(),
                        (contract, key) -> supervisor.state(contract, key, 0).value(),
                        supervisor.client().clock().millis() + BEFORE_THE_END_MILLIS)
                .isEmpty();
        if (stands) {
            return;
        }
        var _ = supervisor.call(AuditAnchors.CONTRACT, "Follow", Empty.getDefaultInstance());
    }

    /// Where the follower is in each log, to go on from later.
    public Map<String, AuditChain.Position> positions() {
        synchronized (one) {
            Map<String, AuditChain.Position> positions = new TreeMap<>();
            chains.forEach((log, chain) -> chain.position().ifPresent(at -> positions.put(log, at)));
            return positions;
        }
    }

    /// Follows until interrupted.
    ///
    /// @param latest of logs without a place to go on from: so many records and what follows; 0 for all
    /// @throws PoyangException a node's refusal of this account; what the sink throws
    public void run(int latest) throws InterruptedException {
        long height = supervisor.height();
        for (String log : chains.keySet()) {
            supervisor
                    .state(AuditAnchors.CONTRACT, "last/" + log, 0)
                    .value()
                    .ifPresent(value -> anchor(ChainForms.attested(StoredAnchor.parser(), value)));
        }
        List<Thread> threads = new ArrayList<>();
        threads.add(start(() -> supervisor.follow(height + 1, this::heard)));
        chains.keySet().forEach(log -> threads.add(start(() -> follow(log, latest))));
        threads.add(start(this::watch));
        try {
            throw ended.take();
        } finally {
            threads.forEach(Thread::interrupt);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private interface Work {
        void run() throws InterruptedException;
    }

    private Thread start(Work work) {
        return Thread.ofVirtual().start(() -> {
            try {
                work.run();
            } catch (InterruptedException e) {
                // the follower ends
            } catch (RuntimeException e) {
                ended.add(e);
            }
        });
    }

    private void heard(VerifiedBlock block) {
        for (Event event : block.events()) {
            if (event.getContract().equals(AuditAnchors.CONTRACT)
                    && event.getTopic().equals(ANCHORED)
                    && chains.containsKey(event.getKey())) {
                try {
                    anchor(StoredAnchor.parseFrom(event.getPayload()));
                } catch (InvalidProtocolBufferException e) {
                    throw new PoyangException(
                            SdkErrors.NOT_PROVEN, "an anchor is malformed", "one release of the schema is needed", e);
                }
            }
        }
    }

    private void anchor(StoredAnchor anchor) {
        String log = anchor.getAccount() + "/" + anchor.getAnchor().getProcess();
        last.put(log, anchor);
        tell(log, (chain, now) -> chain.anchors(anchor, now));
    }

    /// One thing at a time, and what it shows is told before the next one.
    private void tell(String log, BiFunction<AuditChain, Long, List<AuditFinding>> what) {
        synchronized (one) {
            AuditChain chain = chain(log);
            long before = chain.anchored();
            List<AuditFinding> found =
                    what.apply(chain, supervisor.client().clock().millis());
            if (chain.anchored() > before) {
                StoredAnchor anchor = last.get(log);
                sink.anchored(log, chain.anchored(), anchor == null ? 0 : anchor.getHeight());
            }
            found.forEach(sink::found);
        }
    }

    private AuditChain chain(String log) {
        AuditChain chain = chains.get(log);
        if (chain == null) {
            throw new IllegalArgumentException(log + " is not followed");
        }
        return chain;
    }

    /// Looks for what does not come.
    private void watch() throws InterruptedException {
        MissingAnchors missing = new MissingAnchors(supervisor.client().clock().millis());
        while (true) {
            Alarms.Change<String> change = missing.look(
                    last.values(), chains.keySet(), supervisor.client().clock().millis());
            for (String log : change.raised()) {
                say(new AuditFinding(log, Kind.SILENT, 0, "the chain has no anchor of it since two minutes"));
            }
            for (String log : change.over()) {
                say(new AuditFinding(log, Kind.BACK, 0, "it is anchored again"));
            }
            chains.keySet().forEach(log -> tell(log, AuditChain::late));
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void say(AuditFinding finding) {
        synchronized (one) {
            sink.found(finding);
        }
    }

    private void follow(String log, int latest) throws InterruptedException {
        Kind told = Kind.BACK;
        while (true) {
            Optional<AuditChain.Position> from = Optional.ofNullable(positions().get(log));
            FollowArguments.Builder arguments = FollowArguments.newBuilder().setLog(log);
            from.ifPresentOrElse(
                    at -> arguments.setAfter(at.sequence()), () -> arguments.setLatest(Math.max(0, latest)));
            boolean again = told != Kind.BACK;
            AtomicBoolean begun = new AtomicBoolean();
            PoyangException failure;
            try {
                sources.follow(log, supervisor.query(AuditFeed.SERVICE, "Follow", arguments.build()), piece -> {
                    if (!begun.getAndSet(true) && again) {
                        say(new AuditFinding(log, Kind.BACK, 0, "the process shows its log"));
                    }
                    take(log, piece);
                });
                failure = new PoyangException(SdkErrors.CALL_FAILED, "the process ended the feed", "it is tried again");
            } catch (PoyangException e) {
                failure = e;
            }
            Kind now = kind(failure);
            if (begun.get() || now != told) {
                String words = failure.wrong();
                tell(
                        log,
                        (chain, _) -> List.of(
                                now == Kind.REWOUND ? chain.rewound(words) : new AuditFinding(log, now, 0, words)));
            }
            told = now;
            Thread.sleep(AGAIN_MILLIS);
        }
    }

    private static Kind kind(PoyangException failure) {
        ErrorCode code = failure.code();
        if (code.name().equals(SdkErrors.AUDIT_AHEAD.name())) {
            return Kind.REWOUND;
        }
        if (code.name().equals(SdkErrors.AUDIT_LOG_DAMAGED.name())) {
            return Kind.TAMPERED;
        }
        return code.category() == ErrorCode.Category.FORBIDDEN || code.category() == ErrorCode.Category.BAD_INPUT
                ? Kind.REFUSED
                : Kind.UNREACHABLE;
    }

    private void take(String log, AuditPiece piece) {
        if (piece.hasStart()) {
            AuditChain.Position start = new AuditChain.Position(
                    piece.getStart().getSequence(),
                    ChainForms.bytes(piece.getStart().getValue()));
            tell(log, (chain, _) -> chain.starts(start));
        }
        for (FedRecord fed : piece.getRecordsList()) {
            AuditRecord record = AuditRecord.of(fed);
            synchronized (one) {
                sink.record(log, record);
                tell(log, (chain, _) -> chain.take(record));
            }
        }
    }
}
