package poyang.crypto.curve;

/// The affine multiples d·2^(w·i)·P of one point for every window i and 1 ≤ d ≤ 2^(w−1): a public scalar
/// times P takes one addition a window and no doubling.
///
/// Memory: ⌈257/w⌉·2^(w−1)·64 bytes, for w = 7 148 KiB, for w = 9 464 KiB. Built with about 16 field
/// multiplications an entry, one inversion a window. Immutable, so it may be shared by threads.
/// Source: Brickell, Gordon, McCurley, Wilson, EUROCRYPT 1992, with signed digits.
final class Comb {
    private static final int L = Field.LONGS;
    private static final int PACKED = 2 * Field.WORDS;
    private static final int SCALAR_BITS = 257;

    private final int width;
    private final int windows;
    private final int entries;
    /// Entry d of window i stands, packed, at i·entries + d − 1.
    private final long[] table;

    private Comb(int width, long[] table) {
        this.width = width;
        this.table = table;
        windows = (SCALAR_BITS + width - 1) / width;
        entries = 1 << width - 1;
    }

    static Comb of(long[] point, int width) {
        int windows = (SCALAR_BITS + width - 1) / width;
        int entries = 1 << width - 1;
        long[] table = new long[windows * entries * PACKED];
        long[] z = new long[entries * L];
        long[] rows = new long[entries * 2 * L];
        long[] base = point.clone();
        Multiplier multiplier = new Multiplier();
        for (int i = 0; i < windows; i++) {
            multiplier.start(base, 0);
            multiplier.store(rows, 0, z, 0);
            multiplier.twice();
            for (int d = 1; d < entries; d++) {
                multiplier.store(rows, d * 2 * L, z, d * L);
                multiplier.add(base, 0);
            }
            // now (2^(w−1) + 1)·base; the next base is twice the row's last
            Sm2Group.toAffine(rows, z, entries);
            for (int k = 0; k < 2 * entries; k++) {
                Field.pack(rows, k * L, table, i * entries * PACKED + k * Field.WORDS);
            }
            multiplier.start(rows, (entries - 1) * 2 * L);
            multiplier.twice();
            multiplier.toAffine(base, 0);
        }
        return new Comb(width, table);
    }

    /// acc = acc + scalar·P for a public scalar below 2^256.
    void addMultiple(Sum acc, long[] scalar) {
        long[] chosen = new long[windows * 2 * L];
        int count = choose(scalar, chosen, 0);
        for (int i = 0; i < count; i++) {
            acc.addPublic(chosen, i * 2 * L, false);
        }
    }

    /// Writes the entries that add up to scalar·P for a public scalar below 2^256, all limbs in 0 … 2^52−1.
    ///
    /// The combs of many keys do not fit into the caches. So all entries are touched before any is unpacked, by so
    /// few instructions an entry that the processor waits for all of them at once.
    ///
    /// @return how many there are
    int choose(long[] scalar, long[] to, int at) {
        int[] chosen = new int[windows];
        int count = 0;
        int carry = 0;
        int full = 1 << width;
        for (int i = 0; i < windows; i++) {
            int digit = bits(scalar, i * width) + carry;
            carry = digit > entries ? 1 : 0;
            digit -= full & -carry;
            if (digit != 0) {
                int sign = digit >> 31;
                int size = (digit ^ sign) - sign;
                chosen[count++] = i * entries + size - 1 << 1 | sign & 1;
            }
        }
        // What is read for that goes where the entry will stand, so that it counts as used.
        for (int i = 0; i < count; i++) {
            int entry = (chosen[i] >>> 1) * PACKED;
            to[at + i * 2 * L] = table[entry] ^ table[entry + PACKED - 1];
        }
        int end = at;
        for (int i = 0; i < count; i++) {
            int entry = (chosen[i] >>> 1) * PACKED;
            Field.unpack(table, entry, to, end);
            Field.unpack(table, entry + Field.WORDS, to, end + L);
            if ((chosen[i] & 1) != 0) {
                Field.complement(to, end + L);
            }
            end += 2 * L;
        }
        return count;
    }

    /// ⌈257/w⌉
    int windows() {
        return windows;
    }

    private int bits(long[] scalar, int from) {
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
}
