package poyang.mpc.vole;

import poyang.crypto.Sm3;
import poyang.mpc.field.Goldilocks;

/// Blocks of 128 bits made elements of F: each word is a limb, drawn again where it is p or more,
/// which happens once in 2^32, so that limbs are exactly uniform when blocks are.
final class Leaves {
    private static final byte[] DOMAIN = {'l', 'e', 'a', 'f'};

    private Leaves() {}

    /// Makes the limbs of `count` blocks canonical in place.
    static void toElements(long[] blocks, int count) {
        long over = 0;
        for (int i = 0; i < 2 * count; i++) {
            over |= above(blocks[i]);
        }
        if (over != 0) {
            for (int i = 0; i < 2 * count; i++) {
                if (above(blocks[i]) != 0) {
                    blocks[i] = redrawn(blocks[i & ~1], blocks[i | 1], i & 1);
                }
            }
        }
    }

    /// All ones when the word is p or more: its high half all ones, its low half not 0.
    private static long above(long word) {
        long high = ~(word >> 32);
        long low = word & 0xffffffffL;
        return ~((high | -high) >> 63) & -low >> 63;
    }

    /// The first word below p of the digests of the block and a counter.
    static long redrawn(long low, long high, int limb) {
        byte[] input = new byte[18];
        TreeHash.WORDS.set(input, 0, low);
        TreeHash.WORDS.set(input, 8, high);
        input[16] = (byte) limb;
        while (true) {
            byte[] digest = Sm3.digest(DOMAIN, input);
            for (int at = 0; at < digest.length; at += Long.BYTES) {
                long word = (long) TreeHash.WORDS.get(digest, at);
                if (Long.compareUnsigned(word, Goldilocks.P) < 0) {
                    return word;
                }
            }
            input[17]++;
        }
    }
}
