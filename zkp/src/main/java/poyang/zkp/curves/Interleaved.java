package poyang.zkp.curves;

import java.util.Arrays;

/// The sum of public multiples of a few points, all in one pass over the bits, so that the doublings are
/// paid once and not once a point.
///
/// - secrecy: all inputs are public; the time depends on them
/// - cost: for n points about b doublings and n·(b/5 + 4) additions of affine points, b the bits of the scalars
/// - source: Straus, Amer. Math. Monthly 71 (1964); signed digits as in Möller, SAC 2001, section 3.2
final class Interleaved {
    /// From about this many points on, buckets are cheaper.
    static final int MOST = 48;

    private static final int WIDTH = 4;
    private static final int ODD = 1 << WIDTH - 2; // P, 3P, 5P, 7P

    private Interleaved() {}

    /// The Jacobian sum of kᵢ·Pᵢ for `count` affine points from the long `at` on, the scalars plain from the long
    /// `scalarsAt` on.
    static long[] sum(Group group, long[] points, int at, long[] scalars, int scalarsAt, int longs, int count) {
        int width = group.affineLongs();
        long[] odd = oddMultiples(group, points, at, count);
        byte[][] digits = new byte[count][];
        int length = 0;
        for (int i = 0; i < count; i++) {
            digits[i] = digits(scalars, scalarsAt + i * longs, longs);
            length = Math.max(length, digits[i].length);
        }
        long[] sum = group.infinity();
        long[] negated = new long[width];
        for (int bit = length - 1; bit >= 0; bit--) {
            group.twice(sum);
            for (int i = 0; i < count; i++) {
                int digit = bit < digits[i].length ? digits[i][bit] : 0;
                if (digit == 0) {
                    continue;
                }
                int from = (i * ODD + (Math.abs(digit) >> 1)) * width;
                if (digit > 0) {
                    group.add(sum, odd, from);
                } else {
                    group.negate(negated, 0, odd, from);
                    group.add(sum, negated, 0);
                }
            }
        }
        return sum;
    }

    /// P, 3P, 5P and 7P of each point, affine, with one inversion for all.
    private static long[] oddMultiples(Group group, long[] points, int at, int count) {
        int width = group.affineLongs();
        int wide = group.jacobianLongs();
        long[] all = new long[count * ODD * wide];
        for (int i = 0; i < count; i++) {
            long[] multiple = group.toJacobian(points, at + i * width);
            long[] twice = multiple.clone();
            group.twice(twice);
            for (int j = 0; j < ODD; j++) {
                System.arraycopy(multiple, 0, all, (i * ODD + j) * wide, wide);
                group.addJacobian(multiple, twice);
            }
        }
        long[] affine = new long[count * ODD * width];
        group.toAffine(all, count * ODD, affine);
        return affine;
    }

    /// Zeros and odd digits below 2^(w−1) in absolute value, the lowest first; of w in a row one is not zero.
    private static byte[] digits(long[] scalar, int at, int longs) {
        byte[] digits = new byte[64 * longs + 1];
        int carry = 0;
        int used = 0;
        for (int i = 0; i < digits.length; ) {
            if ((bits(scalar, at, longs, i, 1) + carry) % 2 == 0) {
                i++;
                continue;
            }
            int digit = bits(scalar, at, longs, i, WIDTH) + carry;
            carry = digit >> WIDTH - 1;
            digits[i] = (byte) (digit - (carry << WIDTH));
            used = i + 1;
            i += WIDTH;
        }
        return Arrays.copyOf(digits, used);
    }

    private static int bits(long[] scalar, int at, int longs, int from, int count) {
        int limb = from >>> 6;
        int shift = from & 63;
        if (limb >= longs) {
            return 0;
        }
        long value = scalar[at + limb] >>> shift;
        if (shift + count > 64 && limb + 1 < longs) {
            value |= scalar[at + limb + 1] << 64 - shift;
        }
        return (int) value & (1 << count) - 1;
    }
}
