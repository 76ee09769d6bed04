package poyang.zkp.uses;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Point;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;

/// What is published of a table, a column or a list before anything is proven of it: one number that fixes all of
/// its contents and shows none of them.
///
/// @param kind what is committed to
/// @param columns of the table; one for a column or a list
/// @param size levels of the tree for records and lists, room for values for a column, 1 for signed records
/// @param root the number; for signed records the signer's public key, compressed, as a number
public record Commitment(Kind kind, Curve curve, List<Column> columns, int size, BigInteger root) {
    private static final Pattern FORM = Pattern.compile("""
            poyang-commitment: 1
            kind: (records|column|list|signed)
            curve: (bn128|bls12381)
            columns: ([^\n]{1,4096})
            size: ([1-9][0-9]{0,6})
            root: (0|[1-9][0-9]{0,80})
            """);

    static final int LEVELS_MAX = 24;
    static final int ROOM_MAX = 1 << 16;

    /// What is committed to.
    public enum Kind {
        RECORDS,
        COLUMN,
        LIST,
        /// Not to a table: to a signer, whose signed records statements are of.
        SIGNED
    }

    public Commitment {
        columns = List.copyOf(columns);
    }

    /// The one form of its file.
    public String text() {
        return "poyang-commitment: 1\nkind: " + kind.name().toLowerCase(Locale.ROOT) + "\ncurve: "
                + curve.foreignName() + "\ncolumns: "
                + columns.stream().map(Column::text).collect(Collectors.joining(",")) + "\nsize: " + size + "\nroot: "
                + root + "\n";
    }

    /// Reads what {@link #text} wrote, and nothing else.
    ///
    /// @throws PoyangException `BAD_CIRCUIT_INPUTS` when it is no such file
    public static Commitment read(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw Column.wrong("the text is no commitment", "give the file that `zkp commit` wrote, unchanged");
        }
        Kind kind = Kind.valueOf(parts.group(1).toUpperCase(Locale.ROOT));
        Curve curve = Curve.named(parts.group(2)).orElseThrow();
        List<Column> columns =
                Arrays.stream(parts.group(3).split(",", -1)).map(Column::read).toList();
        int size = Integer.parseInt(parts.group(4));
        BigInteger root = new BigInteger(parts.group(5));
        if (kind != Kind.SIGNED && root.compareTo(curve.scalars().modulus()) >= 0
                || kind != Kind.RECORDS && kind != Kind.SIGNED && columns.size() != 1
                || kind == Kind.SIGNED && size != 1
                || columns.stream().map(Column::name).distinct().count() != columns.size()
                || size > (kind == Kind.COLUMN ? ROOM_MAX : LEVELS_MAX)) {
            throw Column.wrong("the commitment's numbers are impossible", "give the file that `zkp commit` wrote");
        }
        Commitment made = new Commitment(kind, curve, columns, size, root);
        if (kind == Kind.SIGNED) {
            made.signer();
        }
        return made;
    }

    /// What stands for all records that a department signs with these columns.
    public static Commitment signedBy(Sm2PublicKey signer, Curve curve, List<Column> columns) {
        Sm2Point point = Sm2Point.decode(signer.encoded().toArray()).orElseThrow();
        return new Commitment(
                Kind.SIGNED, curve, columns, 1, new BigInteger(1, Sm2Group.encode(Sm2Group.of(List.of(point)))));
    }

    /// Whose signed records they are.
    ///
    /// @throws PoyangException `BAD_CIRCUIT_INPUTS` when the number is no public key
    Sm2PublicKey signer() {
        mustBe(Kind.SIGNED);
        byte[] plain = root.toByteArray();
        if (plain.length == Sm2Group.COMPRESSED_BYTES && Sm2Point.decode(plain).isPresent()) {
            return Sm2PublicKey.decode(plain);
        }
        throw Column.wrong("the number is no public key of SM2", "give the file that `zkp issue` wrote");
    }

    /// What is signed of a record before its own commitment: curve and columns, so that no record is taken for one
    /// of another form.
    Bytes form() {
        return Sm3.hash(("poyang.zkp.signed-record.v1\n" + curve.foreignName() + "\n"
                        + columns.stream().map(Column::text).collect(Collectors.joining(",")))
                .getBytes(StandardCharsets.UTF_8));
    }

    void mustBe(Kind wanted) {
        if (kind != wanted) {
            throw Column.wrong(
                    "the commitment is to " + kind.name().toLowerCase(Locale.ROOT),
                    "one to " + wanted.name().toLowerCase(Locale.ROOT) + " is needed");
        }
    }
}
