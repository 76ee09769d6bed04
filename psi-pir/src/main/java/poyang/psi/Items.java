package poyang.psi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;

/// Keys as 256-bit hashes under a run's seed: SM3(domain ‖ seed ‖ key), four longs a key, no object for each.
///
/// With SM3 as a random oracle two of n different keys meet with probability below n²·2^-257. Whoever wants
/// two keys of one hash has to look for them during the run, for the seed is fixed only after both
/// parties have committed to their parts of it.
public final class Items {
    static final int LONGS = 4;
    static final int BYTES = 32;
    static final int SEED_BYTES = 32;

    private static final byte[] DOMAIN = "psi.item".getBytes(StandardCharsets.US_ASCII);
    /// A message is one block of SM3: the seed's 32 bytes under the domain are cut to 16, a length, a key.
    private static final int PREFIX_BYTES = 16;

    private static final int MESSAGE_BYTES = 55;
    private static final int SHORT_KEY_BYTES = MESSAGE_BYTES - PREFIX_BYTES - 1;
    private static final int LONG_KEY = 0xff;
    private static final int CHUNK = 4096;

    private final long[] words;

    /// Takes the array over.
    Items(long[] words) {
        Bug.unless(words.length % LONGS == 0, "whole items are needed");
        this.words = words;
    }

    int size() {
        return words.length / LONGS;
    }

    /// Word 0 … 3 of item i.
    long word(int i, int word) {
        return words[i * LONGS + word];
    }

    /// Which of so many buckets item i falls into.
    int bucket(int i, int buckets) {
        return (int) Math.unsignedMultiplyHigh(words[i * LONGS], buckets);
    }

    /// The items at `order[from .. to)`, all of one of so many buckets; the hash bits that said which bucket
    /// are taken out of word 0.
    Items ofBucket(int[] order, int from, int to, int buckets) {
        long[] some = new long[(to - from) * LONGS];
        for (int i = from; i < to; i++) {
            System.arraycopy(words, order[i] * LONGS, some, (i - from) * LONGS, LONGS);
            some[(i - from) * LONGS] *= buckets;
        }
        return new Items(some);
    }

    /// The items at `order[from .. to)`, 32 bytes each.
    byte[] bytes(int[] order, int from, int to) {
        byte[] out = new byte[(to - from) * BYTES];
        for (int i = from; i < to; i++) {
            copy(order[i], out, (i - from) * BYTES);
        }
        return out;
    }

    /// Writes the 32 bytes of item i.
    void copy(int i, byte[] out, int at) {
        for (int w = 0; w < LONGS; w++) {
            Octets.put(out, at + 8 * w, words[i * LONGS + w], 8);
        }
    }

    /// Writes the bytes of one key into a message.
    @FunctionalInterface
    interface Keys {
        /// Copies key i to `out` from `at` on when it has at most `room` bytes; gives its length.
        int copy(int i, byte[] out, int at, int room);

        /// SM3 of key i.
        default byte[] digest(int i) {
            throw new Bug("these keys are short");
        }
    }

    /// Hashes `count` keys. A key of at most 38 bytes follows its length and is padded with zeros; a
    /// longer one is replaced by its own digest behind a length that none has.
    static Items hash(Keys keys, int count, byte[] seed, Workers workers) {
        byte[] prefix = Arrays.copyOf(Sm3.digest(DOMAIN, seed), PREFIX_BYTES);
        long[] words = new long[count * LONGS];
        workers.each((count + CHUNK - 1) / CHUNK, chunk -> {
            int from = chunk * CHUNK;
            int width = Math.min(CHUNK, count - from);
            byte[] messages = new byte[width * MESSAGE_BYTES];
            for (int i = 0; i < width; i++) {
                int at = i * MESSAGE_BYTES;
                System.arraycopy(prefix, 0, messages, at, PREFIX_BYTES);
                int length = keys.copy(from + i, messages, at + PREFIX_BYTES + 1, SHORT_KEY_BYTES);
                if (length > SHORT_KEY_BYTES) {
                    System.arraycopy(keys.digest(from + i), 0, messages, at + PREFIX_BYTES + 1, Sm3.DIGEST_BYTES);
                    length = LONG_KEY;
                }
                messages[at + PREFIX_BYTES] = (byte) length;
            }
            byte[] digests = Sm3.digestMany(messages, MESSAGE_BYTES, width);
            for (int w = 0; w < width * LONGS; w++) {
                words[from * LONGS + w] = Octets.get(digests, 8 * w, 8);
            }
        });
        return new Items(words);
    }

    @Override
    public String toString() {
        return "Items[" + size() + "]";
    }
}
