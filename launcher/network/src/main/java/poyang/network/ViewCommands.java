package poyang.network;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ExecutorClient;
import poyang.tools.Report;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.DatasetKey;
import poyang.wire.schema.Empty;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.MatchTotal;
import poyang.wire.schema.MatchTotals;
import poyang.wire.schema.View;
import poyang.wire.schema.ViewKey;
import poyang.wire.schema.ViewList;
import poyang.wire.schema.ViewQuery;
import poyang.wire.schema.ViewQuota;
import poyang.wire.schema.ViewReads;
import poyang.wire.schema.ViewStatus;

/// What owners and analysts do with views: publish, have made anew, withdraw, list, watch. Exit codes: 0 done;
/// 1 no node or executor was reached, or proved what it said; 2 wrong use, or the chain refuses.
@Command(name = "view", description = "Publishes parts of a data set for private look-ups, and lists them.")
final class ViewCommands extends CommandGroup {
    private static final String VIEWS = "poyang.v1.Views";
    /// One core; docs/private-reads.md has the measurement.
    private static final double SECONDS_A_RECORD = 0.00016;

    private static final double SECONDS_AN_OUTPUT = 0.5;

    ViewCommands() {
        super("view");
    }

    /// Which views there are.
    @Command(description = "Lists the views of the chain with who may ask and how much.")
    int list(@Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report().list("views");
            for (View view : parsed(account).getViewsList()) {
                report.item("views", fields(view), lines(view));
            }
            return report.done(0);
        });
    }

    private static ViewList parsed(ChainAccount account) {
        try {
            return ViewList.parseFrom(account.read(VIEWS, "List", Empty.getDefaultInstance()));
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    private static PoyangException malformed(Exception cause) {
        return new PoyangException(
                NetworkErrors.JOB_FAILED, "a node's answer is malformed", "one release on all sides is needed", cause);
    }

    private static Map<String, ?> fields(View view) {
        return Map.ofEntries(
                Map.entry("view", view.getId()),
                Map.entry("title", view.getTitle()),
                Map.entry("state", state(view)),
                Map.entry("version", view.getTable().getVersion()),
                Map.entry("columns", view.getColumnsList()),
                Map.entry("ranges", view.getReads() == ViewReads.VIEW_READS_BY_RANGE),
                Map.entry("askers", view.getAskersList()),
                Map.entry("lookups", view.getLookups()),
                Map.entry("keywords", view.getKeywords()),
                Map.entry("roundedRecords", view.getTable().getRoundedRecords()),
                Map.entry("keywordBytes", view.getTable().getKeywordBytes()));
    }

    private static String state(View view) {
        if (view.getWithdrawn()) {
            return "withdrawn";
        }
        if (view.hasTable()) {
            return "standing";
        }
        return view.getFailure().isEmpty() ? "being made" : "failed: " + view.getFailure();
    }

    private static String lines(View view) {
        ViewQuota quota = view.getQuota();
        return String.format(
                "%s  %s  (%s)%n  by %s%s: %s%n  about %,d records, version %d; %,d bytes a key%n"
                        + "  may ask: %s; %d keys an account and %d a department in %d hours, %d at once; price class %s%s%n"
                        + "  asked so far: %d look-ups, %d keys",
                view.getId(),
                view.getTitle(),
                state(view),
                view.getReads() == ViewReads.VIEW_READS_BY_RANGE ? "ranges of " : "",
                view.getKeyColumn(),
                String.join(", ", view.getColumnsList()),
                view.getTable().getRoundedRecords(),
                view.getTable().getVersion(),
                view.getTable().getKeywordBytes(),
                String.join(", ", view.getAskersList()),
                quota.getKeywordsPerAccount(),
                quota.getKeywordsPerOrganisation(),
                quota.getPeriodHours(),
                quota.getKeywordsPerLookup(),
                view.getPriceClass(),
                view.getPurposeRequired() ? "; a purpose is needed" : "",
                view.getLookups(),
                view.getKeywords());
    }

    /// Makes a part of a data set queryable.
    @Command(
            description = "Publishes columns of a data set for look-ups by key; its policy must allow them. Says what"
                    + " the making of the table will cost.")
    int publish(
            @Parameters(paramLabel = "VIEW", description = "DEPARTMENT/NAME, a new one") String id,
            @Option(names = "--title", required = true, description = "for people") String title,
            @Option(names = "--dataset", required = true, description = "DEPARTMENT/NAME") String dataset,
            @Option(names = "--by", required = true, paramLabel = "COLUMN", description = "the key") String key,
            @Option(names = "--show", required = true, split = ",", paramLabel = "COLUMN", description = "of a record")
                    List<String> columns,
            @Option(
                            names = "--askers",
                            required = true,
                            split = ",",
                            paramLabel = "DEPARTMENT",
                            description = "who may")
                    List<String> askers,
            @Option(names = "--records", defaultValue = "1", description = "a key may have (default: 1)") int records,
            @Option(names = "--hours", defaultValue = "24", description = "the quotas' period (default: 24)") int hours,
            @Option(names = "--per-account", defaultValue = "100", description = "keys (default: 100)") long each,
            @Option(names = "--per-department", defaultValue = "1000", description = "keys (default: 1000)") long all,
            @Option(names = "--at-once", defaultValue = "16", description = "keys a look-up (default: 16)") int once,
            @Option(names = "--price-class", defaultValue = "standard", description = "its name") String price,
            @Option(
                            names = "--ranges",
                            description = "read by ranges and prefixes of the key: askers see neighbouring entries and"
                                    + " some other keys, so the key's policy must let it be shown")
                    boolean ranges,
            @Option(names = "--purpose-required", description = "askers must say why") boolean purpose,
            @Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Dataset source = dataset(account, dataset);
            View view = View.newBuilder()
                    .setId(id)
                    .setOrganisation(id.substring(0, Math.max(0, id.indexOf('/'))))
                    .setTitle(title)
                    .setDataset(dataset)
                    .setKeyColumn(key)
                    .setIdentifierKind(kind(source, key))
                    .addAllColumns(columns)
                    .setRecordsPerKey(records)
                    .addAllAskers(askers)
                    .setQuota(ViewQuota.newBuilder()
                            .setPeriodHours(hours)
                            .setKeywordsPerAccount(each)
                            .setKeywordsPerOrganisation(all)
                            .setKeywordsPerLookup(once))
                    .setPriceClass(price)
                    .setPurposeRequired(purpose)
                    .setReads(ranges ? ViewReads.VIEW_READS_BY_RANGE : ViewReads.VIEW_READS_BY_KEY)
                    .build();
            long height = account.call(VIEWS, "Publish", view).getHeight();
            long seconds = Math.round(source.getRoundedRows() * SECONDS_A_RECORD + 16 * SECONDS_AN_OUTPUT);
            return report().say("view", id)
                    .say("height", height)
                    .say("seconds", seconds)
                    .hint("The executor makes the table now, which takes about " + seconds
                            + " s of one core; ./poyang view status " + id + " says how far it is.")
                    .done(0);
        });
    }

    private static Dataset dataset(ChainAccount account, String id) {
        try {
            return Dataset.parseFrom(account.read(
                    "poyang.v1.Datasets",
                    "Get",
                    DatasetKey.newBuilder().setId(id).build()));
        } catch (InvalidProtocolBufferException e) {
            throw malformed(e);
        }
    }

    private static IdentifierKind kind(Dataset dataset, String column) {
        return dataset.getColumnsList().stream()
                .filter(policy -> policy.getName().equals(column))
                .map(policy -> policy.getIdentifierKind())
                .findFirst()
                .orElse(IdentifierKind.IDENTIFIER_KIND_UNSPECIFIED);
    }

    /// Has the executor read the source again.
    @Command(
            description = "The source has changed: has it read again and the table changed to it; the one that stands"
                    + " answers until then.")
    int refresh(@Parameters(paramLabel = "VIEW") String id, @Mixin AccountOptions by) {
        return changed("Refresh", id, by);
    }

    /// No look-ups any more.
    @Command(description = "Ends a view, for good.")
    int withdraw(@Parameters(paramLabel = "VIEW") String id, @Mixin AccountOptions by) {
        return changed("Withdraw", id, by);
    }

    private int changed(String method, String id, AccountOptions by) {
        return by.with(random, clock, account -> {
            long height = account.call(
                            VIEWS, method, ViewKey.newBuilder().setId(id).build())
                    .getHeight();
            return report().say("view", id).say("height", height).done(0);
        });
    }

    /// How many records matched, as totals.
    @Command(
            description = "Says how many records the look-ups of a view matched: totals over at least 100 keys of one"
                    + " account. The view's department and supervisors see all, an asker its own.")
    int totals(@Parameters(paramLabel = "VIEW") String id, @Mixin AccountOptions by) {
        return by.with(random, clock, account -> {
            Report report = report().list("totals");
            ViewKey key = ViewKey.newBuilder().setId(id).build();
            try {
                for (MatchTotal total : MatchTotals.parseFrom(account.read(VIEWS, "ListTotals", key))
                        .getTotalsList()) {
                    report.item(
                            "totals",
                            Map.of(
                                    "account", total.getAccount(),
                                    "keywords", total.getKeywords(),
                                    "matched", total.getMatched(),
                                    "firstLookup", total.getFirstLookup(),
                                    "lastLookup", total.getLastLookup()),
                            String.format(
                                    "%s: %,d records for %,d keys of look-ups %d to %d",
                                    total.getAccount(),
                                    total.getMatched(),
                                    total.getKeywords(),
                                    total.getFirstLookup(),
                                    total.getLastLookup()));
                }
            } catch (InvalidProtocolBufferException e) {
                throw malformed(e);
            }
            return report.done(0);
        });
    }

    /// How far the making of a table is.
    @Command(description = "Says how far the own executor is with a view's table.")
    int status(@Parameters(paramLabel = "VIEW") String id, @Mixin AccountOptions by) {
        return by.withExecutors(random, clock, (account, executors) -> said(id, status(id, account, executors)));
    }

    private static ViewStatus status(String id, ChainAccount account, ExecutorClient executors) {
        return executors.viewStatus(
                id.substring(0, Math.max(0, id.indexOf('/'))),
                account.query(
                        "poyang.v1.PrivateReads",
                        "Status",
                        ViewQuery.newBuilder().setView(id).build()));
    }

    private int said(String id, ViewStatus status) {
        Report report = report().say("view", id)
                .say("phase", status.getPhase())
                .say("done", status.getDone())
                .say("total", status.getTotal())
                .say("version", status.getVersion())
                .say("memory bytes", status.getMemoryBytes())
                .say("seconds", status.getSeconds());
        List<String> why = new ArrayList<>(List.of(status.getWrong(), status.getRight()));
        why.removeIf(String::isEmpty);
        if (!why.isEmpty()) {
            report.say("reason", String.join("; ", why));
        }
        return report.done(0);
    }
}
