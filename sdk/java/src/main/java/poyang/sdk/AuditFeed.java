package poyang.sdk;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AuditFeedGrpc;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.AuditPosition;
import poyang.wire.schema.FollowArguments;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SignedQuery;

/// Hands a process's audit log over to supervisors, live: what is on disk and no more, as fast as each of them
/// takes it. Who follows stands in the log itself.
public final class AuditFeed extends AuditFeedGrpc.AuditFeedImplBase {
    /// The service, as queries name it.
    public static final String SERVICE = "poyang.v1.AuditFeed";

    private static final String METHOD = "Follow";
    private static final int MOST_FOLLOWERS = 32;
    private static final int PIECE_RECORDS = 64;
    private static final long PIECE_MILLIS = 3_000;
    private static final long ASK_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String name;
    private final AuditLog log;
    private final SignedQueries queries;
    private final Facts facts;
    private final Journal journal;
    private final InstantSource clock;
    private final AtomicInteger followers = new AtomicInteger();

    /// Writes down who follows, durably.
    public interface Journal {
        void record(String actor, String action, String subject, String result);
    }

    /// Takes what a follower gets.
    public interface Sink {
        /// Waits until the reader takes more; false when it left.
        boolean ready() throws InterruptedException;

        void take(AuditPiece piece);
    }

    /// @param name of the log on chain, `ORGANISATION/NAME/PROCESS`
    /// @param facts what the chain says, proven
    public AuditFeed(
            String name, AuditLog log, SignedQueries queries, Facts facts, Journal journal, InstantSource clock) {
        this.name = name;
        this.log = log;
        this.queries = queries;
        this.facts = facts;
        this.journal = journal;
        this.clock = clock;
    }

    /// The log's name on chain.
    public String name() {
        return name;
    }

    @Override
    public void follow(SignedQuery query, StreamObserver<AuditPiece> out) {
        ServerCallStreamObserver<AuditPiece> stream = (ServerCallStreamObserver<AuditPiece>) out;
        StreamSink sink = new StreamSink(stream);
        stream.setOnReadyHandler(sink::changed);
        stream.setOnCancelHandler(sink::changed);
        Thread _ = Thread.ofVirtual().name("audit-feed").start(() -> {
            try {
                follow(query, sink);
            } catch (PoyangException e) {
                end(stream, CallErrors.toStatus(e));
            } catch (InterruptedException e) {
                end(stream, Status.UNAVAILABLE.asRuntimeException());
            } catch (RuntimeException e) {
                end(stream, Status.INTERNAL.asRuntimeException());
            }
        });
    }

    private static void end(ServerCallStreamObserver<AuditPiece> stream, RuntimeException why) {
        if (!stream.isCancelled()) {
            stream.onError(why);
        }
    }

    /// Serves one follower on the calling thread until the sink says that it left.
    ///
    /// @throws PoyangException `NOT_A_FOLLOWER`, `BUSY`, `BAD_QUERY`, `AUDIT_AHEAD` when the log ends before the
    ///     position that is asked for, `AUDIT_LOG_DAMAGED` when the file was changed; what
    ///     {@link SignedQueries#prove} refuses
    public void follow(SignedQuery query, Sink sink) throws InterruptedException {
        SignedQueries.Proven proven = queries.prove(query, facts::known);
        QueryPayload payload = proven.payload();
        FollowArguments arguments = SignedQueries.arguments(payload, FollowArguments.parser());
        if (!payload.getContract().equals(SERVICE) || !payload.getMethod().equals(METHOD)) {
            throw new PoyangException(
                    SdkErrors.BAD_QUERY,
                    "the query was signed for another call",
                    "sign contract " + SERVICE + " and method " + METHOD);
        }
        if (followers.incrementAndGet() > MOST_FOLLOWERS) {
            followers.decrementAndGet();
            throw new PoyangException(
                    SdkErrors.BUSY, MOST_FOLLOWERS + " follow this audit log already", "ask again later");
        }
        try {
            needRight(payload.getAccount(), arguments, proven);
            serve(proven, arguments, sink);
        } finally {
            followers.decrementAndGet();
        }
    }

    private void needRight(String account, FollowArguments arguments, SignedQueries.Proven proven) {
        String what = arguments.getLatest() > 0
                ? "audit log, the latest " + arguments.getLatest()
                : "audit log after " + arguments.getAfter();
        try {
            if (!arguments.getLog().equals(name)) {
                throw new PoyangException(
                        SdkErrors.BAD_QUERY,
                        "this process keeps the audit log " + name + ", and " + arguments.getLog() + " is asked for",
                        "ask the process that keeps it");
            }
            FollowRights.need(account, proven.key(), facts, clock.millis());
        } catch (PoyangException e) {
            journal.record(account, "follow", what, "refused " + e.code());
            throw e;
        }
        journal.record(account, "follow", what, AuditLog.DONE);
    }

    private void serve(SignedQueries.Proven proven, FollowArguments arguments, Sink sink) throws InterruptedException {
        long end = log.awaitAbove(0, 0);
        long after = arguments.getLatest() > 0 ? Math.max(0, end - arguments.getLatest()) : arguments.getAfter();
        if (Long.compareUnsigned(after, end) > 0) {
            throw new PoyangException(
                    SdkErrors.AUDIT_AHEAD,
                    "the audit log " + name + " ends with record " + end + ", and what follows record "
                            + Long.toUnsignedString(after) + " is asked for",
                    "if that record was there before, the log lost it: look into it");
        }
        long asked = System.nanoTime();
        try (AuditTail tail = log.from(Math.max(1, after))) {
            Bytes value = after == 0 ? AuditRecord.BEFORE_ALL : tail.next().value();
            if (!sink.ready()) {
                return;
            }
            sink.take(AuditPiece.newBuilder()
                    .setStart(AuditPosition.newBuilder().setSequence(after).setValue(ChainForms.byteString(value)))
                    .setEnd(end)
                    .build());
            long sent = after;
            while (sink.ready()) {
                end = log.awaitAbove(sent, PIECE_MILLIS);
                boolean late = System.nanoTime() - asked > ASK_AGAIN_NANOS;
                asked = late ? System.nanoTime() : asked;
                if (late) {
                    FollowRights.need(proven.payload().getAccount(), proven.key(), facts, clock.millis());
                } else {
                    FollowRights.needActing(proven.payload().getAccount(), proven.key(), facts);
                }
                AuditPiece.Builder piece = AuditPiece.newBuilder().setEnd(end);
                while (sent < end && piece.getRecordsCount() < PIECE_RECORDS) {
                    piece.addRecords(tail.next().message());
                    sent++;
                }
                sink.take(piece.build());
            }
        }
    }

    private record StreamSink(ServerCallStreamObserver<AuditPiece> stream) implements Sink {
        synchronized void changed() {
            notifyAll();
        }

        @Override
        public synchronized boolean ready() throws InterruptedException {
            while (!stream.isReady() && !stream.isCancelled()) {
                wait(1_000);
            }
            return !stream.isCancelled();
        }

        @Override
        public void take(AuditPiece piece) {
            stream.onNext(piece);
        }
    }
}
