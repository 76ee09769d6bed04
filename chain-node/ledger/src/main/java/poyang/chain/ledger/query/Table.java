package poyang.chain.ledger.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What queries ask: rows of a kind with some of their columns.
public enum Table {
    BLOCKS(Kind.BLOCK, "hash", "proposer", "transactions", "round"),
    TRANSACTIONS(Kind.CALL, "id", "sender", "organisation", "contract", "method", "bytes"),
    RECEIPTS(Kind.CALL, "id", "sender", "organisation", "contract", "method", "code", "error", "events"),
    EVIDENCE(Kind.EVIDENCE, "id", "account", "organisation", "subject", "digest"),
    JOBS(Kind.JOB, "id", "title", "submitter", "receiver", "parties", "state", "attempt", "changed", "deadline");

    private final Kind kind;

    @SuppressWarnings("ImmutableEnumChecker") // a copy
    private final List<Column> columns;

    Table(Kind kind, String... names) {
        this.kind = kind;
        List<Column> all = new ArrayList<>();
        all.add(new Column("height", Column.Type.HEIGHT, -1, false));
        if (kind != Kind.BLOCK) {
            all.add(new Column("index", Column.Type.INDEX, -1, false));
        }
        all.add(kind.column("time"));
        for (String name : names) {
            all.add(kind.column(name));
        }
        columns = List.copyOf(all);
    }

    public Kind kind() {
        return kind;
    }

    /// What an answer's rows have, in order.
    public List<Column> columns() {
        return columns;
    }

    /// A row's values, in the order of {@link #columns}.
    public List<Value> values(Row row) {
        return columns.stream().map(column -> column.of(row)).toList();
    }

    Optional<Column> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }

    String queried() {
        return name().toLowerCase(Locale.ROOT);
    }
}
