package poyang.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Reads what {@link CanonicalWriter} wrote, and nothing else: wrong domain, length out of bounds,
/// a flag that is neither 0 nor 1, malformed UTF-8 or bytes left over are all `BAD_ENCODING`.
public final class CanonicalReader {
    private final ByteBuffer in;

    public CanonicalReader(String domain, byte[] encoded) {
        in = ByteBuffer.wrap(encoded);
        String found = text(256);
        if (!found.equals(domain)) {
            throw bad("it begins with \"" + found + "\", not \"" + domain + "\"");
        }
    }

    /// The domain that bytes begin with, without trust in its length, for choosing among several structures.
    ///
    /// @throws PoyangException `BAD_ENCODING` when there is none
    public static String domain(byte[] encoded) {
        if (encoded.length < 4 || encoded[0] != 0 || encoded[1] != 0 || encoded[2] != 0) {
            throw bad("it begins with no domain");
        }
        int length = Math.min(encoded[3] & 0xff, encoded.length - 4);
        return new String(encoded, 4, length, StandardCharsets.UTF_8);
    }

    public int u8() {
        need(1);
        return in.get() & 0xff;
    }

    public long u32() {
        need(4);
        return in.getInt() & 0xffff_ffffL;
    }

    public long u64() {
        need(8);
        return in.getLong();
    }

    public boolean flag() {
        int value = u8();
        if (value > 1) {
            throw bad("a flag is " + value);
        }
        return value == 1;
    }

    public byte[] array(int maximumLength) {
        long length = u32();
        if (length > maximumLength) {
            throw bad("a field has " + length + " bytes, at most " + maximumLength + " are allowed");
        }
        need((int) length);
        byte[] value = new byte[(int) length];
        in.get(value);
        return value;
    }

    public Bytes bytes(int maximumLength) {
        return Bytes.wrap(array(maximumLength));
    }

    /// A field of exactly `length` bytes.
    public Bytes exactly(int length) {
        Bytes value = bytes(length);
        if (value.length() != length) {
            throw bad("a field has " + value.length() + " bytes instead of " + length);
        }
        return value;
    }

    public String text(int maximumBytes) {
        byte[] raw = array(maximumBytes);
        if (isAscii(raw)) {
            return new String(raw, StandardCharsets.US_ASCII);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
        } catch (CharacterCodingException e) {
            throw bad("a text is not UTF-8");
        }
    }

    private static boolean isAscii(byte[] text) {
        for (byte octet : text) {
            if (octet < 0) {
                return false;
            }
        }
        return true;
    }

    public <T> List<T> list(int maximumItems, Function<CanonicalReader, T> item) {
        long count = u32();
        if (count > maximumItems) {
            throw bad("a list has " + count + " items, at most " + maximumItems + " are allowed");
        }
        List<T> items = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            items.add(item.apply(this));
        }
        return List.copyOf(items);
    }

    /// Refuses bytes after the last field.
    public void end() {
        if (in.hasRemaining()) {
            throw bad(in.remaining() + " bytes are left over");
        }
    }

    private void need(int count) {
        if (in.remaining() < count) {
            throw bad("it ends early");
        }
    }

    private static PoyangException bad(String wrong) {
        return new PoyangException(
                KernelErrors.BAD_ENCODING,
                "the encoding is malformed: " + wrong,
                "the canonical form of one structure is needed");
    }
}
