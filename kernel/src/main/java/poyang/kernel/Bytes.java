package poyang.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// An immutable byte string with value equality and unsigned lexicographic order.
///
/// Public data only: equality takes variable time and `toString` prints the content. Secrets have
/// types of their own in `crypto`.
public final class Bytes implements Comparable<Bytes> {
    private static final Bytes EMPTY = new Bytes(new byte[0]);

    private final byte[] value;

    private Bytes(byte[] value) {
        this.value = value;
    }

    public static Bytes empty() {
        return EMPTY;
    }

    /// A copy of `source`; later changes to the array are not seen.
    public static Bytes copyOf(byte[] source) {
        return source.length == 0 ? EMPTY : new Bytes(source.clone());
    }

    /// Wraps without copying: the caller gives up the array.
    public static Bytes wrap(byte[] owned) {
        return owned.length == 0 ? EMPTY : new Bytes(owned);
    }

    public static Bytes utf8(String text) {
        return wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    /// Parses hexadecimal digits of either case.
    ///
    /// @throws PoyangException `BAD_ENCODING` when the text is not an even number of digits
    public static Bytes fromHex(String hex) {
        try {
            return wrap(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING,
                    "\"" + hex + "\" is not hexadecimal",
                    "an even number of digits 0-9 a-f is needed",
                    e);
        }
    }

    public int length() {
        return value.length;
    }

    public boolean isEmpty() {
        return value.length == 0;
    }

    public byte at(int index) {
        return value[index];
    }

    public byte[] toArray() {
        return value.clone();
    }

    /// Copies the content into `target` from `offset` on.
    public void copyInto(byte[] target, int offset) {
        System.arraycopy(value, 0, target, offset, value.length);
    }

    public Bytes slice(int from, int to) {
        return wrap(Arrays.copyOfRange(value, from, to));
    }

    public Bytes concat(Bytes other) {
        byte[] joined = Arrays.copyOf(value, value.length + other.value.length);
        System.arraycopy(other.value, 0, joined, value.length, other.value.length);
        return wrap(joined);
    }

    public boolean startsWith(Bytes prefix) {
        return value.length >= prefix.value.length
                && Arrays.equals(value, 0, prefix.value.length, prefix.value, 0, prefix.value.length);
    }

    public String hex() {
        return HexFormat.of().formatHex(value);
    }

    public String utf8() {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(value, other.value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return hex();
    }
}
