package poyang.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/// Writes the one canonical form of a structure that is hashed or signed: fields in a fixed order,
/// integers big-endian, everything of variable size behind a 32-bit length, and a domain tag first.
public final class CanonicalWriter {
    private byte[] out = new byte[128];
    private int length;

    /// @param domain names structure and version, for example `poyang.block-header.v1`; two structures
    ///     with different domains never have the same encoding
    public CanonicalWriter(String domain) {
        text(domain);
    }

    public CanonicalWriter u8(int value) {
        if (value < 0 || value > 0xff) {
            throw new Bug("u8 out of range: " + value);
        }
        room(1);
        out[length++] = (byte) value;
        return this;
    }

    public CanonicalWriter u32(long value) {
        if (value < 0 || value > 0xffff_ffffL) {
            throw new Bug("u32 out of range: " + value);
        }
        room(Integer.BYTES);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    public CanonicalWriter u64(long value) {
        room(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            out[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    public CanonicalWriter flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    public CanonicalWriter bytes(Bytes value) {
        u32(value.length());
        room(value.length());
        value.copyInto(out, length);
        length += value.length();
        return this;
    }

    public CanonicalWriter bytes(byte[] value) {
        u32(value.length);
        room(value.length);
        System.arraycopy(value, 0, out, length, value.length);
        length += value.length;
        return this;
    }

    public CanonicalWriter text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    public <T> CanonicalWriter list(List<T> items, BiConsumer<CanonicalWriter, T> item) {
        u32(items.size());
        for (T element : items) {
            item.accept(this, element);
        }
        return this;
    }

    public byte[] toArray() {
        return Arrays.copyOf(out, length);
    }

    public Bytes toBytes() {
        return Bytes.wrap(toArray());
    }

    private void room(int more) {
        if (length + more > out.length) {
            out = Arrays.copyOf(out, Math.max(length + more, 2 * out.length));
        }
    }
}
