package poyang.pir;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.kernel.PoyangException;

/// A record of several fields of text as bytes: each field is 2 bytes of length and its UTF-8, or the length
/// 65,535 alone where it has no value.
public final class RecordFields {
    private static final int NONE = 0xffff;
    private static final int LENGTH_BYTES = 2;

    private RecordFields() {}

    /// @throws PoyangException `RECORD_REFUSED` for a field of 65,535 bytes or more
    public static byte[] encode(List<Optional<String>> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Optional<String> field : fields) {
            byte[] value = field.orElse("").getBytes(StandardCharsets.UTF_8);
            if (value.length >= NONE) {
                throw new PoyangException(
                        PirErrors.RECORD_REFUSED,
                        "a field has " + value.length + " bytes",
                        "fields of less than " + NONE + " bytes are needed");
            }
            int length = field.isPresent() ? value.length : NONE;
            out.write(length >> Byte.SIZE);
            out.write(length);
            out.writeBytes(value);
        }
        return out.toByteArray();
    }

    /// @param fields how many there are
    /// @throws PoyangException `BAD_FRAME` for bytes that are no such record
    public static List<Optional<String>> decode(byte[] record, int fields) {
        List<Optional<String>> found = new ArrayList<>();
        int at = 0;
        while (at + LENGTH_BYTES <= record.length && found.size() < fields) {
            int length = (record[at] & 0xff) << Byte.SIZE | record[at + 1] & 0xff;
            at += LENGTH_BYTES;
            if (length == NONE) {
                found.add(Optional.empty());
            } else if (length <= record.length - at) {
                found.add(Optional.of(new String(record, at, length, StandardCharsets.UTF_8)));
                at += length;
            } else {
                break;
            }
        }
        if (found.size() != fields || at != record.length) {
            throw new PoyangException(
                    PirErrors.BAD_FRAME,
                    "a record of " + record.length + " bytes does not hold " + fields + " fields",
                    "the columns that the view names are needed");
        }
        return List.copyOf(found);
    }
}
