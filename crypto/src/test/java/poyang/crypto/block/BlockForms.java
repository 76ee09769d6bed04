package poyang.crypto.block;

import java.util.List;

/// Both forms of each loop of this package, for differential tests elsewhere.
public final class BlockForms {
    private static final int BLOCK_BYTES = 16;
    private static final int DIGEST_BYTES = 32;

    private BlockForms() {}

    /// The forms of SM4.
    public enum Sm4Form {
        SCALAR,
        SLICES,
        VECTORS
    }

    /// The blocks of `data` from `at` on, by the named form; what stands before and behind stays.
    public static byte[] sm4(Sm4Form form, byte[] key, boolean encrypt, byte[] data, int at, int blocks) {
        byte[] out = data.clone();
        sm4(form, key, encrypt, data, at, out, at, blocks);
        return out;
    }

    static void sm4(Sm4Form form, byte[] key, boolean encrypt, byte[] in, int at, byte[] out, int to, int blocks) {
        int[] roundKeys = Sm4Blocks.expand(key);
        int[] used = encrypt ? roundKeys : Sm4Blocks.reversed(roundKeys);
        switch (form) {
            case SCALAR -> Sm4Scalar.crypt(used, in, at, out, to, blocks);
            case SLICES -> Sm4Slices.crypt(used, in, at, out, to, blocks);
            case VECTORS -> Sm4Vectors.crypt(used, in, at, out, to, blocks);
        }
    }

    /// The key stream that a counter gives, counted in its last `carryBytes`, 4 or 16.
    public static byte[] stream(byte[] key, byte[] counter, int carryBytes, int count) {
        byte[] out = new byte[count];
        Sm4Blocks.counter(Sm4Blocks.expand(key), counter.clone(), carryBytes, new byte[count], 0, out, 0, count);
        return out;
    }

    /// The digests of `prefix` and each message.
    public static byte[][] sm3(boolean vector, byte[] prefix, List<byte[]> messages) {
        Sm3Lanes.Padded padded = new Sm3Lanes.Padded(prefix, messages);
        byte[][] out = new byte[messages.size()][DIGEST_BYTES];
        padded.scalars(vector ? padded.vectors(out) : 0, out);
        return out;
    }

    /// By integer multiplication, one block or eight to a reduction; by look-ups in narrow registers; in streams
    /// in wide ones.
    public enum GhashForm {
        SINGLE_PRODUCTS,
        PRODUCTS,
        LOOKUPS,
        STREAMS
    }

    /// GHASH of `first` and then the whole blocks of `data` from `at` on.
    public static byte[] ghash(GhashForm form, byte[] key, byte[] first, byte[] data, int at) {
        return ghash(form, new Ghash.Key(key), first, data, at);
    }

    static byte[] ghash(GhashForm form, Ghash.Key key, byte[] first, byte[] data, int at) {
        Ghash hash = new Ghash(key);
        hash.update(first, 0, first.length);
        int blocks = (data.length - at) / BLOCK_BYTES;
        if (form == GhashForm.PRODUCTS) {
            key.did(Ghash.Key.BEFORE_TABLES);
        }
        switch (form) {
            case SINGLE_PRODUCTS, PRODUCTS -> hash.scalars(data, at, blocks);
            case LOOKUPS -> hash.lookups(data, at, blocks);
            case STREAMS -> hash.vectors(data, at, blocks);
        }
        return hash.value();
    }

    /// Digests of `count` messages of one length.
    public static byte[] sm3(boolean vector, byte[] messages, int length, int count) {
        byte[] out = new byte[count * DIGEST_BYTES];
        if (vector) {
            Sm3Lanes.vectors(messages, length, 0, count, out);
        } else {
            Sm3Lanes.scalars(messages, length, 0, count, out);
        }
        return out;
    }
}
