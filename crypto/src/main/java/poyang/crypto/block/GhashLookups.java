package poyang.crypto.block;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorSpecies;

/// GHASH by look-ups in registers of 128 bits, up to sixteen blocks to one reduction:
/// (Y + X1)·H^n + X2·H^(n−1) + … + Xn·H.
///
/// A digit of four bits times a power of H is an element of 16 bytes, and byte j of it is a look-up among 16
/// bytes. A block is a register of 32 digits, and one permutation of bytes by index (PSHUFB, TBL) looks up byte j
/// of its 16 high or its 16 low digits. No memory is read at a secret index. Byte j from the digit at place p
/// belongs at place p + j; all blocks' bytes j are summed before they are put there.
final class GhashLookups {
    static final int BITS = 128;
    static final int MOST = 16;

    private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
    private static final VarHandle LITTLE = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BLOCK_BYTES = 16;
    static final int ROOM_BYTES = 16 * BLOCK_BYTES;

    /// Tables of eight bytes j, of the high digits and the low digits.
    private static final int HALF_BYTES = 8 * 2 * BLOCK_BYTES;

    private static final long REDUCTION = 0xe1L << 56;

    /// Of eight entries of a table those whose number has the bit 1, 2 or 4, and all.
    private static final long ONES = 0x0100010001000100L;
    private static final long TWOS = 0x0101000001010000L;
    private static final long FOURS = 0x0101010100000000L;
    private static final long EVERY = 0x0101010101010101L;

    private GhashLookups() {}

    /// For bytes 0 to 7 of the products, then for 8 to 15: for each power from the highest on, for each byte, the
    /// 16 high digits' entries and the 16 low digits'.
    ///
    /// @param powers two longs each, the highest power, the sixteenth, first
    static byte[] tables(long[] powers) {
        byte[] tables = new byte[2 * MOST * HALF_BYTES];
        long[] shifted = new long[16];
        for (int power = 0; power < MOST; power++) {
            long high = powers[2 * power];
            long low = powers[2 * power + 1];
            for (int bit = 0; bit < 8; bit++) {
                shifted[bit] = high;
                shifted[8 + bit] = low;
                long carry = -(low & 1);
                low = low >>> 1 | high << 63;
                high = high >>> 1 ^ REDUCTION & carry;
            }
            for (int half = 0; half < 2; half++) {
                for (int j = 0; j < 8; j++) {
                    int at = (half * MOST + power) * HALF_BYTES + j * 2 * BLOCK_BYTES;
                    entries(tables, at, shifted, 8 * half, 56 - 8 * j);
                    entries(tables, at + BLOCK_BYTES, shifted, 8 * half + 4, 56 - 8 * j);
                }
            }
        }
        Arrays.fill(shifted, 0);
        return tables;
    }

    private static void entries(byte[] tables, int at, long[] shifted, int first, int shift) {
        long eight = shifted[first] >>> shift & 0xff;
        long four = shifted[first + 1] >>> shift & 0xff;
        long two = shifted[first + 2] >>> shift & 0xff;
        long one = shifted[first + 3] >>> shift & 0xff;
        long entries = one * ONES ^ two * TWOS ^ four * FOURS;
        LITTLE.set(tables, at, entries);
        LITTLE.set(tables, at + 8, entries ^ eight * EVERY);
    }

    /// Takes blocks into the hash y, sixteen at a time.
    ///
    /// @param sums {@link #ROOM_BYTES} of room
    static void update(byte[] y, byte[] tables, byte[] data, int at, int blocks, byte[] sums) {
        for (int done = 0; done < blocks; done += MOST) {
            int count = Math.min(MOST, blocks - done);
            int from = at + done * BLOCK_BYTES;
            int first = (MOST - count) * HALF_BYTES;
            sum(sums, 0, y, tables, first, data, from, count);
            sum(sums, 8 * BLOCK_BYTES, y, tables, MOST * HALF_BYTES + first, data, from, count);
            fold(y, sums);
        }
    }

    /// The sums of eight bytes j. Eight, because twice as many have no room in the registers and because the
    /// compiler stops inlining vector operations in methods that hold many of them.
    private static void sum(byte[] sums, int to, byte[] y, byte[] tables, int first, byte[] data, int from, int count) {
        ByteVector carried = ByteVector.fromArray(BYTES, y, 0);
        ByteVector a = ByteVector.zero(BYTES);
        ByteVector b = a;
        ByteVector c = a;
        ByteVector d = a;
        ByteVector e = a;
        ByteVector f = a;
        ByteVector g = a;
        ByteVector h = a;
        for (int i = 0; i < count; i++) {
            ByteVector low =
                    ByteVector.fromArray(BYTES, data, from + BLOCK_BYTES * i).lanewise(XOR, carried);
            ByteVector high = low.reinterpretAsLongs().lanewise(LSHR, 4).reinterpretAsBytes();
            carried = ByteVector.zero(BYTES);
            int at = first + HALF_BYTES * i;
            a = a.lanewise(XOR, found(high, tables, at)).lanewise(XOR, found(low, tables, at + 16));
            b = b.lanewise(XOR, found(high, tables, at + 32)).lanewise(XOR, found(low, tables, at + 48));
            c = c.lanewise(XOR, found(high, tables, at + 64)).lanewise(XOR, found(low, tables, at + 80));
            d = d.lanewise(XOR, found(high, tables, at + 96)).lanewise(XOR, found(low, tables, at + 112));
            e = e.lanewise(XOR, found(high, tables, at + 128)).lanewise(XOR, found(low, tables, at + 144));
            f = f.lanewise(XOR, found(high, tables, at + 160)).lanewise(XOR, found(low, tables, at + 176));
            g = g.lanewise(XOR, found(high, tables, at + 192)).lanewise(XOR, found(low, tables, at + 208));
            h = h.lanewise(XOR, found(high, tables, at + 224)).lanewise(XOR, found(low, tables, at + 240));
        }
        a.intoArray(sums, to);
        b.intoArray(sums, to + 16);
        c.intoArray(sums, to + 32);
        d.intoArray(sums, to + 48);
        e.intoArray(sums, to + 64);
        f.intoArray(sums, to + 80);
        g.intoArray(sums, to + 96);
        h.intoArray(sums, to + 112);
    }

    /// The entry for each digit; of an index only the lowest four bits count.
    private static ByteVector found(ByteVector digits, byte[] tables, int at) {
        return digits.selectFrom(ByteVector.fromArray(BYTES, tables, at));
    }

    /// y = the sums, each moved up by as many bytes as its number says, reduced.
    private static void fold(byte[] y, byte[] sums) {
        int further = 8 * BLOCK_BYTES;
        long r0 = 0;
        long r1 = 0;
        long r2 = 0;
        long r3 = 0;
        for (int j = 0; j < 8; j++) {
            int at = j * BLOCK_BYTES;
            int up = 8 * j;
            long low = (long) LITTLE.get(sums, at);
            long middle = (long) LITTLE.get(sums, at + 8) ^ (long) LITTLE.get(sums, at + further);
            long high = (long) LITTLE.get(sums, at + further + 8);
            r0 ^= low << up;
            r1 ^= middle << up ^ low >>> 1 >>> 63 - up;
            r2 ^= high << up ^ middle >>> 1 >>> 63 - up;
            r3 ^= high >>> 1 >>> 63 - up;
        }
        GhashProducts.reduce(
                y, Long.reverseBytes(r0), Long.reverseBytes(r1), Long.reverseBytes(r2), Long.reverseBytes(r3));
    }
}
