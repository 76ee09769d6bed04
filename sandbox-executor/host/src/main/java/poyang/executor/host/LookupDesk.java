package poyang.executor.host;

import com.google.protobuf.ByteString;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.LookupFrames;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupReceipt;
import poyang.wire.schema.LookupState;

/// Serves look-ups, each once: what the chain does not prove to be asked by this account, of a table that
/// answers, is refused. An evaluation is a keyword that the asker has used up, so nothing that was evaluated
/// is ever given back; the answer leaves when this executor's statement of the look-up is final.
final class LookupDesk {
    /// More than so many look-ups that were begun and not ended: the oldest is given up.
    private static final int OPEN_MAX = 1_000;

    private final ViewSupervisor views;
    private final Statements statements;
    /// By view, the numbers of the look-ups that were evaluated here.
    private final Map<String, BitSet> evaluated = new HashMap<>();

    private final LinkedHashMap<String, Open> open = new LinkedHashMap<>();

    /// Executes `Views.Serve`; returns when it is final.
    interface Statements {
        void serve(LookupReceipt receipt);
    }

    /// A look-up between its frames.
    private record Open(Lookup lookup, ViewSupervisor.Table table, Bytes blinded, Bytes answer) {}

    LookupDesk(ViewSupervisor views, Statements statements) {
        this.views = views;
        this.statements = statements;
    }

    /// The first frame's answer.
    Bytes evaluate(String account, String id, Bytes blinded) throws InterruptedException {
        Lookup lookup = views.facts()
                .lookup(id)
                .filter(known -> known.getAccount().equals(account))
                .orElseThrow(() -> refused("there is no look-up " + id + " of " + account));
        if (lookup.getState() != LookupState.ASKED) {
            throw refused("the look-up " + id + " is in state " + lookup.getState());
        }
        ViewSupervisor.Table table = views.find(lookup.getView(), lookup.getVersion())
                .orElseThrow(() -> new PoyangException(
                        HostErrors.VIEW_NOT_STANDING,
                        "version " + lookup.getVersion() + " of " + lookup.getView() + " answers no more",
                        "ask the version that stands now"));
        synchronized (this) {
            BitSet used = evaluated.computeIfAbsent(lookup.getView(), _ -> new BitSet());
            int number = Math.toIntExact(lookup.getNumber());
            if (used.get(number)) {
                throw refused("the look-up " + id + " has been used");
            }
            used.set(number);
        }
        Bytes answer = table.child().evaluate(lookup.getKeywords(), blinded);
        synchronized (this) {
            if (open.size() >= OPEN_MAX) {
                open.pollFirstEntry();
            }
            open.put(id, new Open(lookup, table, blinded, answer));
        }
        return answer;
    }

    /// The second frame's answer.
    Bytes answer(String account, String id, Bytes queries) {
        Open begun;
        synchronized (this) {
            begun = Optional.ofNullable(open.get(id))
                    .filter(known -> known.lookup().getAccount().equals(account))
                    .orElseThrow(() -> refused("the look-up " + id + " was not begun here, or has been used"));
            open.remove(id);
        }
        Lookup lookup = begun.lookup();
        Bytes answers = begun.table().child().answer(lookup.getKeywords(), queries);
        Bytes digest = LookupFrames.digest(
                begun.blinded().toArray(), begun.answer().toArray(), queries.toArray(), answers.toArray());
        statements.serve(LookupReceipt.newBuilder()
                .setLookup(id)
                .setVersion(lookup.getVersion())
                .setFormHash(lookup.getFormHash())
                .setAccount(lookup.getAccount())
                .setKeywords(lookup.getKeywords())
                .setAskTransaction(lookup.getAskTransaction())
                .setFramesDigest(ByteString.copyFrom(digest.toArray()))
                .setSandbox(views.sandbox())
                .build());
        return answers;
    }

    private static PoyangException refused(String wrong) {
        return new PoyangException(HostErrors.LOOKUP_REFUSED, wrong, "a look-up is asked for on chain and used once");
    }
}
