package poyang.pir;

import java.util.Arrays;
import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// A table that is read by ranges or prefixes of an ordered key, as its holder keeps it.
///
/// - learnt by the holder: that there was a read, and of how many entries at most; the levels of the tree are
///   walked down whatever is asked
/// - learnt by the asker: the form, the entries of the range and their neighbours in the same rows, and the
///   first keys of the nodes on its way, with the nodes in their rows; so such a table is for data whose
///   choice alone is private, see {@link IndexForm}
public final class OrderedTable {
    private static final int NODE_BYTES = PirParameters.OUTPUT_BYTES;

    private final OrderedForm form;
    private final IndexTable entries;
    private final IndexTable nodes;

    private OrderedTable(OrderedForm form, IndexTable entries, IndexTable nodes) {
        this.form = form;
        this.entries = entries;
        this.nodes = nodes;
    }

    /// One entry; several may have one key.
    public record Entry(Bytes key, Bytes value) {}

    /// Makes a table.
    ///
    /// @param sorted at least one entry, in ascending order of keys (as unsigned bytes)
    /// @param keyBytes the longest key
    /// @param valueBytes the longest value
    /// @throws PoyangException `RECORD_REFUSED` for entries that do not fit, or not in order; `BAD_SHAPE`
    public static OrderedTable of(
            List<Entry> sorted, int keyBytes, int valueBytes, RandomSource random, Workers workers) {
        return of(sorted, keyBytes, valueBytes, Math.max(2, NODE_BYTES / keyBytes), random, workers);
    }

    static OrderedTable of(
            List<Entry> sorted, int keyBytes, int valueBytes, int fanout, RandomSource random, Workers workers) {
        check(sorted, keyBytes, valueBytes);
        IndexTable entries = IndexTable.of(
                sorted.size(),
                keyBytes + OrderedForm.LENGTH_BYTES + valueBytes,
                i -> encode(sorted.get(i), keyBytes, valueBytes),
                random.fork("entries"),
                workers,
                (_, _) -> {});
        List<Integer> levels = OrderedForm.levels(sorted.size(), fanout);
        IndexTable nodes = IndexTable.of(
                OrderedForm.nodes(sorted.size(), fanout),
                keyBytes * fanout,
                node -> node(sorted, keyBytes, fanout, levels, node),
                random.fork("nodes"),
                workers,
                (_, _) -> {});
        return new OrderedTable(new OrderedForm(entries.form(), nodes.form(), keyBytes, fanout), entries, nodes);
    }

    private static void check(List<Entry> sorted, int keyBytes, int valueBytes) {
        byte[] before = new byte[0];
        for (Entry entry : sorted) {
            byte[] key = entry.key().toArray();
            if (key.length > keyBytes
                    || entry.value().length() > valueBytes
                    || valueBytes > KeywordForm.RECORD_BYTES_MAX
                    || key.length > 0 && key[key.length - 1] == 0
                    || Arrays.compareUnsigned(before, key) > 0) {
                throw new PoyangException(
                        PirErrors.RECORD_REFUSED,
                        "a key of " + key.length + " bytes with a value of "
                                + entry.value().length() + " bytes does not fit, or not there",
                        "keys up to " + keyBytes
                                + " bytes, not ending in a zero byte, in ascending order, and values up to "
                                + valueBytes + " are needed");
            }
            before = key;
        }
    }

    private static byte[] encode(Entry entry, int keyBytes, int valueBytes) {
        byte[] out = Arrays.copyOf(entry.key().toArray(), keyBytes + OrderedForm.LENGTH_BYTES + valueBytes);
        int length = entry.value().length();
        out[keyBytes] = (byte) (length >> Byte.SIZE);
        out[keyBytes + 1] = (byte) length;
        System.arraycopy(entry.value().toArray(), 0, out, keyBytes + OrderedForm.LENGTH_BYTES, length);
        return out;
    }

    /// The first key of each child of a node, counted from the root.
    private static byte[] node(List<Entry> sorted, int keyBytes, int fanout, List<Integer> levels, int node) {
        int level = 0;
        int inLevel = node;
        while (inLevel >= levels.get(level)) {
            inLevel -= levels.get(level);
            level++;
        }
        long span = 1;
        for (int below = level + 1; below < levels.size(); below++) {
            span *= fanout;
        }
        byte[] out = new byte[keyBytes * fanout];
        for (int child = 0; child < fanout; child++) {
            long first = ((long) inLevel * fanout + child) * span;
            if (first < sorted.size()) {
                byte[] key = sorted.get((int) first).key().toArray();
                System.arraycopy(key, 0, out, child * keyBytes, key.length);
            }
        }
        return out;
    }

    public OrderedForm form() {
        return form;
    }

    /// Bytes of both matrices and what was prepared from them.
    public long memoryBytes() {
        return entries.server().matrixBytes()
                + entries.server().preparedBytes()
                + nodes.server().matrixBytes()
                + nodes.server().preparedBytes();
    }

    /// Answers one of the first frames, a query of a node's row.
    ///
    /// @throws PoyangException `BAD_FRAME`
    public byte[] answerNode(byte[] query, Workers workers) {
        return nodes.server().answer(query, 1, workers);
    }

    /// Answers the last frame, the queries for `most` entries.
    ///
    /// @throws PoyangException `BAD_FRAME`
    public byte[] answerEntries(byte[] queries, int most, Workers workers) {
        return entries.server().answer(queries, form.rowsRead(most), workers);
    }
}
