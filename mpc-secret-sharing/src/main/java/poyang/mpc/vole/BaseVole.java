package poyang.mpc.vole;

import static poyang.mpc.vole.TreeHash.WORDS;

import java.security.MessageDigest;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bug;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;
import poyang.mpc.ot.OtExtension;

/// A short correlation b = c − y·Δ out of 128 base transfers: Δ ∈ F and b with the sender, y over
/// the prime field and c with the receiver.
///
/// ```
/// sender, bits s_j of Δ, seeds k_{j, s_j}        receiver, seeds k_{j,0}, k_{j,1}, elements y_i
///                                       ←       u_j = G(k_{j,0}) − G(k_{j,1}) − y, 128 columns
///   q_j = G(k_{j,s_j}) + s_j·u_j                c_j = G(k_{j,0}) = q_j + s_j·y
///   b = Σ g_j·q_j                               c = Σ g_j·c_j
/// ```
///
/// with g_j = 2^j for j below 64 and 2^(j−64)·X from 64 on, so that Σ g_j·s_j = Δ. The check
/// against a malicious receiver is that of {@link OtExtension} over F: column by column the values
/// at a random point of F of the polynomials with these coefficients. The last two elements of y
/// are in no correlation that is used; they hide the value for y. Two vectors of n elements meet
/// with probability n / |F|.
///
/// - secrecy: y is hidden as the seeds that the sender lacks are, Δ unconditionally but for the
///   guesses that the check punishes. Time depends on n only
/// - cost: 1 message of 1,024·n bytes; the check 1 round, 16 and 2,064 bytes
/// - source: COPEe of Keller, Orsini, Scholl, "MASCOT", ACM CCS 2016, over a subfield as
///   Weng, Yang, Katz, Wang, "Wolverine", IEEE S&P 2021; the check as Roy, CRYPTO 2022
final class BaseVole {
    private static final int COLUMNS = OtExtension.BASE;
    private static final String LABEL = "base vole";

    /// Elements at the end of y that hide the others in the check.
    static final int HIDING = 2;

    static final int CHECK_BYTES = Quadratic.BYTES * (1 + COLUMNS);

    private BaseVole() {}

    static int messageBytes(int count) {
        return COLUMNS * count * Goldilocks.BYTES;
    }

    /// The side that has y.
    static final class Receiver {
        private final long[] y;
        private final long[][] columns = new long[COLUMNS][];
        private final byte[] message;

        /// @param y with {@link #HIDING} elements more than are used
        Receiver(byte[][] seeds, long[] y) {
            this.y = y;
            message = new byte[messageBytes(y.length)];
            for (int j = 0; j < COLUMNS; j++) {
                columns[j] = expand(seeds[2 * j], y.length);
                long[] other = expand(seeds[2 * j + 1], y.length);
                for (int i = 0; i < y.length; i++) {
                    long u = Goldilocks.subtract(Goldilocks.subtract(columns[j][i], other[i]), y[i]);
                    WORDS.set(message, (j * y.length + i) * Goldilocks.BYTES, Goldilocks.canonical(u));
                }
            }
        }

        byte[] message() {
            return message;
        }

        /// The values at the point of y and of each column.
        byte[] answer(long[] point) {
            long[] values = new long[2 * (1 + COLUMNS)];
            evaluate(y, point, values, 0);
            for (int j = 0; j < COLUMNS; j++) {
                evaluate(columns[j], point, values, 2 * (1 + j));
            }
            Quadratic.makeCanonical(values);
            byte[] out = new byte[CHECK_BYTES];
            for (int i = 0; i < values.length; i++) {
                WORDS.set(out, i * Goldilocks.BYTES, values[i]);
            }
            return out;
        }

        /// c, two limbs an element.
        long[] correlation() {
            return composed(columns, y.length);
        }
    }

    /// The side that has Δ.
    static final class Sender {
        private final byte[] choices;
        private final int count;
        private final long[][] columns = new long[COLUMNS][];

        /// @param choices the bits of Δ
        /// @param message the receiver's, of {@link #messageBytes} bytes
        Sender(byte[] choices, byte[][] seeds, int count, byte[] message) {
            Bug.unless(message.length == messageBytes(count), "the message's length was checked before");
            this.choices = choices.clone();
            this.count = count;
            for (int j = 0; j < COLUMNS; j++) {
                columns[j] = expand(seeds[j], count);
                long mask = -(long) choices[j];
                for (int i = 0; i < count; i++) {
                    long u = (long) WORDS.get(message, (j * count + i) * Goldilocks.BYTES);
                    columns[j][i] = Goldilocks.add(columns[j][i], mask & u);
                }
            }
        }

        /// Does the receiver's answer at the point that this side drew after its message fit?
        boolean accepts(long[] point, byte[] answer) {
            long[] values = new long[2 * COLUMNS];
            long[] given = new long[2 * COLUMNS];
            for (int j = 0; j < COLUMNS; j++) {
                evaluate(columns[j], point, values, 2 * j);
                long mask = -(long) choices[j];
                for (int k = 0; k < 2; k++) {
                    long y = (long) WORDS.get(answer, k * Goldilocks.BYTES);
                    long column = (long) WORDS.get(answer, (2 * (1 + j) + k) * Goldilocks.BYTES);
                    given[2 * j + k] = Goldilocks.subtract(column, mask & y);
                }
            }
            Quadratic.makeCanonical(values);
            Quadratic.makeCanonical(given);
            return MessageDigest.isEqual(bytes(values), bytes(given));
        }

        /// b, two limbs an element.
        long[] correlation() {
            return composed(columns, count);
        }
    }

    private static byte[] bytes(long[] elements) {
        byte[] out = new byte[elements.length * Goldilocks.BYTES];
        for (int i = 0; i < elements.length; i++) {
            WORDS.set(out, i * Goldilocks.BYTES, elements[i]);
        }
        return out;
    }

    private static long[] expand(byte[] seed, int count) {
        return Goldilocks.uniform(new SeededRandom(seed, LABEL), count);
    }

    /// Σ g_j·column_j for all but the hiding elements.
    private static long[] composed(long[][] columns, int count) {
        long[] out = new long[2 * (count - HIDING)];
        for (int i = 0; i < count - HIDING; i++) {
            for (int limb = 0; limb < 2; limb++) {
                long sum = 0;
                for (int j = 63; j >= 0; j--) {
                    sum = Goldilocks.add(Goldilocks.add(sum, sum), columns[64 * limb + j][i]);
                }
                out[2 * i + limb] = Goldilocks.canonical(sum);
            }
        }
        return out;
    }

    /// Σ v_i·x^(n−i) over the used elements, plus the hiding two as one element of F.
    private static void evaluate(long[] v, long[] point, long[] out, int at) {
        long[] acc = new long[2];
        int used = v.length - HIDING;
        for (int i = 0; i < used; i++) {
            Quadratic.multiply(acc, 0, Goldilocks.add(acc[0], v[i]), acc[1], point[0], point[1]);
        }
        out[at] = Goldilocks.add(acc[0], v[used]);
        out[at + 1] = Goldilocks.add(acc[1], v[used + 1]);
    }
}
