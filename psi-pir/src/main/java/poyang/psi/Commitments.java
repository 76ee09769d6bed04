package poyang.psi;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import poyang.crypto.MerkleTree;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// What a party binds itself to before the first frame: its input and its randomness.
public final class Commitments {
    private static final byte[] SEED_DOMAIN = "poyang.seed.v1".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MARK_DOMAIN = "poyang.version-mark.v1".getBytes(StandardCharsets.US_ASCII);
    static final int SALT_BYTES = 16;

    private Commitments() {}

    /// The Merkle root over SM3(salt ‖ key), a fresh salt of 128 bits for each key in its order; the
    /// salts come from `random`, so the committed seed opens them all. Hiding while the seed is secret,
    /// binding while SM3 is collision-resistant.
    public static Bytes input(KeySet keys, RandomSource random) {
        return input(keys.size(), keys::key, random);
    }

    /// The same over any items, each as its canonical bytes.
    public static Bytes input(int count, IntFunction<byte[]> items, RandomSource random) {
        MerkleTree.Builder tree = new MerkleTree.Builder();
        for (int i = 0; i < count; i++) {
            tree.add(Sm3.digest(random.bytes(SALT_BYTES), items.apply(i)));
        }
        return tree.root();
    }

    /// A mark of a set's content: SM3(domain ‖ secret ‖ n ‖ sum), the sum over SM3(secret ‖ key) mod 2^256.
    /// Equal for equal sets, whatever the order of their keys; with SM3 under an unknown secret as a
    /// pseudo-random function it is random to everybody else and nobody finds two sets of one mark.
    ///
    /// @param secret 32 bytes, the same for all contents that shall be told apart
    public static Bytes versionMark(KeySet keys, byte[] secret) {
        return versionMark(keys.size(), keys::key, secret);
    }

    /// The same over any items, each as its canonical bytes.
    public static Bytes versionMark(int count, IntFunction<byte[]> items, byte[] secret) {
        Mark mark = new Mark(secret);
        for (int i = 0; i < count; i++) {
            mark.add(items.apply(i));
        }
        return mark.finish();
    }

    /// A version mark in the making, item by item in any order.
    static final class Mark {
        private final byte[] secret;
        private final long[] sum = new long[4];
        private long count;

        Mark(byte[] secret) {
            this.secret = secret;
        }

        void add(byte[] item) {
            count++;
            ByteBuffer digest = ByteBuffer.wrap(Sm3.digest(secret, item));
            long carry = 0;
            for (int word = 0; word < sum.length; word++) {
                long added = digest.getLong(8 * word);
                long low = sum[word] + added;
                long out = Long.compareUnsigned(low, added) < 0 ? 1 : 0;
                sum[word] = low + carry;
                carry = out + (Long.compareUnsigned(sum[word], low) < 0 ? 1 : 0);
            }
        }

        Bytes finish() {
            ByteBuffer whole = ByteBuffer.allocate(8 * (1 + sum.length)).putLong(count);
            for (long word : sum) {
                whole.putLong(word);
            }
            return Sm3.hash(MARK_DOMAIN, secret, whole.array());
        }
    }

    /// SM3 over the 32-byte seed of all of a party's randomness.
    public static Bytes seed(byte[] seed) {
        return Sm3.hash(SEED_DOMAIN, seed);
    }
}
