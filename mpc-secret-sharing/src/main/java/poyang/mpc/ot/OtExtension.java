package poyang.mpc.ot;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// Correlated oblivious transfers out of 128 base transfers run the other way.
///
/// ```
/// sender, s ∈ {0,1}^128, seeds k_{j, s_j}        receiver, seeds k_{j,0}, k_{j,1}, bits r_i
///                                       ←       u_j = G(k_{j,0}) ⊕ G(k_{j,1}) ⊕ r, 128 columns
///   q_j = G(k_{j,s_j}) ⊕ s_j·u_j                t_j = G(k_{j,0})
///   row i: q_i                                  row i: t_i = q_i ⊕ r_i·s
/// ```
///
/// Both sides' rows come in `long[]`, two words a row. The check against a malicious receiver
/// hashes each column by itself: the sender draws a point z of GF(2^128), the receiver gives the
/// values at z of the polynomials of r and of every t_j, and the sender wants h(q_j) = h(t_j) ⊕
/// s_j·h(r) in every column. A receiver that used other bits r in column j passes only if it
/// guessed s_j: that costs it half of its runs for each bit it learns, so what is left of s never
/// is easier to guess than 128 fresh bits. The hashes fail to show a difference with probability
/// n/128·2^-128 a column. One block of random bits that no transfer uses hides r. Hashing columns
/// singly, and not their field combination as KOS15 does, is what makes the argument whole.
///
/// - secrecy: the receiver's bits are hidden as the seeds that the sender lacks are; s is hidden as
///   above. Rows are correlated: whoever wants keys hashes them. Time depends on the number of
///   transfers only
/// - cost: 1 message of 128·⌈(n + 128)/128⌉·16 bytes; the check 1 round, 16 and 2,064 bytes
/// - source: Ishai, Kilian, Nissim, Petrank, CRYPTO 2003; the check of Roy, "SoftSpokenOT", CRYPTO
///   2022, with k = 1, which repairs that of Keller, Orsini, Scholl, CRYPTO 2015
public final class OtExtension {
    /// Base transfers, and bits of s.
    public static final int BASE = 128;

    public static final int POINT_BYTES = 16;
    public static final int CHECK_BYTES = 16 * (1 + BASE);

    private static final int BLOCK_BITS = 128;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private OtExtension() {}

    /// Bytes of the receiver's message for as many transfers.
    public static int messageBytes(int count) {
        return BASE * words(count) * Long.BYTES;
    }

    /// Words of a column: the transfers padded to whole blocks, and one block more.
    private static int words(int count) {
        return ((count + BLOCK_BITS - 1) / BLOCK_BITS + 1) * 2;
    }

    /// The side that holds both seeds of each base transfer, and chooses.
    public static final class Receiver {
        private final int words;
        private final long[][] columns = new long[BASE][];
        private final long[] choices;
        private final byte[] message;

        /// @param seeds 2j and 2j+1 for base transfer j
        /// @param bits r_i, one a byte, 0 or 1
        /// @param random for the bits that pad and hide
        public Receiver(byte[][] seeds, byte[] bits, String label, RandomSource random) {
            Bug.unless(seeds.length == 2 * BASE, "128 base transfers are needed");
            words = words(bits.length);
            choices = read(random.bytes(words * Long.BYTES));
            for (int i = 0; i < bits.length; i++) {
                long bit = 1L << (i & 63);
                choices[i >> 6] = choices[i >> 6] & ~bit | -(long) bits[i] & bit;
            }
            message = new byte[BASE * words * Long.BYTES];
            for (int j = 0; j < BASE; j++) {
                columns[j] = expand(seeds[2 * j], label, words);
                long[] other = expand(seeds[2 * j + 1], label, words);
                for (int w = 0; w < words; w++) {
                    WORDS.set(message, (j * words + w) * Long.BYTES, columns[j][w] ^ other[w] ^ choices[w]);
                }
            }
        }

        /// The columns u_j; given once, to be sent.
        public byte[] message() {
            return message;
        }

        /// What the sender's check asks for: h(r), then h(t_j) for each j.
        public byte[] answer(byte[] point) {
            long[] hashes = new long[2 * (1 + BASE)];
            long low = (long) WORDS.get(point, 0);
            long high = (long) WORDS.get(point, Long.BYTES);
            BinaryField.evaluate(choices, low, high, hashes, 0);
            for (int j = 0; j < BASE; j++) {
                BinaryField.evaluate(columns[j], low, high, hashes, 2 * (1 + j));
            }
            byte[] out = new byte[CHECK_BYTES];
            for (int i = 0; i < hashes.length; i++) {
                WORDS.set(out, i * Long.BYTES, hashes[i]);
            }
            return out;
        }

        /// t_i for each transfer, words 2i and 2i+1.
        public long[] rows() {
            return BitRows.transpose(columns, words);
        }
    }

    /// The side that holds one seed of each base transfer.
    public static final class Sender {
        private final int words;
        private final byte[] choices;
        private final long[][] columns = new long[BASE][];

        /// @param choices s, one bit a byte
        /// @param seeds the chosen one of each base transfer
        /// @param message the receiver's, of {@link #messageBytes} bytes
        public Sender(byte[] choices, byte[][] seeds, int count, String label, byte[] message) {
            Bug.unless(seeds.length == BASE && choices.length == BASE, "128 base transfers are needed");
            words = words(count);
            Bug.unless(message.length == BASE * words * Long.BYTES, "the message's length was checked before");
            this.choices = choices.clone();
            for (int j = 0; j < BASE; j++) {
                columns[j] = expand(seeds[j], label, words);
                long mask = -(long) choices[j];
                for (int w = 0; w < words; w++) {
                    columns[j][w] ^= mask & (long) WORDS.get(message, (j * words + w) * Long.BYTES);
                }
            }
        }

        /// Does the receiver's answer at the point that this side drew after its message fit?
        public boolean accepts(byte[] point, byte[] answer) {
            long low = (long) WORDS.get(point, 0);
            long high = (long) WORDS.get(point, Long.BYTES);
            long[] hash = new long[2];
            byte[] expected = new byte[BASE * 16];
            byte[] given = new byte[BASE * 16];
            for (int j = 0; j < BASE; j++) {
                BinaryField.evaluate(columns[j], low, high, hash, 0);
                long mask = -(long) choices[j];
                for (int k = 0; k < 2; k++) {
                    long bits = (long) WORDS.get(answer, k * Long.BYTES);
                    long column = (long) WORDS.get(answer, (2 * (1 + j) + k) * Long.BYTES);
                    WORDS.set(expected, (2 * j + k) * Long.BYTES, hash[k]);
                    WORDS.set(given, (2 * j + k) * Long.BYTES, column ^ mask & bits);
                }
            }
            return MessageDigest.isEqual(expected, given);
        }

        /// q_i for each transfer, words 2i and 2i+1.
        public long[] rows() {
            return BitRows.transpose(columns, words);
        }
    }

    private static long[] expand(byte[] seed, String label, int words) {
        return read(new SeededRandom(seed, label).bytes(words * Long.BYTES));
    }

    private static long[] read(byte[] bytes) {
        long[] out = new long[bytes.length / Long.BYTES];
        for (int i = 0; i < out.length; i++) {
            out[i] = (long) WORDS.get(bytes, i * Long.BYTES);
        }
        return out;
    }
}
