package poyang.pir;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import poyang.crypto.Sm4;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// One change of a {@link KeywordTable}: opens the rows concerned, changes their entries, seals
/// them under new salts, and writes the paths of the new tree into all rows.
final class TableChange {
    private final KeywordForm form;
    private final HolderKey key;
    private final Placement placement;
    private final RowTree tree;
    private final RowServer server;
    private final RandomSource random;

    /// Value to record, for each row concerned.
    private final Map<Integer, Map<Bytes, Bytes>> rows = new TreeMap<>();

    TableChange(
            KeywordForm form, HolderKey key, Placement placement, RowTree tree, RowServer server, RandomSource random) {
        this.form = form;
        this.key = key;
        this.placement = placement;
        this.tree = tree;
        this.server = server;
        this.random = random;
    }

    KeywordTable apply(Map<Bytes, List<Bytes>> changes, Workers workers) {
        new TreeMap<>(changes).forEach(this::change);
        byte[][] leaves = tree.leaves();
        List<Matrix.Patch> patches = new ArrayList<>();
        rows.forEach((row, entries) -> {
            byte[] content = sealed(row, entries);
            patches.add(new Matrix.Patch(row, 0, Bytes.wrap(content)));
            leaves[row] = RowTree.leaf(content);
        });
        RowTree next = new RowTree(leaves);
        for (int row = 0; row < form.rows(); row++) {
            patches.add(new Matrix.Patch(row, form.contentBytes(), Bytes.wrap(next.path(row))));
        }
        return new KeywordTable(form.withRoot(next.root()), key, placement, next, server.with(patches, workers));
    }

    private void change(Bytes keyword, List<Bytes> records) {
        byte[] word = keyword.toArray();
        boolean fits = word.length >= 1
                && word.length <= KeywordPrf.KEY_BYTES_MAX
                && records.size() <= form.recordsPerKeyword()
                && records.stream().allMatch(record -> record.length() <= form.recordBytes());
        if (!fits) {
            throw new PoyangException(
                    PirErrors.RECORD_REFUSED,
                    "a keyword of " + word.length + " bytes with " + records.size() + " records",
                    "keywords have 1 to " + KeywordPrf.KEY_BYTES_MAX + " bytes and at most " + form.recordsPerKeyword()
                            + " records of " + form.recordBytes() + " bytes");
        }
        byte[] value = key.values(List.of(word));
        for (int i = 0; i < form.recordsPerKeyword(); i++) {
            byte[] recordValue = KeywordPrf.ofRecord(value, i);
            int row = KeywordPrf.row(recordValue, form.placement(), form.rows());
            Map<Bytes, Bytes> entries = rows.get(row);
            if (entries == null && (i < records.size() || placement.find(row, recordValue) >= 0)) {
                entries = opened(row);
                rows.put(row, entries);
            }
            if (i < records.size()) {
                Objects.requireNonNull(entries).put(Bytes.wrap(recordValue), records.get(i));
            } else if (entries != null) {
                entries.remove(Bytes.wrap(recordValue));
            }
        }
    }

    private Map<Bytes, Bytes> opened(int row) {
        byte[] content = server.matrix().row(row);
        Map<Bytes, Bytes> entries = new TreeMap<>();
        for (int place = 0; place < placement.used(row); place++) {
            byte[] value = placement.value(row, place);
            entries.put(Bytes.wrap(value), Bytes.wrap(Entries.openAt(value, content, place, form)));
        }
        return entries;
    }

    private byte[] sealed(int row, Map<Bytes, Bytes> entries) {
        if (entries.size() > form.places()) {
            throw new PoyangException(
                    PirErrors.RECORD_REFUSED,
                    "row " + row + " of the table is full",
                    "make the table anew: it then gets more rows");
        }
        byte[] streamKey = random.bytes(Sm4.KEY_BYTES);
        byte[] content;
        try (Sm4 stream = new Sm4(streamKey)) {
            content = TableMaking.blankRow(stream, row, form);
        }
        Arrays.fill(streamKey, (byte) 0);
        byte[] salt = Arrays.copyOf(content, KeywordForm.SALT_BYTES);
        int at = KeywordForm.SALT_BYTES;
        for (Map.Entry<Bytes, Bytes> entry : entries.entrySet()) {
            byte[] sealed = Entries.seal(
                    entry.getKey().toArray(), salt, entry.getValue().toArray(), form.recordBytes());
            System.arraycopy(sealed, 0, content, at, sealed.length);
            at += sealed.length;
        }
        placement.replace(row, new ArrayList<>(entries.keySet()));
        return content;
    }
}
