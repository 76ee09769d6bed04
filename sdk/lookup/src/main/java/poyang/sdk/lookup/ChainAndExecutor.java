package poyang.sdk.lookup;

import com.google.protobuf.Message;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.wire.schema.AskRequest;
import poyang.wire.schema.CloseLookup;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupFrame;
import poyang.wire.schema.LookupKey;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.TallyState;
import poyang.wire.schema.TellTotal;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewForm;
import poyang.wire.schema.ViewQuery;

/// The chain, and the executor of the view's department.
final class ChainAndExecutor implements PrivateLookup.Counterparts {
    private static final String VIEWS = "poyang.v1.Views";
    private static final String SERVICE = "poyang.v1.PrivateReads";
    private static final int TRIES = 50;
    private static final long PAUSE_MILLIS = 200;

    private final ChainAccount account;
    private final ExecutorClient executors;

    ChainAndExecutor(ChainAccount account, ExecutorClient executors) {
        this.account = account;
        this.executors = executors;
    }

    @Override
    public Optional<View> view(String id) {
        return account.state(VIEWS, "view/" + id, 0).value().map(value -> ChainForms.attested(View.parser(), value));
    }

    @Override
    public ViewForm form(View view) {
        return executors.viewForm(
                view.getOrganisation(),
                query("Form", ViewQuery.newBuilder().setView(view.getId()).build()));
    }

    @Override
    public List<SupervisorReport.Supervisor> supervisors() {
        return SupervisorReport.supervisors(account);
    }

    @Override
    public String ask(AskRequest request) {
        Bytes result = ChainForms.bytes(account.call(VIEWS, "Ask", request).getResult());
        return ChainForms.attested(LookupKey.parser(), result).getId();
    }

    @Override
    public byte[] evaluate(View view, LookupFrame frame) {
        return executors
                .evaluate(view.getOrganisation(), query("Evaluate", frame))
                .getFrame()
                .toByteArray();
    }

    @Override
    public byte[] answer(View view, LookupFrame frame) {
        return executors
                .answer(view.getOrganisation(), query("Answer", frame))
                .getFrame()
                .toByteArray();
    }

    @Override
    public Lookup stated(String id) throws InterruptedException {
        int slash = id.lastIndexOf('/');
        String key = String.format(
                Locale.ROOT, "lookup/%s/%012d", id.substring(0, slash), Long.parseLong(id.substring(slash + 1)));
        for (int i = 0; i < TRIES; i++) {
            Optional<Lookup> found =
                    account.state(VIEWS, key, 0).value().map(value -> ChainForms.attested(Lookup.parser(), value));
            if (found.isPresent() && !found.get().getFramesDigest().isEmpty()) {
                return found.get();
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw PrivateLookup.lies("the holder has answered and states nothing on chain");
    }

    @Override
    public TallyState tally(String view) {
        return account.state(VIEWS, "tally/" + view + "|" + account.name(), 0)
                .value()
                .map(value -> ChainForms.attested(TallyState.parser(), value))
                .orElse(TallyState.getDefaultInstance());
    }

    @Override
    public Bytes seal(Bytes context, Bytes plaintext, RandomSource source) {
        return account.sealToSelf(context, plaintext, source);
    }

    @Override
    public Optional<Bytes> open(Bytes context, Bytes sealed) {
        return account.openOwn(context, sealed);
    }

    @Override
    public boolean close(CloseLookup request) {
        try {
            var _ = account.call(VIEWS, "Close", request);
            return true;
        } catch (PoyangException e) {
            if (!e.code().name().equals("WRONG_STATE")) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public void tell(TellTotal request) {
        var _ = account.call(VIEWS, "Tell", request);
    }

    private SignedQuery query(String method, Message arguments) {
        return account.query(SERVICE, method, arguments);
    }
}
