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
/// An element of GF(2^128) is 16 bytes, or two longs in the byte order of the standard: the highest bit of the
/// first is the coefficient of x^0. Up to sixteen blocks are gathered and multiplied by as many powers of H at
/// once: by look-ups in registers of 128 bits ({@link GhashLookups}), or without vectors by integer
/// multiplication ({@link GhashProducts}). Where registers have 512 bits, eight streams of a long message's
/// blocks are each multiplied by H^8 ({@link GhashVectors}); of several short messages eight at a time are each
/// multiplied by H.
public final class Ghash {
    private static final int BLOCK_BYTES = 16;
    private static final int STREAMS = GhashVectors.STREAMS;
    /// So much is not worth copying, and fills the streams.
    private static final int LONG_BLOCKS = 64;
    /// Longer messages fill the streams by themselves.
    private static final int SHORT_BLOCKS = 256;
    /// So many messages of about the same length are worth a pass over all eight.
    private static final int TOGETHER_LEAST = 3;

    private static final int UNITS_BEFORE_TRIAL = 3_000_000;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final Pace WIDE = new Pace("GHASH", GhashVectors.BITS, UNITS_BEFORE_TRIAL, new WideTrial());
    private static final Pace NARROW =
            new Pace("GHASH by look-ups", GhashLookups.BITS, UNITS_BEFORE_TRIAL, new NarrowTrial());

    private final Key key;
    private final byte[] y = new byte[BLOCK_BYTES];
    private final byte[] gathered = new byte[GhashLookups.MOST * BLOCK_BYTES];
    private final byte[] sums = new byte[GhashLookups.ROOM_BYTES];
    private int gatheredBytes;

    /// What depends on H alone, for any number of messages and threads. It is made when the key has had so many
    /// blocks that it pays: many keys serve one short message.
    public static final class Key {
        static final int BEFORE_TABLES = 128;

        private long h1;
        private long h0;

        /// Counted without a lock: it does not matter when a few are lost.
        private int blocks;

        /// Of H^8 … H.
        private volatile long[] factors = {};

        private volatile byte[] lookups = {};

        /// The look-up tables of H^8, for the streams.
        private volatile long[] streams = {};

        /// The look-up tables of H, for messages beside each other.
        private volatile long[] own = {};

        /// @param key H, 16 bytes
        public Key(byte[] key) {
            h1 = (long) LONGS.get(key, 0);
            h0 = (long) LONGS.get(key, 8);
        }

        void did(int count) {
            blocks = Math.min(BEFORE_TABLES, blocks + Math.min(count, BEFORE_TABLES));
        }

        private boolean worthTables() {
            return blocks >= BEFORE_TABLES;
        }

        private long[] factors() {
            long[] made = factors;
            return made.length > 0 || !worthTables() ? made : makeFactors();
        }

        private synchronized long[] makeFactors() {
            if (factors.length == 0) {
                long[] powers = powers(GhashProducts.MOST);
                factors = GhashProducts.factors(powers);
                Arrays.fill(powers, 0);
            }
            return factors;
        }

        private byte[] lookups() {
            byte[] made = lookups;
            return made.length > 0 ? made : makeLookups();
        }

        private synchronized byte[] makeLookups() {
            if (lookups.length == 0) {
                long[] powers = powers(GhashLookups.MOST);
                lookups = GhashLookups.tables(powers);
                Arrays.fill(powers, 0);
            }
            return lookups;
        }

        /// H^count … H, two longs each.
        private long[] powers(int count) {
            long[] powers = new long[2 * count];
            byte[] power = new byte[BLOCK_BYTES];
            LONGS.set(power, 0, h1);
            LONGS.set(power, 8, h0);
            for (int i = count - 1; i >= 0; i--) {
                long high = (long) LONGS.get(power, 0);
                long low = (long) LONGS.get(power, 8);
                powers[2 * i] = high;
                powers[2 * i + 1] = low;
                GhashProducts.times(power, high, low, h1, h0);
            }
            Arrays.fill(power, (byte) 0);
            return powers;
        }

        private synchronized long[] streamTables() {
            if (streams.length == 0) {
                long[] powers = powers(STREAMS);
                streams = GhashVectors.tables(powers[0], powers[1]);
                Arrays.fill(powers, 0);
            }
            return streams;
        }

        private synchronized long[] ownTables() {
            if (own.length == 0) {
                own = GhashVectors.tables(h1, h0);
            }
            return own;
        }

