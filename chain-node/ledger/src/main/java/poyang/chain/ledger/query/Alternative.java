package poyang.chain.ledger.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.ledger.query.Condition.Compare;
import poyang.chain.ledger.query.Condition.Operator;

/// Comparisons that must all hold, sorted by how they are answered: a range of blocks, terms that are
/// looked up, and a rest for which rows are looked at.
final class Alternative implements AutoCloseable {
    private final long first;
    private final long last;
    private final List<IndexStore.Places> places;
    private final boolean exact;
    private final boolean descending;

    private Alternative(long first, long last, List<IndexStore.Places> places, boolean exact, boolean descending) {
        this.first = first;
        this.last = last;
        this.places = List.copyOf(places);
        this.exact = exact;
        this.descending = descending;
    }

    static Alternative of(
            IndexStore store, IndexStore.View view, Kind kind, List<Compare> comparisons, boolean descending) {
        long first = 0;
        long last = Long.MAX_VALUE;
        boolean exact = true;
        List<byte[]> terms = new ArrayList<>();
        for (Compare compare : comparisons) {
            Column column = compare.column();
            Optional<long[]> range = heights(compare, view);
            if (range.isPresent()) {
                first = Math.max(first, range.get()[0]);
                last = Math.min(last, range.get()[1]);
            } else if (column.found() && compare.operator() == Operator.EQUAL) {
                terms.add(store.termPrefix(kind, column, compare.value()));
            } else {
                exact = false;
            }
        }
        long most = Row.heightOf(Long.MAX_VALUE);
        if (first > last || first > most) {
            return new Alternative(1, 0, List.of(), true, descending);
        }
        List<IndexStore.Places> places = new ArrayList<>();
        terms.forEach(term -> places.add(view.places(term, descending)));
        if (places.isEmpty()) {
            places.add(view.places(kind, descending));
        }
        return new Alternative(
                Row.place(first, 0), Row.place(Math.min(last, most), 0) | Row.LAST_INDEX, places, exact, descending);
    }

    /// The heights that a comparison leaves, both included; blocks' times never fall.
    private static Optional<long[]> heights(Compare compare, IndexStore.View view) {
        boolean time = compare.column().type() == Column.Type.BLOCK_TIME;
        if (!compare.column().chainOrder()
                || compare.operator() == Operator.NOT_EQUAL
                || !(compare.value() instanceof Value.Whole(long value))) {
            return Optional.empty();
        }
        long from = time ? notBefore(value, view) : value;
        long to = value == Long.MAX_VALUE ? Long.MAX_VALUE : time ? notBefore(value + 1, view) - 1 : value;
        return Optional.of(
                switch (compare.operator()) {
                    case EQUAL -> new long[] {from, to};
                    case LESS -> new long[] {0, from == Long.MIN_VALUE ? -1 : from - 1};
                    case AT_MOST -> new long[] {0, to};
                    case MORE -> new long[] {to == Long.MAX_VALUE ? to : to + 1, Long.MAX_VALUE};
                    case AT_LEAST -> new long[] {from, Long.MAX_VALUE};
                    case NOT_EQUAL -> throw new IllegalStateException("no range");
                });
    }

    private static long notBefore(long millis, IndexStore.View view) {
        return view.heightFrom(millis).orElse(Row.heightOf(Long.MAX_VALUE));
    }

    /// The first place that is not before `target` and that all terms have; −1 when there is none.
    long reach(long target) {
        if (first > last) {
            return -1;
        }
        long place = descending ? Math.min(target, last) : Math.max(target, first);
        int agreed = 0;
        for (int i = 0; agreed < places.size(); i = (i + 1) % places.size()) {
            long found = places.get(i).reach(place);
            if (found < 0 || found > last || found < first) {
                return -1;
            }
            agreed = found == place ? agreed + 1 : 1;
            place = found;
        }
        return place;
    }

    /// Does every row at such a place satisfy the comparisons?
    boolean exact() {
        return exact;
    }

    @Override
    public void close() {
        places.forEach(IndexStore.Places::close);
    }
}
