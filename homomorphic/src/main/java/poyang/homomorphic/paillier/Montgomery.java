package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.Arrays;
import poyang.homomorphic.ring.Pace;
import poyang.kernel.Bug;

/// Products modulo an odd number in Montgomery's form.
///
/// Limbs are 51 bits wide where vectors of doubles may work on them ({@link Columns}), and 60 bits
/// wide elsewhere. The scalar form serves both widths and is the twin of the vector form: the
/// halves of a product of two limbs leave room in a long for many of their kind, so carries are
/// settled once in a while, and the inner loop is multiplications and additions. With R =
/// 2^(width·limbs) above 4n, products of numbers below 2n are below 2n: no comparison, no
/// subtraction.
///
/// - secrecy: time depends on the number of limbs, and of exponents on the given length
/// - source: Montgomery, Math. Comp. 1985; Koç, Acar and Kaliski, IEEE Micro 1996 (finely
///   integrated operand scanning); Walter, Electronics Letters 1999, for doing without the last
///   subtraction
final class Montgomery {
    static final int WIDE_BITS = 60;
    private static final int WINDOW = 5;
    private static final Pace PACE = new Pace();

    private final BigInteger modulus;
    private final int limbBits;
    private final long mask;
    private final int rowsMax;
    private final long[] n;
    private final long inverse;
    private final long[] square;
    private final long[] one;
    private final double[] nDoubles;
    private final double[] inverseDoubles;

    /// Where a product is worked out; for one thread at a time.
    static final class Room {
        private final long[] t;
        private final double[] first;
        private final double[] second;
        private final long[] columns;

        private Room(int limbs) {
            t = new long[limbs];
            first = new double[Columns.padded(limbs)];
            second = new double[Columns.padded(limbs)];
            columns = new long[4 * Columns.padded(limbs)];
        }
    }

    /// What one product is made of.
    private static final class Operands {
        private final long[] a;
        private final long[] b;
        private final long[] out;
        private final Room room;

        private Operands(long[] a, long[] b, long[] out, Room room) {
            this.a = a;
            this.b = b;
            this.out = out;
            this.room = room;
        }
    }

    Montgomery(BigInteger modulus) {
        this(modulus, Pace.possible() ? Columns.LIMB_BITS : WIDE_BITS);
    }

    Montgomery(BigInteger modulus, int limbBits) {
        Bug.unless(modulus.testBit(0) && modulus.bitLength() > WIDE_BITS, "an odd modulus of two limbs or more");
        this.modulus = modulus;
        this.limbBits = limbBits;
        mask = (1L << limbBits) - 1;
        rowsMax = limbBits == WIDE_BITS ? 3 : 1 << Long.SIZE - limbBits - 5;
        int limbs = (modulus.bitLength() + 2 + limbBits - 1) / limbBits;
        BigInteger r = BigInteger.ONE.shiftLeft(limbBits * limbs);
        n = limbs(modulus, limbs);
        BigInteger minus = r.subtract(modulus.modInverse(r));
        inverse = minus.longValue() & mask;
        square = limbs(r.multiply(r).mod(modulus), limbs);
        one = limbs(r.mod(modulus), limbs);
        nDoubles = new double[Columns.padded(limbs)];
        inverseDoubles = new double[Columns.padded(limbs)];
        Columns.doubles(n, nDoubles);
        Columns.doubles(limbs(minus, limbs), inverseDoubles);
    }

    int limbs() {
        return n.length;
    }

    Room room() {
        return new Room(n.length);
    }

    BigInteger modulus() {
        return modulus;
    }

    /// R mod n: one, in this form. Not to be changed.
    long[] one() {
        return one;
    }

    private long[] limbs(BigInteger value, int count) {
        byte[] bytes = value.toByteArray(); // big-endian
        long[] limbs = new long[count];
        long held = 0;
        int bits = 0;
        int next = 0;
        for (int i = bytes.length - 1; i >= 0 && next < count; i--) {
            long octet = bytes[i] & 0xffL;
            held |= octet << bits;
            bits += Byte.SIZE;
            if (bits >= limbBits) {
                limbs[next++] = held & mask;
                bits -= limbBits;
                held = octet >>> Byte.SIZE - bits;
            }
        }
        if (next < count) {
            limbs[next] = held;
        }
        Arrays.fill(bytes, (byte) 0);
        return limbs;
    }

    /// A number from 0 to n - 1 into this form.
    long[] in(BigInteger value) {
        long[] out = new long[n.length];
        multiply(limbs(value, n.length), square, out, room());
        return out;
    }

