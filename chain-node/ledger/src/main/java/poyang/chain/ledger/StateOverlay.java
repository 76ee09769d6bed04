package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// A state below and the writes that a block's transactions add to it. Not for several threads.
///
/// For each transaction: {@link #begin}, reads and writes, then {@link #accept} or {@link #reject}; a
/// rejected transaction leaves no trace.
public final class StateOverlay implements StateView {
    private final StateView base;
    private final TreeMap<Bytes, Optional<Bytes>> accepted = new TreeMap<>();
    private final TreeMap<Bytes, Optional<Bytes>> open = new TreeMap<>();
    private boolean begun;

    StateOverlay(StateView base) {
        this.base = base;
    }

    /// Over the empty state: for making a genesis.
    public static StateOverlay overNothing() {
        return new StateOverlay(new HeadView(Optional.empty()));
    }

    /// Opens a transaction's savepoint.
    public void begin() {
        Bug.unless(!begun, "a transaction is open already");
        begun = true;
    }

    /// Keeps what the open transaction wrote.
    public void accept() {
        Bug.unless(begun, "no transaction is open");
        accepted.putAll(open);
        open.clear();
        begun = false;
    }

    /// Forgets what the open transaction wrote.
    public void reject() {
        Bug.unless(begun, "no transaction is open");
        open.clear();
        begun = false;
    }

    public void put(String contract, String key, Bytes value) {
        write(contract, key, Optional.of(value));
    }

    /// Removes the key; removing what is not there changes nothing.
    public void delete(String contract, String key) {
        write(contract, key, Optional.empty());
    }

    private void write(String contract, String key, Optional<Bytes> value) {
        Bug.unless(begun, "no transaction is open");
        open.put(new StateKey(contract, key).flat(), value);
    }

    @Override
    public Optional<Bytes> get(String contract, String key) {
        Bytes flat = new StateKey(contract, key).flat();
        Optional<Bytes> own = open.get(flat);
        if (own == null) {
            own = accepted.get(flat);
        }
        return own != null ? own : base.get(contract, key);
    }

    @Override
    public List<Entry> scan(String contract, String prefix, String afterKey, int limit) {
        Bytes from = new StateKey(contract, prefix).flat();
        Bytes after = new StateKey(contract, afterKey).flat();
        TreeMap<Bytes, Optional<Bytes>> mine = new TreeMap<>();
        collect(accepted, from, after, mine);
        collect(open, from, after, mine);
        TreeMap<Bytes, Entry> found = new TreeMap<>();
        // Each own deletion hides at most one entry of the state below.
        long below = (long) limit + mine.size();
        for (Entry entry : base.scan(contract, prefix, afterKey, (int) Math.min(below, Integer.MAX_VALUE))) {
            found.put(new StateKey(contract, entry.key()).flat(), entry);
        }
        mine.forEach((flat, value) -> {
            if (value.isPresent()) {
                found.put(flat, new Entry(StateKey.fromFlat(flat).key(), value.get()));
            } else {
                found.remove(flat);
            }
        });
        return found.values().stream().limit(limit).toList();
    }

    private static void collect(
            SortedMap<Bytes, Optional<Bytes>> writes, Bytes from, Bytes after, SortedMap<Bytes, Optional<Bytes>> into) {
        for (Map.Entry<Bytes, Optional<Bytes>> write : writes.tailMap(from).entrySet()) {
            if (!write.getKey().startsWith(from)) {
                return;
            }
            if (write.getKey().compareTo(after) > 0) {
                into.put(write.getKey(), write.getValue());
            }
        }
    }

    /// What the accepted transactions wrote, in key order; a deletion has no value.
    List<Write> writes() {
        Bug.unless(!begun, "a transaction is still open");
        List<Write> writes = new ArrayList<>();
        accepted.forEach((flat, value) -> writes.add(new Write(flat, value)));
        return writes;
    }

    StateView base() {
        return base;
    }

    /// The new value under a flat key.
    record Write(Bytes flat, Optional<Bytes> value) {
        /// What the key's hash is the digest of.
        Bytes keyMessage() {
            return StateKey.fromFlat(flat).message();
        }
    }
}
