package poyang.pir;

import java.util.ArrayList;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// What everyone may know of a table that is read by ranges of an ordered key.
///
/// Entries stand in the order of their keys in one table that is read by index. Above them lies a search
/// tree whose nodes stand, level by level from the root, in another: a node is the first key of each of its
/// children. Who may ask sees this form: how many entries there are, and the lengths of key and value.
///
/// @param entries the table of entries: key, length of the value (2), value, filled up
/// @param nodes the table of nodes
/// @param keyBytes of every key, shorter ones filled up with zeros
/// @param fanout children of a node
public record OrderedForm(IndexForm entries, IndexForm nodes, int keyBytes, int fanout) {
    static final int LENGTH_BYTES = 2;
    private static final String DOMAIN = "poyang.pir.ordered-form.v1";
    private static final int FORM_BYTES_MAX = 1 << 10;
    private static final int KEY_BYTES_MAX = 1 << 10;

    public OrderedForm {
        boolean possible = keyBytes >= 1
                && keyBytes <= KEY_BYTES_MAX
                && fanout >= 2
                && nodes.recordBytes() == keyBytes * (long) fanout
                && entries.recordBytes() >= keyBytes + LENGTH_BYTES
                && nodes.records() == nodes(entries.records(), fanout);
        if (!possible) {
            throw new PoyangException(
                    PirErrors.BAD_SHAPE,
                    "an index of " + nodes.records() + " nodes over " + entries.records() + " entries with keys of "
                            + keyBytes + " bytes cannot be",
                    "keys of 1 to " + KEY_BYTES_MAX + " bytes and the nodes that the entries need");
        }
    }

    /// Nodes of each level, from the root down to the one above the entries.
    static List<Integer> levels(int entries, int fanout) {
        List<Integer> levels = new ArrayList<>();
        int count = entries;
        do {
            count = Math.ceilDiv(count, fanout);
            levels.addFirst(count);
        } while (count > 1);
        return levels;
    }

    static int nodes(int entries, int fanout) {
        return levels(entries, fanout).stream().mapToInt(Integer::intValue).sum();
    }

    List<Integer> levels() {
        return levels(entries.records(), fanout);
    }

    int valueBytes() {
        return entries.recordBytes() - keyBytes - LENGTH_BYTES;
    }

    /// Rows that hold `most` entries and one more wherever they begin.
    int rowsRead(int most) {
        int rows = Math.ceilDiv(most, entries.recordsPerRow()) + 1;
        return Math.min(rows, entries.rows());
    }

    /// How many frames a reading has before its last: the levels of the tree.
    public int steps() {
        return levels().size();
    }

    /// Bytes that a client sends to read `most` entries.
    public long clientBytes(int most) {
        return (long) steps() * RowQuery.bytes(nodes.rows()) + (long) rowsRead(most) * RowQuery.bytes(entries.rows());
    }

    /// Bytes that the holder answers.
    public long holderBytes(int most) {
        return (long) steps() * RowAnswer.bytes(RowServer.outputs(nodes.rowBytes()))
                + (long) rowsRead(most) * RowAnswer.bytes(RowServer.outputs(entries.rowBytes()));
    }

    public byte[] encode() {
        return new CanonicalWriter(DOMAIN)
                .bytes(entries.encode())
                .bytes(nodes.encode())
                .u32(keyBytes)
                .u32(fanout)
                .toArray();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_SHAPE`
    public static OrderedForm decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        OrderedForm form = new OrderedForm(
                IndexForm.decode(in.array(FORM_BYTES_MAX)),
                IndexForm.decode(in.array(FORM_BYTES_MAX)),
                (int) Math.min(in.u32(), Integer.MAX_VALUE),
                (int) Math.min(in.u32(), Integer.MAX_VALUE));
        in.end();
        return form;
    }

    /// What a chain keeps of the table.
    public Bytes commitment() {
        return Sm3.hash(encode());
    }
}
