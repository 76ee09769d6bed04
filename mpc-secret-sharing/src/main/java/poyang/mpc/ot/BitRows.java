package poyang.mpc.ot;

/// A matrix of bits turned from 128 columns into rows of 128 bits.
final class BitRows {
    private BitRows() {}

    /// Row i becomes words 2i and 2i+1: bit j of the 128 is bit i of column j.
    ///
    /// @param columns 128 columns of as many bits as `words` words hold
    static long[] transpose(long[][] columns, int words) {
        long[] rows = new long[words * 64 * 2];
        long[] square = new long[64];
        for (int word = 0; word < words; word++) {
            for (int half = 0; half < 2; half++) {
                for (int j = 0; j < 64; j++) {
                    square[j] = columns[half * 64 + j][word];
                }
                transpose(square);
                for (int i = 0; i < 64; i++) {
                    rows[(word * 64 + i) * 2 + half] = square[i];
                }
            }
        }
        return rows;
    }

    /// Bit i of word j goes to bit j of word i: blocks of 32, 16 … 1 swapped across the diagonal.
    private static void transpose(long[] square) {
        long mask = 0x00000000ffffffffL;
        for (int width = 32; width > 0; width >>= 1) {
            for (int k = 0; k < 64; k = (k | width) + 1 & ~width) {
                long swapped = (square[k] >>> width ^ square[k | width]) & mask;
                square[k] ^= swapped << width;
                square[k | width] ^= swapped;
            }
            mask ^= mask << (width >> 1);
        }
    }
}
