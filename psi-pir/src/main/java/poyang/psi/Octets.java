package poyang.psi;

/// Numbers as bytes, most significant first.
final class Octets {
    private Octets() {}

    /// The number in the `width` bytes at `at`, width 1 to 8.
    static long get(byte[] in, int at, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | (in[at + i] & 0xff);
        }
        return value;
    }

    /// Writes the `width` low bytes of `value`.
    static void put(byte[] out, int at, long value, int width) {
        for (int i = 0; i < width; i++) {
            out[at + i] = (byte) (value >>> (8 * (width - 1 - i)));
        }
    }
}
