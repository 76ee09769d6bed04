package poyang.notarization;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.crypto.SealedBox;
import poyang.crypto.curve.Sm2Commitment;
import poyang.kernel.Bytes;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.MatchTally;
import poyang.wire.schema.MatchTotal;
import poyang.wire.schema.MatchTotals;
import poyang.wire.schema.TallyState;
import poyang.wire.schema.TellTotal;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewKey;

/// How many records an account's look-ups matched: each look-up commits to its number when it is closed, and
/// what is told is the total over at least 100 keywords, which the sum of the commitments proves. No single
/// number is ever opened, and none can be changed afterwards or left out.
///
/// State of `poyang.v1.Views`: `tally/VIEW|ACCOUNT` → TallyState, `total/VIEW/ACCOUNT/NUMBER` (12 decimal
/// digits) → MatchTotal.
final class MatchTallies {
    static final int KEYWORDS_MIN = 100;
    /// The sum of the numbers and that of the blindings, as the asker seals them to itself.
    static final int OWN_BYTES = Long.BYTES + Sm2Commitment.BLINDING_BYTES;

    private static final int LISTED = 500;

    private final CallContext context;
    private final ContractState views;

    MatchTallies(CallContext context, ContractState views) {
        this.context = context;
        this.views = views;
    }

    private static String key(String view, String account) {
        return "tally/" + view + "|" + account;
    }

    private static TallyState tally(String view, String account, ReadableState views) {
        return views.get(key(view, account))
                .map(value -> ServiceContract.stored(TallyState.parser(), value))
                .orElse(TallyState.getDefaultInstance());
    }

    /// Takes a look-up that its asker closes into its tally.
    void take(Lookup lookup, MatchTally said) {
        byte[] commitment = said.getCommitment().toByteArray();
        Rules.arguments(
                Sm2Commitment.isOne(commitment) && said.getOwn().size() == SealedBox.length(context.suite(), OWN_BYTES),
                "the tally has a commitment of " + commitment.length + " bytes and a box of "
                        + said.getOwn().size(),
                "a point of " + Sm2Commitment.BYTES + " bytes and a box of "
                        + SealedBox.length(context.suite(), OWN_BYTES) + " bytes are needed");
        TallyState before = tally(lookup.getView(), lookup.getAccount(), views);
        boolean begins = said.getLookupsBefore() == 0;
        Rules.need(
                begins || said.getLookupsBefore() == before.getLookups(),
                NotarizationErrors.WRONG_STATE,
                "the tally is said to hold " + said.getLookupsBefore() + " look-ups and holds " + before.getLookups(),
                "read the tally and close again");
        byte[] sum = begins
                ? commitment
                : Sm2Commitment.plus(before.getSum().toByteArray(), commitment)
                        .orElseThrow(() -> Rules.rejection(
                                NotarizationErrors.BAD_ARGUMENTS,
                                "the commitment is the negative of the sum before",
                                "a fresh blinding is needed"));
        TallyState.Builder after = before.toBuilder()
                .setLookups(begins ? 1 : before.getLookups() + 1)
                .setKeywords((begins ? 0 : before.getKeywords()) + lookup.getKeywords())
                .setSum(ByteString.copyFrom(sum))
                .setOwn(said.getOwn())
                .setFirstNumber(begins ? lookup.getNumber() : Math.min(before.getFirstNumber(), lookup.getNumber()))
                .setLastNumber(begins ? lookup.getNumber() : Math.max(before.getLastNumber(), lookup.getNumber()));
        if (begins) {
            after.setUntoldKeywords(before.getUntoldKeywords() + before.getKeywords());
        }
        views.put(key(lookup.getView(), lookup.getAccount()), after.build().toByteArray());
    }

