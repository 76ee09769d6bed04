package poyang.crypto.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Many SM4 blocks under one key, by the fastest form that this machine has. Constant time.
public final class Sm4Blocks {
    public static final int BLOCK_BYTES = 16;
    public static final int KEY_BYTES = 16;

    private static final int CHUNK_BLOCKS = 256;

    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int BLOCKS_BEFORE_TRIAL = 3_000_000;

    /// Goes before slices where both are faster than the scalar form: a permutation of bytes stands for
    /// what takes the circuit a hundred operations.
    private static final Pace WIDE = new Pace("SM4", Sm4Vectors.BITS, BLOCKS_BEFORE_TRIAL, new Trial(true));

    private static final Pace SLICED = new Pace("SM4 in slices", Sm4Slices.BITS, BLOCKS_BEFORE_TRIAL, new Trial(false));

    private Sm4Blocks() {}

    /// The round keys of encryption; decryption takes them {@link #reversed}.
    public static int[] expand(byte[] key) {
        return Sm4Scalar.expand(key);
    }

    public static int[] reversed(int[] roundKeys) {
        int[] reversed = new int[roundKeys.length];
        for (int i = 0; i < roundKeys.length; i++) {
            reversed[i] = roundKeys[roundKeys.length - 1 - i];
        }
        return reversed;
    }

    /// out = each of the blocks of `in`, encrypted or decrypted as the order of the round keys says. The
    /// same array at the same place may serve as both.
    public static void crypt(int[] roundKeys, byte[] in, int at, byte[] out, int to, int blocks) {
        if (WIDE.vector()) {
            Sm4Vectors.crypt(roundKeys, in, at, out, to, blocks);
        } else {
            if (SLICED.vector()) {
                Sm4Slices.crypt(roundKeys, in, at, out, to, blocks);
            } else {
                Sm4Scalar.crypt(roundKeys, in, at, out, to, blocks);
            }
            SLICED.did(blocks);
        }
        WIDE.did(blocks);
    }

    /// A chunk under a public key; the vector form is that in wide registers or that in slices.
    private static final class Trial implements Pace.Forms {
        private final int[] roundKeys = expand(new byte[KEY_BYTES]);
        private final byte[] data = new byte[CHUNK_BLOCKS * BLOCK_BYTES];

        private final boolean wide;

        Trial(boolean wide) {
            this.wide = wide;
            for (int i = 0; i < data.length; i++) {
                data[i] = (byte) (i * 7 + (i >> 8));
            }
        }

        @Override
        public byte[] scalar() {
            byte[] out = new byte[data.length];
            Sm4Scalar.crypt(roundKeys, data, 0, out, 0, CHUNK_BLOCKS);
            return out;
        }

        @Override
        public byte[] vector() {
            byte[] out = new byte[data.length];
            if (wide) {
                Sm4Vectors.crypt(roundKeys, data, 0, out, 0, CHUNK_BLOCKS);
            } else {
                Sm4Slices.crypt(roundKeys, data, 0, out, 0, CHUNK_BLOCKS);
            }
            return out;
        }
    }

    /// Blocks whose last words count up: what is encrypted for a piece of GCM's key stream.
    ///
    /// @param first the first of them
    public static void count(byte[] first, byte[] stream, int to, int blocks) {
        long high = (long) LONGS.get(first, 0);
        long low = (long) LONGS.get(first, 8);
        for (int i = 0; i < blocks; i++) {
            LONGS.set(stream, to + i * BLOCK_BYTES, high);
            LONGS.set(stream, to + i * BLOCK_BYTES + 8, low);
            low = low & 0xffffffff00000000L | low + 1 & 0xffffffffL;
        }
    }

    /// out = in ⊕ key stream. The counter, 16 bytes, is counted up by one a block: in its last four bytes
    /// alone as GCM asks (`carryBytes` = 4), or in all 16. It is left at the block after the last.
    public static void counter(
            int[] roundKeys, byte[] counter, int carryBytes, byte[] in, int at, byte[] out, int to, int count) {
        byte[] stream = new byte[Math.min(CHUNK_BLOCKS, (count + BLOCK_BYTES - 1) / BLOCK_BYTES) * BLOCK_BYTES];
        for (int done = 0; done < count; done += stream.length) {
            int part = Math.min(stream.length, count - done);
            int blocks = (part + BLOCK_BYTES - 1) / BLOCK_BYTES;
            long high = (long) LONGS.get(counter, 0);
            long low = (long) LONGS.get(counter, 8);
            for (int i = 0; i < blocks; i++) {
                LONGS.set(stream, i * BLOCK_BYTES, high);
                LONGS.set(stream, i * BLOCK_BYTES + 8, low);
                if (carryBytes == 4) {
                    low = low & 0xffffffff00000000L | low + 1 & 0xffffffffL;
                } else if (++low == 0) {
                    high++;
                }
            }
            LONGS.set(counter, 0, high);
            LONGS.set(counter, 8, low);
            crypt(roundKeys, stream, 0, stream, 0, blocks);
            mix(in, at + done, stream, 0, out, to + done, part);
        }
        Arrays.fill(stream, (byte) 0);
    }

    /// out = in ⊕ stream
    public static void mix(byte[] in, int at, byte[] stream, int from, byte[] out, int to, int count) {
        int i = 0;
        for (; i + 8 <= count; i += 8) {
            LONGS.set(out, to + i, (long) LONGS.get(in, at + i) ^ (long) LONGS.get(stream, from + i));
        }
        for (; i < count; i++) {
            out[to + i] = (byte) (in[at + i] ^ stream[from + i]);
        }
    }

    /// The last word of a block counted up by one.
    public static void increment(byte[] block) {
        WORDS.set(block, 12, (int) WORDS.get(block, 12) + 1);
    }
}
