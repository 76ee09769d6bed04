package poyang.crypto.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// GHASH under one key H: NIST SP 800-38D section 6.4. Constant time. Not for several threads at once.
///
/// An element of GF(2^128) is two longs in the byte order of the standard: the highest bit of the first
/// is the coefficient of x^0. Without vectors a product is made of integer multiplications of operands in
/// which every fourth bit only is used, so that carries fall into the gaps. With vectors eight streams of
/// blocks are each multiplied by H^8, four bits at a time, by look-ups in registers ({@link GhashVectors}); of
/// several short messages eight at a time are each multiplied by H.
///
/// Source: the gaps: Pornin, "Constant-Time Mul" notes of BearSSL (2016).
public final class Ghash {
    private static final int BLOCK_BYTES = 16;
    private static final int STREAMS = GhashVectors.STREAMS;
    /// Longer messages fill the streams by themselves.
    private static final int SHORT_BLOCKS = 256;
    /// So many messages of about the same length are worth a pass over all eight.
    private static final int TOGETHER_LEAST = 3;

    private static final long FIRST = 0x1111111111111111L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final Pace PACE = new Pace("GHASH", GhashVectors.BITS, 3_000_000, new Trial());

    private final Key key;
    private final long[] product = new long[2];
    private long y1;
    private long y0;

    /// What depends on H alone, for any number of messages and threads.
    public static final class Key {
        private long h1;
        private long h0;

        /// H^1 … H^8, and the look-up tables of H^8, made when first needed.
        private volatile long[] powers = {};

        private volatile long[] tables = {};

        /// The look-up tables of H, made when first needed.
        private volatile long[] own = {};

        /// @param key H, 16 bytes
        public Key(byte[] key) {
            h1 = (long) LONGS.get(key, 0);
            h0 = (long) LONGS.get(key, 8);
        }

        private synchronized void makeTables(Ghash with) {
            if (tables.length > 0) {
                return;
            }
            long[] made = new long[2 * STREAMS];
            made[0] = h1;
            made[1] = h0;
            for (int i = 1; i < STREAMS; i++) {
                with.times(made[2 * i - 2], made[2 * i - 1], h1, h0);
                made[2 * i] = with.product[0];
                made[2 * i + 1] = with.product[1];
            }
            powers = made;
            tables = GhashVectors.tables(made[2 * STREAMS - 2], made[2 * STREAMS - 1]);
        }

        private synchronized long[] ownTables() {
            if (own.length == 0) {
                own = GhashVectors.tables(h1, h0);
            }
            return own;
        }

        /// Overwrites all of it.
        public synchronized void erase() {
            Arrays.fill(powers, 0);
            Arrays.fill(tables, 0);
            Arrays.fill(own, 0);
            h1 = 0;
            h0 = 0;
        }
    }

    /// @param key H, 16 bytes
    public Ghash(byte[] key) {
        this(new Key(key));
    }

    public Ghash(Key key) {
        this.key = key;
    }

    /// Starts anew with the same key.
    public void reset() {
        y1 = 0;
        y0 = 0;
    }

    /// Takes in `data`, its last block filled up with zeros.
    public void update(byte[] data, int at, int count) {
        int blocks = count / BLOCK_BYTES;
        if (PACE.vector() && blocks >= 2 * STREAMS) {
            vectors(data, at, blocks);
        } else {
            scalars(data, at, blocks);
        }
        PACE.did(blocks);
        int rest = count - blocks * BLOCK_BYTES;
        if (rest > 0) {
            byte[] last = new byte[BLOCK_BYTES];
            System.arraycopy(data, at + blocks * BLOCK_BYTES, last, 0, rest);
            scalars(last, 0, 1);
        }
    }

    /// Data under a public key.
    private static final class Trial implements Pace.Forms {
        private static final int BLOCKS = 512;
        private final byte[] data = new byte[BLOCKS * BLOCK_BYTES];

        Trial() {
            for (int i = 0; i < data.length; i++) {
                data[i] = (byte) (i * 7 + (i >> 8));
            }
        }

        /// Half of it as one message, the other half as eight.
        private List<Text> texts() {
            List<Text> texts = new ArrayList<>();
            int length = data.length / 2 / STREAMS;
            for (int i = 0; i < STREAMS; i++) {
                int from = data.length / 2 + i * length;
                texts.add(new Text(new byte[0], Arrays.copyOfRange(data, from, from + length), length));
            }
            return texts;
        }

        @Override
        public byte[] scalar() {
            Ghash hash = new Ghash(data);
            hash.scalars(data, 0, BLOCKS / 2);
            return joined(hash.value(), texts().stream().map(hash::apart).toArray(byte[][]::new));
        }

