package poyang.chain.ledger.query;

/// A column of a table.
///
/// @param name as queries write it
/// @param type what stands in it
/// @param position among the stored values of a row, or −1 for a part of the row's place
/// @param found whether equality is looked up in the index; otherwise rows are looked at
public record Column(String name, Type type, int position, boolean found) {
    /// What stands in a column.
    public enum Type {
        /// The block that a row stands in.
        HEIGHT,
        /// The transaction of that block.
        INDEX,
        /// When that block was made, in milliseconds.
        BLOCK_TIME,
        NUMBER,
        /// Milliseconds since 1970, written as text in queries.
        TIME,
        TEXT,
        /// Several texts: `=` asks whether one of them is equal.
        TEXTS;

        boolean texts() {
            return this == TEXT || this == TEXTS;
        }

        boolean time() {
            return this == TIME || this == BLOCK_TIME;
        }
    }

    /// The value of a row.
    Value of(Row row) {
        return switch (type) {
            case HEIGHT -> new Value.Whole(row.height());
            case INDEX -> new Value.Whole(row.index());
            case BLOCK_TIME, NUMBER, TIME, TEXT, TEXTS -> row.values().get(position);
        };
    }

    /// Is its value a time, in milliseconds since 1970?
    public boolean isTime() {
        return type.time();
    }

    /// Do rows in the chain's order stand in the order of this column?
    boolean chainOrder() {
        return type == Type.HEIGHT || type == Type.BLOCK_TIME;
    }
}
