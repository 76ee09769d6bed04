package poyang.crypto.curve;

/// Public points times public scalars, summed with common doublings.
///
/// Each point has odd multiples in affine form and each scalar its non-adjacent form: of width 5 with eight
/// multiples, one addition in six bits, or for scalars below 2^128 of width 4 with four. As many doublings as
/// the longest scalar has bits.
/// Source: Straus, Amer. Math. Monthly 71 (1964); Möller, "Algorithms for multi-exponentiation", SAC 2001.
final class Straus {
    private static final int WIDTH = 5;
    private static final int SHORT_WIDTH = 4;
    private static final int DIGITS = 258;

    private final long[] tables;

    /// Where each point's table starts.
    private final int[] starts;

    private final byte[] digits;
    private final int count;
    private int highest = -1;

    /// @param points affine points that are not neutral
    /// @param scalars one below 2^256 for each
    Straus(long[] points, long[][] scalars) {
        count = scalars.length;
        digits = new byte[DIGITS * count];
        starts = new int[count];
        int[] entries = new int[count];
        int start = 0;
        for (int i = 0; i < count; i++) {
            int width = (scalars[i][2] | scalars[i][3]) == 0 ? SHORT_WIDTH : WIDTH;
            recode(scalars[i], i, width);
            entries[i] = 1 << width - 2;
            starts[i] = start;
            start += entries[i] * Sm2Group.POINT_LONGS;
        }
        tables = OddMultiples.of(points, entries);
    }

    /// Digit by digit in the order of the sum: those of one position stand side by side.
    private void recode(long[] scalar, int term, int width) {
        int carry = 0;
        int at = 0;
        while (at < DIGITS) {
            if (bits(scalar, at, 1) == carry) {
                at++;
                continue;
            }
            int window = bits(scalar, at, width) + carry;
            carry = window >>> width - 1 & 1;
            digits[at * count + term] = (byte) (window - (carry << width));
            highest = Math.max(highest, at);
            at += width;
        }
    }

    private static int bits(long[] scalar, int from, int width) {
        int word = from >>> 6;
        if (word >= Order.LIMBS) {
            return 0;
        }
        int shift = from & 63;
        long value = scalar[word] >>> shift;
        if (shift + width > 64 && word + 1 < Order.LIMBS) {
            value |= scalar[word + 1] << 64 - shift;
        }
        return (int) value & (1 << width) - 1;
    }

    /// acc = the sum; what it held is lost.
    void sum(Multiplier acc) {
        acc.clear();
        for (int at = highest; at >= 0; at--) {
            acc.twicePublic();
            for (int term = 0; term < count; term++) {
                int digit = digits[at * count + term];
                if (digit != 0) {
                    int size = digit < 0 ? -digit : digit;
                    acc.addPublic(tables, starts[term] + (size >>> 1) * Sm2Group.POINT_LONGS, digit < 0);
                }
            }
        }
    }
}