        @Override
        public byte[] vector() {
            Ghash hash = new Ghash(data);
            hash.vectors(data, 0, BLOCKS / 2);
            byte[][] several = new byte[STREAMS][];
            lanes(hash.key, texts(), several, IntStream.range(0, STREAMS).toArray(), 0, STREAMS);
            return joined(hash.value(), several);
        }

        private static byte[] joined(byte[] first, byte[][] several) {
            byte[] all = Arrays.copyOf(first, (1 + STREAMS) * BLOCK_BYTES);
            for (int i = 0; i < STREAMS; i++) {
                System.arraycopy(several[i], 0, all, (1 + i) * BLOCK_BYTES, BLOCK_BYTES);
            }
            return all;
        }
    }

    /// What GCM hashes of a message: associated data and ciphertext, each filled up with zeros, and their lengths.
    public static final class Text {
        private final byte[] associated;
        private final byte[] ciphertext;
        private final int length;

        /// @param length of the ciphertext, from the beginning of its array
        public Text(byte[] associated, byte[] ciphertext, int length) {
            this.associated = associated;
            this.ciphertext = ciphertext;
            this.length = length;
        }

        int blocks() {
            return blocks(associated.length) + blocks(length) + 1;
        }

        private static int blocks(int octets) {
            return (octets + BLOCK_BYTES - 1) / BLOCK_BYTES;
        }
    }

    /// The hash of each message, 16 bytes; messages of about the same length are the cheapest.
    public static byte[][] ofAll(Key key, List<Text> texts) {
        byte[][] found = new byte[texts.size()][];
        long[] byBlocks = new long[texts.size()];
        for (int i = 0; i < byBlocks.length; i++) {
            byBlocks[i] = (long) texts.get(i).blocks() << Integer.SIZE | i;
        }
        Arrays.sort(byBlocks);
        int[] order = Arrays.stream(byBlocks).mapToInt(each -> (int) each).toArray();
        for (int from = 0; from < order.length; from += STREAMS) {
            int to = Math.min(order.length, from + STREAMS);
            boolean together =
                    to - from >= TOGETHER_LEAST && texts.get(order[to - 1]).blocks() <= SHORT_BLOCKS;
            if (together && PACE.vector()) {
                lanes(key, texts, found, order, from, to);
            } else {
                for (int i = from; i < to; i++) {
                    found[order[i]] = one(key, texts.get(order[i]));
                }
            }
        }
        return found;
    }

    private static byte[] one(Key key, Text text) {
        Ghash hash = new Ghash(key);
        hash.update(text.associated, 0, text.associated.length);
        hash.update(text.ciphertext, 0, text.length);
        hash.update(8L * text.associated.length, 8L * text.length);
        return hash.value();
    }

    /// The same without vectors, of a message of whole blocks and nothing besides.
    private byte[] apart(Text text) {
        Ghash hash = new Ghash(key);
        hash.scalars(text.ciphertext, 0, text.length / BLOCK_BYTES);
        hash.update(0, 8L * text.length);
        return hash.value();
    }

    /// The messages from one place in the order to another, eight at most. All end together: zeros before the first
    /// block of a shorter one change nothing.
    static void lanes(Key key, List<Text> texts, byte[][] found, int[] order, int from, int to) {
        int steps = texts.get(order[to - 1]).blocks();
        long[] rows = new long[2 * STREAMS * steps];
        int blocks = 0;
        for (int i = from; i < to; i++) {
            Text text = texts.get(order[i]);
            blocks += text.blocks();
            int at = 2 * STREAMS * (steps - text.blocks()) + i - from;
            at = place(rows, at, text.associated, text.associated.length);
            at = place(rows, at, text.ciphertext, text.length);
            rows[at] = 8L * text.associated.length;
            rows[at + STREAMS] = 8L * text.length;
        }
        long[] sums = new long[2 * STREAMS];
        GhashVectors.lanes(sums, key.ownTables(), rows, steps);
        for (int i = from; i < to; i++) {
            byte[] out = new byte[BLOCK_BYTES];
            LONGS.set(out, 0, sums[i - from]);
            LONGS.set(out, 8, sums[STREAMS + i - from]);
            found[order[i]] = out;
        }
        PACE.did(blocks);
    }

    /// Lays blocks into one lane; gives the place of the next.
    private static int place(long[] rows, int first, byte[] data, int length) {
        int at = first;
        int done = 0;
        for (; done + BLOCK_BYTES <= length; done += BLOCK_BYTES) {
            rows[at] = (long) LONGS.get(data, done);
            rows[at + STREAMS] = (long) LONGS.get(data, done + 8);
            at += 2 * STREAMS;
        }
        if (done < length) {
            byte[] last = new byte[BLOCK_BYTES];
            System.arraycopy(data, done, last, 0, length - done);
            rows[at] = (long) LONGS.get(last, 0);
            rows[at + STREAMS] = (long) LONGS.get(last, 8);
            at += 2 * STREAMS;
        }
        return at;
    }

