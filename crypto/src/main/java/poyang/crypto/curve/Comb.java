package poyang.crypto.curve;

/// The affine multiples d·2^(w·i)·P of one point for every window i and 1 ≤ d ≤ 2^(w−1): a public scalar
/// times P takes one addition a window and no doubling.
///
/// Memory: ⌈257/w⌉·2^(w−1)·80 bytes, for w = 7 185 KiB, for w = 9 580 KiB. Built with about 16 field
/// multiplications an entry, one inversion a window. Immutable, so it may be shared by threads.
/// Source: Brickell, Gordon, McCurley, Wilson, EUROCRYPT 1992, with signed digits.
final class Comb {
    private static final int L = Field.LONGS;
    private static final int SCALAR_BITS = 257;

    private final int width;
    private final int windows;
    private final int entries;
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
        long[] table = new long[windows * entries * 2 * L];
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
            System.arraycopy(rows, 0, table, i * entries * 2 * L, rows.length);
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

    /// Writes the entries that add up to scalar·P for a public scalar below 2^256. All are fetched before any
    /// is added: the combs of many keys do not fit into the caches, and the processor fetches several at once.
    ///
    /// @return how many there are
    int choose(long[] scalar, long[] to, int at) {
        int carry = 0;
        int full = 1 << width;
        int end = at;
        for (int i = 0; i < windows; i++) {
            int digit = bits(scalar, i * width) + carry;
            carry = digit > entries ? 1 : 0;
            digit -= full & -carry;
            if (digit != 0) {
                int size = digit < 0 ? -digit : digit;
                System.arraycopy(table, (i * entries + size - 1) * 2 * L, to, end, 2 * L);
                if (digit < 0) {
                    Field.negate(to, end + L, to, end + L);
                }
                end += 2 * L;
            }
        }
        return (end - at) / (2 * L);
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
