package poyang.chain.ledger.query;

import java.util.ArrayList;
import java.util.List;

/// Rows that are kept together: which values each has, and which of them are looked up.
public enum Kind {
    BLOCK(
            1,
            found("hash", Column.Type.TEXT),
            found("proposer", Column.Type.TEXT),
            seen("transactions", Column.Type.NUMBER),
            seen("round", Column.Type.NUMBER)),
    /// A transaction with its receipt.
    CALL(
            2,
            found("id", Column.Type.TEXT),
            found("sender", Column.Type.TEXT),
            found("organisation", Column.Type.TEXT),
            found("contract", Column.Type.TEXT),
            found("method", Column.Type.TEXT),
            seen("bytes", Column.Type.NUMBER),
            found("code", Column.Type.NUMBER),
            found("error", Column.Type.TEXT),
            seen("events", Column.Type.NUMBER),
            found("seen_by", Column.Type.TEXTS)),
    EVIDENCE(
            3,
            found("id", Column.Type.TEXT),
            found("account", Column.Type.TEXT),
            found("organisation", Column.Type.TEXT),
            seen("subject", Column.Type.TEXT),
            found("digest", Column.Type.TEXT),
            found("seen_by", Column.Type.TEXTS)),
    /// At the place where the job was submitted, as it is now.
    JOB(
            4,
            found("id", Column.Type.TEXT),
            seen("title", Column.Type.TEXT),
            found("submitter", Column.Type.TEXT),
            found("receiver", Column.Type.TEXT),
            found("parties", Column.Type.TEXTS),
            found("state", Column.Type.TEXT),
            seen("attempt", Column.Type.NUMBER),
            seen("changed", Column.Type.NUMBER),
            seen("deadline", Column.Type.TIME),
            found("seen_by", Column.Type.TEXTS));

    private final byte tag;

    @SuppressWarnings("ImmutableEnumChecker") // a copy
    private final List<Column> columns;

    Kind(int tag, Column... columns) {
        this.tag = (byte) tag;
        List<Column> all = new ArrayList<>();
        all.add(new Column("time", Column.Type.BLOCK_TIME, 0, false));
        for (Column column : columns) {
            all.add(new Column(column.name(), column.type(), all.size(), column.found()));
        }
        this.columns = List.copyOf(all);
    }

    private static Column found(String name, Column.Type type) {
        return new Column(name, type, 0, true);
    }

    private static Column seen(String name, Column.Type type) {
        return new Column(name, type, 0, false);
    }

    /// What stands for it in keys.
    byte tag() {
        return tag;
    }

    /// What a row stores, in order.
    public List<Column> columns() {
        return columns;
    }

    /// A stored column.
    public Column column(String name) {
        return columns.stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// Do rows of it change after they were written?
    boolean changes() {
        return this == JOB;
    }
}
