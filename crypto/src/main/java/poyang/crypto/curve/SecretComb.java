package poyang.crypto.curve;

/// Secret multiples of the base point G in constant time: every entry of every window is read.
///
/// For odd k the digits d_i, odd in −31 … 31, give k = 2^260 + Σ d_i·32^i; an even k is replaced by n − k
/// and the result negated. Starting from 2^260·G and adding from the highest window down, the sum before
/// window i is c·32^(i+1)·G with c ≥ 1. It meets ±d_i·32^i·G, where the incomplete addition would fail,
/// only when 32^i·(32c ∓ d_i) is a multiple of n: for i ≥ 2 never, because 32c ∓ d_i lies strictly
/// between 0 and n; for i < 2 only when k or n − k is below 2^11, which {@link #accepts} leaves out.
///
/// Source: recoding of Joye and Tunstall, AFRICACRYPT 2009, algorithm 6; 52 mixed additions.
final class SecretComb {
    private static final int L = Field.LONGS;
    private static final int WIDTH = 5;
    static final int WINDOWS = 52;
    static final int ENTRIES = 16;

    private final long[] table = new long[WINDOWS * ENTRIES * 2 * L];
    private final long[] top = new long[2 * L];

    /// @param base the affine base point
    SecretComb(long[] base) {
        long[] z = new long[ENTRIES * L];
        long[] rows = new long[ENTRIES * 2 * L];
        long[] doubled = new long[2 * L];
        long[] window = base.clone();
        Multiplier multiplier = new Multiplier();
        for (int i = 0; i < WINDOWS; i++) {
            multiplier.start(window, 0);
            multiplier.twice();
            multiplier.toAffine(doubled, 0);
            multiplier.start(window, 0);
            for (int k = 0; k < ENTRIES; k++) {
                if (k > 0) {
                    multiplier.add(doubled, 0);
                }
                multiplier.store(rows, k * 2 * L, z, k * L);
            }
            Sm2Group.toAffine(rows, z, ENTRIES);
            System.arraycopy(rows, 0, table, i * rows.length, rows.length);
            multiplier.start(window, 0);
            for (int k = 0; k < WIDTH; k++) {
                multiplier.twice();
            }
            multiplier.toAffine(window, 0);
        }
        System.arraycopy(window, 0, top, 0, 2 * L);
    }

    /// Do the three high limbs of k differ from those of 0 and of n?
    /// All but 2^-191 of the scalars are.
    static boolean accepts(long[] k) {
        long start = k[1] | k[2] | k[3];
        long end = (k[1] ^ Order.N[1]) | (k[2] ^ Order.N[2]) | (k[3] ^ Order.N[3]);
        return Math.min(nonZero(start), nonZero(end)) == 1;
    }

    /// 1 where a differs from 0, without a branch.
    private static int nonZero(long a) {
        return (int) ((a | -a) >>> 63);
    }

    /// k where it is odd, n − k where it is even; the caller overwrites it.
    static long[] odd(long[] k) {
        long even = (k[0] & 1) - 1;
        long[] odd = Order.subtract(new long[Order.LIMBS], k);
        for (int i = 0; i < Order.LIMBS; i++) {
            odd[i] = k[i] ^ (even & (k[i] ^ odd[i]));
        }
        return odd;
    }

    /// Makes k·G of the multiple by {@link #odd}.
    static void negateWhereEven(long[] k, long[] point) {
        long[] negative = new long[L];
        Field.negate(negative, 0, point, L);
        Field.move((k[0] & 1) - 1, point, L, negative, 0);
    }

    /// point = k·G, affine, for an accepted odd secret k below n.
    void multiply(long[] odd, long[] point) {
        Sum acc = new Sum();
        acc.start(top, 0);
        for (int i = WINDOWS - 1; i >= 0; i--) {
            acc.addSecret(table, i * ENTRIES * 2 * L, ENTRIES, digit(odd, i));
        }
        acc.toAffine(point, 0);
        acc.erase();
    }

    /// Writes the entry 2k + 1 of a window, all limbs in 0 … 2^52−1.
    void copy(int window, int k, long[] entry) {
        long[] packed = new long[2 * Field.WORDS];
        int at = (window * ENTRIES + k) * 2 * L;
        Field.pack(table, at, packed, 0);
        Field.pack(table, at + L, packed, Field.WORDS);
        Field.unpack(packed, 0, entry, 0);
        Field.unpack(packed, Field.WORDS, entry, L);
    }

    /// Digit i, odd, in −31 … 31: six bits from 5i on, the lowest of them set, less 32.
    static int digit(long[] odd, int i) {
        int at = i * WIDTH;
        int word = at >>> 6;
        int shift = at & 63;
        long bits = odd[word] >>> shift;
        if (shift > 58 && word + 1 < Order.LIMBS) {
            bits |= odd[word + 1] << 64 - shift;
        }
        return (int) ((bits | 1) & 63) - 32;
    }
}
