package poyang.crypto.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// SM4 (GB/T 32907) without vectors, in constant time: 64 blocks at a time with each bit of the state in a
/// word of its own, or two blocks at a time with only the S-box done that way.
final class Sm4Scalar {
    private static final int BLOCK_BYTES = 16;
    private static final int WIDE_BLOCKS = 64;
    private static final int ROUNDS = 32;

    /// From this many blocks on, 64 at once cost less than pairs.
    private static final int WIDE_FROM = 8;

    private static final int[] SYSTEM = {0xa3b1bac6, 0x56aa3350, 0x677d9197, 0xb27022dc};
    private static final VarHandle BIG_ENDIAN = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private Sm4Scalar() {}

    /// The 32 round keys of encryption.
    static int[] expand(byte[] key) {
        int[] k = new int[4];
        for (int i = 0; i < 4; i++) {
            k[i] = (int) BIG_ENDIAN.get(key, 4 * i) ^ SYSTEM[i];
        }
        int[] roundKeys = new int[ROUNDS];
        long[] scratch = new long[8];
        for (int i = 0; i < ROUNDS; i++) {
            int ck = 0;
            for (int j = 0; j < 4; j++) {
                ck = ck << 8 | (4 * i + j) * 7 & 0xff;
            }
            int t = (int) substitute(k[i + 1 & 3] ^ k[i + 2 & 3] ^ k[i + 3 & 3] ^ ck, scratch);
            k[i & 3] ^= t ^ Integer.rotateLeft(t, 13) ^ Integer.rotateLeft(t, 23);
            roundKeys[i] = k[i & 3];
        }
        return roundKeys;
    }

    /// out = each block of `in` under the round keys in their given order.
    static void crypt(int[] roundKeys, byte[] in, int at, byte[] out, int to, int blocks) {
        int done = 0;
        long[] state = blocks >= WIDE_FROM ? new long[128] : new long[0];
        long[] scratch = new long[64];
        while (blocks - done >= WIDE_FROM) {
            int count = Math.min(WIDE_BLOCKS, blocks - done);
            wide(roundKeys, in, at + done * BLOCK_BYTES, out, to + done * BLOCK_BYTES, count, state, scratch);
            done += count;
        }
        for (; done < blocks; done += 2) {
            int second = done + 1 < blocks ? BLOCK_BYTES : 0;
            pair(roundKeys, in, at + done * BLOCK_BYTES, out, to + done * BLOCK_BYTES, second, scratch);
        }
    }

    /// One block and the one `second` bytes further on; with 0 the same block twice.
    private static void pair(int[] roundKeys, byte[] in, int at, byte[] out, int to, int second, long[] scratch) {
        long a = both(in, at, second);
        long b = both(in, at + 4, second);
        long c = both(in, at + 8, second);
        long d = both(in, at + 12, second);
        for (int i = 0; i < ROUNDS; i++) {
            long key = roundKeys[i] & 0xffffffffL;
            long t = substitute(b ^ c ^ d ^ key ^ key << 32, scratch);
            t ^= rotate(t, 2) ^ rotate(t, 10) ^ rotate(t, 18) ^ rotate(t, 24);
            long next = a ^ t;
            a = b;
            b = c;
            c = d;
            d = next;
        }
        put(d, out, to, second);
        put(c, out, to + 4, second);
        put(b, out, to + 8, second);
        put(a, out, to + 12, second);
    }

    private static long both(byte[] in, int at, int second) {
        return (long) (int) BIG_ENDIAN.get(in, at + second) << 32 | (int) BIG_ENDIAN.get(in, at) & 0xffffffffL;
    }

    private static void put(long words, byte[] out, int to, int second) {
        BIG_ENDIAN.set(out, to, (int) words);
        BIG_ENDIAN.set(out, to + second, (int) (second == 0 ? words : words >>> 32));
    }

    /// Rotates each 32-bit half to the left.
    private static long rotate(long words, int by) {
        long low = (0xffffffffL >>> by) << by;
        long mask = low << 32 | low;
        return words << by & mask | words >>> 32 - by & ~mask;
    }

