package poyang.notarization;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.wire.schema.AskRequest;
import poyang.wire.schema.CloseLookup;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.CommitView;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.Empty;
import poyang.wire.schema.LookupKey;
import poyang.wire.schema.LookupReceipt;
import poyang.wire.schema.LookupsRequest;
import poyang.wire.schema.NotServed;
import poyang.wire.schema.ReviseView;
import poyang.wire.schema.TellTotal;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewKey;
import poyang.wire.schema.ViewList;
import poyang.wire.schema.ViewQuota;
import poyang.wire.schema.ViewReads;
import poyang.wire.schema.ViewTable;

/// Queryable views of data sets: published by owners, made by executors, looked up by analysts. What is
/// looked up is seen by nobody; how much is counted here, by {@link Lookups}.
///
/// State: `view/ORGANISATION/NAME` → View, and what {@link Lookups} and {@link ViewQuotas} keep.
public final class ViewsContract extends ServiceContract {
    static final String NAME = "poyang.v1.Views";
    static final int KEYWORDS_AT_ONCE_MAX = 64;
    private static final int COLUMNS_MAX = 100;
    private static final int ASKERS_MAX = 1000;
    private static final int RECORD_BYTES_MAX = 65_535;
    private static final int RECORDS_PER_KEY_MAX = 16;
    private static final int HOURS_MAX = 744;
    private static final long KEYWORDS_MAX = 1_000_000;

    public ViewsContract() {
        super(NAME);
        call("Publish", View.parser(), ViewsContract::publish);
        call("Revise", ReviseView.parser(), ViewsContract::revise);
        call("Withdraw", ViewKey.parser(), ViewsContract::withdraw);
        call("Refresh", ViewKey.parser(), ViewsContract::refresh);
        call("Commit", CommitView.parser(), ViewsContract::commit);
        call("Ask", AskRequest.parser(), (request, context, state) -> new Lookups(context, state).ask(request));
        call("Serve", LookupReceipt.parser(), (request, context, state) -> new Lookups(context, state).serve(request));
        call("Refuse", NotServed.parser(), (request, context, state) -> new Lookups(context, state).refuse(request));
        call("Close", CloseLookup.parser(), (request, context, state) -> new Lookups(context, state).close(request));
        call(
                "Tell",
                TellTotal.parser(),
                (request, context, state) -> new MatchTallies(context, state.writable(NAME)).tell(request));
        read("Get", ViewKey.parser(), (key, _, state) -> need(state, "view/" + key.getId(), View.parser(), "view"));
        read(
                "List",
                Empty.parser(),
                (_, _, state) -> ViewList.newBuilder()
                        .addAllViews(all(state, "view/", View.parser()))
                        .build());
        read("ListLookups", LookupsRequest.parser(), Lookups::list);
        read("GetLookup", LookupKey.parser(), Lookups::get);
        read("ListTotals", ViewKey.parser(), MatchTallies::list);
        read("Tally", ViewKey.parser(), MatchTallies::own);
    }

    private static Empty publish(View made, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(
                sender.has(Role.OWNER) && sender.organisation().equals(made.getOrganisation()),
                sender,
                "an owner publishes views of the own organisation");
        Rules.owned("id", made.getId(), made.getOrganisation());
        Rules.owned("dataset", made.getDataset(), made.getOrganisation());
        Rules.text("title", made.getTitle(), 1, 200);
        Rules.arguments(
                made.getRecordBytes() >= 0
                        && made.getRecordBytes() <= RECORD_BYTES_MAX
                        && made.getRecordsPerKey() >= 1
                        && made.getRecordsPerKey() <= RECORDS_PER_KEY_MAX,
                "records of " + made.getRecordBytes() + " bytes, " + made.getRecordsPerKey() + " for a key",
                "at most " + RECORD_BYTES_MAX + " bytes (0: the longest there is) and 1 to " + RECORDS_PER_KEY_MAX
                        + " records are needed");
        Rules.arguments(
                !made.getColumnsList().isEmpty()
                        && made.getColumnsCount() <= COLUMNS_MAX
                        && !made.getColumnsList().contains(made.getKeyColumn())
                        && Set.copyOf(made.getColumnsList()).size() == made.getColumnsCount(),
                "the view has " + made.getColumnsCount() + " columns, or one twice, or its key among them",
                "1 to " + COLUMNS_MAX + " different columns besides the key are needed");
        Rules.arguments(
                made.getReads() == ViewReads.VIEW_READS_BY_KEY
                        || made.getReads() == ViewReads.VIEW_READS_BY_RANGE && made.getRecordsPerKey() == 1,
                "the view is read by " + made.getReads() + ", " + made.getRecordsPerKey() + " records for a key",
                "by key, or by range with 1 record for a key: a range gives every entry by itself");
        terms(made.getAskersList(), made.getQuota(), made.getPriceClass(), made.getOrganisation());
        Dataset dataset = DatasetsContract.find(state.of(DatasetsContract.NAME), made.getDataset())
                .orElseThrow(() -> notFound("data set"));
        columnsAllowed(made, dataset);
        Rules.need(
                state.get("view/" + made.getId()).isEmpty(),
                NotarizationErrors.EXISTS,
                "the view " + made.getId() + " exists",
                "a new name, or Revise, is needed");
        View kept = made.toBuilder()
                .clearWithdrawn()
                .clearTable()
                .clearFailure()
                .setRefreshes(0)
                .setLookups(0)
                .setKeywords(0)
                .setPublishedHeight(context.height())
                .setPublishedMillis(context.timestampMillis())
                .build();
        Lookups.put(kept, context, state);
        return Empty.getDefaultInstance();
    }

