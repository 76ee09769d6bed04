package poyang.notarization;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.kernel.Bytes;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.Dataset;
import poyang.wire.schema.DatasetKey;
import poyang.wire.schema.DatasetList;
import poyang.wire.schema.Empty;
import poyang.wire.schema.IdentifierKind;
import poyang.wire.schema.Reveal;
import poyang.wire.schema.Sensitivity;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.SetRowsRequest;
import poyang.wire.schema.UsePolicy;

/// Data sets with their policies; the rows stay with the department. State: `dataset/ORGANISATION/NAME`
/// → Dataset. Every change emits `datasets.changed` (key: id, payload: Dataset) to everybody.
public final class DatasetsContract extends ServiceContract {
    static final String NAME = "poyang.v1.Datasets";
    private static final int COLUMNS_MAX = 500;
    private static final int COUNTERPARTIES_MAX = 1000;

    public DatasetsContract() {
        super(NAME);
        call("Register", Dataset.parser(), DatasetsContract::register);
        call("SetPolicy", SetPolicyRequest.parser(), DatasetsContract::setPolicy);
        call("SetRows", SetRowsRequest.parser(), DatasetsContract::setRows);
        read(
                "Get",
                DatasetKey.parser(),
                (key, _, state) -> need(state, "dataset/" + key.getId(), Dataset.parser(), "data set"));
        read(
                "List",
                Empty.parser(),
                (_, _, state) -> DatasetList.newBuilder()
                        .addAllDatasets(all(state, "dataset/", Dataset.parser()))
                        .build());
    }

    static Optional<Dataset> find(ReadableState datasets, String id) {
        return datasets.get("dataset/" + id).map(value -> stored(Dataset.parser(), value));
    }

    private static Empty register(Dataset made, CallContext context, ContractState state) {
        Account sender = context.sender();
        Rules.allowed(
                sender.has(Role.OWNER) && sender.organisation().equals(made.getOrganisation()),
                sender,
                "an owner registers data sets of the own organisation");
        Rules.owned("id", made.getId(), made.getOrganisation());
        Rules.text("title", made.getTitle(), 1, 200);
        Rules.name("connector", made.getConnector());
        Rules.rounded("rounded_rows", made.getRoundedRows());
        columns(made.getColumnsList());
        policy(made.getPolicy(), made.getOrganisation());
        Rules.need(
                find(state, made.getId()).isEmpty(),
                NotarizationErrors.EXISTS,
                "the data set " + made.getId() + " exists",
                "a new name, or SetPolicy, is needed");
        Dataset kept = made.toBuilder()
                .setRegisteredHeight(context.height())
                .setRegisteredMillis(context.timestampMillis())
                .setPolicyHeight(context.height())
                .build();
        return put(kept, context, state);
    }

    private static Empty setPolicy(SetPolicyRequest request, CallContext context, ContractState state) {
        Dataset before = own(request.getId(), context, state, Set.of(Role.OWNER));
        columns(request.getColumnsList());
        policy(request.getPolicy(), before.getOrganisation());
        Dataset after = before.toBuilder()
                .clearColumns()
                .addAllColumns(request.getColumnsList())
                .setPolicy(request.getPolicy())
                .setPolicyHeight(context.height())
                .build();
        return put(after, context, state);
    }

    private static Empty setRows(SetRowsRequest request, CallContext context, ContractState state) {
        Dataset before = own(request.getId(), context, state, Set.of(Role.OWNER, Role.EXECUTOR));
        Rules.rounded("rounded_rows", request.getRoundedRows());
        return put(before.toBuilder().setRoundedRows(request.getRoundedRows()).build(), context, state);
    }

    private static Dataset own(String id, CallContext context, ContractState state, Set<Role> roles) {
        Dataset before = need(state, "dataset/" + id, Dataset.parser(), "data set");
        Account sender = context.sender();
        Rules.allowed(
                roles.stream().anyMatch(sender::has) && sender.organisation().equals(before.getOrganisation()),
                sender,
                "the data set's own organisation changes it");
        return before;
    }

    private static Empty put(Dataset dataset, CallContext context, ContractState state) {
        state.put("dataset/" + dataset.getId(), dataset.toByteArray());
        context.emit(
                new ContractEvent("datasets.changed", dataset.getId(), Bytes.wrap(dataset.toByteArray()), List.of()));
        return Empty.getDefaultInstance();
    }

