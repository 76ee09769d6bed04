package poyang.chain.ledger;

import java.util.Arrays;
import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// The replay index: which (sender, nonce) stood in the last blocks, as far as a transaction's block limit reaches.
///
/// On disk a record for each block: the hashes of all its pairs. In memory eight octets of each hash with its
/// height, so that a pair that is new, as almost all are, costs no read; where these are the same, the block's
/// record decides. Thread-safe.
final class NonceWindow {
    private static final int HASH = CryptoSuite.DIGEST_BYTES;
    private static final int LEAST_PLACES = 1 << 10;
    /// Of so many places at most one is taken; a table that was made anew has more than twice that room.
    private static final int SPARSE = 2;

    private final Store store;
    /// The beginnings of hashes, each at the first free place from where its own bits lead to.
    private long[] marks = new long[LEAST_PLACES];
    /// The block of the mark at the same place; 0 where none is: a genesis has no transactions.
    private long[] heights = new long[LEAST_PLACES];
    private int taken;
    private long from;

    NonceWindow(Store store) {
        this.store = store;
        reread();
    }

    /// Takes in what lies on disk.
    synchronized void reread() {
        marks = new long[LEAST_PLACES];
        heights = new long[LEAST_PLACES];
        taken = 0;
        from = 0;
        try (Store.Cursor cursor = store.cursor(Store.Family.NONCES)) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                follow(new RecordReader(cursor.key()).u64(), cursor.value().toArray());
            }
        }
    }

    /// The pairs of a block, whose record is on disk now, count from here on.
    synchronized void follow(long height, List<Bytes> hashes) {
        follow(height, record(hashes).toArray());
    }

    private void follow(long height, byte[] record) {
        int count = record.length / HASH;
        if ((long) (taken + count) * SPARSE > marks.length) {
            grow(count);
        }
        for (int i = 0; i < count; i++) {
            put(mark(record, i * HASH), height);
        }
    }

    private void put(long mark, long height) {
        int at = place(mark);
        while (heights[at] != 0) {
            at = at + 1 & marks.length - 1;
        }
        marks[at] = mark;
        heights[at] = height;
        taken++;
    }

    private int place(long mark) {
        return (int) mark & marks.length - 1;
    }

    /// Makes room for more, and leaves behind what is forgotten.
    private void grow(int more) {
        long[] oldMarks = marks;
        long[] oldHeights = heights;
        long kept = Arrays.stream(oldHeights).filter(this::remembered).count() + more;
        int places = Math.max(LEAST_PLACES, 4 * SPARSE * Integer.highestOneBit(Math.toIntExact(kept)));
        marks = new long[places];
        heights = new long[places];
        taken = 0;
        for (int i = 0; i < oldMarks.length; i++) {
            if (remembered(oldHeights[i])) {
                put(oldMarks[i], oldHeights[i]);
            }
        }
    }

    private boolean remembered(long height) {
        return height != 0 && height >= from;
    }

    boolean seen(String sender, Bytes nonce) {
        return seen(CryptoSuite.SM.hash(
                LedgerTransaction.nonceMessage(sender, nonce).toArray()));
    }

    /// The same of each of several.
    List<Boolean> seen(List<LedgerTransaction> transactions) {
        return hashes(transactions).stream().map(this::seen).toList();
    }

    private boolean seen(Bytes hash) {
        byte[] octets = hash.toArray();
        for (long height : heights(mark(octets, 0))) {
            byte[] record = store.get(Store.Family.NONCES, BlockBook.long8(height))
                    .orElse(Bytes.empty())
                    .toArray();
            for (int at = 0; at + HASH <= record.length; at += HASH) {
                if (Arrays.equals(record, at, at + HASH, octets, 0, HASH)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// The blocks that have a hash with this beginning.
    private synchronized long[] heights(long mark) {
        long[] found = {};
        for (int at = place(mark); heights[at] != 0; at = at + 1 & marks.length - 1) {
            if (marks[at] == mark && remembered(heights[at])) {
                found = Arrays.copyOf(found, found.length + 1);
                found[found.length - 1] = heights[at];
            }
        }
        return found;
    }

    private static long mark(byte[] hashes, int from) {
        long mark = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            mark = mark << Byte.SIZE | hashes[from + i] & 0xff;
        }
        return mark;
    }

    /// Forgets the pairs of the blocks below a height.
    synchronized void forget(Store.Batch batch, long below) {
        if (below <= from) {
            return;
        }
        // Not from the first on: what was deleted there is still to be passed over.
        Bytes first = BlockBook.long8(from);
        from = below;
        try (Store.Cursor cursor = store.cursor(Store.Family.NONCES)) {
            for (cursor.seek(first); cursor.valid(); cursor.next()) {
                if (new RecordReader(cursor.key()).u64() >= below) {
                    return;
                }
                batch.delete(Store.Family.NONCES, cursor.key());
            }
        }
    }

    /// Puts what a block leaves of its pairs into the batch.
    static void put(Store.Batch batch, long height, List<Bytes> hashes) {
        if (!hashes.isEmpty()) {
            batch.put(Store.Family.NONCES, BlockBook.long8(height), record(hashes));
        }
    }

    private static Bytes record(List<Bytes> hashes) {
        RecordWriter out = new RecordWriter(hashes.size() * HASH);
        hashes.forEach(out::raw);
        return out.toBytes();
    }

    /// So many pairs a block's record holds.
    static int count(Store store, long height) {
        return store.get(Store.Family.NONCES, BlockBook.long8(height))
                .map(record -> record.length() / HASH)
                .orElse(0);
    }

    /// What stands for the pairs. SM3 under every suite: nothing but this node reads it.
    static List<Bytes> hashes(List<LedgerTransaction> transactions) {
        return CryptoSuite.SM.hashAll(transactions.stream()
                .map(t -> LedgerTransaction.nonceMessage(t.sender(), t.nonce()))
                .toList());
    }
}
