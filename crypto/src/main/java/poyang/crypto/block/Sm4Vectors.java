package poyang.crypto.block;

import static jdk.incubator.vector.VectorOperators.REVERSE_BYTES;
import static jdk.incubator.vector.VectorOperators.ROL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.HexFormat;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// SM4 on sixteen blocks at a time in registers of 512 bits: a register holds one word of each block.
///
/// The S-box lies in four registers, and a permutation of bytes by index looks up 64 bytes at once
/// (VPERMI2B where the machine has AVX-512 VBMI), so no memory is read at a secret index.
final class Sm4Vectors {
    static final int BITS = 512;
    static final int BLOCKS = 16;

    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_512;
    private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_512;
    private static final int BLOCK_BYTES = 16;
    private static final int ROUNDS = 32;

    /// GB/T 32907 section 6.2 a).
    static final byte[] BOX = HexFormat.of()
            .parseHex("d690e9fecce13db716b614c228fb2c052b679a762abe04c3aa44132649860699"
                    + "9c4250f491ef987a33540b43edcfac62e4b31ca9c908e89580df94fa758f3fa6"
                    + "4707a7fcf37317ba83593c19e6854fa8686b81b27164da8bf8eb0f4b70569d35"
                    + "1e240e5e6358d1a225227c3b01217887d40046579fd327524c3602e7a0c4c89e"
                    + "eabf8ad240c738b5a3f7f2cef96115a1e0ae5da49b341a55ad933230f58cb1e3"
                    + "1df6e22e8266ca60c02923ab0d534e6fd5db3745defd8e2f03ff6a726d6c5b51"
                    + "8d1baf92bbddbc7f11d95c411f105ad80ac13188a5cd7bbd2d74d012b8e5b4b0"
                    + "8969974a0c96777e65b9f109c56ec68418f07dec3adc4d2079ee5f3ed7cb3948");

    /// From two vectors of four blocks each: their words 0 and 1, or 2 and 3, word by word.
    private static final int[] FIRST_WORDS = {0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29};
    private static final int[] LAST_WORDS = {2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31};
    private static final int[] LOW_HALVES = {0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23};
    private static final int[] HIGH_HALVES = {8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31};

    /// Back: blocks 0 to 3, or 4 to 7, from words (0, 1) and (2, 3) of eight blocks.
    private static final int[] FIRST_BLOCKS = {0, 8, 16, 24, 1, 9, 17, 25, 2, 10, 18, 26, 3, 11, 19, 27};
    private static final int[] LAST_BLOCKS = {4, 12, 20, 28, 5, 13, 21, 29, 6, 14, 22, 30, 7, 15, 23, 31};

    private Sm4Vectors() {}

    /// out = each block of `in` under the round keys; the last, incomplete group is padded here.
    static void crypt(int[] roundKeys, byte[] in, int at, byte[] out, int to, int blocks) {
        int whole = blocks & -BLOCKS;
        groups(roundKeys, in, at, out, to, whole);
        int rest = (blocks - whole) * BLOCK_BYTES;
        if (rest > 0) {
            byte[] padded = new byte[BLOCKS * BLOCK_BYTES];
            System.arraycopy(in, at + whole * BLOCK_BYTES, padded, 0, rest);
            groups(roundKeys, padded, 0, padded, 0, BLOCKS);
            System.arraycopy(padded, 0, out, to + whole * BLOCK_BYTES, rest);
        }
    }

    /// The three steps of a group are methods of their own, and the rounds a loop of one: the compiler
    /// stops inlining vector operations in methods that hold many of them.
    private static void groups(int[] roundKeys, byte[] in, int at, byte[] out, int to, int blocks) {
        int[] words = new int[4 * BLOCKS];
        for (int done = 0; done < blocks * BLOCK_BYTES; done += BLOCKS * BLOCK_BYTES) {
            load(in, at + done, words);
            rounds(roundKeys, words);
            store(words, out, to + done);
        }
    }