        /// Overwrites all of it.
        public synchronized void erase() {
            Arrays.fill(factors, 0);
            Arrays.fill(lookups, (byte) 0);
            Arrays.fill(streams, 0);
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
        Arrays.fill(y, (byte) 0);
        gatheredBytes = 0;
    }

    /// Takes in `data`, its last block filled up with zeros.
    public void update(byte[] data, int at, int count) {
        int blocks = count / BLOCK_BYTES;
        int done = 0;
        if (blocks >= LONG_BLOCKS) {
            takeGathered();
            if (WIDE.vector()) {
                vectors(data, at, blocks);
            } else {
                take(data, at, blocks);
            }
            done = blocks * BLOCK_BYTES;
        }
        while (done < count) {
            int part = Math.min(count - done, gathered.length - gatheredBytes);
            System.arraycopy(data, at + done, gathered, gatheredBytes, part);
            done += part;
            gatheredBytes += part;
            fillUp();
        }
    }

    /// Takes in one block of two 64-bit numbers: the lengths.
    public void update(long high, long low) {
        LONGS.set(gathered, gatheredBytes, high);
        LONGS.set(gathered, gatheredBytes + 8, low);
        gatheredBytes += BLOCK_BYTES;
        fillUp();
    }

    private void fillUp() {
        int whole = (gatheredBytes + BLOCK_BYTES - 1) & -BLOCK_BYTES;
        Arrays.fill(gathered, gatheredBytes, whole, (byte) 0);
        gatheredBytes = whole;
        if (whole == gathered.length) {
            takeGathered();
        }
    }

    private void takeGathered() {
        int blocks = gatheredBytes / BLOCK_BYTES;
        gatheredBytes = 0;
        if (blocks > 0) {
            take(gathered, 0, blocks);
        }
    }

    private void take(byte[] data, int at, int blocks) {
        did(key, blocks);
        if (NARROW.vector() && key.worthTables()) {
            lookups(data, at, blocks);
        } else {
            scalars(data, at, blocks);
        }
    }

    private static void did(Key key, int blocks) {
        key.did(blocks);
        WIDE.did(blocks);
        NARROW.did(blocks);
    }

    /// The hash so far, 16 bytes.
    public byte[] value() {
        takeGathered();
        return y.clone();
    }

    void scalars(byte[] data, int at, int blocks) {
        takeGathered();
        GhashProducts.update(y, key.h1, key.h0, key.factors(), data, at, blocks);
    }

    void lookups(byte[] data, int at, int blocks) {
        takeGathered();
        GhashLookups.update(y, key.lookups(), data, at, blocks, sums);
    }

    /// Whole groups of eight blocks on wide vectors, the rest without.
    void vectors(byte[] data, int at, int blocks) {
        takeGathered();
        int groups = blocks / STREAMS;
        if (groups > 0) {
            did(key, groups * STREAMS);
            long[] sums = new long[2 * STREAMS];
            sums[0] = (long) LONGS.get(y, 0);
            sums[STREAMS] = (long) LONGS.get(y, 8);
            GhashVectors.update(sums, key.streamTables(), data, at, groups);
            byte[] last = new byte[STREAMS * BLOCK_BYTES];
            for (int i = 0; i < STREAMS; i++) {
                LONGS.set(last, i * BLOCK_BYTES, sums[i]);
                LONGS.set(last, i * BLOCK_BYTES + 8, sums[STREAMS + i]);
            }
            Arrays.fill(y, (byte) 0);
            take(last, 0, STREAMS);
        }
        int done = groups * STREAMS;
        take(data, at + done * BLOCK_BYTES, blocks - done);
    }

    /// A message under a public key, so that the key's powers are worth their making.
    private static Ghash tried(byte[] data) {
        Ghash hash = new Ghash(data);
        hash.key.did(Key.BEFORE_TABLES);
        return hash;
    }

    private static byte[] trialBytes(int count) {
        byte[] data = new byte[count];
        for (int i = 0; i < count; i++) {
            data[i] = (byte) (i * 7 + (i >> 8));
        }
        return data;
    }

    /// Pieces of 1 to 31 blocks, as messages have.
    private static final class NarrowTrial implements Pace.Forms {
        private static final int LONGEST = 31;
        private final byte[] data = trialBytes(LONGEST * BLOCK_BYTES);

        @Override
        public byte[] scalar() {
            Ghash hash = tried(data);
            for (int blocks = 1; blocks <= LONGEST; blocks++) {
                hash.scalars(data, 0, blocks);
            }
            return hash.value();
        }

