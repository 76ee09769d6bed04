package poyang.chain.consensus.raft;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// The entries that a replica holds: some that the ledger applied already, for followers that lag, and all
/// after them. Every entry names the one before by its hash, so two logs with one entry in common have all
/// earlier ones in common.
final class RaftLog {
    /// Entries that are kept for others after the ledger has applied them. More than three checkpoints of
    /// the sync apart, so that who lags further always finds a checkpoint ahead.
    static final long KEPT_ENTRIES = 256;

    private final CryptoSuite suite;
    private final TreeMap<Long, Item> items = new TreeMap<>();
    private final Set<Bytes> underWay = new LinkedHashSet<>();
    private Position applied;
    private Bytes appliedId;
    private long appliedMillis;

    private record Item(Bytes id, LogEntry entry) {}

    /// @param kept what was persisted, in any order, a later one in the place of an earlier one
    /// @param applied what the ledger applied last
    RaftLog(CryptoSuite suite, List<LogEntry> kept, Position applied, Bytes appliedId) {
        this.suite = suite;
        this.applied = applied;
        this.appliedId = appliedId;
        TreeMap<Long, Item> found = new TreeMap<>();
        kept.forEach(entry -> found.put(entry.index(), new Item(entry.id(suite), entry)));
        Bytes below = appliedId;
        for (Map.Entry<Long, Item> e :
                found.headMap(applied.index(), true).descendingMap().entrySet()) {
            boolean next = items.isEmpty() ? e.getKey() == applied.index() : e.getKey() == items.firstKey() - 1;
            if (!next || !e.getValue().id().equals(below)) {
                break;
            }
            below = e.getValue().entry().parent();
            items.put(e.getKey(), e.getValue());
        }
        appliedMillis =
                items.isEmpty() ? 0 : items.lastEntry().getValue().entry().timestampMillis();
        for (Item item : found.tailMap(applied.index(), false).values()) {
            if (!follows(item.entry())) {
                break;
            }
            put(item);
        }
    }

    /// Would this entry continue the log where it ends?
    boolean follows(LogEntry entry) {
        Position last = last();
        return entry.index() == last.index() + 1
                && entry.position().term() >= last.term()
                && entry.parent().equals(lastId());
    }

    private void put(Item item) {
        items.put(item.entry().index(), item);
        underWay.addAll(item.entry().payload());
    }

    void append(LogEntry entry) {
        Bug.unless(follows(entry), "an entry that continues nothing");
        put(new Item(entry.id(suite), entry));
    }

    /// Where the log ends.
    Position last() {
        return unapplied() ? items.lastEntry().getValue().entry().position() : applied;
    }

    Bytes lastId() {
        return unapplied() ? items.lastEntry().getValue().id() : appliedId;
    }

    long lastMillis() {
        return unapplied() ? items.lastEntry().getValue().entry().timestampMillis() : appliedMillis;
    }

    private boolean unapplied() {
        return !items.isEmpty() && items.lastKey() > applied.index();
    }

    Position applied() {
        return applied;
    }

    /// The position at `index`, when it is still known.
    Optional<Position> at(long index) {
        if (index == applied.index()) {
            return Optional.of(applied);
        }
        if (index == 0) {
            return Optional.of(Position.GENESIS);
        }
        return Optional.ofNullable(items.get(index)).map(item -> item.entry().position());
    }

    boolean holds(long index, Bytes id) {
        Item item = items.get(index);
        return item != null && item.id().equals(id);
    }

    /// The lowest index after which entries can be sent.
    long lowest() {
        if (items.isEmpty()) {
            return applied.index();
        }
        return items.firstKey() == 1 ? 0 : Math.min(applied.index(), items.firstKey());
    }

    /// Entries from `index` on, as many as one message takes.
    List<LogEntry> from(long index, long mostBytes, int mostEntries) {
        List<LogEntry> found = new ArrayList<>();
        long bytes = 0;
        for (Item item : items.tailMap(index, true).values()) {
            bytes += item.entry().payloadBytes();
            if (found.size() == mostEntries || (bytes > mostBytes && !found.isEmpty())) {
                break;
            }
            found.add(item.entry());
        }
        return found;
    }

    /// Takes back the entries from `index` on; the ledger has applied none of them.
    void cut(long index) {
        Bug.unless(index > applied.index(), "what is applied stays");
        items.tailMap(index, true)
                .values()
                .forEach(item -> item.entry().payload().forEach(underWay::remove));
        items.tailMap(index, true).clear();
    }

    /// The next entry is applied.
    RaftEffect.Ordered apply() {
        Bug.unless(unapplied(), "nothing to apply");
        Item next = items.tailMap(applied.index(), false).firstEntry().getValue();
        applied = next.entry().position();
        appliedId = next.id();
        appliedMillis = next.entry().timestampMillis();
        next.entry().payload().forEach(underWay::remove);
        items.headMap(applied.index() - KEPT_ENTRIES, true).clear();
        return new RaftEffect.Ordered(next.id(), next.entry());
    }

    /// The ledger applied everything up to here by other means.
    void skipTo(Position position, Bytes id) {
        if (holds(position.index(), id)) {
            while (applied.index() < position.index()) {
                apply();
            }
            return;
        }
        items.clear();
        underWay.clear();
        applied = position;
        appliedId = id;
        appliedMillis = 0;
    }

    /// What of `offered` no entry holds that is still to be applied.
    List<Bytes> fresh(List<Bytes> offered) {
        return offered.stream().filter(t -> !underWay.contains(t)).toList();
    }
}
