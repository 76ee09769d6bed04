package poyang.chain.ledger;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Reads what {@link RecordWriter} wrote; anything else is `LEDGER_DAMAGED`.
final class RecordReader {
    private final ByteBuffer in;

    RecordReader(Bytes record) {
        in = ByteBuffer.wrap(record.toArray());
    }

    void expect(int kind) {
        if (u8() != kind) {
            throw damaged("a record is of another kind");
        }
    }

    int u8() {
        return Byte.toUnsignedInt(raw(1).at(0));
    }

    int u32() {
        try {
            return in.getInt();
        } catch (BufferUnderflowException e) {
            throw damaged("a record ends early");
        }
    }

    long u64() {
        try {
            return in.getLong();
        } catch (BufferUnderflowException e) {
            throw damaged("a record ends early");
        }
    }

    boolean hasMore() {
        return in.hasRemaining();
    }

    Bytes raw(int length) {
        if (length < 0 || in.remaining() < length) {
            throw damaged("a record ends early");
        }
        byte[] value = new byte[length];
        in.get(value);
        return Bytes.wrap(value);
    }

    Bytes rest() {
        return raw(in.remaining());
    }

    static PoyangException damaged(String wrong) {
        return new PoyangException(
                LedgerErrors.LEDGER_DAMAGED,
                wrong,
                "put the ledger's folder aside and let the node fetch the chain anew from its peers");
    }
}
