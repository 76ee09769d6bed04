package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// The flat keys that the state ever had, in their order. The families LATEST and HISTORY know keys by
/// a keyed hash only, so that nobody reads names off the disk; scans find them here.
///
/// Keys stand in sealed pages of at most {@link #PAGE_KEYS_MAX}; which page begins with which key is in
/// memory, about four bytes a key, and read off all pages when the ledger is opened. Pages never
/// change: what is added to one stands in notes behind it, in the block's own batch, until they hold
/// {@link #NOTED_KEYS_MAX} keys; then one or more new pages replace page and notes. A reader that meets a
/// page which was just replaced looks again; it never waits for the disk.
final class KeyIndex {
    static final int PAGE_KEYS_MAX = 64;
    static final int NOTED_KEYS_MAX = 32;
    /// So many pages made lately are kept at most, about a twentieth of the heap.
    private static final int FRESH_MAX = Math.clamp(Runtime.getRuntime().maxMemory() / (96 << 10), 256, 1 << 16);
    private static final int LOOKS_MAX = 1_000_000;

    private final Store store;
    /// Pages that were made lately with their notes, by number, as the store holds them: most keys come beside others
    /// that came before. A page is read again once in {@link #NOTED_KEYS_MAX} keys, and few arrays cost the
    /// collector less than many keys.
    private final Map<Long, List<Bytes>> fresh = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<Bytes>> eldest) {
            return size() > FRESH_MAX;
        }
    };
    /// First key of a page → the page.
    private final ConcurrentSkipListMap<Bytes, Page> pages = new ConcurrentSkipListMap<>();
    private long next;

    /// Reads what the store holds.
    KeyIndex(Store store) {
        this.store = store;
        Page last = null;
        try (Store.Cursor cursor = store.cursor(Store.Family.KEYS)) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                RecordReader key = new RecordReader(cursor.key());
                long number = key.u64();
                List<Bytes> keys = decode(cursor.value());
                if (key.u32() == 0) {
                    last = new Page(number);
                    pages.put(keys.getFirst(), last);
                    next = number + 1;
                } else if (last != null && last.number == number) {
                    last.noted(keys.size());
                } else {
                    throw missing();
                }
            }
        }
    }

    private static PoyangException missing() {
        return RecordReader.damaged("a page of the names of keys is missing");
    }

    /// Where a page lies. Only whoever commits adds to it.
    private static final class Page {
        private final long number;
        private volatile int notes;
        private int notedKeys;

        Page(long number) {
            this.number = number;
        }

        void noted(int keys) {
            int before = notes;
            notedKeys += keys;
            notes = before + 1;
        }

        /// The page itself and its notes.
        List<Bytes> places() {
            return IntStream.rangeClosed(0, notes).mapToObj(this::place).toList();
        }

        Bytes place(int note) {
            return new RecordWriter().u64(number).u32(note).toBytes();
        }
    }

    /// What takes effect once its batch is on disk.
    final class Change {
        private final List<Bytes> gone = new ArrayList<>();
        private final List<Map.Entry<Bytes, Page>> made = new ArrayList<>();
        private final List<Note> noted = new ArrayList<>();

        /// Later pages first: at every moment each key is found in the page that comes up for it.
        void publish() {
            noted.forEach(KeyIndex.this::follow);
            made.reversed().forEach(page -> pages.put(page.getKey(), page.getValue()));
            gone.forEach(pages::remove);
        }
    }

    /// Keys that are added to a page, and what the store holds of them.
    private record Note(Page page, int keys, Bytes stored) {}

    private void follow(Note note) {
        note.page.noted(note.keys);
        synchronized (fresh) {
            List<Bytes> _ = fresh.computeIfPresent(note.page.number, (_, stored) -> with(stored, note.stored));
        }
    }

    private static List<Bytes> with(List<Bytes> stored, Bytes more) {
        List<Bytes> all = new ArrayList<>(stored.size() + 1);
        all.addAll(stored);
        all.add(more);
        return all;
    }

    /// Adds to the batch what makes these keys known, those that the state did not hold.
    ///
    /// @param added ascending, each once
    Change add(Store.Batch batch, List<Bytes> added) {
        Change change = new Change();
        int from = 0;
        Map.Entry<Bytes, Page> floor = floor(added, from);
        while (from < added.size()) {
            boolean before = floor == null;
            Map.Entry<Bytes, Page> page = before ? pages.firstEntry() : floor;
            int to = page == null ? added.size() : from + 1;
            floor = floor(added, to);
            // Mostly the next key is of another page.
            if (page != null && to < added.size() && (floor == null || floor.getValue() == page.getValue())) {
                Bytes following = pages.higherKey(page.getKey());
                while (to < added.size() && (following == null || added.get(to).compareTo(following) < 0)) {
                    to++;
                }
                floor = floor(added, to);
            }
            List<Bytes> part = added.subList(from, to);
            if (page == null || before || page.getValue().notedKeys + part.size() > NOTED_KEYS_MAX) {
                replace(batch, Optional.ofNullable(page), part, change);
            } else {
                Note note = new Note(page.getValue(), part.size(), encode(part));
                batch.put(Store.Family.KEYS, note.page.place(note.page.notes + 1), note.stored);
                change.noted.add(note);
            }
            from = to;
        }
        return change;
    }

    private Map.@Nullable Entry<Bytes, Page> floor(List<Bytes> keys, int at) {
        return at < keys.size() ? pages.floorEntry(keys.get(at)) : null;
    }

    private void replace(Store.Batch batch, Optional<Map.Entry<Bytes, Page>> page, List<Bytes> added, Change change) {
        List<Bytes> old =
                page.map(p -> load(p.getValue()).orElseThrow(KeyIndex::missing)).orElse(List.of());
        List<Bytes> merged = merge(old, added);
        page.ifPresent(p -> {
            p.getValue().places().forEach(place -> batch.delete(Store.Family.KEYS, place));
            synchronized (fresh) {
                fresh.remove(p.getValue().number);
            }
        });
        int parts = (merged.size() + PAGE_KEYS_MAX - 1) / PAGE_KEYS_MAX;
        for (int i = 0; i < parts; i++) {
            List<Bytes> part = merged.subList(share(merged, i, parts), share(merged, i + 1, parts));
            Page made = new Page(next++);
            Bytes stored = encode(part);
            synchronized (fresh) {
                fresh.put(made.number, List.of(stored));
            }
            batch.put(Store.Family.KEYS, made.place(0), stored);
            change.made.add(Map.entry(part.getFirst(), made));
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
        Map.Entry<Bytes, Page> page = pages.floorEntry(from);
        page = page == null ? pages.firstEntry() : page;
        Bytes visited = null;
        int looks = 0;
        while (page != null) {
            Optional<List<Bytes>> keys = load(page.getValue());
            if (keys.isEmpty()) {
                if (++looks > LOOKS_MAX) {
                    throw missing();
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

    /// The keys of a page and its notes in order; empty when it was replaced.
    private Optional<List<Bytes>> load(Page page) {
        return stored(page)
                .map(stored -> stored.stream()
                        .flatMap(each -> decode(each).stream())
                        .sorted()
                        .distinct()
                        .toList());
    }

    /// The page and its notes as the store holds them; empty when the page was replaced.
    private Optional<List<Bytes>> stored(Page page) {
        synchronized (fresh) {
            List<Bytes> known = fresh.get(page.number);
            if (known != null) {
                return Optional.of(known);
            }
        }
        List<Optional<Bytes>> found = store.all(Store.Family.KEYS, page.places());
        return found.stream().anyMatch(Optional::isEmpty)
                ? Optional.empty()
                : Optional.of(found.stream().flatMap(Optional::stream).toList());
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
