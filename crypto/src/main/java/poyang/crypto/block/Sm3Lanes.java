package poyang.crypto.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// SM3 of many messages of one length, a message a vector lane.
public final class Sm3Lanes {
    private static final int BLOCK_BYTES = Sm3Compression.BLOCK_BYTES;
    private static final int DIGEST_BYTES = 32;
    private static final int BLOCK_WORDS = 16;

    private static final int NARROWEST_BITS = 256;
    private static final VarHandle BIG_ENDIAN = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final Pace PACE = new Pace("SM3 in lanes", NARROWEST_BITS, 1_000_000, new Trial());

    private Sm3Lanes() {}

    /// Writes the digests of `count` messages of `length` bytes that stand one after the other.
    public static void digests(byte[] messages, int length, int count, byte[] out) {
        if (PACE.vector()) {
            vectors(messages, length, 0, count, out);
        } else {
            scalars(messages, length, 0, count, out);
        }
        PACE.did(count);
    }

    /// As many messages of 64 bytes as fill the widest lanes a few times.
    private static final class Trial implements Pace.Forms {
        private static final int COUNT = 128;
        private final byte[] messages = new byte[COUNT * BLOCK_BYTES];
        private final byte[] out = new byte[COUNT * DIGEST_BYTES];

        Trial() {
            for (int i = 0; i < messages.length; i++) {
                messages[i] = (byte) (i * 7 + (i >> 8));
            }
        }

        @Override
        public byte[] scalar() {
            scalars(messages, BLOCK_BYTES, 0, COUNT, out);
            return out.clone();
        }

        @Override
        public byte[] vector() {
            vectors(messages, BLOCK_BYTES, 0, COUNT, out);
            return out.clone();
        }
    }

    static void scalars(byte[] messages, int length, int from, int to, byte[] out) {
        byte[] tail = new byte[2 * BLOCK_BYTES];
        int whole = length / BLOCK_BYTES;
        int tailBytes = tailBytes(length);
        for (int i = from; i < to; i++) {
            int[] state = Sm3Compression.initial();
            Sm3Compression.compress(state, messages, i * length, whole);
            fillTail(messages, i * length, length, tail);
            Sm3Compression.compress(state, tail, 0, tailBytes / BLOCK_BYTES);
            Sm3Compression.write(state, out, i * DIGEST_BYTES);
        }
    }

    private static int tailBytes(int length) {
        return length % BLOCK_BYTES < BLOCK_BYTES - 8 ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    }

    /// What follows the whole blocks: the rest of the message, the bit 1, zeros, the length in bits.
    private static void fillTail(byte[] messages, int at, int length, byte[] tail) {
        int rest = length % BLOCK_BYTES;
        Arrays.fill(tail, (byte) 0);
        System.arraycopy(messages, at + length - rest, tail, 0, rest);
        tail[rest] = (byte) 0x80;
        int end = tailBytes(length);
        BIG_ENDIAN.set(tail, end - 8, length >>> 29);
        BIG_ENDIAN.set(tail, end - 4, length << 3);
    }

    static void vectors(byte[] messages, int length, int from, int to, byte[] out) {
        int lanes = Sm3Vectors.LANES;
        int[] state = new int[Sm3Compression.WORDS * lanes];
        int[] words = new int[Sm3Vectors.EXPANDED * lanes];
        int[] initial = Sm3Compression.initial();
        byte[] tail = new byte[2 * BLOCK_BYTES];
        int at = from;
        for (; at + lanes <= to; at += lanes) {
            for (int j = 0; j < Sm3Compression.WORDS; j++) {
                Arrays.fill(state, j * lanes, (j + 1) * lanes, initial[j]);
            }
            for (int block = 0; block < length / BLOCK_BYTES; block++) {
                for (int lane = 0; lane < lanes; lane++) {
                    spread(messages, (at + lane) * length + block * BLOCK_BYTES, words, lane);
                }
                Sm3Vectors.compress(state, words);
            }
            for (int block = 0; block < tailBytes(length) / BLOCK_BYTES; block++) {
                for (int lane = 0; lane < lanes; lane++) {
                    fillTail(messages, (at + lane) * length, length, tail);
                    spread(tail, block * BLOCK_BYTES, words, lane);
                }
                Sm3Vectors.compress(state, words);
            }
            for (int lane = 0; lane < lanes; lane++) {
                for (int j = 0; j < Sm3Compression.WORDS; j++) {
                    BIG_ENDIAN.set(out, (at + lane) * DIGEST_BYTES + 4 * j, state[j * lanes + lane]);
                }
            }
        }
        scalars(messages, length, at, to, out);
    }

    private static void spread(byte[] in, int at, int[] words, int lane) {
        for (int j = 0; j < BLOCK_WORDS; j++) {
            words[j * Sm3Vectors.LANES + lane] = (int) BIG_ENDIAN.get(in, at + 4 * j);
        }
    }
}
