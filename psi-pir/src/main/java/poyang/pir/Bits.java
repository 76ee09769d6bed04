package poyang.pir;

import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// Integers of a fixed number of bits, one after the other, least significant bit first; the last
/// byte is filled up with zeros.
final class Bits {
    private Bits() {}

    static int bytes(int count, int width) {
        return Math.toIntExact(((long) count * width + Byte.SIZE - 1) / Byte.SIZE);
    }

    /// @param width 1 to 56
    static void write(long[] values, int count, int width, byte[] out, int offset) {
        Bug.unless(width >= 1 && width <= 56, "a width of " + width + " bits");
        long pending = 0;
        int bits = 0;
        int at = offset;
        for (int i = 0; i < count; i++) {
            pending |= values[i] << bits;
            bits += width;
            while (bits >= Byte.SIZE) {
                out[at++] = (byte) pending;
                bits -= Byte.SIZE;
                // what did not fit beside the bits before comes from the value itself
                pending = bits > width ? pending >>> Byte.SIZE : values[i] >>> width - bits;
            }
        }
        if (bits > 0) {
            out[at] = (byte) pending;
        }
    }

    /// @throws PoyangException `BAD_FRAME` when the bits that fill up are not zero
    static long[] read(byte[] in, int offset, int count, int width) {
        long[] values = new long[count];
        long mask = (1L << width) - 1;
        long pending = 0;
        int bits = 0;
        int at = offset;
        for (int i = 0; i < count; i++) {
            while (bits < width) {
                pending |= (in[at++] & 0xffL) << bits;
                bits += Byte.SIZE;
            }
            values[i] = pending & mask;
            pending >>>= width;
            bits -= width;
        }
        if (pending != 0) {
            throw new PoyangException(
                    PirErrors.BAD_FRAME, "the bits that fill up a byte are not zero", "only zeros fill up");
        }
        return values;
    }
}
