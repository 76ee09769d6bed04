package poyang.psi;

import java.util.Optional;
import poyang.kernel.Bug;

/// Many tags as one message: sorted, their first bits as counts.
///
/// With n tags the first k = ⌊log₂ n⌋ bits of each are a place; the message says for each of the 2^k places
/// how many tags it has (as many ones, and a zero), then come the other bits of the tags in order. That is
/// `bits` − k + 2 bits a tag, about log₂ n − 2 fewer than the tags have; the order of sending is gone because it
/// is that of the tags. Places answer whether a tag is there with one access to memory.
///
/// Source: Elias, "Efficient storage and retrieval by content and address of static files", JACM 21 (1974).
final class TagTable {
    private final int bits;
    private final int placeBits;
    /// Where the tags of a place begin.
    private final int[] starts;
    /// The bits after the place, left aligned: 64, and the rest where there are more.
    private final long[] high;

    private final long[] low;

    private TagTable(int count, int bits) {
        Bug.unless(count > 0 && bits <= 128, "there are tags, of at most 128 bits");
        this.bits = bits;
        placeBits = 31 - Integer.numberOfLeadingZeros(count);
        Bug.unless(bits > placeBits, "tags are longer than their places");
        starts = new int[(1 << placeBits) + 1];
        high = new long[count];
        low = new long[restBits() > 64 ? count : 0];
    }

    private int restBits() {
        return bits - placeBits;
    }

    /// The bytes of a message of `count` tags.
    static int bytes(int count, int bits) {
        int placeBits = 31 - Integer.numberOfLeadingZeros(count);
        long all = count + (1L << placeBits) + (long) (bits - placeBits) * count;
        return Math.toIntExact((all + 7) / 8);
    }

    /// Sorts tags of which the first `bits` bits count.
    ///
    /// @param tags two longs each, most significant first
    static TagTable of(long[] tags, int bits) {
        TagTable table = new TagTable(tags.length / 2, bits);
        for (int i = 0; i < tags.length; i += 2) {
            table.starts[table.place(tags[i]) + 1]++;
        }
        for (int p = 0; p + 1 < table.starts.length; p++) {
            table.starts[p + 1] += table.starts[p];
        }
        int[] next = table.starts.clone();
        for (int i = 0; i < tags.length; i += 2) {
            table.insert(next, tags[i], tags[i + 1]);
        }
        return table;
    }

    private int place(long first) {
        return placeBits == 0 ? 0 : (int) (first >>> (64 - placeBits));
    }

    /// The first 64 bits after the place that count.
    private long restHigh(long first, long second) {
        long rest = placeBits == 0 ? first : first << placeBits | second >>> (64 - placeBits);
        return restBits() >= 64 ? rest : rest & -1L << (64 - restBits());
    }

    private long restLow(long second) {
        return second << placeBits & -1L << (128 - restBits());
    }

    /// Puts a tag in its place, among those that are there already.
    private void insert(int[] next, long first, long second) {
        int place = place(first);
        int at = next[place]++;
        long restHigh = restHigh(first, second);
        long restLow = low.length == 0 ? 0 : restLow(second);
        while (at > starts[place] && isAfter(at - 1, restHigh, restLow)) {
            high[at] = high[at - 1];
            if (low.length > 0) {
                low[at] = low[at - 1];
            }
            at--;
        }
        high[at] = restHigh;
        if (low.length > 0) {
            low[at] = restLow;
        }
    }

    private boolean isAfter(int at, long restHigh, long restLow) {
        int order = Long.compareUnsigned(high[at], restHigh);
        return order > 0 || (order == 0 && low.length > 0 && Long.compareUnsigned(low[at], restLow) > 0);
    }

    /// Is a tag with these first bits in the table?
    boolean contains(long first, long second) {
        int place = place(first);
        long restHigh = restHigh(first, second);
        for (int at = starts[place]; at < starts[place + 1]; at++) {
            if (high[at] == restHigh && (low.length == 0 || low[at] == restLow(second))) {
                return true;
            }
        }
        return false;
    }

    /// The message.
    byte[] toBytes() {
        byte[] out = new byte[bytes(high.length, bits)];
        int at = 0;
        for (int p = 0; p + 1 < starts.length; p++) {
            for (int i = starts[p]; i < starts[p + 1]; i++) {
                out[at >>> 3] |= (byte) (0x80 >>> (at & 7));
                at++;
            }
            at++;
        }
        long bit = at;
        int highBits = Math.min(64, restBits());
        for (int i = 0; i < high.length; i++) {
            write(out, bit, high[i], highBits);
            bit += highBits;
            if (low.length > 0) {
                write(out, bit, low[i], restBits() - 64);
                bit += restBits() - 64;
            }
        }
        return out;
    }

    /// Writes the first `count` bits of a left-aligned value, the others being 0.
    private static void write(byte[] out, long bit, long value, int count) {
        int at = (int) (bit >>> 3);
        int shift = (int) (bit & 7);
        long head = value >>> shift;
        int bytes = (shift + count + 7) >>> 3;
        for (int i = 0; i < Math.min(8, bytes); i++) {
            out[at + i] |= (byte) (head >>> (56 - 8 * i));
        }
        if (bytes > 8) {
            out[at + 8] |= (byte) (value << (8 - shift));
        }
    }

    private static long read(byte[] in, long bit, int count) {
        int at = (int) (bit >>> 3);
        int shift = (int) (bit & 7);
        int bytes = (shift + count + 7) >>> 3;
        long value = Octets.get(in, at, Math.min(8, bytes)) << (64 - 8 * Math.min(8, bytes)) << shift;
        if (bytes > 8) {
            value |= (in[at + 8] & 0xffL) >>> (8 - shift);
        }
        return value & -1L << (64 - count);
    }

    /// Reads a message of `count` tags; empty when its counts do not sum up.
    static Optional<TagTable> read(byte[] message, int count, int bits) {
        TagTable table = new TagTable(count, bits);
        Bug.unless(message.length == bytes(count, bits), "a message of another length");
        int places = table.starts.length - 1;
        int place = 0;
        int tags = 0;
        for (int at = 0; at < count + places; at++) {
            if ((message[at >>> 3] & 0x80 >>> (at & 7)) != 0) {
                tags++;
            } else if (place < places) {
                table.starts[++place] = tags;
            }
        }
        if (tags != count || place != places) {
            return Optional.empty();
        }
        long bit = count + (long) places;
        int highBits = Math.min(64, table.restBits());
        for (int i = 0; i < count; i++) {
            table.high[i] = read(message, bit, highBits);
            bit += highBits;
            if (table.low.length > 0) {
                table.low[i] = read(message, bit, table.restBits() - 64);
                bit += table.restBits() - 64;
            }
        }
        return Optional.of(table);
    }
}
