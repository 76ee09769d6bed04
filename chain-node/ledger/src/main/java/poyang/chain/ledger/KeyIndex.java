package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import poyang.kernel.Bytes;

/// The flat keys that the state ever had, in their order. The families LATEST and HISTORY know keys by
/// a keyed hash only, so that nobody reads names off the disk; scans find them here.
///
/// Keys stand in sealed pages of at most {@link #PAGE_KEYS_MAX}; which page begins with which key is in
/// memory, about four bytes a key, and read off all pages when the ledger is opened. Pages never
/// change: adding a key replaces its page by one or more new ones in the block's own batch. A reader
/// that meets a page which was just replaced looks again; it never waits for the disk.
final class KeyIndex {
    static final int PAGE_KEYS_MAX = 32;
    private static final int FRESH_MAX = 1024;
    private static final int LOOKS_MAX = 1_000_000;

    private final Store store;
    /// Pages that were made lately, by number: most keys come beside others that came before.
    private final Map<Long, List<Bytes>> fresh = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<Bytes>> eldest) {
            return size() > FRESH_MAX;
        }
    };
    /// First key of a page → its number.
    private final ConcurrentSkipListMap<Bytes, Long> pages = new ConcurrentSkipListMap<>();
    private long next;

    /// Reads what the store holds.
    KeyIndex(Store store) {
        this.store = store;
        try (Store.Cursor cursor = store.cursor(Store.Family.KEYS)) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                long number = new RecordReader(cursor.key()).u64();
                pages.put(decode(cursor.value()).getFirst(), number);
                next = number + 1;
            }
        }
    }

    /// What takes effect once its batch is on disk.
    final class Change {
        private final List<Bytes> gone = new ArrayList<>();
        private final List<Map.Entry<Bytes, Long>> made = new ArrayList<>();

        /// Later pages first: at every moment each key is found in the page that comes up for it.
        void publish() {
            made.reversed().forEach(page -> pages.put(page.getKey(), page.getValue()));
            gone.forEach(pages::remove);
        }
    }

    /// Adds to the batch what makes these keys known, those that the state did not hold.
    ///
    /// @param added ascending, each once
    Change add(Store.Batch batch, List<Bytes> added) {
        Change change = new Change();
        int from = 0;
        while (from < added.size()) {
            Map.Entry<Bytes, Long> page = pages.floorEntry(added.get(from));
            page = page == null ? pages.firstEntry() : page;
            Bytes following = page == null ? null : pages.higherKey(page.getKey());
            int to = from + 1;
            while (to < added.size() && (following == null || added.get(to).compareTo(following) < 0)) {
                to++;
            }
            replace(batch, Optional.ofNullable(page), added.subList(from, to), change);
            from = to;
        }
        return change;
    }

    private void replace(Store.Batch batch, Optional<Map.Entry<Bytes, Long>> page, List<Bytes> added, Change change) {
        List<Bytes> old = page.flatMap(p -> load(p.getValue())).orElse(List.of());
        List<Bytes> merged = merge(old, added);
        if (merged.size() == old.size()) {
            return;
        }
        page.ifPresent(p -> {
            batch.delete(Store.Family.KEYS, key(p.getValue()));
            synchronized (fresh) {
                fresh.remove(p.getValue());
            }
        });
        int parts = (merged.size() + PAGE_KEYS_MAX - 1) / PAGE_KEYS_MAX;
        for (int i = 0; i < parts; i++) {
            List<Bytes> part = List.copyOf(merged.subList(share(merged, i, parts), share(merged, i + 1, parts)));
            synchronized (fresh) {
                fresh.put(next, part);
            }
            batch.put(Store.Family.KEYS, key(next), encode(part));
            change.made.add(Map.entry(part.getFirst(), next));
            next++;
        }
        if (!old.isEmpty() && !old.getFirst().equals(merged.getFirst())) {
            change.gone.add(old.getFirst());
        }
    }

    /// Where the part of this number begins; a block of some hundred thousand keys is beyond int in between.
    private static int share(List<Bytes> merged, int part, int parts) {
        return (int) ((long) merged.size() * part / parts);
    }

    private static List<Bytes> merge(List<Bytes> old, List<Bytes> fresh) {
        List<Bytes> merged = new ArrayList<>(old.size() + fresh.size());
        int at = 0;
        for (Bytes key : fresh) {
            while (at < old.size() && old.get(at).compareTo(key) < 0) {
                merged.add(old.get(at++));
            }
            if (at == old.size() || !old.get(at).equals(key)) {
                merged.add(key);
            }
        }
        merged.addAll(old.subList(at, old.size()));
        return merged;
    }

    /// Visits the keys from `from` on, it included, in their order, until a visit says no.
    void walk(Bytes from, Predicate<Bytes> visit) {
        Map.Entry<Bytes, Long> page = pages.floorEntry(from);
        page = page == null ? pages.firstEntry() : page;
        Bytes visited = null;
        int looks = 0;
        while (page != null) {
            Optional<List<Bytes>> keys = load(page.getValue());
            if (keys.isEmpty()) {
                if (++looks > LOOKS_MAX) {
                    throw RecordReader.damaged("a page of the names of keys is missing");
                }
                Thread.onSpinWait();
                Bytes first = page.getKey();
                page = pages.floorEntry(first);
                page = page == null ? pages.firstEntry() : page;
                continue;
            }
            for (Bytes key : keys.get()) {
                boolean wanted = visited == null ? key.compareTo(from) >= 0 : key.compareTo(visited) > 0;
                if (wanted) {
                    visited = key;
                    if (!visit.test(key)) {
                        return;
                    }
                }
            }
            page = pages.higherEntry(keys.get().getLast());
        }
    }

    private Optional<List<Bytes>> load(long number) {
        synchronized (fresh) {
            List<Bytes> known = fresh.get(number);
            if (known != null) {
                return Optional.of(known);
            }
        }
        return store.get(Store.Family.KEYS, key(number)).map(KeyIndex::decode);
    }

    private static Bytes key(long number) {
        return new RecordWriter().u64(number).toBytes();
    }

    private static Bytes encode(List<Bytes> keys) {
        RecordWriter out = new RecordWriter().u32(keys.size());
        keys.forEach(key -> out.u32(key.length()).raw(key));
        return out.toBytes();
    }

    private static List<Bytes> decode(Bytes page) {
        RecordReader in = new RecordReader(page);
        int count = in.u32();
        List<Bytes> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(in.raw(in.u32()));
        }
        if (keys.isEmpty()) {
            throw RecordReader.damaged("a page of the names of keys is empty");
        }
        return keys;
    }
}
