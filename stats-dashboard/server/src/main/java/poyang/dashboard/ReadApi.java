package poyang.dashboard;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import poyang.dashboard.ChainIndex.BlockLine;
import poyang.dashboard.ChainIndex.Kind;
import poyang.dashboard.Logins.Session;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;

/// Reads of the index. Answers are the schema's messages in protobuf's JSON form.
@RestController
@RequestMapping(path = "/api", produces = MediaType.APPLICATION_JSON_VALUE)
class ReadApi {
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer().omittingInsignificantWhitespace();
    private static final int MAX_LISTENERS = 200;

    private final ChainIndex index;
    private final ChainGateway chain;
    private final Logins logins;
    private final AtomicInteger listeners = new AtomicInteger();

    ReadApi(ChainIndex index, ChainGateway chain, Logins logins) {
        this.index = index;
        this.chain = chain;
        this.logins = logins;
    }

    record Overview(long height, long transactions, List<BlockLine> blocks) {}

    @GetMapping("/organisations")
    String organisations(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).organisations());
    }

    @GetMapping("/accounts")
    String accounts(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).accounts());
    }

    @GetMapping("/datasets")
    String datasets(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).datasets());
    }

    @GetMapping("/jobs")
    String jobs(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).jobs());
    }

    @GetMapping("/jobs/{id}")
    String job(@RequestAttribute(Gate.SESSION) Session session, @PathVariable String id) {
        return json(reader(session).job(id));
    }

    @GetMapping("/jobs/{id}/receipts")
    String receipts(@RequestAttribute(Gate.SESSION) Session session, @PathVariable String id) {
        return array(reader(session).receipts(id));
    }

    @GetMapping("/evidence")
    String evidence(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).evidence());
    }

    @GetMapping("/anchors")
    String anchors(@RequestAttribute(Gate.SESSION) Session session, @RequestParam(defaultValue = "0") int page) {
        return json(reader(session).anchors(page));
    }

    @GetMapping("/audit/anchors")
    String lastAnchors(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).lastAnchors());
    }

    @GetMapping("/permissions/rules")
    String rules(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).rules());
    }

    @GetMapping("/permissions/levels")
    String levels(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).levels());
    }

    @GetMapping("/permissions/proposals")
    String proposals(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).proposals());
    }

    @GetMapping("/permissions/nodes")
    String frozenNodes(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).frozenNodes());
    }

    @GetMapping("/views")
    String views(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).views());
    }

    @GetMapping("/lookups")
    String lookups(@RequestAttribute(Gate.SESSION) Session session) {
        return json(reader(session).lookups());
    }

    @GetMapping("/proof-keys")
    String proofKeys(@RequestAttribute(Gate.SESSION) Session session) {
        return array(reader(session).proofs().keys());
    }

    @GetMapping("/proofs")
    String proofs(@RequestAttribute(Gate.SESSION) Session session) {
        return array(reader(session).proofs().proofs());
    }

    /// Verifies a kept proof here, whatever the nodes said.
    @GetMapping("/proofs/{id}/check")
    ProofDesk.Checked check(@RequestAttribute(Gate.SESSION) Session session, @PathVariable String id) {
        return reader(session).proofs().check(id);
    }

    @GetMapping("/overview")
    Overview overview(@RequestAttribute(Gate.SESSION) Session session) {
        reader(session).requireSupervisor();
        return new Overview(index.height(), index.transactionCount(), index.lastBlocks(120));
    }

    @GetMapping("/nodes")
    String nodes(@RequestAttribute(Gate.SESSION) Session session) {
        reader(session).requireSupervisor();
        return chain.nodes().stream()
                .map(node -> {
                    String status = node.status() == null ? "null" : json(node.status());
                    return "{\"name\":\"" + node.name() + "\",\"status\":" + status + "}";
                })
                .collect(Collectors.joining(",", "[", "]"));
    }

    /// The receipt of a transaction, waiting for its block up to `waitMillis`.
    @GetMapping("/transactions/{id}")
    String outcome(
            @RequestAttribute(Gate.SESSION) Session session,
            @PathVariable String id,
            @RequestParam(defaultValue = "0") long waitMillis)
            throws InterruptedException {
        Reader reader = reader(session);
        long end = System.nanoTime() + Math.clamp(waitMillis, 0, 25_000) * 1_000_000L;
        while (true) {
            long height = index.height();
            var outcome = reader.outcome(id);
            if (outcome.isPresent()) {
                return json(outcome.get().receipt());
            }
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new PoyangException(
                        ConsoleErrors.NOT_FOUND, "the transaction is in no block yet", "ask again, or submit it again");
            }
            index.awaitAbove(height, left);
        }
    }

    /// One event for each change of the chain's height, until the session ends.
    @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    SseEmitter events(@RequestAttribute(Gate.SESSION) Session session) {
        if (listeners.incrementAndGet() > MAX_LISTENERS) {
            listeners.decrementAndGet();
            throw new PoyangException(ConsoleErrors.BAD_REQUEST, "too many pages are open", "close some of them");
        }
        SseEmitter emitter = new SseEmitter(0L);
        Thread.ofVirtual().start(() -> {
            try {
                long known = -1;
                while (logins.isOpen(session.token())) {
                    long height = index.awaitAbove(known, 10_000);
                    emitter.send(
                            height > known
                                    ? SseEmitter.event().name("height").data(Long.toString(height))
                                    : SseEmitter.event().comment("still here"));
                    known = height;
                }
                emitter.complete();
            } catch (java.io.IOException | IllegalStateException | InterruptedException e) {
                emitter.complete();
            } finally {
                listeners.decrementAndGet();
            }
        });
        return emitter;
    }

    private Reader reader(Session session) {
        return new Reader(
                index,
                index.find(Kind.ACCOUNT, session.account(), AccountRecord.parser())
                        .orElseThrow(() -> new PoyangException(
                                ConsoleErrors.NOT_LOGGED_IN, "the account is no longer on the chain", "log in again")));
    }

    private static String array(List<? extends MessageOrBuilder> messages) {
        return messages.stream().map(ReadApi::json).collect(Collectors.joining(",", "[", "]"));
    }

    private static String json(MessageOrBuilder message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new Bug("a message without Any prints", e);
        }
    }
}
