package poyang.notarization;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.crypto.SealedBox;
import poyang.kernel.Bytes;
import poyang.wire.schema.AskRequest;
import poyang.wire.schema.CloseLookup;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Lookup;
import poyang.wire.schema.LookupKey;
import poyang.wire.schema.LookupList;
import poyang.wire.schema.LookupReceipt;
import poyang.wire.schema.LookupState;
import poyang.wire.schema.LookupsRequest;
import poyang.wire.schema.NotServed;
import poyang.wire.schema.SealedReport;
import poyang.wire.schema.View;

/// The look-ups of views: numbered, counted against quotas before they happen, stated once by the holder,
/// and closed by the asker with a report that looks the same whatever it says.
///
/// ```
/// Ask ─▶ ASKED ──Serve──▶ SERVED ──Close──▶ CLOSED
///            └──Refuse──▶ NOT_SERVED
/// ```
/// State of `poyang.v1.Views`: `lookup/VIEW/NUMBER` (12 decimal digits) → Lookup.
final class Lookups {
    /// What a sealed report of 256 bytes takes under the suite's box.
    static final int REPORT_BYTES = 256;

    private static final int REPORTS_MAX = 8;
    private static final int LISTED = 500;

    private final CallContext context;
    private final ContractState views;

    Lookups(CallContext context, ContractState anyState) {
        this.context = context;
        views = anyState.writable(ViewsContract.NAME);
    }

    static void put(View view, CallContext context, ContractState state) {
        state.put("view/" + view.getId(), view.toByteArray());
        context.emit(new ContractEvent("views.changed", view.getId(), Bytes.wrap(view.toByteArray()), List.of()));
    }

    private static String id(String view, long number) {
        return view + "/" + number;
    }

    /// The state's key of a look-up's id; of something that is none, a key that nothing stands under.
    static String stateKey(String id) {
        int slash = id.lastIndexOf('/');
        String number = id.substring(slash + 1);
        boolean whole = slash > 0 && number.matches("[1-9][0-9]{0,11}");
        return whole
                ? String.format(Locale.ROOT, "lookup/%s/%012d", id.substring(0, slash), Long.parseLong(number))
                : "lookup/";
    }

    private void put(Lookup lookup, String holder) {
        views.put(stateKey(lookup.getId()), lookup.toByteArray());
        context.emit(new ContractEvent(
                "lookups.changed",
                lookup.getId(),
                Bytes.wrap(lookup.toByteArray()),
                List.of(holder, lookup.getOrganisation())));
    }

