package poyang.chain.ledger.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.chain.ledger.query.Condition.Compare;
import poyang.chain.ledger.query.Condition.Operator;

/// Comparisons that must all hold, sorted by how they are answered: a range of blocks, terms that are
/// looked up or excluded, and a rest for which rows are looked at.
final class Alternative implements AutoCloseable {
    private static final long UNKNOWN = -2;

    private final long first;
    private final long last;
    private final List<IndexStore.Places> places;
    private final List<IndexStore.Places> without;
    private final boolean exact;
    private final boolean descending;
    /// What was reached last. Terms and exclusions may stand in different blocks then, so that nothing
    /// before it may be asked again.
    private long reached = UNKNOWN;

    private Alternative(
            long first,
            long last,
            List<IndexStore.Places> places,
            List<IndexStore.Places> without,
            boolean exact,
            boolean descending) {
        this.first = first;
        this.last = last;
        this.places = List.copyOf(places);
        this.without = List.copyOf(without);
        this.exact = exact;
        this.descending = descending;
    }

    static Alternative of(
            IndexStore store, IndexStore.View view, Kind kind, List<Compare> comparisons, boolean descending) {
        long first = 0;
        long last = Long.MAX_VALUE;
        boolean exact = true;
        List<byte[]> terms = new ArrayList<>();
        List<byte[]> excluded = new ArrayList<>();
        for (Compare compare : comparisons) {
            Column column = compare.column();
            Optional<long[]> range = heights(compare, view);
            if (range.isPresent()) {
                first = Math.max(first, range.get()[0]);
                last = Math.min(last, range.get()[1]);
            } else if (column.found() && compare.operator() == Operator.EQUAL) {
                terms.add(store.termPrefix(kind, column, compare.value()));
            } else if (column.found() && compare.operator() == Operator.NOT_EQUAL) {
                excluded.add(store.termPrefix(kind, column, compare.value()));
            } else {
                exact = false;
            }
        }
        long most = Row.heightOf(Long.MAX_VALUE);
        if (first > last || first > most) {
            return new Alternative(1, 0, List.of(), List.of(), true, descending);
        }
        List<IndexStore.Places> places = new ArrayList<>();
        if (terms.isEmpty()) {
            terms.add(IndexStore.everyPrefix(kind));
        }
        terms.forEach(term -> places.add(view.places(term, descending)));
        List<IndexStore.Places> without = new ArrayList<>();
        excluded.forEach(term -> without.add(view.places(term, descending)));
        return new Alternative(
                Row.place(first, 0),
                Row.place(Math.min(last, most), 0) | Row.LAST_INDEX,
                places,
                without,
                exact,
                descending);
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

    /// The first place that is not before `target` in this direction, that all terms have and none of the
    /// excluded ones; −1 when there is none. Targets go in this direction too.
    long reach(long target) {
        boolean before = descending ? reached > target : reached < target;
        if (reached == UNKNOWN || reached >= 0 && before) {
            reached = next(target);
        }
        return reached;
    }

    private long next(long target) {
        long place = together(target);
        while (place >= 0 && excluded(place)) {
            long next = descending ? place - 1 : place + 1;
            place = next < 0 ? -1 : together(next);
        }
        return place;
    }

    private boolean excluded(long place) {
        for (IndexStore.Places each : without) {
            if (each.reach(place) == place) {
                return true;
            }
        }
        return false;
    }

    private long together(long target) {
        if (first > last || (descending ? target < first : target > last)) {
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
        without.forEach(IndexStore.Places::close);
    }
}