    /// The data set's policy lets the view's columns be shown and its key be asked for.
    static void columnsAllowed(View view, Dataset dataset) {
        boolean key = dataset.getColumnsList().stream()
                .anyMatch(column -> column.getName().equals(view.getKeyColumn())
                        && column.getLookupKey()
                        && column.getIdentifierKind() == view.getIdentifierKind());
        Rules.need(
                key,
                NotarizationErrors.POLICY_FORBIDS,
                "the policy of " + dataset.getId() + " does not let records be looked up by "
                        + Rules.quoted(view.getKeyColumn()),
                "a column that the policy names a lookup key, with its identifier kind, is needed");
        Set<String> shown = new TreeSet<>();
        for (ColumnPolicy column : dataset.getColumnsList()) {
            if (column.getLookupValue()) {
                shown.add(column.getName());
            }
        }
        List<String> seen = new ArrayList<>(view.getColumnsList());
        if (view.getReads() == ViewReads.VIEW_READS_BY_RANGE) {
            seen.add(view.getKeyColumn()); // whoever reads a range sees keys
        }
        for (String column : seen) {
            Rules.need(
                    shown.contains(column),
                    NotarizationErrors.POLICY_FORBIDS,
                    "the policy of " + dataset.getId() + " does not let " + Rules.quoted(column) + " be looked up",
                    "columns that the policy names lookup values are needed: " + shown);
        }
    }

    private static void terms(List<String> askers, ViewQuota quota, String priceClass, String organisation) {
        Rules.arguments(
                !askers.isEmpty() && askers.size() <= ASKERS_MAX,
                askers.size() + " departments may ask",
                "1 to " + ASKERS_MAX + " departments are needed");
        Set<String> names = new TreeSet<>();
        for (String asker : askers) {
            Rules.name("askers", asker);
            Rules.arguments(
                    names.add(asker) && !asker.equals(organisation),
                    "the department " + asker + " is named twice, or is the view's own",
                    "different other departments are needed");
        }
        Rules.text("price_class", priceClass, 1, 40);
        Rules.arguments(
                quota.getPeriodHours() >= 1
                        && quota.getPeriodHours() <= HOURS_MAX
                        && quota.getKeywordsPerAccount() >= 1
                        && quota.getKeywordsPerAccount() <= quota.getKeywordsPerOrganisation()
                        && quota.getKeywordsPerOrganisation() <= KEYWORDS_MAX
                        && quota.getKeywordsPerLookup() >= 1
                        && quota.getKeywordsPerLookup() <= KEYWORDS_AT_ONCE_MAX,
                "the quota is " + quota.getKeywordsPerAccount() + " keywords an account and "
                        + quota.getKeywordsPerOrganisation() + " a department in " + quota.getPeriodHours() + " hours, "
                        + quota.getKeywordsPerLookup() + " a look-up",
                "1 to " + HOURS_MAX + " hours, 1 to " + KEYWORDS_MAX
                        + " keywords, no more an account than a department," + " and 1 to " + KEYWORDS_AT_ONCE_MAX
                        + " a look-up are needed");
    }

