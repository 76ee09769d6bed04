package poyang.executor.host;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.CallErrors;
import poyang.sdk.SignedQueries;
import poyang.wire.schema.LookupFrame;
import poyang.wire.schema.PrivateReadsGrpc;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewForm;
import poyang.wire.schema.ViewQuery;
import poyang.wire.schema.ViewStatus;

/// Private reads of this department's views, for whoever carries analysts' signed queries.
final class LookupApi extends PrivateReadsGrpc.PrivateReadsImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(LookupApi.class);
    private static final String SERVICE = "poyang.v1.PrivateReads";

    private final String organisation;
    private final ChainFacts accounts;
    private final ViewSupervisor views;
    private final LookupDesk desk;
    private final SignedQueries queries;
    private final ExecutorApi.AuditTrail audit;

    LookupApi(
            JobAttempt.Desk jobs,
            ViewSupervisor views,
            LookupDesk desk,
            SignedQueries queries,
            ExecutorApi.AuditTrail audit) {
        organisation = jobs.organisation();
        accounts = jobs.facts();
        this.views = views;
        this.desk = desk;
        this.queries = queries;
        this.audit = audit;
    }

    @Override
    public void form(SignedQuery query, StreamObserver<ViewForm> out) {
        answer(out, () -> {
            SignedAsker asker = ask(query, "Form");
            String id = asker.arguments(ViewQuery.parser()).getView();
            String department = asker.account().getOrganisation();
            View view = view(id);
            need(department.equals(organisation) || view.getAskersList().contains(department), asker);
            ViewSupervisor.Table table = views.latest(id).orElseThrow(() -> notStanding(id));
            return ViewForm.newBuilder()
                    .setVersion(table.version())
                    .setForm(bytes(table.form()))
                    .build();
        });
    }

    @Override
    public void evaluate(SignedQuery query, StreamObserver<LookupFrame> out) {
        answer(out, () -> {
            SignedAsker asker = ask(query, "Evaluate");
            LookupFrame frame = asker.arguments(LookupFrame.parser());
            audit.record(asker.name(), "lookup-begin", frame.getLookup());
            Bytes answer = desk.evaluate(asker.name(), frame.getLookup(), bytes(frame));
            return frame.toBuilder().setFrame(bytes(answer)).build();
        });
    }

    @Override
    public void answer(SignedQuery query, StreamObserver<LookupFrame> out) {
        answer(out, () -> {
            SignedAsker asker = ask(query, "Answer");
            LookupFrame frame = asker.arguments(LookupFrame.parser());
            audit.record(asker.name(), "lookup-answer", frame.getLookup());
            Bytes answer = desk.answer(asker.name(), frame.getLookup(), bytes(frame));
            return frame.toBuilder().setFrame(bytes(answer)).build();
        });
    }

    @Override
    public void status(SignedQuery query, StreamObserver<ViewStatus> out) {
        answer(out, () -> {
            SignedAsker asker = ask(query, "Status");
            need(asker.account().getOrganisation().equals(organisation), asker);
            return views.status(asker.arguments(ViewQuery.parser()).getView());
        });
    }

    private View view(String id) throws InterruptedException {
        return views.facts()
                .view(id, 0)
                .filter(view -> view.getOrganisation().equals(organisation) && !view.getWithdrawn())
                .orElseThrow(() -> new PoyangException(
                        HostErrors.NO_SUCH_VIEW, "there is no view \"" + id + "\" here", "look it up in the list"));
    }

    private PoyangException notStanding(String id) {
        return new PoyangException(
                HostErrors.VIEW_NOT_STANDING,
                "the table of " + id + " is being made: " + views.status(id).getPhase(),
                "ask again in a while");
    }

    private SignedAsker ask(SignedQuery query, String method) {
        return SignedAsker.of(query, queries, accounts, SERVICE, method);
    }

    private void need(boolean allowed, SignedAsker asker) {
        if (!allowed) {
            audit.record(asker.name(), "call", asker.payload().getMethod(), "refused " + HostErrors.NOT_ALLOWED);
            throw new PoyangException(
                    HostErrors.NOT_ALLOWED,
                    asker.name() + " may not do this here",
                    "an account of a department that may ask the view, or of its own department, is needed");
        }
    }

    private static ByteString bytes(Bytes value) {
        return ByteString.copyFrom(value.toArray());
    }

    private static Bytes bytes(LookupFrame frame) {
        return Bytes.wrap(frame.getFrame().toByteArray());
    }

    private static <T> void answer(StreamObserver<T> out, Callable<T> work) {
        CallErrors.answer(out, work, mistake -> LOG.error("a call failed", mistake));
    }
}
