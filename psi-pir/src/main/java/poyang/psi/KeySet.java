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
    /// 32 bits of a key's hash, and below them its number and one; 0 where there is none. Other keys are told apart by
    /// the bits of the hash, mostly, without a look at their text.
    private long[] slots = new long[FIRST_SLOTS];

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
            byte[] bytes = key.get().getBytes(StandardCharsets.UTF_8);
            insert(bytes, bytes.length);
        }
    }

    /// Reads one row's key, the first `length` bytes, which is normalised already; of 0 bytes for none.
    ///
    /// @return the key's number, -1 for none
    public int readKey(byte[] key, int length) {
        rowsRead++;
        return length > 0 ? insert(key, length) : -1;
    }

    /// Byte `at` of a key, -1 behind its end.
    int octet(int index, int at) {
        int place = start(index) + at;
        return place < ends[index] ? text[place] & 0xff : -1;
    }

    /// Sorts numbers of keys by the keys' bytes.
    ///
    /// Source: Bentley, Sedgewick, "Fast algorithms for sorting and searching strings", SODA 1997.
    public void sort(int[] numbers) {
        sort(numbers, 0, numbers.length, 0);
    }

    /// The largest of the three parts goes on in the loop, so the depth is at most the logarithm of their number.
    private void sort(int[] numbers, int first, int end, int offset) {
        int from = first;
        int to = end;
        int at = offset;
        while (to - from > 1) {
            int pivot = octet(numbers[(from + to) >>> 1], at);
            int low = from;
            int high = to;
            for (int i = from; i < high; ) {
                int octet = octet(numbers[i], at);
                int swap = octet < pivot ? low++ : octet > pivot ? --high : i;
                int kept = numbers[swap];
                numbers[swap] = numbers[i];
                numbers[i] = kept;
                i += octet > pivot ? 0 : 1;
            }
            int equal = pivot < 0 ? 0 : high - low;
            boolean lowest = low - from >= Math.max(equal, to - high);
            boolean middle = !lowest && equal >= to - high;
            if (!lowest) {
                sort(numbers, from, low, at);
            }
            if (!middle) {
                sort(numbers, low, low + equal, at + 1);
            }
            if (lowest || middle) {
                sort(numbers, high, to, at);
            }
            from = lowest ? from : middle ? low : high;
            to = lowest ? low : middle ? high : to;
            at += middle ? 1 : 0;
        }
    }

    /// Writes a key's bytes to `out` from `to` on, where there is room; gives their number.
    public int copyKey(int index, byte[] out, int to) {
        int length = ends[index] - start(index);
        System.arraycopy(text, start(index), out, to, length);
        return length;
    }

    /// Bytes of a key.
    public int keyLength(int index) {
        return ends[index] - start(index);
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

    private int insert(byte[] key, int length) {
        long hash = hash(key, length);
        int slot = slotOf(hash, key, length);
        if (slots[slot] != 0) {
            return (int) slots[slot] - 1;
        }
        int start = size == 0 ? 0 : ends[size - 1];
        Bug.unless(start <= Integer.MAX_VALUE - 64 - length, "the keys of one run have at most 2 GiB of text");
        if (start + length > text.length) {
            text = Arrays.copyOf(text, (int) Math.min(Integer.MAX_VALUE - 64, 2L * (start + length)));
        }
        if (size == ends.length) {
            ends = Arrays.copyOf(ends, 2 * size);
        }
        System.arraycopy(key, 0, text, start, length);
        ends[size++] = start + length;
        slots[slot] = hash | size;
        if (2 * size > slots.length) {
            grow();
        }
        return size - 1;
    }

    private void grow() {
        long[] grown = new long[2 * slots.length];
        for (long kept : slots) {
            if (kept != 0) {
                int slot = first(kept, grown.length);
                while (grown[slot] != 0) {
                    slot = slot + 1 & grown.length - 1;
                }
                grown[slot] = kept;
            }
        }
        slots = grown;
    }

    /// 32 bits, in the upper half.
    private static long hash(byte[] key, int length) {
        long hash = length;
        for (int at = 0; at < length; at += Long.BYTES) {
            hash = (hash ^ Octets.get(key, at, Math.min(Long.BYTES, length - at))) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 32;
        }
        return hash * 0x9E3779B97F4A7C15L & -1L << 32;
    }

    private static int first(long hash, int slots) {
        return (int) (hash >>> 32) & slots - 1;
    }

    /// The slot of a key, or the free one where it belongs.
    private int slotOf(long hash, byte[] key, int length) {
        int slot = first(hash, slots.length);
        while (slots[slot] != 0) {
            if ((slots[slot] & -1L << 32) == hash) {
                int index = (int) slots[slot] - 1;
                if (Arrays.equals(text, start(index), ends[index], key, 0, length)) {
                    break;
                }
            }
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    @Override
    public String toString() {
        return "KeySet[" + rule + ", " + size + " keys]";
    }
}