    Empty tell(TellTotal request) {
        Account sender = context.sender();
        View view = ServiceContract.need(views, "view/" + request.getView(), View.parser(), "view");
        TallyState tally = tally(view.getId(), sender.id(), views);
        Rules.need(
                tally.getKeywords() >= KEYWORDS_MIN,
                NotarizationErrors.WRONG_STATE,
                "the tally holds " + tally.getKeywords() + " keywords",
                "a total is told over at least " + KEYWORDS_MIN + ", so that it tells of no single one");
        Rules.need(
                request.getLookups() == tally.getLookups(),
                NotarizationErrors.WRONG_STATE,
                "the total is over " + request.getLookups() + " look-ups and the tally holds " + tally.getLookups(),
                "read the tally and tell again");
        long most = Math.multiplyExact(tally.getKeywords(), Math.max(1, view.getRecordsPerKey()));
        Rules.arguments(
                request.getMatched() >= 0
                        && request.getMatched() <= most
                        && Sm2Commitment.opens(
                                tally.getSum().toByteArray(),
                                tally.getLookups(),
                                request.getMatched(),
                                request.getBlinding().toByteArray()),
                "the total of " + request.getMatched() + " is not what the look-ups committed to",
                "the sum of their numbers, at most " + most + ", and of their blindings is needed");
        MatchTotal total = MatchTotal.newBuilder()
                .setView(view.getId())
                .setAccount(sender.id())
                .setNumber(tally.getTotals() + 1)
                .setLookups(tally.getLookups())
                .setKeywords(tally.getKeywords())
                .setMatched(request.getMatched())
                .setFirstLookup(tally.getFirstNumber())
                .setLastLookup(tally.getLastNumber())
                .setHeight(context.height())
                .setMillis(context.timestampMillis())
                .build();
        views.put(
                String.format(Locale.ROOT, "total/%s/%s/%012d", view.getId(), sender.id(), total.getNumber()),
                total.toByteArray());
        views.put(
                key(view.getId(), sender.id()),
                TallyState.newBuilder()
                        .setTotals(total.getNumber())
                        .setUntoldKeywords(tally.getUntoldKeywords())
                        .build()
                        .toByteArray());
        context.emit(new ContractEvent(
                "views.total",
                view.getId(),
                Bytes.wrap(total.toByteArray()),
                List.of(view.getOrganisation(), sender.organisation())));
        return Empty.getDefaultInstance();
    }

    // ---- reads ----------------------------------------------------------------------------------

    static TallyState own(ViewKey key, Account reader, ReadableState views) {
        return tally(key.getId(), reader.id(), views);
    }

    static MatchTotals list(ViewKey key, Account reader, ReadableState views) {
        MatchTotals.Builder found = MatchTotals.newBuilder();
        String prefix = "total/" + key.getId() + "/";
        String after = "";
        List<ReadableState.Entry> page;
        do {
            page = views.scan(prefix, after, LISTED);
            for (ReadableState.Entry entry : page) {
                MatchTotal total = ServiceContract.stored(
                        MatchTotal.parser(), entry.value().toArray());
                if (found.getTotalsCount() < LISTED && sees(reader, total)) {
                    found.addTotals(total);
                }
                after = entry.key();
            }
        } while (page.size() == LISTED && found.getTotalsCount() < LISTED);
        return found.build();
    }

    private static boolean sees(Account reader, MatchTotal total) {
        boolean holder = total.getView().startsWith(reader.organisation() + "/")
                && (reader.has(Role.OWNER) || reader.has(Role.EXECUTOR));
        return ServiceContract.seesAll(reader) || holder || total.getAccount().equals(reader.id());
    }

    static boolean mayReadKey(String key, Account reader, ReadableState state) {
        if (key.startsWith("tally/")) {
            return key.endsWith("|" + reader.id());
        }
        Optional<byte[]> value = key.startsWith("total/") ? state.get(key) : Optional.empty();
        return value.map(found -> ServiceContract.stored(MatchTotal.parser(), found))
                .filter(total -> sees(reader, total))
                .isPresent();
    }
}