    private static View own(String id, Role role, CallContext context, ContractState state) {
        View before = need(state, "view/" + id, View.parser(), "view");
        Account sender = context.sender();
        Rules.allowed(
                sender.has(role) && sender.organisation().equals(before.getOrganisation()),
                sender,
                "an account with the role " + role + " of the view's own organisation does");
        Rules.need(
                !before.getWithdrawn(),
                NotarizationErrors.WRONG_STATE,
                "the view " + id + " was withdrawn",
                "publish another one");
        return before;
    }

    private static Empty revise(ReviseView request, CallContext context, ContractState state) {
        View before = own(request.getId(), Role.OWNER, context, state);
        terms(request.getAskersList(), request.getQuota(), request.getPriceClass(), before.getOrganisation());
        View after = before.toBuilder()
                .clearAskers()
                .addAllAskers(request.getAskersList())
                .setQuota(request.getQuota())
                .setPriceClass(request.getPriceClass())
                .setPurposeRequired(request.getPurposeRequired())
                .build();
        Lookups.put(after, context, state);
        return Empty.getDefaultInstance();
    }

    private static Empty withdraw(ViewKey key, CallContext context, ContractState state) {
        View before = own(key.getId(), Role.OWNER, context, state);
        Lookups.put(before.toBuilder().setWithdrawn(true).build(), context, state);
        return Empty.getDefaultInstance();
    }

    private static Empty refresh(ViewKey key, CallContext context, ContractState state) {
        View before = own(key.getId(), Role.OWNER, context, state);
        Lookups.put(before.toBuilder().setRefreshes(before.getRefreshes() + 1).build(), context, state);
        return Empty.getDefaultInstance();
    }

    private static Empty commit(CommitView request, CallContext context, ContractState state) {
        View before = own(request.getView(), Role.EXECUTOR, context, state);
        AuditContract.needAnchored(context, state);
        if (!request.getFailure().isEmpty()) {
            Rules.arguments(
                    JobsContract.FAILURES.contains(request.getFailure()),
                    "the failure's code is " + Rules.quoted(request.getFailure()),
                    "one of " + JobsContract.FAILURES + " is needed");
            Lookups.put(before.toBuilder().setFailure(request.getFailure()).build(), context, state);
            return Empty.getDefaultInstance();
        }
        Rules.need(
                request.getVersion() == before.getTable().getVersion() + 1,
                NotarizationErrors.WRONG_STATE,
                "version " + request.getVersion() + " is to follow version "
                        + before.getTable().getVersion(),
                "the next version is needed");
        Rules.hash("form_hash", request.getFormHash());
        Rules.need(
                !request.getFormHash().equals(before.getTable().getFormHash()),
                NotarizationErrors.NOT_FRESH,
                "this is the table that stands",
                "a table made anew, with fresh salts, is needed");
        Rules.rounded("rounded_records", request.getRoundedRecords());
        Rules.arguments(
                request.getRefresh() >= 0
                        && request.getRefresh() <= before.getRefreshes()
                        && request.getKeywordsAtOnce() >= 1
                        && request.getKeywordsAtOnce() <= KEYWORDS_AT_ONCE_MAX
                        && request.getKeywordBytes() >= 0
                        && JobsContract.SANDBOXES.contains(request.getSandbox()),
                "refresh " + request.getRefresh() + ", " + request.getKeywordsAtOnce() + " keywords at once, sandbox "
                        + Rules.quoted(request.getSandbox()),
                "a refresh that was asked for, 1 to " + KEYWORDS_AT_ONCE_MAX + " keywords and one of "
                        + JobsContract.SANDBOXES + " are needed");
        ViewTable table = ViewTable.newBuilder()
                .setVersion(request.getVersion())
                .setFormHash(request.getFormHash())
                .setRoundedRecords(request.getRoundedRecords())
                .setRefresh(request.getRefresh())
                .setKeywordsAtOnce(request.getKeywordsAtOnce())
                .setKeywordBytes(request.getKeywordBytes())
                .setSandbox(request.getSandbox())
                .setHeight(context.height())
                .setMillis(context.timestampMillis())
                .build();
        Lookups.put(before.toBuilder().setTable(table).clearFailure().build(), context, state);
        return Empty.getDefaultInstance();
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return key.startsWith("view/")
                || seesAll(reader)
                || Lookups.mayReadKey(key, reader, state)
                || MatchTallies.mayReadKey(key, reader, state);
    }
}
