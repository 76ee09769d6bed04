package poyang.mpc.ot;

/// GF(2^128) = the polynomials over GF(2) modulo z^128 + z^7 + z^2 + z + 1, for a few thousand
/// products a run.
///
/// An element is two words, bits 0 to 63 and 64 to 127. No branch or address depends on an element.
final class BinaryField {
    private static final long REDUCTION = 0x87;

    private BinaryField() {}

    /// The value at `point` of the polynomial whose coefficients are the blocks, the last of them
    /// the constant term: a universal hash. Two strings of n blocks meet at n − 1 points at most.
    ///
    /// @param blocks low and high word of each coefficient
    static void evaluate(long[] blocks, long pointLow, long pointHigh, long[] out, int at) {
        long low = 0;
        long high = 0;
        long[] product = new long[2];
        for (int i = 0; i < blocks.length; i += 2) {
            multiply(product, low, high, pointLow, pointHigh);
            low = product[0] ^ blocks[i];
            high = product[1] ^ blocks[i + 1];
        }
        out[at] = low;
        out[at + 1] = high;
    }

    /// Shift and add, from the highest bit of a down.
    static void multiply(long[] out, long aLow, long aHigh, long bLow, long bHigh) {
        long low = 0;
        long high = 0;
        for (int i = 127; i >= 0; i--) {
            long top = high >> 63;
            high = high << 1 | low >>> 63;
            low = low << 1 ^ top & REDUCTION;
            long bit = -((i >= 64 ? aHigh >>> i - 64 : aLow >>> i) & 1);
            low ^= bLow & bit;
            high ^= bHigh & bit;
        }
        out[0] = low;
        out[1] = high;
    }
}
