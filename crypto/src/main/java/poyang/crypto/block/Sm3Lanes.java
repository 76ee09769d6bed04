package poyang.crypto.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// SM3 of many messages, a message a vector lane.
public final class Sm3Lanes {
    private static final int BLOCK_BYTES = Sm3Compression.BLOCK_BYTES;
    private static final int DIGEST_BYTES = 32;
    private static final int BLOCK_WORDS = 16;

    private static final int NARROWEST_BITS = 256;
    /// A pass over all lanes costs about as much as three messages one after the other.
    private static final int LEAST = 4;

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

    /// The digest of `prefix` followed by each message. Messages of about the same length share lanes, so it
    /// does not matter in which order they come.
    public static byte[][] digests(byte[] prefix, List<byte[]> messages) {
        Padded padded = new Padded(prefix, messages);
        byte[][] out = new byte[messages.size()][DIGEST_BYTES];
        int done = PACE.vector() ? padded.vectors(out) : 0;
        padded.scalars(done, out);
        PACE.did(padded.blocks());
        return out;
    }

    /// Messages with what SM3 puts behind them, and an order in which their lengths grow.
    static final class Padded {
        private final byte[] bytes;
        private final int[] starts;
        private final int[] order;

        Padded(byte[] prefix, List<byte[]> messages) {
            int count = messages.size();
            starts = new int[count + 1];
            int most = 0;
            for (int i = 0; i < count; i++) {
                int blocks = blocks(prefix.length + messages.get(i).length);
                starts[i + 1] = Math.addExact(starts[i], Math.multiplyExact(blocks, BLOCK_BYTES));
                most = Math.max(most, blocks);
            }
            bytes = new byte[starts[count]];
            int[] next = new int[most + 2];
            for (int i = 0; i < count; i++) {
                byte[] message = messages.get(i);
                int at = starts[i];
                System.arraycopy(prefix, 0, bytes, at, prefix.length);
                System.arraycopy(message, 0, bytes, at + prefix.length, message.length);
                int length = prefix.length + message.length;
                bytes[at + length] = (byte) 0x80;
                BIG_ENDIAN.set(bytes, starts[i + 1] - 8, length >>> 29);
                BIG_ENDIAN.set(bytes, starts[i + 1] - 4, length << 3);
                next[blocksOf(i) + 1]++;
            }
            for (int i = 1; i < next.length; i++) {
                next[i] += next[i - 1];
            }
            order = new int[count];
            for (int i = 0; i < count; i++) {
                order[next[blocksOf(i)]++] = i;
            }
        }

        private static int blocks(int length) {
            return length / BLOCK_BYTES + tailBytes(length) / BLOCK_BYTES;
        }

        private int blocksOf(int message) {
            return (starts[message + 1] - starts[message]) / BLOCK_BYTES;
        }

        int blocks() {
            return bytes.length / BLOCK_BYTES;
        }

        /// The first messages of the order, as many as fill lanes; a group that would leave almost all of them empty
        /// is left to the scalar form.
        ///
        /// @return how many
        int vectors(byte[][] out) {
            int lanes = Sm3Vectors.LANES;
            int[] initial = Sm3Compression.initial();
            int[] state = new int[Sm3Compression.WORDS * lanes];
            int[] words = new int[Sm3Vectors.ROOM];
            int at = 0;
            while (order.length - at >= LEAST) {
                int used = Math.min(lanes, order.length - at);
                for (int j = 0; j < Sm3Compression.WORDS; j++) {
                    Arrays.fill(state, j * lanes, (j + 1) * lanes, initial[j]);
                }
                int most = blocksOf(order[at + used - 1]);
                for (int block = 0; block < most; block++) {
                    for (int lane = 0; lane < used; lane++) {
                        int message = order[at + lane];
                        if (block < blocksOf(message)) {
                            spread(bytes, starts[message] + block * BLOCK_BYTES, words, lane);
                        }
                    }
                    Sm3Vectors.compress(state, words);
                    for (int lane = 0; lane < used && blocksOf(order[at + lane]) <= block + 1; lane++) {
                        if (blocksOf(order[at + lane]) == block + 1) {
                            gather(state, lane, out[order[at + lane]], 0);
                        }
                    }
                }
                at += used;
            }
            return at;
        }

        void scalars(int from, byte[][] out) {
            int[] room = new int[Sm3Compression.EXPANDED];
            for (int i = from; i < order.length; i++) {
                int message = order[i];
                int[] state = Sm3Compression.initial();
                Sm3Compression.compress(state, bytes, starts[message], blocksOf(message), room);
                Sm3Compression.write(state, out[message], 0);
            }
        }
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
        int[] room = new int[Sm3Compression.EXPANDED];
        for (int i = from; i < to; i++) {
            int[] state = Sm3Compression.initial();
            Sm3Compression.compress(state, messages, i * length, whole, room);
            fillTail(messages, i * length, length, tail);
            Sm3Compression.compress(state, tail, 0, tailBytes / BLOCK_BYTES, room);
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
        int[] words = new int[Sm3Vectors.ROOM];
        int[] initial = Sm3Compression.initial();
        byte[] tail = new byte[2 * BLOCK_BYTES];
        int at = from;
        while (to - at >= LEAST) {
            int used = Math.min(lanes, to - at);
            for (int j = 0; j < Sm3Compression.WORDS; j++) {
                Arrays.fill(state, j * lanes, (j + 1) * lanes, initial[j]);
            }
            for (int block = 0; block < length / BLOCK_BYTES; block++) {
                for (int lane = 0; lane < used; lane++) {
                    spread(messages, (at + lane) * length + block * BLOCK_BYTES, words, lane);
                }
                Sm3Vectors.compress(state, words);
            }
            for (int block = 0; block < tailBytes(length) / BLOCK_BYTES; block++) {
                for (int lane = 0; lane < used; lane++) {
                    fillTail(messages, (at + lane) * length, length, tail);
                    spread(tail, block * BLOCK_BYTES, words, lane);
                }
                Sm3Vectors.compress(state, words);
            }
            for (int lane = 0; lane < used; lane++) {
                gather(state, lane, out, (at + lane) * DIGEST_BYTES);
            }
            at += used;
        }
        scalars(messages, length, at, to, out);
    }

    private static void gather(int[] state, int lane, byte[] out, int at) {
        for (int j = 0; j < Sm3Compression.WORDS; j++) {
            BIG_ENDIAN.set(out, at + 4 * j, state[j * Sm3Vectors.LANES + lane]);
        }
    }

    private static void spread(byte[] in, int at, int[] words, int lane) {
        for (int j = 0; j < BLOCK_WORDS; j++) {
            words[j * Sm3Vectors.LANES + lane] = (int) BIG_ENDIAN.get(in, at + 4 * j);
        }
    }
}
