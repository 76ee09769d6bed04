package poyang.dashboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import poyang.dashboard.ChainIndex.Kind;
import poyang.dashboard.Logins.Session;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.AuditPiece;
import poyang.wire.schema.FollowArguments;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SignedQuery;

/// The supervisors' live feed of audit records: one stream to the browser, many behind it. Each process decides
/// for itself whom it shows its log to; the browser checks the chains and the anchors.
@RestController
@RequestMapping(path = "/api/audit", produces = MediaType.APPLICATION_JSON_VALUE)
class AuditApi {
    private static final int MOST_LOGS = 64;
    private static final int MOST_STREAMS = 32;

    private final AuditGateway audits;
    private final ChainIndex index;
    private final Logins logins;
    private final AuditTrail trail;
    private final AtomicInteger streams = new AtomicInteger();

    AuditApi(AuditGateway audits, ChainIndex index, Logins logins, AuditTrail trail) {
        this.audits = audits;
        this.index = index;
        this.logins = logins;
        this.trail = trail;
    }

    /// @param signed base64 of a SignedQuery each
    record Letters(@Nullable List<String> signed) {}

    /// A signed query and the log that it is about.
    private record Letter(String log, SignedQuery query) {}

    @GetMapping("/logs")
    Set<String> logs(@RequestAttribute(Gate.SESSION) Session session) {
        requireSupervisor(session);
        return audits.logs();
    }

    /// Events: `piece` (log, space, base64 of an AuditPiece) and `ended` (log, why) for each log.
    @PostMapping(path = "/follow", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter follow(@RequestAttribute(Gate.SESSION) Session session, @RequestBody Letters letters) {
        requireSupervisor(session);
        List<Letter> wanted = read(session, letters);
        if (streams.incrementAndGet() > MOST_STREAMS) {
            streams.decrementAndGet();
            throw new PoyangException(ConsoleErrors.BAD_REQUEST, "too many pages are open", "close some of them");
        }
        trail.record(session.account(), "ask", "follow audit logs");
        SseEmitter emitter = new SseEmitter(0L);
        AtomicInteger left = new AtomicInteger(wanted.size());
        for (Letter letter : wanted) {
            Thread _ = Thread.ofVirtual().name("audit-feed").start(() -> {
                try {
                    carry(letter, session, emitter);
                } finally {
                    if (left.decrementAndGet() == 0) {
                        streams.decrementAndGet();
                        emitter.complete();
                    }
                }
            });
        }
        return emitter;
    }

    private void carry(Letter letter, Session session, SseEmitter emitter) {
        try {
            audits.follow(letter.log(), letter.query(), piece -> send(session, emitter, letter.log(), piece));
            send(emitter, "ended", Map.of("log", letter.log(), "name", "CALL_FAILED", "wrong", ""));
        } catch (PoyangException e) {
            tell(letter, e, emitter);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ReaderLeft e) {
            // nobody is there to tell
        }
    }

    private static void tell(Letter letter, PoyangException why, SseEmitter emitter) {
        try {
            send(
                    emitter,
                    "ended",
                    Map.of("log", letter.log(), "name", why.code().name(), "wrong", why.wrong(), "right", why.right()));
        } catch (ReaderLeft e) {
            // nobody is there to tell
        }
    }

    private void send(Session session, SseEmitter emitter, String log, AuditPiece piece) {
        if (!logins.isOpen(session.token())) {
            throw new ReaderLeft(null);
        }
        send(emitter, "piece", Map.of("log", log, "piece", Base64.getEncoder().encodeToString(piece.toByteArray())));
    }

    private static void send(SseEmitter emitter, String event, Map<String, String> content) {
        try {
            emitter.send(SseEmitter.event().name(event).data(content, MediaType.APPLICATION_JSON));
        } catch (IOException | IllegalStateException e) {
            throw new ReaderLeft(e);
        }
    }

    private void requireSupervisor(Session session) {
        new Reader(
                        index,
                        index.find(Kind.ACCOUNT, session.account(), AccountRecord.parser())
                                .orElseThrow(AuditApi::malformed))
                .requireSupervisor();
    }

    private static List<Letter> read(Session session, Letters letters) {
        List<String> signed = letters.signed();
        if (signed == null || signed.isEmpty() || signed.size() > MOST_LOGS) {
            throw malformed();
        }
        List<Letter> read = new ArrayList<>();
        for (String each : signed) {
            try {
                SignedQuery query = SignedQuery.parseFrom(
                        ByteString.copyFrom(Base64.getDecoder().decode(each)));
                QueryPayload payload = QueryPayload.parseFrom(query.getPayload());
                if (!payload.getAccount().equals(session.account())) {
                    throw new PoyangException(
                            ConsoleErrors.NOT_YOURS,
                            "the request is signed by another account",
                            "sign as the account logged in");
                }
                read.add(new Letter(
                        FollowArguments.parseFrom(payload.getArguments()).getLog(), query));
            } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
                throw malformed();
            }
        }
        return read;
    }

    private static PoyangException malformed() {
        return new PoyangException(
                ConsoleErrors.BAD_REQUEST,
                "the signed requests are malformed",
                "base64 of up to " + MOST_LOGS + " signed queries is needed");
    }

    /// The browser closed the stream, or the session ended.
    private static final class ReaderLeft extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ReaderLeft(@Nullable Exception cause) {
            super(cause);
        }
    }
}