    LookupKey ask(AskRequest request) {
        Account sender = context.sender();
        View view = ServiceContract.need(views, "view/" + request.getView(), View.parser(), "view");
        Rules.allowed(
                sender.has(Role.ANALYST) && view.getAskersList().contains(sender.organisation()),
                sender,
                "an analyst of a department that may ask does: " + view.getAskersList());
        Rules.need(
                !view.getWithdrawn() && view.hasTable(),
                NotarizationErrors.WRONG_STATE,
                "the view " + view.getId() + (view.getWithdrawn() ? " was withdrawn" : " has no table yet"),
                view.getWithdrawn() ? "another view is needed" : "ask when its executor has made the table");
        Rules.need(
                request.getVersion() == view.getTable().getVersion(),
                NotarizationErrors.WRONG_STATE,
                "version " + request.getVersion() + " is asked, and version "
                        + view.getTable().getVersion() + " stands",
                "ask the version that stands");
        int most =
                Math.min(view.getQuota().getKeywordsPerLookup(), view.getTable().getKeywordsAtOnce());
        Rules.arguments(
                request.getKeywords() >= 1 && request.getKeywords() <= most,
                request.getKeywords() + " keywords in one look-up",
                "1 to " + most + " are possible here");
        Rules.prose("purpose", request.getPurpose(), view.getPurposeRequired() ? 1 : 0, 500);
        Dataset dataset = DatasetsContract.find(views.of(DatasetsContract.NAME), view.getDataset())
                .orElseThrow(() -> ServiceContract.notFound("data set"));
        ViewsContract.columnsAllowed(view, dataset);
        List<String> counterparties = dataset.getPolicy().getCounterpartiesList();
        Rules.need(
                counterparties.isEmpty() || counterparties.contains(sender.organisation()),
                NotarizationErrors.POLICY_FORBIDS,
                "the policy of " + dataset.getId() + " does not allow " + sender.organisation(),
                "one of " + counterparties + " is needed");
        new ViewQuotas(context, views).count(view, sender.id(), sender.organisation(), request.getKeywords());
        View after = view.toBuilder()
                .setLookups(view.getLookups() + 1)
                .setKeywords(view.getKeywords() + request.getKeywords())
                .build();
        put(after, context, views);
        Lookup lookup = Lookup.newBuilder()
                .setId(id(view.getId(), after.getLookups()))
                .setView(view.getId())
                .setNumber(after.getLookups())
                .setVersion(request.getVersion())
                .setFormHash(view.getTable().getFormHash())
                .setAccount(sender.id())
                .setOrganisation(sender.organisation())
                .setKeywords(request.getKeywords())
                .setPurpose(request.getPurpose())
                .setPriceClass(view.getPriceClass())
                .setState(LookupState.ASKED)
                .setAskedHeight(context.height())
                .setAskedMillis(context.timestampMillis())
                .setAskTransaction(ChainBytes.of(context.transactionId()))
                .build();
        put(lookup, view.getOrganisation());
        return LookupKey.newBuilder().setId(lookup.getId()).build();
    }

    /// A look-up with its view, for the executor of the view's department.
    private Lookup ofHolder(String id) {
        Lookup lookup = find(views, id)
                .filter(known ->
                        view(known).getOrganisation().equals(context.sender().organisation()))
                .orElseThrow(() -> ServiceContract.notFound("look-up"));
        Rules.allowed(
                context.sender().has(Role.EXECUTOR), context.sender(), "the executor of the view's department does");
        needState(lookup, LookupState.ASKED);
        return lookup;
    }

    private static void needState(Lookup lookup, LookupState wanted) {
        Rules.need(
                lookup.getState() == wanted,
                NotarizationErrors.WRONG_STATE,
                "the look-up is in state " + lookup.getState(),
                "this is for look-ups in state " + wanted);
    }

    private View view(Lookup lookup) {
        return ServiceContract.need(views, "view/" + lookup.getView(), View.parser(), "view");
    }

    private static Optional<Lookup> find(ReadableState views, String id) {
        return views.get(stateKey(id)).map(value -> ServiceContract.stored(Lookup.parser(), value));
    }

    Empty serve(LookupReceipt receipt) {
        Lookup before = ofHolder(receipt.getLookup());
        AuditContract.needAnchored(context, views);
        boolean same = receipt.getVersion() == before.getVersion()
                && receipt.getFormHash().equals(before.getFormHash())
                && receipt.getAccount().equals(before.getAccount())
                && receipt.getKeywords() == before.getKeywords()
                && receipt.getAskTransaction().equals(before.getAskTransaction());
        Rules.need(
                same,
                NotarizationErrors.RECEIPT_DIFFERS,
                "the receipt differs from the look-up " + before.getId(),
                "the values that are on chain are needed");
        Rules.hash("frames_digest", receipt.getFramesDigest());
        Rules.arguments(
                JobsContract.SANDBOXES.contains(receipt.getSandbox()),
                "the sandbox is " + Rules.quoted(receipt.getSandbox()),
                "one of " + JobsContract.SANDBOXES + " is needed");
        put(
                before.toBuilder()
                        .setState(LookupState.SERVED)
                        .setFramesDigest(receipt.getFramesDigest())
                        .setServedMillis(context.timestampMillis())
                        .setServedTransaction(ChainBytes.of(context.transactionId()))
                        .build(),
                view(before).getOrganisation());
        return Empty.getDefaultInstance();
    }

