package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;

/// A set of normalised keys, packed: no object for each key, so a million keys take some 40 MB.
/// Keys are numbered from 0 in the order in which they first came.
public final class KeySet implements CollisionInput {
    private static final int FIRST_SLOTS = 1 << 10;

    private final IdentifierRule rule;
    private byte[] text = new byte[1 << 14];
    private int[] ends = new int[FIRST_SLOTS];
    private int[] slots = new int[FIRST_SLOTS];
    private int size;
    private long rowsRead;

    public KeySet(IdentifierRule rule) {
        this.rule = rule;
    }

    /// Reads one row's key: normalises it, and keeps it when it is an identifier not yet here.
    public void read(String raw) {
        rowsRead++;
        Optional<String> key = rule.normalise(raw);
        if (key.isPresent()) {
            insert(key.get().getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Rows read, dirty and repeated ones included.
    public long rowsRead() {
        return rowsRead;
    }

    @Override
    public int size() {
        return size;
    }

    /// Key `index` as UTF-8.
    public byte[] key(int index) {
        return Arrays.copyOfRange(text, start(index), ends[index]);
    }

    public String keyText(int index) {
        return new String(text, start(index), ends[index] - start(index), StandardCharsets.UTF_8);
    }

    @Override
    public Items items(byte[] seed, Workers workers) {
        return Items.hash(
                new Items.Keys() {
                    @Override
                    public int copy(int i, byte[] out, int at, int room) {
                        int length = ends[i] - start(i);
                        if (length <= room) {
                            System.arraycopy(text, start(i), out, at, length);
                        }
                        return length;
                    }

                    @Override
                    public byte[] digest(int i) {
                        return Sm3.digest(key(i));
                    }
                },
                size,
                seed,
                workers);
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    private void insert(byte[] key) {
        int slot = slotOf(key);
        if (slots[slot] != 0) {
            return;
        }
        int start = size == 0 ? 0 : ends[size - 1];
        Bug.unless(start <= Integer.MAX_VALUE - 64 - key.length, "the keys of one run have at most 2 GiB of text");
        if (start + key.length > text.length) {
            text = Arrays.copyOf(text, (int) Math.min(Integer.MAX_VALUE - 64, 2L * (start + key.length)));
        }
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, 2 * size);
        }
        System.arraycopy(key, 0, text, start, key.length);
        ends[size++] = start + key.length;
        slots[slot] = size;
        if (2 * size > slots.length) {
            slots = new int[2 * slots.length];
            for (int i = 0; i < size; i++) {
                slots[slotOf(key(i))] = i + 1;
            }
        }
    }

    private int slotOf(byte[] key) {
        int hash = Arrays.hashCode(key) * 0x9E3779B9;
        int slot = (hash ^ hash >>> 15) & (slots.length - 1);
        while (slots[slot] != 0) {
            int index = slots[slot] - 1;
            if (Arrays.equals(text, start(index), ends[index], key, 0, key.length)) {
                break;
            }
            slot = (slot + 1) & (slots.length - 1);
        }
        return slot;
    }

    @Override
    public String toString() {
        return "KeySet[" + rule + ", " + size + " keys]";
    }
}
