package poyang.psi;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Numbers as bytes, most significant first.
final class Octets {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Octets() {}

    /// The number in the `width` bytes at `at`, width 1 to 8.
    static long get(byte[] in, int at, int width) {
        if (width == 8) {
            return (long) WORDS.get(in, at);
        }
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | (in[at + i] & 0xff);
        }
        return value;
    }

    /// Writes the `width` low bytes of `value`.
    static void put(byte[] out, int at, long value, int width) {
        if (width == 8) {
            WORDS.set(out, at, value);
            return;
        }
        for (int i = 0; i < width; i++) {
            out[at + i] = (byte) (value >>> (8 * (width - 1 - i)));
        }
    }

    /// Writes the words `words[from .. to)`, eight bytes each.
    static void putAll(byte[] out, long[] words, int from, int to) {
        for (int i = from; i < to; i++) {
            WORDS.set(out, 8 * (i - from), words[i]);
        }
    }
}
