package poyang.executor.jobs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import poyang.crypto.Sm3;

/// A table from 128 bits of a hash to some longs, open addressing, without an object for each entry. Not safe
/// for several threads while it is written.
final class ShortHashes {
    static final int BYTES = 16;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int SMALLEST = 1 << 10;

    private final int width;
    /// Two longs of name and `width` of content a place; a name of zeros is an empty place.
    private long[] places = new long[0];

    private int mask;
    private int used;

    ShortHashes(int width) {
        this.width = width;
        room(SMALLEST);
    }

    private void room(int count) {
        mask = count - 1;
        places = new long[count * (2 + width)];
    }

    /// The first 128 bits of an SM3.
    static byte[] of(byte[] content) {
        byte[] digest = Sm3.digest(content);
        return java.util.Arrays.copyOf(digest, BYTES);
    }

    static long at(byte[] bytes, int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    int size() {
        return used;
    }

    /// Where the content of a name lies in {@link #content}, or -1.
    int find(byte[] names, int name) {
        int place = place(at(names, name), at(names, name + Long.BYTES));
        return places[place] == 0 && places[place + 1] == 0 ? -1 : place + 2;
    }

    /// The same; an unknown name gets a place, with zeros.
    int add(byte[] names, int name) {
        long high = at(names, name);
        long low = at(names, name + Long.BYTES);
        int place = place(high, low);
        if (places[place] == 0 && places[place + 1] == 0) {
            if (3L * ++used > 2L * (mask + 1)) {
                grow();
                place = place(high, low);
            }
            places[place] = high;
            places[place + 1] = low;
        }
        return place + 2;
    }

    long[] content() {
        return places;
    }

    private int place(long high, long low) {
        int each = 2 + width;
        int at = (int) low & mask;
        while ((places[at * each] != 0 || places[at * each + 1] != 0)
                && (places[at * each] != high || places[at * each + 1] != low)) {
            at = at + 1 & mask;
        }
        return at * each;
    }

    private void grow() {
        long[] before = places;
        room(2 * (mask + 1));
        for (int from = 0; from < before.length; from += 2 + width) {
            if (before[from] != 0 || before[from + 1] != 0) {
                System.arraycopy(before, from, places, place(before[from], before[from + 1]), 2 + width);
            }
        }
    }

    /// Calls with the place of each content.
    void forEach(java.util.function.IntConsumer contents) {
        for (int from = 0; from < places.length; from += 2 + width) {
            if (places[from] != 0 || places[from + 1] != 0) {
                contents.accept(from + 2);
            }
        }
    }
}
