package poyang.pir;

import java.nio.charset.StandardCharsets;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.crypto.curve.Sm2Group;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;

/// The pseudorandom function of a keyword and all that is taken from its value.
///
/// F_k(x) = SM3(x, k·H(x)), where H hashes to the SM2 curve as in RFC 9380. Of the value y_i of a
/// keyword's i-th record come the row, and with the row's salt the name of the entry and the key
/// that seals it. Who has no y reads nothing of an entry and cannot tell a used place from an empty
/// one.
final class KeywordPrf {
    static final int VALUE_BYTES = Sm3.DIGEST_BYTES;
    static final int NAME_BYTES = 12;
    static final int KEY_BYTES_MAX = 1024;
    private static final byte[] DOMAIN = "POYANG-V01-PIR-SM2_XMD:SM3_SSWU_RO_".getBytes(StandardCharsets.US_ASCII);

    private KeywordPrf() {}

    static long[] hash(List<byte[]> keywords) {
        return Sm2Group.hashToCurve(keywords, DOMAIN);
    }

    /// y of a keyword from k·H(x), compressed.
    static byte[] value(byte[] keyword, byte[] point) {
        return Sm3.digest(new CanonicalWriter("poyang.pir.value.v1")
                .bytes(keyword)
                .bytes(point)
                .toArray());
    }

    /// y_i of a keyword's i-th record.
    static byte[] ofRecord(byte[] value, int record) {
        return Sm3.digest(new CanonicalWriter("poyang.pir.record.v1")
                .bytes(value)
                .u32(record)
                .toArray());
    }

    /// The row of an entry; `placement` is the table's try at distributing its entries.
    static int row(byte[] recordValue, int placement, int rows) {
        byte[] digest = Sm3.digest(new CanonicalWriter("poyang.pir.row.v1")
                .bytes(recordValue)
                .u32(placement)
                .toArray());
        long bits = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            bits = bits << Byte.SIZE | digest[i] & 0xff;
        }
        return (int) Math.unsignedMultiplyHigh(bits, rows);
    }

    /// Name (12 bytes) and sealing key (16) of an entry in a row with this salt.
    static Bytes names(byte[] recordValue, byte[] salt) {
        return Bytes.wrap(Sm3.digest(new CanonicalWriter("poyang.pir.entry.v1")
                .bytes(recordValue)
                .bytes(salt)
                .toArray()));
    }
}
