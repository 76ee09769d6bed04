package poyang.chain.ledger;

import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// Changes in the form in which RocksDB keeps a batch, made in one piece here: a call into it for each change costs
/// more than the change.
///
/// The form (`write_batch.cc`): number of the first change (8, filled in when it is written) · how many (4) · for
/// each: kind (1) · family · key · for a put its value; keys and values behind their lengths. Lengths and families
/// are of seven bits an octet, the lowest first; other numbers are little-endian.
public final class RawBatch {
    private static final int COUNT_AT = Long.BYTES;
    private static final int HEAD = COUNT_AT + Integer.BYTES;
    private static final byte DELETE = 4;
    private static final byte PUT = 5;

    private byte[] out;
    private int length = HEAD;
    private int count;

    public RawBatch() {
        this(1 << 12);
    }

    /// @param octets that its changes take, by {@link #octets}; it grows beyond them
    RawBatch(int octets) {
        out = new byte[HEAD + octets];
    }

    /// So many octets a change takes.
    ///
    /// @param family its number
    /// @param value the value's length; negative for a key that goes
    static int octets(int family, int key, int value) {
        return 1 + octets(family) + octets(key) + key + (value < 0 ? 0 : octets(value) + value);
    }

    private static int octets(int number) {
        return Math.max(1, (Integer.SIZE - Integer.numberOfLeadingZeros(number) + 6) / 7);
    }

    /// @param family its number
    public void put(int family, byte[] key, byte[] value) {
        begin(PUT, family, key, value.length);
        counted(value);
    }

    /// @param family its number
    public void delete(int family, byte[] key) {
        begin(DELETE, family, key, -1);
    }

    private void begin(byte kind, int family, byte[] key, int more) {
        int room = octets(family, key.length, more);
        if (length + room > out.length) {
            out = Arrays.copyOf(out, Math.max(length + room, 2 * out.length));
        }
        count++;
        out[length++] = kind;
        number(family);
        counted(key);
    }

    private void counted(byte[] octets) {
        number(octets.length);
        System.arraycopy(octets, 0, out, length, octets.length);
        length += octets.length;
    }

    private void number(int value) {
        int left = value;
        while (left >= 1 << 7) {
            out[length++] = (byte) (left | 1 << 7);
            left >>>= 7;
        }
        out[length++] = (byte) left;
    }

    /// To be closed.
    public WriteBatch made() throws RocksDBException {
        for (int i = 0; i < Integer.BYTES; i++) {
            out[COUNT_AT + i] = (byte) (count >>> i * Byte.SIZE);
        }
        return new WriteBatch(length == out.length ? out : Arrays.copyOf(out, length));
    }
}
