package poyang.crypto.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The compression function of SM3, GB/T 32905 section 5.3. Time depends on the number of blocks only.
public final class Sm3Compression {
    public static final int BLOCK_BYTES = 64;
    public static final int WORDS = 8;

    public static final int EXPANDED = 68;
    private static final int[] INITIAL = {
        0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e
    };

    /// T_j rotated left by j.
    static final int[] ROUND = roundConstants();

    private static final VarHandle BIG_ENDIAN = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private Sm3Compression() {}

    private static int[] roundConstants() {
        int[] constants = new int[64];
        for (int j = 0; j < 64; j++) {
            constants[j] = Integer.rotateLeft(j < 16 ? 0x79cc4519 : 0x7a879d8a, j);
        }
        return constants;
    }

    public static int[] initial() {
        return INITIAL.clone();
    }

    /// Puts the initial state into the given array.
    public static void begin(int[] state) {
        System.arraycopy(INITIAL, 0, state, 0, WORDS);
    }

    /// Takes `blocks` whole blocks of `in` from `at` on into the state.
    public static void compress(int[] state, byte[] in, int at, int blocks) {
        compress(state, in, at, blocks, new int[EXPANDED]);
    }

    /// The same.
    ///
    /// @param w {@link #EXPANDED} words of room
    public static void compress(int[] state, byte[] in, int at, int blocks, int[] w) {
        for (int i = 0; i < blocks; i++) {
            for (int j = 0; j < 16; j++) {
                w[j] = (int) BIG_ENDIAN.get(in, at + BLOCK_BYTES * i + 4 * j);
            }
            compress(state, w);
        }
    }

    /// The same for one block that stands as words at the front of `w`, behind which is room for the expanded ones.
    static void compress(int[] state, int[] w) {
        expand(w);
        rounds(state, w);
    }

    private static void expand(int[] w) {
        for (int j = 16; j < EXPANDED; j++) {
            int x = w[j - 16] ^ w[j - 9] ^ Integer.rotateLeft(w[j - 3], 15);
            w[j] = x
                    ^ Integer.rotateLeft(x, 15)
                    ^ Integer.rotateLeft(x, 23)
                    ^ Integer.rotateLeft(w[j - 13], 7)
                    ^ w[j - 6];
        }
    }

    /// Four rounds a turn, after which every variable is back in its place.
    private static void rounds(int[] state, int[] w) {
        int a = state[0];
        int b = state[1];
        int c = state[2];
        int d = state[3];
        int e = state[4];
        int f = state[5];
        int g = state[6];
        int h = state[7];
        int r;
        int s;
        int x;
        for (int j = 0; j < 16; j += 4) {
            r = Integer.rotateLeft(a, 12);
            s = Integer.rotateLeft(r + e + ROUND[j], 7);
            x = (e ^ f ^ g) + h + s + w[j];
            d += (a ^ b ^ c) + (s ^ r) + (w[j] ^ w[j + 4]);
            b = Integer.rotateLeft(b, 9);
            f = Integer.rotateLeft(f, 19);
            h = x ^ Integer.rotateLeft(x, 9) ^ Integer.rotateLeft(x, 17);
            r = Integer.rotateLeft(d, 12);
            s = Integer.rotateLeft(r + h + ROUND[j + 1], 7);
            x = (h ^ e ^ f) + g + s + w[j + 1];
            c += (d ^ a ^ b) + (s ^ r) + (w[j + 1] ^ w[j + 5]);
            a = Integer.rotateLeft(a, 9);
            e = Integer.rotateLeft(e, 19);
            g = x ^ Integer.rotateLeft(x, 9) ^ Integer.rotateLeft(x, 17);
            r = Integer.rotateLeft(c, 12);
            s = Integer.rotateLeft(r + g + ROUND[j + 2], 7);
            x = (g ^ h ^ e) + f + s + w[j + 2];
            b += (c ^ d ^ a) + (s ^ r) + (w[j + 2] ^ w[j + 6]);
            d = Integer.rotateLeft(d, 9);
            h = Integer.rotateLeft(h, 19);
            f = x ^ Integer.rotateLeft(x, 9) ^ Integer.rotateLeft(x, 17);
            r = Integer.rotateLeft(b, 12);
            s = Integer.rotateLeft(r + f + ROUND[j + 3], 7);
            x = (f ^ g ^ h) + e + s + w[j + 3];
            a += (b ^ c ^ d) + (s ^ r) + (w[j + 3] ^ w[j + 7]);
            c = Integer.rotateLeft(c, 9);
            g = Integer.rotateLeft(g, 19);
            e = x ^ Integer.rotateLeft(x, 9) ^ Integer.rotateLeft(x, 17);
        }
        for (int j = 16; j < 64; j += 4) {
            r = Integer.rotateLeft(a, 12);
            s = Integer.rotateLeft(r + e + ROUND[j], 7);
            x = (g ^ (e & (f ^ g))) + h + s + w[j];
            d += ((a & b) | (c & (a | b))) + (s ^ r) + (w[j] ^ w[j + 4]);
            b = Integer.rotateLeft(b, 9);
            f = Integer.rotateLeft(f, 19);
            h = x ^ Integer.rotateLeft(x, 9) ^ Integer.rotateLeft(x, 17);
            r = Integer.rotateLeft(d, 12);
            s = Integer.rotateLeft(r + h + ROUND[j + 1], 7);
            x = (f ^ (h & (e ^ f))) + g + s + w[j + 1];
            c += ((d & a) | (b & (d | a))) + (s ^ r) + (w[j + 1] ^ w[j + 5]);
            a = Integer.rotateLeft(a, 9);
            e = Integer.rotateLeft(e, 19);
            g = x ^ Integer.rotateLeft(x, 9) ^ Integer.rotateLeft(x, 17);
            r = Integer.rotateLeft(c, 12);
            s = Integer.rotateLeft(r + g + ROUND[j + 2], 7);
            x = (e ^ (g & (h ^ e))) + f + s + w[j + 2];
            b += ((c & d) | (a & (c | d))) + (s ^ r) + (w[j + 2] ^ w[j + 6]);
            d = Integer.rotateLeft(d, 9);
            h = Integer.rotateLeft(h, 19);
            f = x ^ Integer.rotateLeft(x, 9) ^ Integer.rotateLeft(x, 17);
            r = Integer.rotateLeft(b, 12);
            s = Integer.rotateLeft(r + f + ROUND[j + 3], 7);
            x = (h ^ (f & (g ^ h))) + e + s + w[j + 3];
            a += ((b & c) | (d & (b | c))) + (s ^ r) + (w[j + 3] ^ w[j + 7]);
            c = Integer.rotateLeft(c, 9);
            g = Integer.rotateLeft(g, 19);
            e = x ^ Integer.rotateLeft(x, 9) ^ Integer.rotateLeft(x, 17);
        }
        state[0] ^= a;
        state[1] ^= b;
        state[2] ^= c;
        state[3] ^= d;
        state[4] ^= e;
        state[5] ^= f;
        state[6] ^= g;
        state[7] ^= h;
    }

    /// The state in 32 big-endian bytes.
    public static void write(int[] state, byte[] out, int at) {
        for (int i = 0; i < WORDS; i++) {
            BIG_ENDIAN.set(out, at + 4 * i, state[i]);
        }
    }
}