    /// Out of this form, to 0 to n - 1.
    BigInteger out(long[] value) {
        long[] unit = new long[n.length];
        unit[0] = 1;
        long[] plain = new long[n.length];
        multiply(value, unit, plain, room());
        byte[] bytes = new byte[(n.length * limbBits + 7) / 8 + 1];
        for (int i = 0; i < bytes.length - 1; i++) {
            int at = i * Byte.SIZE / limbBits;
            int shift = i * Byte.SIZE % limbBits;
            long octet = plain[at] >>> shift;
            if (shift + Byte.SIZE > limbBits && at + 1 < n.length) {
                octet |= plain[at + 1] << limbBits - shift;
            }
            bytes[bytes.length - 1 - i] = (byte) octet;
        }
        BigInteger result = new BigInteger(bytes);
        return result.compareTo(modulus) >= 0 ? result.subtract(modulus) : result;
    }

    /// `a·b/R mod n`, below 2n for a, b below 2n.
    ///
    /// @param out may be `a` or `b`
    void multiply(long[] a, long[] b, long[] out, Room room) {
        if (limbBits == Columns.LIMB_BITS) {
            PACE.run(
                    Montgomery::byRows,
                    Montgomery::byColumns,
                    this,
                    new Operands(a, b, out, room),
                    n.length * n.length);
        } else {
            byRows(a, b, out, room);
        }
    }

    private static void byRows(Montgomery arithmetic, Operands operands) {
        arithmetic.byRows(operands.a, operands.b, operands.out, operands.room);
    }

    private static void byColumns(Montgomery arithmetic, Operands operands) {
        arithmetic.byColumns(operands.a, operands.b, operands.out, operands.room);
    }

    void byColumns(long[] a, long[] b, long[] out, Room room) {
        Columns.doubles(a, room.first);
        Columns.doubles(b, room.second);
        Columns.multiply(room.first, room.second, nDoubles, inverseDoubles, out, room.columns);
    }

    void byRows(long[] a, long[] b, long[] out, Room room) {
        long[] t = room.t;
        int last = n.length - 1;
        Arrays.fill(t, 0);
        int rows = 0;
        for (int i = 0; i <= last; i++) {
            row(a, b[i], t);
            if (++rows == rowsMax) {
                settle(t, t);
                rows = 0;
            }
        }
        settle(t, out);
    }

    private void row(long[] a, long factor, long[] t) {
        long[] modulusLimbs = n;
        long lowBits = mask;
        int spare = Long.SIZE - limbBits;
        long shifted = factor << spare;
        long low = t[0] + (a[0] * factor & lowBits);
        long quotient = low * inverse & lowBits;
        long quotientShifted = quotient << spare;
        long carry = (low + (quotient * modulusLimbs[0] & lowBits) >>> limbBits)
                + Math.unsignedMultiplyHigh(a[0], shifted)
                + Math.unsignedMultiplyHigh(modulusLimbs[0], quotientShifted);
        int last = t.length - 1;
        for (int j = 1; j <= last; j++) {
            t[j - 1] = t[j] + (a[j] * factor & lowBits) + (quotient * modulusLimbs[j] & lowBits) + carry;
            carry = Math.unsignedMultiplyHigh(a[j], shifted)
                    + Math.unsignedMultiplyHigh(modulusLimbs[j], quotientShifted);
        }
        t[last] = carry;
    }

    private void settle(long[] t, long[] out) {
        long carry = 0;
        for (int j = 0; j < t.length - 1; j++) {
            long sum = t[j] + carry;
            out[j] = sum & mask;
            carry = sum >>> limbBits;
        }
        out[t.length - 1] = t[t.length - 1] + carry;
    }

    /// `base^exponent`, in time that depends on `bits` alone.
    ///
    /// @param bits at least the exponent's length
    long[] power(long[] base, BigInteger exponent, int bits) {
        int size = 1 << WINDOW;
        long[] table = new long[size * n.length];
        Room room = room();
        long[] current = one.clone();
        for (int i = 0; i < size; i++) {
            System.arraycopy(current, 0, table, i * n.length, n.length);
            multiply(current, base, current, room);
        }
        long[] result = one.clone();
        for (int at = (bits + WINDOW - 1) / WINDOW * WINDOW - WINDOW; at >= 0; at -= WINDOW) {
            for (int i = 0; i < WINDOW; i++) {
                multiply(result, result, result, room);
            }
            select(table, 0, size, window(exponent, at, WINDOW), current);
            multiply(result, current, result, room);
        }
        Arrays.fill(table, 0);
        return result;
    }

    static int window(BigInteger exponent, int at, int width) {
        int value = 0;
        for (int i = 0; i < width; i++) {
            value |= (exponent.testBit(at + i) ? 1 : 0) << i;
        }
        return value;
    }

    /// Entry `index` of a table of `size`, reading all of them.
    static void select(long[] table, int from, int size, int index, long[] out) {
        Arrays.fill(out, 0);
        for (int i = 0; i < size; i++) {
            long mask = (i ^ index) - 1L >> 63; // all ones where equal
            int at = from + i * out.length;
            for (int j = 0; j < out.length; j++) {
                out[j] |= table[at + j] & mask;
            }
        }
    }
}