    Empty refuse(NotServed request) {
        Lookup before = ofHolder(request.getLookup());
        View view = view(before);
        new ViewQuotas(context, views)
                .giveBack(
                        view,
                        before.getAccount(),
                        before.getOrganisation(),
                        before.getAskedMillis(),
                        before.getKeywords());
        put(
                view.toBuilder()
                        .setKeywords(view.getKeywords() - before.getKeywords())
                        .build(),
                context,
                views);
        put(before.toBuilder().setState(LookupState.NOT_SERVED).build(), view.getOrganisation());
        return Empty.getDefaultInstance();
    }

    Empty close(CloseLookup request) {
        Lookup before = find(views, request.getLookup())
                .filter(known -> known.getAccount().equals(context.sender().id()))
                .orElseThrow(() -> ServiceContract.notFound("look-up"));
        needState(before, LookupState.SERVED);
        Rules.arguments(
                request.getReportsCount() >= 1 && request.getReportsCount() <= REPORTS_MAX,
                request.getReportsCount() + " reports",
                "one for each of 1 to " + REPORTS_MAX + " supervisors is needed");
        int length = SealedBox.length(context.suite(), REPORT_BYTES);
        Set<String> told = new TreeSet<>();
        for (SealedReport report : request.getReportsList()) {
            boolean supervisor = AccountsContract.record(views.of(AccountsContract.NAME), report.getAccount())
                    .filter(record -> AccountsContract.account(record).has(Role.SUPERVISOR))
                    .isPresent();
            Rules.arguments(
                    supervisor
                            && told.add(report.getAccount())
                            && report.getSealed().size() == length,
                    "a report of " + report.getSealed().size() + " bytes is for " + Rules.quoted(report.getAccount()),
                    "different supervisors, and boxes of exactly " + length + " bytes, are needed");
        }
        new MatchTallies(context, views).take(before, request.getTally());
        put(
                before.toBuilder()
                        .setState(LookupState.CLOSED)
                        .setMatchedCommitment(request.getTally().getCommitment())
                        .setClosedMillis(context.timestampMillis())
                        .addAllReports(request.getReportsList())
                        .build(),
                view(before).getOrganisation());
        return Empty.getDefaultInstance();
    }

    // ---- reads ----------------------------------------------------------------------------------

    static LookupList list(LookupsRequest request, Account reader, ReadableState views) {
        LookupList.Builder found = LookupList.newBuilder();
        String prefix = request.getView().isEmpty() ? "lookup/" : "lookup/" + request.getView() + "/";
        String after = request.getView().isEmpty() ? "" : stateKey(id(request.getView(), request.getAfterNumber()));
        while (found.getLookupsCount() < LISTED) {
            List<ReadableState.Entry> page = views.scan(prefix, after.equals("lookup/") ? "" : after, LISTED);
            for (ReadableState.Entry entry : page) {
                Lookup lookup =
                        ServiceContract.stored(Lookup.parser(), entry.value().toArray());
                if (found.getLookupsCount() < LISTED && sees(reader, lookup)) {
                    found.addLookups(lookup);
                }
            }
            if (page.size() < LISTED) {
                break;
            }
            after = page.getLast().key();
        }
        return found.build();
    }

    static Lookup get(LookupKey key, Account reader, ReadableState views) {
        return find(views, key.getId())
                .filter(lookup -> sees(reader, lookup))
                .orElseThrow(() -> ServiceContract.notFound("look-up"));
    }

    private static boolean sees(Account reader, Lookup lookup) {
        boolean holder = lookup.getView().startsWith(reader.organisation() + "/")
                && (reader.has(Role.OWNER) || reader.has(Role.EXECUTOR));
        return ServiceContract.seesAll(reader) || holder || lookup.getAccount().equals(reader.id());
    }

    static boolean mayReadKey(String key, Account reader, ReadableState state) {
        return key.startsWith("lookup/")
                && state.get(key)
                        .map(value -> ServiceContract.stored(Lookup.parser(), value))
                        .filter(lookup -> sees(reader, lookup))
                        .isPresent();
    }
}
