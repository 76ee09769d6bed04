package poyang.executor.host;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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

    /// A look-up between its frames, with those that went both ways so far.
    private record Open(Lookup lookup, ViewSupervisor.Table table, List<Bytes> frames) {
        private Open {
            frames = List.copyOf(frames);
        }

        boolean evaluated() {
            return frames.size() == 2 * table.steps();
        }

        Open with(Bytes asked, Bytes answer) {
            List<Bytes> more = new ArrayList<>(frames);
            more.add(asked);
            more.add(answer);
            return new Open(lookup, table, more);
        }
    }

    LookupDesk(ViewSupervisor views, Statements statements) {
        this.views = views;
        this.statements = statements;
    }

    /// The answer to a frame before the last: one for keys, one a level of the tree for a range.
    Bytes evaluate(String account, String id, Bytes asked) throws InterruptedException {
        Open begun = take(account, id).orElse(null);
        if (begun == null) {
            begun = begin(account, id);
        }
        if (begun.evaluated()) {
            synchronized (this) {
                open.put(id, begun);
            }
            throw refused("the look-up " + id + " has been used");
        }
        ViewSupervisor.Table table = begun.table();
        Bytes answer = table.child().evaluate(table.number(), begun.lookup().getKeywords(), asked);
        synchronized (this) {
            if (open.size() >= OPEN_MAX) {
                open.pollFirstEntry();
            }
            open.put(id, begun.with(asked, answer));
        }
        return answer;
    }

    /// An open look-up, which is nobody's until it is put back.
    private synchronized Optional<Open> take(String account, String id) {
        Optional<Open> begun = Optional.ofNullable(open.get(id))
                .filter(known -> known.lookup().getAccount().equals(account));
        begun.ifPresent(_ -> open.remove(id));
        return begun;
    }

    private Open begin(String account, String id) throws InterruptedException {
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
        return new Open(lookup, table, List.of());
    }

    /// The last frame's answer.
    Bytes answer(String account, String id, Bytes queries) {
        Open begun = take(account, id)
                .filter(Open::evaluated)
                .orElseThrow(() -> refused("the look-up " + id + " was not begun here, or has been used"));
        Lookup lookup = begun.lookup();
        ViewSupervisor.Table table = begun.table();
        Bytes answers = table.child().answer(table.number(), lookup.getKeywords(), queries);
        Bytes digest = LookupFrames.digest(begun.with(queries, answers).frames());
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
