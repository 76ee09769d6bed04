package poyang.chain.ledger.query;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import poyang.kernel.Bug;

/// The terms of a block's rows and which of the rows have each. For rows of kinds that do not change.
final class BlockTerms {
    private final long height;
    private final Map<Kind, Posting> every = new EnumMap<>(Kind.class);
    private final Map<Kind, List<Map<Value, Posting>>> columns = new EnumMap<>(Kind.class);

    BlockTerms(long height) {
        this.height = height;
    }

    /// What stands under a term.
    static final class Entry {
        private final byte[] key;
        private final byte[] rows;

        private Entry(byte[] key, byte[] rows) {
            this.key = key;
            this.rows = rows;
        }

        byte[] key() {
            return key;
        }

        byte[] rows() {
            return rows;
        }
    }

    /// Rows of a block, in order.
    private static final class Posting {
        private int[] rows = new int[2];
        private int count;

        void add(int row) {
            if (count > 0 && rows[count - 1] >= row) {
                Bug.unless(rows[count - 1] == row, "rows of a kind come in order");
                return;
            }
            if (count == rows.length) {
                rows = Arrays.copyOf(rows, 2 * count);
            }
            rows[count++] = row;
        }

        Entry entry(byte[] prefix, long height) {
            return new Entry(IndexStore.at(prefix, height), IndexStore.Places.encode(rows, count));
        }
    }

    /// Prefixes of terms that several rows of a block had: they come again.
    ///
    /// - bounds: {@link #COLUMN_MAX} of a column
    /// - threads: one
    static final class Known {
        private static final int COLUMN_MAX = 4096;

        private final Map<Kind, List<Map<Value, byte[]>>> prefixes = new EnumMap<>(Kind.class);

        private Map<Value, byte[]> of(Column column, Kind kind) {
            return prefixes.computeIfAbsent(kind, _ -> maps(kind)).get(column.position());
        }
    }

    /// A term whose prefix is not known.
    private record Missing(IndexStore.Term term, Value value, Posting posting, Map<Value, byte[]> known) {
        Entry entry(byte[] prefix, long height) {
            if (posting.count > 1) {
                if (known.size() >= Known.COLUMN_MAX) {
                    known.clear();
                }
                known.put(value, prefix);
            }
            return posting.entry(prefix, height);
        }
    }

    private static <T> List<Map<Value, T>> maps(Kind kind) {
        return kind.columns().stream()
                .<Map<Value, T>>map(_ -> new LinkedHashMap<>())
                .toList();
    }

    /// The rows of each kind come in the order of their places.
    void add(Row row) {
        Bug.unless(row.height() == height, "the rows are those of one block");
        Kind kind = row.kind();
        every.computeIfAbsent(kind, _ -> new Posting()).add(row.index());
        List<Map<Value, Posting>> maps = columns.computeIfAbsent(kind, _ -> maps(kind));
        row.eachFound((column, value) -> maps.get(column.position())
                .computeIfAbsent(value, _ -> new Posting())
                .add(row.index()));
    }

    /// In the order of their keys.
    ///
    /// @param known from the blocks before
    /// @param hashes gives the keyed hash of each
    List<Entry> entries(Known known, UnaryOperator<List<byte[]>> hashes) {
        List<Entry> entries = new ArrayList<>();
        List<Missing> missing = new ArrayList<>();
        every.forEach((kind, rows) -> entries.add(rows.entry(IndexStore.everyPrefix(kind), height)));
        columns.forEach((kind, maps) -> {
            for (Column column : kind.columns()) {
                Map<Value, byte[]> prefixes = known.of(column, kind);
                maps.get(column.position()).forEach((value, posting) -> {
                    byte[] prefix = prefixes.get(value);
                    if (prefix == null) {
                        missing.add(new Missing(IndexStore.Term.of(kind, column, value), value, posting, prefixes));
                    } else {
                        entries.add(posting.entry(prefix, height));
                    }
                });
            }
        });
        List<byte[]> hashed =
                hashes.apply(missing.stream().map(each -> each.term().hashed()).toList());
        for (int i = 0; i < hashed.size(); i++) {
            Missing each = missing.get(i);
            entries.add(each.entry(each.term().prefix(hashed.get(i)), height));
        }
        entries.sort((a, b) -> Arrays.compareUnsigned(a.key, b.key));
        return entries;
    }
}
