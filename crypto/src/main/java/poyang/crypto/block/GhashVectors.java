package poyang.crypto.block;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.REVERSE_BYTES;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// GHASH on eight interleaved streams of blocks: stream i takes blocks i, i + 8, i + 16 …, and each is
/// multiplied by the same H^8 between its blocks. Or on eight short messages, each multiplied by H.
///
/// The product with a constant is linear, so it is the sum of 32 look-ups, one for each four bits of the
/// factor. A look-up is a permutation of two registers by index (VPERMI2Q): no memory is read at a secret
/// index.
final class GhashVectors {
    static final int BITS = 512;
    static final int STREAMS = 8;

    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;
    private static final int GROUP_BYTES = 128;
    private static final int DIGITS = 32;
    private static final int ENTRIES = 16;
    private static final long REDUCTION = 0xe1L << 56;
    private static final long[] EVEN = {0, 2, 4, 6, 8, 10, 12, 14};
    private static final long[] ODD = {1, 3, 5, 7, 9, 11, 13, 15};

    private GhashVectors() {}

    /// For each four bits of a factor, from the highest of its first long on, the 16 products with one element:
    /// first their first longs, then their second.
    static long[] tables(long high, long low) {
        long[] tables = new long[DIGITS * 2 * ENTRIES];
        long first = high;
        long second = low;
        for (int digit = 0; digit < DIGITS; digit++) {
            int at = digit * 2 * ENTRIES;
            for (int bit = ENTRIES / 2; bit > 0; bit >>= 1) {
                for (int entry = bit; entry < ENTRIES; entry++) {
                    if ((entry & bit) != 0) {
                        tables[at + entry] ^= first;
                        tables[at + ENTRIES + entry] ^= second;
                    }
                }
                long carry = -(second & 1);
                second = second >>> 1 | first << 63;
                first = first >>> 1 ^ REDUCTION & carry;
            }
        }
        return tables;
    }

    /// @param sums the eight streams' first longs, then their second longs; replaced by the streams' sums,
    ///     which are not yet multiplied after the last block
    /// @param groups of eight blocks, at least one
    static void update(long[] sums, long[] tables, byte[] data, int at, int groups) {
        LongVector high = LongVector.fromArray(LONGS, sums, 0);
        LongVector low = LongVector.fromArray(LONGS, sums, STREAMS);
        LongVector even = LongVector.fromArray(LONGS, EVEN, 0);
        LongVector odd = LongVector.fromArray(LONGS, ODD, 0);
        for (int group = 0; group < groups; group++) {
            int from = at + group * GROUP_BYTES;
            LongVector first = ByteVector.fromArray(BYTES, data, from).reinterpretAsLongs();
            LongVector second = ByteVector.fromArray(BYTES, data, from + 64).reinterpretAsLongs();
            if (group > 0) {
                LongVector x = high;
                LongVector y = low;
                high = product(x, y, tables, 0);
                low = product(x, y, tables, ENTRIES);
            }
            high = high.lanewise(XOR, even.selectFrom(first, second).lanewise(REVERSE_BYTES));
            low = low.lanewise(XOR, odd.selectFrom(first, second).lanewise(REVERSE_BYTES));
        }
        high.intoArray(sums, 0);
        low.intoArray(sums, STREAMS);
    }

    /// Eight hashes at once, each of a message of its own, whose products are with H.
    ///
    /// @param sums the eight hashes' first longs, then their second longs, all zero; the hashes at the end
    /// @param tables of H
    /// @param rows for each step the first longs of the messages' blocks, then their second longs
    static void lanes(long[] sums, long[] tables, long[] rows, int steps) {
        LongVector high = LongVector.fromArray(LONGS, sums, 0);
        LongVector low = LongVector.fromArray(LONGS, sums, STREAMS);
        for (int step = 0; step < steps; step++) {
            int at = 2 * STREAMS * step;
            LongVector x = high.lanewise(XOR, LongVector.fromArray(LONGS, rows, at));
            LongVector y = low.lanewise(XOR, LongVector.fromArray(LONGS, rows, at + STREAMS));
            high = product(x, y, tables, 0);
            low = product(x, y, tables, ENTRIES);
        }
        high.intoArray(sums, 0);
        low.intoArray(sums, STREAMS);
    }

    /// One long of the product of each stream with what the tables are of.
    private static LongVector product(LongVector x, LongVector y, long[] tables, int which) {
        LongVector sum = LongVector.zero(LONGS);
        for (int digit = 0; digit < DIGITS / 2; digit++) {
            int shift = 60 - 4 * digit;
            int at = digit * 2 * ENTRIES + which;
            int further = at + DIGITS * ENTRIES;
            sum = sum.lanewise(
                            XOR,
                            x.lanewise(LSHR, shift)
                                    .and(15)
                                    .selectFrom(
                                            LongVector.fromArray(LONGS, tables, at),
                                            LongVector.fromArray(LONGS, tables, at + 8)))
                    .lanewise(
                            XOR,
                            y.lanewise(LSHR, shift)
                                    .and(15)
                                    .selectFrom(
                                            LongVector.fromArray(LONGS, tables, further),
                                            LongVector.fromArray(LONGS, tables, further + 8)));
        }
        return sum;
    }
}
