package poyang.dashboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import poyang.dashboard.Logins.Session;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.JobProgress;
import poyang.wire.schema.QueryPayload;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;

/// Carries what people signed in their browsers to the chain and to the executors, unchanged. Nothing
/// signed by another account than the session's is carried; everything else is the receiver's to check.
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class CourierApi {
    private final ChainGateway chain;
    private final ExecutorGateway executors;
    /// What a person agrees to or lets others have: it takes effect only once its record is anchored.
    private static final Set<String> CONSENTS = Set.of(
            "poyang.v1.Jobs/Consent",
            "poyang.v1.Permissions/Propose",
            "poyang.v1.Permissions/Approve",
            "poyang.v1.Views/Publish",
            "poyang.v1.Views/Revise",
            "poyang.v1.Views/Refresh",
            "poyang.v1.Datasets/Register",
            "poyang.v1.Datasets/SetPolicy",
            "poyang.v1.ZeroKnowledge/Register");

    private final AuditTrail audit;

    CourierApi(ChainGateway chain, ExecutorGateway executors, AuditTrail audit) {
        this.audit = audit;
        this.chain = chain;
        this.executors = executors;
    }

    /// @param signed base64 of an encoded Transaction or SignedQuery
    record Letter(@Nullable String signed) {}

    @PostMapping("/transactions")
    Map<String, String> submit(@RequestAttribute(Gate.SESSION) Session session, @RequestBody Letter letter) {
        try {
            Transaction transaction = Transaction.parseFrom(content(letter));
            TransactionPayload payload = TransactionPayload.parseFrom(transaction.getPayload());
            requireSigner(session, payload.getSender());
            String call = payload.getContract() + "/" + payload.getMethod();
            if (CONSENTS.contains(call)) {
                audit.release(session.account(), "submit", call);
            } else {
                audit.record(session.account(), "submit", call);
            }
            return Map.of("transactionId", chain.submit(transaction).hex());
        } catch (InvalidProtocolBufferException e) {
            throw malformed();
        }
    }

    @PostMapping("/chain/query")
    Map<String, String> query(@RequestAttribute(Gate.SESSION) Session session, @RequestBody Letter letter) {
        return answer(chain.query(signedQuery(session, letter, null)));
    }

    @PostMapping("/chain/receipt")
    Map<String, String> receipt(@RequestAttribute(Gate.SESSION) Session session, @RequestBody Letter letter) {
        return answer(chain.receipt(signedQuery(session, letter, "Receipt")));
    }

    @PostMapping("/executors/{organisation}/progress")
    SseEmitter progress(
            @RequestAttribute(Gate.SESSION) Session session,
            @PathVariable String organisation,
            @RequestBody Letter letter) {
        SignedQuery query = signedQuery(session, letter, "Progress");
        SseEmitter emitter = new SseEmitter(0L);
        Thread.ofVirtual().start(() -> {
            try {
                executors.progress(organisation, query, progress -> send(emitter, progress));
                emitter.complete();
            } catch (PoyangException | InterruptedException | ClientLeft e) {
                emitter.complete();
            }
        });
        return emitter;
    }

    @PostMapping("/executors/{organisation}/{method}")
    Map<String, String> call(
            @RequestAttribute(Gate.SESSION) Session session,
            @PathVariable String organisation,
            @PathVariable String method,
            @RequestBody Letter letter) {
        ExecutorGateway.Method known = Arrays.stream(ExecutorGateway.Method.values())
                .filter(candidate -> candidate.rpc().equals(method))
                .findFirst()
                .orElseThrow(CourierApi::malformed);
        return answer(executors.call(organisation, known, signedQuery(session, letter, method)));
    }

    private static void send(SseEmitter emitter, JobProgress progress) {
        try {
            emitter.send(SseEmitter.event()
                    .name("progress")
                    .data(Base64.getEncoder().encodeToString(progress.toByteArray())));
        } catch (IOException | IllegalStateException e) {
            throw new ClientLeft(e);
        }
    }

    private static Map<String, String> answer(Bytes encoded) {
        return Map.of("answer", Base64.getEncoder().encodeToString(encoded.toArray()));
    }

    private SignedQuery signedQuery(Session session, Letter letter, @Nullable String method) {
        try {
            SignedQuery query = SignedQuery.parseFrom(content(letter));
            QueryPayload payload = QueryPayload.parseFrom(query.getPayload());
            requireSigner(session, payload.getAccount());
            if (method != null && !method.equals(payload.getMethod())) {
                throw malformed();
            }
            audit.record(session.account(), "ask", payload.getContract() + "/" + payload.getMethod());
            return query;
        } catch (InvalidProtocolBufferException e) {
            throw malformed();
        }
    }

    private static ByteString content(Letter letter) {
        try {
            if (letter.signed() != null) {
                return ByteString.copyFrom(Base64.getDecoder().decode(letter.signed()));
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw malformed();
    }

    private static void requireSigner(Session session, String signer) {
        if (!session.account().equals(signer)) {
            throw new PoyangException(
                    ConsoleErrors.NOT_YOURS,
                    "the request is signed by another account",
                    "sign as the account logged in");
        }
    }

    private static PoyangException malformed() {
        return new PoyangException(
                ConsoleErrors.BAD_REQUEST, "the signed request is malformed", "base64 of the signed message is needed");
    }

    /// The browser closed the stream.
    private static final class ClientLeft extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClientLeft(Exception cause) {
            super(cause);
        }
    }
}