        @Override
        public byte[] vector() {
            Ghash hash = tried(data);
            for (int blocks = 1; blocks <= LONGEST; blocks++) {
                hash.lookups(data, 0, blocks);
            }
            return hash.value();
        }
    }

    private static final class WideTrial implements Pace.Forms {
        private static final int BLOCKS = 512;
        private final byte[] data = trialBytes(BLOCKS * BLOCK_BYTES);

        /// Half of it as one message, the other half as eight.
        private List<Text> texts() {
            List<Text> texts = new ArrayList<>();
            int length = data.length / 2 / STREAMS;
            for (int i = 0; i < STREAMS; i++) {
                int from = data.length / 2 + i * length;
                texts.add(new Text(new byte[0], data, from, length));
            }
            return texts;
        }

        @Override
        public byte[] scalar() {
            Ghash hash = tried(data);
            hash.scalars(data, 0, BLOCKS / 2);
            return joined(hash.value(), texts().stream().map(hash::apart).toArray(byte[][]::new));
        }

        @Override
        public byte[] vector() {
            Ghash hash = tried(data);
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
        private final int from;
        private final int length;

        /// @param from where the ciphertext begins in its array
        public Text(byte[] associated, byte[] ciphertext, int from, int length) {
            this.associated = associated;
            this.ciphertext = ciphertext;
            this.from = from;
            this.length = length;
        }

        int blocks() {
            return blocks(associated.length) + blocks(length) + 1;
        }

        private static int blocks(int octets) {
            return (octets + BLOCK_BYTES - 1) / BLOCK_BYTES;
        }
    }

    /// The hash of a message, 16 bytes.
    public static byte[] of(Key key, Text text) {
        return new Ghash(key).of(text);
    }

    /// The hash of each message, 16 bytes; messages of about the same length are the cheapest.
    public static byte[][] ofAll(Key key, List<Text> texts) {
        byte[][] found = new byte[texts.size()][];
        if (!WIDE.vector()) {
            Ghash hash = new Ghash(key);
            for (int i = 0; i < found.length; i++) {
                found[i] = hash.of(texts.get(i));
            }
            return found;
        }
        long[] byBlocks = new long[texts.size()];
        for (int i = 0; i < byBlocks.length; i++) {
            byBlocks[i] = (long) texts.get(i).blocks() << Integer.SIZE | i;
        }
        Arrays.sort(byBlocks);
        int[] order = Arrays.stream(byBlocks).mapToInt(each -> (int) each).toArray();
        Ghash hash = new Ghash(key);
        for (int from = 0; from < order.length; from += STREAMS) {
            int to = Math.min(order.length, from + STREAMS);
            boolean together =
                    to - from >= TOGETHER_LEAST && texts.get(order[to - 1]).blocks() <= SHORT_BLOCKS;
            if (together) {
                lanes(key, texts, found, order, from, to);
            } else {
                for (int i = from; i < to; i++) {
                    found[order[i]] = hash.of(texts.get(order[i]));
                }
            }
        }
        return found;
    }

    /// The same without vectors, of a message of whole blocks and nothing besides.
    private byte[] apart(Text text) {
        Ghash hash = new Ghash(key);
        hash.scalars(text.ciphertext, text.from, text.length / BLOCK_BYTES);
        byte[] lengths = new byte[BLOCK_BYTES];
        LONGS.set(lengths, 8, 8L * text.length);
        hash.scalars(lengths, 0, 1);
        return hash.value();
    }

    private byte[] of(Text text) {
        reset();
        update(text.associated, 0, text.associated.length);
        update(text.ciphertext, text.from, text.length);
        update(8L * text.associated.length, 8L * text.length);
        return value();
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
            at = place(rows, at, text.associated, 0, text.associated.length);
            at = place(rows, at, text.ciphertext, text.from, text.length);
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
        did(key, blocks);
    }

    /// Lays blocks into one lane; gives the place of the next.
    private static int place(long[] rows, int first, byte[] data, int from, int length) {
        int at = first;
        int done = 0;
        for (; done + BLOCK_BYTES <= length; done += BLOCK_BYTES) {
            rows[at] = (long) LONGS.get(data, from + done);
            rows[at + STREAMS] = (long) LONGS.get(data, from + done + 8);
            at += 2 * STREAMS;
        }
        if (done < length) {
            byte[] last = new byte[BLOCK_BYTES];
            System.arraycopy(data, from + done, last, 0, length - done);
            rows[at] = (long) LONGS.get(last, 0);
            rows[at + STREAMS] = (long) LONGS.get(last, 8);
            at += 2 * STREAMS;
        }
        return at;
    }
}