    /// The S-box on each of eight bytes.
    private static long substitute(long bytes, long[] scratch) {
        long rows = transpose8(bytes);
        for (int i = 0; i < 8; i++) {
            scratch[i] = rows >>> 8 * i & 0xff;
        }
        Sm4Circuit.substitute(scratch, 0);
        long result = 0;
        for (int i = 0; i < 8; i++) {
            result |= (scratch[i] & 0xff) << 8 * i;
        }
        return transpose8(result);
    }

    /// Bit j of byte i goes to bit i of byte j. Source: Warren, "Hacker's Delight", section 7-3.
    private static long transpose8(long x) {
        long t = (x ^ x >>> 7) & 0x00aa00aa00aa00aaL;
        long y = x ^ t ^ t << 7;
        t = (y ^ y >>> 14) & 0x0000cccc0000ccccL;
        y ^= t ^ t << 14;
        t = (y ^ y >>> 28) & 0x00000000f0f0f0f0L;
        return y ^ t ^ t << 28;
    }

    private static void wide(
            int[] roundKeys, byte[] in, int at, byte[] out, int to, int count, long[] state, long[] scratch) {
        load(in, at, count, state, scratch);
        for (int i = 0; i < ROUNDS; i++) {
            round(roundKeys[i], state, scratch, 32 * (i & 3));
        }
        store(out, to, count, state, scratch);
    }

    /// The word at bit offset `x` takes the image of the sum of the other three and the round key.
    private static void round(int key, long[] state, long[] t, int x) {
        int b = x + 32 & 127;
        int c = x + 64 & 127;
        int d = x + 96 & 127;
        for (int i = 0; i < 32; i++) {
            t[i] = state[b + i] ^ state[c + i] ^ state[d + i] ^ -(key >>> i & 1L);
        }
        for (int i = 0; i < 32; i += 8) {
            Sm4Circuit.substitute(t, i);
        }
        for (int i = 0; i < 32; i++) {
            state[x + i] ^= t[i] ^ t[i - 2 & 31] ^ t[i - 10 & 31] ^ t[i - 18 & 31] ^ t[i - 24 & 31];
        }
    }

    /// Words 0 and 1, then 2 and 3, of up to 64 blocks: bit i of word w of block k becomes bit k of
    /// `state[32w + i]`.
    private static void load(byte[] in, int at, int count, long[] state, long[] rows) {
        for (int half = 0; half < 2; half++) {
            for (int k = 0; k < WIDE_BLOCKS; k++) {
                int from = at + k * BLOCK_BYTES + 8 * half;
                rows[k] = k < count
                        ? (int) BIG_ENDIAN.get(in, from) & 0xffffffffL | (long) (int) BIG_ENDIAN.get(in, from + 4) << 32
                        : 0;
            }
            transpose64(rows);
            System.arraycopy(rows, 0, state, 64 * half, 64);
        }
    }

    /// After 32 rounds word w stands where it began; the output takes the words in reverse.
    private static void store(byte[] out, int to, int count, long[] state, long[] rows) {
        for (int half = 0; half < 2; half++) {
            System.arraycopy(state, 64 * half, rows, 0, 64);
            transpose64(rows);
            for (int k = 0; k < count; k++) {
                int target = to + k * BLOCK_BYTES + 8 * (1 - half);
                BIG_ENDIAN.set(out, target + 4, (int) rows[k]);
                BIG_ENDIAN.set(out, target, (int) (rows[k] >>> 32));
            }
        }
    }

    /// Bit j of row i and bit i of row j change places.
    private static void transpose64(long[] rows) {
        long mask = 0x00000000ffffffffL;
        for (int width = 32; width > 0; width >>>= 1) {
            for (int i = 0; i < 64; i = (i | width) + 1 & ~width) {
                long t = (rows[i] >>> width ^ rows[i | width]) & mask;
                rows[i | width] ^= t;
                rows[i] ^= t << width;
            }
            mask ^= mask << (width >>> 1);
        }
    }
}
