package poyang.chain.ledger;

import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bytes;

/// What one height made superfluous: nodes of the tree that it replaced, and entries of the history that it
/// followed. States from that height on need none of it. Stored in records of at most
/// {@link #KEYS_MAX} keys.
final class Stale {
    private static final int KEYS_MAX = 2_000;
    private static final int NODES = 1;
    private static final int ENTRIES = 2;

    private final long height;
    private final List<Bytes> nodes = new ArrayList<>();
    private final List<Bytes> entries = new ArrayList<>();

    Stale(long height) {
        this.height = height;
    }

    void node(Bytes key) {
        nodes.add(key);
    }

    void entry(Bytes historyKey) {
        entries.add(historyKey);
    }

    void write(Store.Batch batch) {
        int number = write(batch, 0, NODES, nodes);
        write(batch, number, ENTRIES, entries);
    }

    private int write(Store.Batch batch, int first, int kind, List<Bytes> keys) {
        int number = first;
        for (int from = 0; from < keys.size(); from += KEYS_MAX) {
            List<Bytes> part = keys.subList(from, Math.min(keys.size(), from + KEYS_MAX));
            RecordWriter out = new RecordWriter().u8(kind).u32(part.size());
            part.forEach(key -> out.u8(key.length()).raw(key));
            Bytes at = new RecordWriter().u64(height).u32(number++).toBytes();
            batch.put(Store.Family.STALE, at, out.toBytes());
        }
        return number;
    }

    /// The entries of the history by which keys went at a height.
    static List<Bytes> deletions(Store store, long height) {
        Bytes prefix = new RecordWriter().u64(height).toBytes();
        List<Bytes> found = new ArrayList<>();
        try (Store.Cursor cursor = store.cursor(Store.Family.STALE)) {
            for (cursor.seek(prefix); cursor.valid() && cursor.key().startsWith(prefix); cursor.next()) {
                RecordReader in = new RecordReader(cursor.value());
                boolean entries = in.u8() == ENTRIES;
                for (int left = in.u32(); left > 0; left--) {
                    Bytes key = in.raw(in.u8());
                    if (entries && HistoricView.heightOf(key) == height) {
                        found.add(key);
                    }
                }
            }
        }
        return found;
    }

    /// Takes away what a height made superfluous, and the record of it.
    static void prune(Store store, Store.Batch batch, long height) {
        Bytes prefix = new RecordWriter().u64(height).toBytes();
        try (Store.Cursor cursor = store.cursor(Store.Family.STALE)) {
            for (cursor.seek(prefix); cursor.valid() && cursor.key().startsWith(prefix); cursor.next()) {
                RecordReader in = new RecordReader(cursor.value());
                Store.Family family = in.u8() == NODES ? Store.Family.NODES : Store.Family.HISTORY;
                for (int left = in.u32(); left > 0; left--) {
                    batch.delete(family, in.raw(in.u8()));
                }
                batch.delete(Store.Family.STALE, cursor.key());
            }
        }
    }
}
