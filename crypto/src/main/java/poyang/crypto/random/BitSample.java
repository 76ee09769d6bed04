package poyang.crypto.random;

import poyang.kernel.Bug;

/// Bits under test, the first bit of a byte being its highest. Immutable.
public final class BitSample {
    private static final int WORD = Long.SIZE;

    private final long[] words;
    private final int length;

    /// Bit `i` is bit `63 − i mod 64` of word `i / 64`; what is behind the last bit is zero.
    private BitSample(long[] words, int length) {
        this.words = words;
        this.length = length;
        if (length % WORD != 0) {
            words[length / WORD] &= -1L << (WORD - length % WORD);
        }
    }

    public static BitSample of(byte[] bytes) {
        return of(bytes, Byte.SIZE * bytes.length);
    }

    /// The first `length` bits of `bytes`.
    public static BitSample of(byte[] bytes, int length) {
        Bug.unless(length > 0 && length <= Byte.SIZE * bytes.length, "there are not so many bits");
        long[] words = new long[words(length)];
        for (int i = 0; i < (length + 7) / Byte.SIZE; i++) {
            words[i / 8] |= (bytes[i] & 0xffL) << (56 - i % 8 * 8);
        }
        return new BitSample(words, length);
    }

    private static int words(int length) {
        return (length + WORD - 1) / WORD;
    }

    public int length() {
        return length;
    }

    int bit(int i) {
        return (int) (words[i / WORD] >>> (WORD - 1 - i % WORD)) & 1;
    }

    /// The number that bits `from .. from+count` make, the first being the highest; at most 32 bits.
    int number(int from, int count) {
        int word = from / WORD;
        int skip = from % WORD;
        long high = words[word] << skip;
        if (skip + count > WORD) {
            high |= words[word + 1] >>> (WORD - skip);
        }
        return (int) (high >>> (WORD - count));
    }

    int ones() {
        int ones = 0;
        for (long word : words) {
            ones += Long.bitCount(word);
        }
        return ones;
    }

    /// How many of the bits `from .. to` are one.
    int ones(int from, int to) {
        int ones = 0;
        for (int i = from; i < to; ) {
            int count = Math.min(32, to - i);
            ones += Integer.bitCount(number(i, count));
            i += count;
        }
        return ones;
    }

    /// Each bit plus the one `distance` later: `length − distance` bits.
    BitSample plusShifted(int distance) {
        int shorter = length - distance;
        long[] sum = new long[words(shorter)];
        int skip = distance / WORD;
        int left = distance % WORD;
        for (int i = 0; i < sum.length; i++) {
            long high = words[i + skip] << left;
            long low = left == 0 || i + skip + 1 >= words.length ? 0 : words[i + skip + 1] >>> (WORD - left);
            sum[i] = words[i] ^ (high | low);
        }
        return new BitSample(sum, shorter);
    }

    /// How often each of the `2^m` patterns stands at one of all places, the sample being closed to a ring.
    int[] ringCounts(int m) {
        int[] counts = new int[1 << m];
        int mask = counts.length - 1;
        int pattern = 0;
        for (int i = 0; i < length + m - 1; i++) {
            pattern = (pattern << 1 | bit(i < length ? i : i - length)) & mask;
            if (i >= m - 1) {
                counts[pattern]++;
            }
        }
        return counts;
    }
}
