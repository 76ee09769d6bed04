package poyang.crypto;

import java.util.Arrays;
import java.util.List;
import poyang.crypto.block.Sm3Compression;
import poyang.crypto.block.Sm3Lanes;
import poyang.kernel.Bytes;

/// SM3 (GB/T 32905-2016), 256 bits; an instance hashes one message piece by piece.
public final class Sm3 {
    public static final int DIGEST_BYTES = 32;
    static final int BLOCK_BYTES = Sm3Compression.BLOCK_BYTES;
    private static final int LENGTH_AT = BLOCK_BYTES - 8;
    private static final byte OUTER = 0x5c;
    private static final byte INNER = 0x36;

    private final int[] state = Sm3Compression.initial();
    private final int[] room = new int[Sm3Compression.EXPANDED];
    private final byte[] block = new byte[BLOCK_BYTES];
    private int filled;
    private long length;

    public Sm3 update(byte[] data) {
        return update(data, 0, data.length);
    }

    /// Adds `data[from .. from+length)`.
    public Sm3 update(byte[] data, int from, int count) {
        int at = from;
        int left = count;
        length += count;
        if (filled > 0) {
            int part = Math.min(left, BLOCK_BYTES - filled);
            System.arraycopy(data, at, block, filled, part);
            filled += part;
            at += part;
            left -= part;
            if (filled < BLOCK_BYTES) {
                return this;
            }
            Sm3Compression.compress(state, block, 0, 1, room);
            filled = 0;
        }
        int whole = left / BLOCK_BYTES;
        Sm3Compression.compress(state, data, at, whole, room);
        at += whole * BLOCK_BYTES;
        filled = left - whole * BLOCK_BYTES;
        System.arraycopy(data, at, block, 0, filled);
        return this;
    }

    public Sm3 update(Bytes data) {
        return update(data.toArray());
    }

    /// The digest; the instance starts anew.
    public byte[] digest() {
        block[filled++] = (byte) 0x80;
        if (filled > LENGTH_AT) {
            Arrays.fill(block, filled, BLOCK_BYTES, (byte) 0);
            Sm3Compression.compress(state, block, 0, 1, room);
            filled = 0;
        }
        Arrays.fill(block, filled, LENGTH_AT, (byte) 0);
        for (int i = 0; i < 8; i++) {
            block[LENGTH_AT + i] = (byte) (length >>> 53 - 8 * i);
        }
        block[BLOCK_BYTES - 1] = (byte) (length << 3);
        Sm3Compression.compress(state, block, 0, 1, room);
        byte[] out = new byte[DIGEST_BYTES];
        Sm3Compression.write(state, out, 0);
        Sm3Compression.begin(state);
        Arrays.fill(block, (byte) 0);
        filled = 0;
        length = 0;
        return out;
    }

    /// The digest of the parts' concatenation.
    public static byte[] digest(byte[]... parts) {
        Sm3 hash = new Sm3();
        for (byte[] part : parts) {
            hash.update(part);
        }
        return hash.digest();
    }

    public static Bytes hash(byte[]... parts) {
        return Bytes.wrap(digest(parts));
    }

    /// The digests of many messages of one length that stand one after the other, several at a time where
    /// the machine has vectors for it.
    ///
    /// @param messages `count` messages of `length` bytes each
    /// @return `count` digests of 32 bytes
    public static byte[] digestMany(byte[] messages, int length, int count) {
        byte[] out = new byte[count * DIGEST_BYTES];
        Sm3Lanes.digests(messages, length, count, out);
        return out;
    }

    /// The digests of `prefix` followed by each message, several at a time where the machine has vectors for
    /// it; messages of about the same length are the cheapest.
    public static byte[][] digestAll(byte[] prefix, List<byte[]> messages) {
        return Sm3Lanes.digests(prefix, messages);
    }

    /// HMAC-SM3 over the parts' concatenation.
    public static byte[] hmac(byte[] key, byte[]... parts) {
        return new Mac(key).of(parts);
    }

    /// HMAC-SM3 (RFC 2104) under one key, whose two blocks are hashed once.
    public static final class Mac {
        private final int[] inner = Sm3Compression.initial();
        private final int[] outer = Sm3Compression.initial();
        private final byte[] innerPad;
        private final byte[] outerPad;

        /// @param key of any length; copied
        public Mac(byte[] key) {
            innerPad = Arrays.copyOf(key.length > BLOCK_BYTES ? digest(key) : key, BLOCK_BYTES);
            outerPad = innerPad.clone();
            for (int i = 0; i < BLOCK_BYTES; i++) {
                innerPad[i] ^= INNER;
                outerPad[i] ^= OUTER;
            }
            Sm3Compression.compress(inner, innerPad, 0, 1);
            Sm3Compression.compress(outer, outerPad, 0, 1);
        }

        /// Over the parts' concatenation. Thread-safe.
        public byte[] of(byte[]... parts) {
            Sm3 hash = after(inner);
            for (byte[] part : parts) {
                hash.update(part);
            }
            return after(outer).update(hash.digest()).digest();
        }

        /// What {@link #of} gives for each message, several at a time where the machine has vectors for it.
        public List<byte[]> ofAll(List<byte[]> messages) {
            return List.of(digestAll(outerPad, List.of(digestAll(innerPad, messages))));
        }

        /// Overwrites what follows from the key.
        public void erase() {
            Arrays.fill(innerPad, (byte) 0);
            Arrays.fill(outerPad, (byte) 0);
            Arrays.fill(inner, 0);
            Arrays.fill(outer, 0);
        }

        private static Sm3 after(int[] state) {
            Sm3 hash = new Sm3();
            System.arraycopy(state, 0, hash.state, 0, Sm3Compression.WORDS);
            hash.length = BLOCK_BYTES;
            return hash;
        }
    }
}
