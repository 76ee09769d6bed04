package poyang.chain.ledger;

import java.io.ByteArrayOutputStream;
import poyang.kernel.Bytes;

/// Writes keys and values of the store: fixed fields side by side, integers big-endian.
final class RecordWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

    RecordWriter u8(int value) {
        out.write(value);
        return this;
    }

    RecordWriter u32(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.write(value >>> shift);
        }
        return this;
    }

    RecordWriter u64(long value) {
        for (int shift = 56; shift >= 0; shift -= 8) {
            out.write((int) (value >>> shift));
        }
        return this;
    }

    RecordWriter raw(Bytes value) {
        out.writeBytes(value.toArray());
        return this;
    }

    Bytes toBytes() {
        return Bytes.wrap(out.toByteArray());
    }

    byte[] toArray() {
        return out.toByteArray();
    }
}