    private static void columns(List<ColumnPolicy> columns) {
        Rules.arguments(
                !columns.isEmpty() && columns.size() <= COLUMNS_MAX,
                columns.size() + " columns",
                "1 to " + COLUMNS_MAX + " columns are needed");
        Set<String> names = new TreeSet<>();
        for (ColumnPolicy column : columns) {
            Rules.text("columns.name", column.getName(), 1, 200);
            Rules.text("columns.type", column.getType(), 0, 100);
            Rules.arguments(
                    names.add(column.getName()),
                    "the column " + column.getName() + " is there twice",
                    "column names differ");
            Rules.arguments(
                    column.getSensitivity() != Sensitivity.SENSITIVITY_UNSPECIFIED
                            && column.getSensitivity() != Sensitivity.UNRECOGNIZED,
                    "the column " + column.getName() + " is not graded",
                    "a sensitivity is needed for each column");
            Rules.arguments(
                    column.getIdentifierKind() != IdentifierKind.UNRECOGNIZED
                            && (!column.getCollisionKey() && !column.getLookupKey()
                                    || column.getIdentifierKind() != IdentifierKind.IDENTIFIER_KIND_UNSPECIFIED),
                    "the column " + column.getName() + " is a key of no known kind",
                    "an identifier kind is needed for each collision key and each lookup key");
        }
    }

    private static void policy(UsePolicy policy, String organisation) {
        Rules.arguments(
                policy.getCounterpartiesCount() <= COUNTERPARTIES_MAX
                        && policy.getMinimumRows() >= 0
                        && policy.getMaximumPeerRows() >= 0
                        && policy.getMaximumRunsPerPair() >= 0,
                "a bound of the use policy is out of range",
                "numbers from 0 on, and at most " + COUNTERPARTIES_MAX + " counterparties, are needed");
        terms(policy);
        Set<String> names = new TreeSet<>();
        for (String name : policy.getCounterpartiesList()) {
            Rules.name("policy.counterparties", name);
            Rules.arguments(
                    names.add(name) && !name.equals(organisation),
                    "the counterparty " + name + " is named twice, or is the data set's own department",
                    "different other departments, or none for any, are needed");
        }
    }

    /// Protocols, what is revealed, and the bounds of a period.
    private static void terms(UsePolicy policy) {
        Set<String> protocols = new TreeSet<>();
        for (String protocol : policy.getProtocolsList()) {
            Rules.arguments(
                    ProtocolRegistry.named(protocol).isPresent() && protocols.add(protocol),
                    "the protocol " + Rules.quoted(protocol) + " is unknown, or named twice",
                    "different names of protocols, or none for any, are needed");
        }
        Set<Reveal> reveals = new TreeSet<>();
        for (Reveal reveal : policy.getRevealsList()) {
            Rules.arguments(
                    reveal != Reveal.REVEAL_UNSPECIFIED && reveal != Reveal.UNRECOGNIZED && reveals.add(reveal),
                    "what may be revealed is unknown, or named twice",
                    "different ones of MATCHING_ROWS, SIZE_ONLY, SIZE_AT_LEAST, SCORES, TOTALS, MATCH_SUMS and PROOF, or none, are needed");
        }
        Rules.arguments(
                policy.getMinimumPeerRows() >= 0
                        && policy.getMinimumAtLeast() >= 0
                        && policy.getMinimumReporters() >= 0
                        && policy.getMinimumReporters() <= AggregationRules.REPORTERS_MAX
                        && (policy.getMaximumPeerRows() == 0
                                || policy.getMinimumPeerRows() <= policy.getMaximumPeerRows()),
                "a bound of the use policy is out of range",
                "numbers from 0 on, and no more rows at least than at most, are needed");
        int hours = policy.getPeriodHours();
        int runs = policy.getMaximumRunsPerPeriod();
        int versions = policy.getMaximumVersionsPerPeriod();
        Rules.arguments(
                hours >= 0
                        && hours <= DatasetUses.HOURS_MAX
                        && runs >= 0
                        && runs <= DatasetUses.KEPT
                        && versions >= 0
                        && versions <= DatasetUses.KEPT
                        && (hours > 0) == (runs > 0 || versions > 0),
                "the period has " + hours + " hours, " + runs + " runs and " + versions + " versions",
                "at most " + DatasetUses.HOURS_MAX + " hours with runs, versions or both, each at most "
                        + DatasetUses.KEPT + ", or no period and neither, are needed");
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }
}
