package poyang.pir;

import poyang.crypto.Sm3;
import poyang.crypto.curve.Sm2Point;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// What everyone may know of a table that is read by keyword; its hash is what a chain keeps, and
/// it binds the holder to the key of the pseudorandom function and to every byte of every row.
///
/// A row is: salt (16) ‖ places, each name (12) ‖ sealed (length (2) ‖ record, filled up) ‖ path of
/// the Merkle tree over all rows' salts and places (32 a level) ‖ zeros.
///
/// @param rows of the matrix
/// @param places in each row
/// @param recordBytes the longest record
/// @param recordsPerKeyword how many records one keyword has at most; every look-up asks for as
///     many
/// @param placement which try at distributing entries over rows succeeded
/// @param seed 32 public bytes, from which queries take their uniform halves
/// @param publicKey k·G for the key k of the pseudorandom function, 33 bytes
/// @param root of the Merkle tree over the rows
public record KeywordForm(
        int rows,
        int places,
        int recordBytes,
        int recordsPerKeyword,
        int placement,
        Bytes seed,
        Bytes publicKey,
        Bytes root) {
    public static final int RECORD_BYTES_MAX = 65_535;
    public static final int RECORDS_PER_KEYWORD_MAX = 64;
    /// Bytes of one blinded keyword.
    public static final int POINT_BYTES = EqualityProof.POINT_BYTES;

    static final int SALT_BYTES = 16;
    static final int LENGTH_BYTES = 2;
    private static final String DOMAIN = "poyang.pir.keyword-form.v1";
    private static final int NUMBERS_MAX = 1 << 24;

    public KeywordForm {
        boolean possible = rows >= 1
                && rows <= PirParameters.ROWS_MAX
                && places >= 1
                && places <= NUMBERS_MAX
                && recordBytes >= 0
                && recordBytes <= RECORD_BYTES_MAX
                && recordsPerKeyword >= 1
                && recordsPerKeyword <= RECORDS_PER_KEYWORD_MAX
                && placement >= 0
                && placement < NUMBERS_MAX
                && seed.length() == PirParameters.SEED_BYTES
                && Sm2Point.decode(publicKey.toArray()).isPresent()
                && publicKey.length() == EqualityProof.POINT_BYTES
                && root.length() == Sm3.DIGEST_BYTES
                && rowBytes(rows, places, recordBytes) <= (long) PirParameters.OUTPUTS_MAX * PirParameters.OUTPUT_BYTES;
        if (!possible) {
            throw new PoyangException(
                    PirErrors.BAD_SHAPE,
                    "a table of " + rows + " rows of " + places + " places for records of " + recordBytes
                            + " bytes cannot be",
                    "rows up to " + PirParameters.ROWS_MAX + " of at most 4 MiB, records up to " + RECORD_BYTES_MAX
                            + " bytes and a key on the curve are needed");
        }
    }

    static int entryBytes(int recordBytes) {
        // an even number, so that no 16-bit word of the matrix belongs to two entries
        return KeywordPrf.NAME_BYTES + LENGTH_BYTES + recordBytes + recordBytes % 2;
    }

    static int depth(int rows) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(rows - 1);
    }

    static long rowBytes(int rows, int places, int recordBytes) {
        return SALT_BYTES + (long) places * entryBytes(recordBytes) + (long) depth(rows) * Sm3.DIGEST_BYTES;
    }

    int entryBytes() {
        return entryBytes(recordBytes);
    }

    /// Bytes of salt and places: what a leaf of the tree hashes.
    int contentBytes() {
        return SALT_BYTES + places * entryBytes();
    }

    int depth() {
        return depth(rows);
    }

    /// Bytes of a row before it is filled up to whole outputs.
    public int rowBytes() {
        return (int) rowBytes(rows, places, recordBytes);
    }

    KeywordForm withRoot(Bytes newRoot) {
        return new KeywordForm(rows, places, recordBytes, recordsPerKeyword, placement, seed, publicKey, newRoot);
    }

    public byte[] encode() {
        return new CanonicalWriter(DOMAIN)
                .u32(rows)
                .u32(places)
                .u32(recordBytes)
                .u32(recordsPerKeyword)
                .u32(placement)
                .bytes(seed)
                .bytes(publicKey)
                .bytes(root)
                .toArray();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_SHAPE`
    public static KeywordForm decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        KeywordForm form = new KeywordForm(
                number(in),
                number(in),
                number(in),
                number(in),
                number(in),
                in.exactly(PirParameters.SEED_BYTES),
                in.exactly(EqualityProof.POINT_BYTES),
                in.exactly(Sm3.DIGEST_BYTES));
        in.end();
        return form;
    }

    private static int number(CanonicalReader in) {
        return (int) Math.min(in.u32(), Integer.MAX_VALUE);
    }

    /// What a chain keeps of the table.
    public Bytes commitment() {
        return Sm3.hash(encode());
    }

    /// Bytes that a client sends to look up `keywords` keywords.
    public long clientBytes(int keywords) {
        return keywords * (EqualityProof.POINT_BYTES + (long) recordsPerKeyword * RowQuery.bytes(rows));
    }

    /// Bytes that the holder answers.
    public long holderBytes(int keywords) {
        return keywords
                        * (EqualityProof.POINT_BYTES
                                + (long) recordsPerKeyword * RowAnswer.bytes(RowServer.outputs(rowBytes())))
                + EqualityProof.BYTES;
    }
}