    /// Takes in one block of two 64-bit numbers: the lengths.
    public void update(long high, long low) {
        times(y1 ^ high, y0 ^ low, key.h1, key.h0);
        y1 = product[0];
        y0 = product[1];
    }

    /// The hash so far, 16 bytes.
    public byte[] value() {
        byte[] out = new byte[BLOCK_BYTES];
        LONGS.set(out, 0, y1);
        LONGS.set(out, 8, y0);
        return out;
    }

    void scalars(byte[] data, int at, int blocks) {
        for (int i = 0; i < blocks; i++) {
            int from = at + i * BLOCK_BYTES;
            update((long) LONGS.get(data, from), (long) LONGS.get(data, from + 8));
        }
    }

    /// Whole groups of eight blocks on vectors, the rest without.
    void vectors(byte[] data, int at, int blocks) {
        int groups = blocks / STREAMS;
        if (groups == 0) {
            scalars(data, at, blocks);
            return;
        }
        if (key.tables.length == 0) {
            key.makeTables(this);
        }
        long[] powers = key.powers;
        long[] sums = new long[2 * STREAMS];
        sums[0] = y1;
        sums[STREAMS] = y0;
        GhashVectors.update(sums, key.tables, data, at, groups);
        y1 = 0;
        y0 = 0;
        for (int i = 0; i < STREAMS; i++) {
            int power = 2 * (STREAMS - 1 - i);
            times(sums[i], sums[STREAMS + i], powers[power], powers[power + 1]);
            y1 ^= product[0];
            y0 ^= product[1];
        }
        scalars(data, at + groups * STREAMS * BLOCK_BYTES, blocks - groups * STREAMS);
    }

    /// product = x·z by three carry-less products of 64 bits (Karatsuba), whose high halves are low
    /// halves of reversed operands, and reduction modulo x^128 + x^7 + x^2 + x + 1.
    private void times(long x1, long x0, long z1, long z0) {
        long x1r = Long.reverse(x1);
        long x0r = Long.reverse(x0);
        long z1r = Long.reverse(z1);
        long z0r = Long.reverse(z0);
        long low = carryless(x0, z0);
        long high = carryless(x1, z1);
        long middle = carryless(x0 ^ x1, z0 ^ z1) ^ low ^ high;
        long lowTop = carryless(x0r, z0r);
        long highTop = carryless(x1r, z1r);
        long middleTop = carryless(x0r ^ x1r, z0r ^ z1r) ^ lowTop ^ highTop;
        lowTop = Long.reverse(lowTop) >>> 1;
        highTop = Long.reverse(highTop) >>> 1;
        middleTop = Long.reverse(middleTop) >>> 1;
        long v0 = low;
        long v1 = lowTop ^ middle;
        long v2 = high ^ middleTop;
        long v3 = highTop;
        v3 = v3 << 1 | v2 >>> 63;
        v2 = v2 << 1 | v1 >>> 63;
        v1 = v1 << 1 | v0 >>> 63;
        v0 <<= 1;
        v2 ^= v0 ^ v0 >>> 1 ^ v0 >>> 2 ^ v0 >>> 7;
        v1 ^= v0 << 63 ^ v0 << 62 ^ v0 << 57;
        v3 ^= v1 ^ v1 >>> 1 ^ v1 >>> 2 ^ v1 >>> 7;
        v2 ^= v1 << 63 ^ v1 << 62 ^ v1 << 57;
        product[0] = v3;
        product[1] = v2;
    }

    /// The low 64 bits of the carry-less product. At most 16 ones meet in a column, which overflow only
    /// out of the highest column used.
    private static long carryless(long x, long y) {
        long x0 = x & FIRST;
        long x1 = x & FIRST << 1;
        long x2 = x & FIRST << 2;
        long x3 = x & FIRST << 3;
        long y0 = y & FIRST;
        long y1 = y & FIRST << 1;
        long y2 = y & FIRST << 2;
        long y3 = y & FIRST << 3;
        long z0 = x0 * y0 ^ x1 * y3 ^ x2 * y2 ^ x3 * y1;
        long z1 = x0 * y1 ^ x1 * y0 ^ x2 * y3 ^ x3 * y2;
        long z2 = x0 * y2 ^ x1 * y1 ^ x2 * y0 ^ x3 * y3;
        long z3 = x0 * y3 ^ x1 * y2 ^ x2 * y1 ^ x3 * y0;
        return z0 & FIRST | z1 & FIRST << 1 | z2 & FIRST << 2 | z3 & FIRST << 3;
    }
}
