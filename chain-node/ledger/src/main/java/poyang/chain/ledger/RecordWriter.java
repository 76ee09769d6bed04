package poyang.chain.ledger;

import java.util.Arrays;
import poyang.kernel.Bytes;

/// Writes keys and values of the store: fixed fields side by side, integers big-endian.
final class RecordWriter {
    private byte[] out;
    private int length;

    RecordWriter() {
        this(64);
    }

    /// @param octets that will be written; it grows beyond them
    RecordWriter(int octets) {
        out = new byte[octets];
    }

    RecordWriter u8(int value) {
        room(1);
        out[length++] = (byte) value;
        return this;
    }

    RecordWriter u32(int value) {
        room(Integer.BYTES);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    RecordWriter u64(long value) {
        room(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            out[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    RecordWriter raw(Bytes value) {
        room(value.length());
        value.copyInto(out, length);
        length += value.length();
        return this;
    }

    int length() {
        return length;
    }

    Bytes toBytes() {
        return Bytes.wrap(toArray());
    }

    byte[] toArray() {
        // What follows would not fit into a full array, and be written to another one.
        return length == out.length ? out : Arrays.copyOf(out, length);
    }

    private void room(int more) {
        if (length + more > out.length) {
            out = Arrays.copyOf(out, Math.max(length + more, 2 * out.length));
        }
    }
}