    /// Word w of block k goes to `words[16w + k]`.
    private static void load(byte[] in, int at, int[] words) {
        IntVector first = row(in, at);
        IntVector second = row(in, at + 64);
        IntVector third = row(in, at + 128);
        IntVector fourth = row(in, at + 192);
        IntVector starts = IntVector.fromArray(WORDS, FIRST_WORDS, 0);
        IntVector ends = IntVector.fromArray(WORDS, LAST_WORDS, 0);
        IntVector lows = IntVector.fromArray(WORDS, LOW_HALVES, 0);
        IntVector highs = IntVector.fromArray(WORDS, HIGH_HALVES, 0);
        IntVector p = starts.selectFrom(first, second);
        IntVector q = starts.selectFrom(third, fourth);
        lows.selectFrom(p, q).intoArray(words, 0);
        highs.selectFrom(p, q).intoArray(words, BLOCKS);
        IntVector r = ends.selectFrom(first, second);
        IntVector s = ends.selectFrom(third, fourth);
        lows.selectFrom(r, s).intoArray(words, 2 * BLOCKS);
        highs.selectFrom(r, s).intoArray(words, 3 * BLOCKS);
    }

    private static IntVector row(byte[] in, int at) {
        return ByteVector.fromArray(BYTES, in, at).reinterpretAsInts().lanewise(REVERSE_BYTES);
    }

    private static void store(int[] words, byte[] out, int to) {
        IntVector a = IntVector.fromArray(WORDS, words, 0);
        IntVector b = IntVector.fromArray(WORDS, words, BLOCKS);
        IntVector c = IntVector.fromArray(WORDS, words, 2 * BLOCKS);
        IntVector d = IntVector.fromArray(WORDS, words, 3 * BLOCKS);
        IntVector lows = IntVector.fromArray(WORDS, LOW_HALVES, 0);
        IntVector highs = IntVector.fromArray(WORDS, HIGH_HALVES, 0);
        blocks(lows.selectFrom(a, b), lows.selectFrom(c, d), out, to);
        blocks(highs.selectFrom(a, b), highs.selectFrom(c, d), out, to + 128);
    }

    /// Writes eight blocks from their words (0, 1) and (2, 3).
    private static void blocks(IntVector first, IntVector last, byte[] out, int to) {
        IntVector.fromArray(WORDS, FIRST_BLOCKS, 0)
                .selectFrom(first, last)
                .lanewise(REVERSE_BYTES)
                .reinterpretAsBytes()
                .intoArray(out, to);
        IntVector.fromArray(WORDS, LAST_BLOCKS, 0)
                .selectFrom(first, last)
                .lanewise(REVERSE_BYTES)
                .reinterpretAsBytes()
                .intoArray(out, to + 64);
    }

    /// All rounds on the transposed words, which end in reverse order.
    private static void rounds(int[] roundKeys, int[] words) {
        ByteVector box0 = ByteVector.fromArray(BYTES, BOX, 0);
        ByteVector box1 = ByteVector.fromArray(BYTES, BOX, 64);
        ByteVector box2 = ByteVector.fromArray(BYTES, BOX, 128);
        ByteVector box3 = ByteVector.fromArray(BYTES, BOX, 192);
        IntVector a = IntVector.fromArray(WORDS, words, 0);
        IntVector b = IntVector.fromArray(WORDS, words, BLOCKS);
        IntVector c = IntVector.fromArray(WORDS, words, 2 * BLOCKS);
        IntVector d = IntVector.fromArray(WORDS, words, 3 * BLOCKS);
        for (int i = 0; i < ROUNDS; i++) {
            ByteVector sum = b.lanewise(XOR, c)
                    .lanewise(XOR, roundKeys[i])
                    .lanewise(XOR, d)
                    .reinterpretAsBytes();
            ByteVector low = sum.selectFrom(box0, box1);
            ByteVector high = sum.selectFrom(box2, box3);
            IntVector t = low.blend(high, sum.lt((byte) 0)).reinterpretAsInts();
            IntVector next = a.lanewise(XOR, t)
                    .lanewise(XOR, t.lanewise(ROL, 2))
                    .lanewise(XOR, t.lanewise(ROL, 10).lanewise(XOR, t.lanewise(ROL, 18)))
                    .lanewise(XOR, t.lanewise(ROL, 24));
            a = b;
            b = c;
            c = d;
            d = next;
        }
        d.intoArray(words, 0);
        c.intoArray(words, BLOCKS);
        b.intoArray(words, 2 * BLOCKS);
        a.intoArray(words, 3 * BLOCKS);
    }
}
