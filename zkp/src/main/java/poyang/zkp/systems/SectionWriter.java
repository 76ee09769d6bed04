package poyang.zkp.systems;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Writes a binary file of circom or snarkjs section by section; the counterpart of {@link Sections}.
final class SectionWriter {
    private static final int CHUNK = 1 << 12;

    private final OutputStream out;

    SectionWriter(OutputStream out, String letters, int version, int sections) throws IOException {
        this.out = out;
        out.write(letters.getBytes(StandardCharsets.US_ASCII));
        whole(version);
        whole(sections);
    }

    /// The head of a section of `size` bytes.
    void section(int kind, long size) throws IOException {
        whole(kind);
        large(size);
    }

    void section(int kind, byte[] content) throws IOException {
        section(kind, content.length);
        out.write(content);
    }

    void whole(int value) throws IOException {
        out.write(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    void large(long value) throws IOException {
        out.write(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }

    void limbs(long[] all) throws IOException {
        limbs(all, 0, all.length);
    }

    void limbs(long[] all, int from, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(8 * Math.min(CHUNK, count)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            buffer.putLong(all[from + i]);
            if (!buffer.hasRemaining() || i == count - 1) {
                out.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
        }
    }

    /// The head's form of a modulus: its length and its bytes.
    static byte[] modulus(BigInteger modulus, int bytes) {
        ByteBuffer buffer =
                ByteBuffer.allocate(4 + bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes);
        for (int i = 0; i < bytes; i++) {
            buffer.put((byte) modulus.shiftRight(8 * i).intValue());
        }
        return buffer.array();
    }

    /// Little-endian numbers one after the other, for a small section.
    static byte[] wholes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            buffer.putInt(value);
        }
        return buffer.array();
    }

    static byte[] limbBytes(long[] all) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * all.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asLongBuffer().put(all);
        return buffer.array();
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
