package poyang.pir;

import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// What everyone may know of a table that is read by index: records of one length, several of them
/// in a row, behind them the path of the Merkle tree over the rows. Who reads a record sees the
/// others of its row too, so such a table is for data that the asker may see in any case and whose
/// choice alone is private.
///
/// @param records of the table
/// @param recordBytes of each
/// @param recordsPerRow as {@link #plan} chooses it
/// @param seed 32 public bytes
/// @param root of the tree over the rows
public record IndexForm(int records, int recordBytes, int recordsPerRow, Bytes seed, Bytes root) {
    private static final String DOMAIN = "poyang.pir.index-form.v1";

    public IndexForm {
        boolean possible = records >= 1
                && recordBytes >= 1
                && recordsPerRow >= 1
                && Math.ceilDiv(records, recordsPerRow) <= PirParameters.ROWS_MAX
                && (long) recordsPerRow * recordBytes
                        <= (long) (PirParameters.OUTPUTS_MAX - 1) * PirParameters.OUTPUT_BYTES
                && seed.length() == PirParameters.SEED_BYTES
                && root.length() == Sm3.DIGEST_BYTES;
        if (!possible) {
            throw new PoyangException(
                    PirErrors.BAD_SHAPE,
                    records + " records of " + recordBytes + " bytes, " + recordsPerRow + " in a row, cannot be",
                    "rows of less than 4 MiB are needed, " + PirParameters.ROWS_MAX + " of them at most");
        }
    }

    /// Records in a row so that query and answer together are shortest.
    static int plan(int records, int recordBytes) {
        int best = 1;
        long shortest = Long.MAX_VALUE;
        for (int outputs = 1; outputs <= PirParameters.OUTPUTS_MAX / 2; outputs++) {
            int perRow = Math.min(records, outputs * PirParameters.OUTPUT_BYTES / recordBytes);
            int rows = perRow == 0 ? Integer.MAX_VALUE : Math.ceilDiv(records, perRow);
            if (rows <= PirParameters.ROWS_MAX) {
                long bytes = (long) RowQuery.bytes(rows)
                        + RowAnswer.bytes(RowServer.outputs(rowBytes(rows, perRow, recordBytes)));
                if (bytes < shortest) {
                    shortest = bytes;
                    best = perRow;
                }
            }
        }
        return best;
    }

    private static int rowBytes(int rows, int recordsPerRow, int recordBytes) {
        return contentBytes(recordsPerRow, recordBytes) + KeywordForm.depth(rows) * Sm3.DIGEST_BYTES;
    }

    private static int contentBytes(int recordsPerRow, int recordBytes) {
        int bytes = recordsPerRow * recordBytes;
        return bytes + bytes % 2;
    }

    int rows() {
        return Math.ceilDiv(records, recordsPerRow);
    }

    int contentBytes() {
        return contentBytes(recordsPerRow, recordBytes);
    }

    int rowBytes() {
        return rowBytes(rows(), recordsPerRow, recordBytes);
    }

    public byte[] encode() {
        return new CanonicalWriter(DOMAIN)
                .u32(records)
                .u32(recordBytes)
                .u32(recordsPerRow)
                .bytes(seed)
                .bytes(root)
                .toArray();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_SHAPE`
    public static IndexForm decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        IndexForm form = new IndexForm(
                (int) in.u32(),
                (int) in.u32(),
                (int) in.u32(),
                in.exactly(PirParameters.SEED_BYTES),
                in.exactly(Sm3.DIGEST_BYTES));
        in.end();
        return form;
    }

    /// What a chain keeps of the table.
    public Bytes commitment() {
        return Sm3.hash(encode());
    }
}
