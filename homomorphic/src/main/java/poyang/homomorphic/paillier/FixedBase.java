package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.Arrays;
import poyang.kernel.Bug;

/// Powers of one number: a table of base^(d·2^(w·i)) for every place i and digit d, so that a power
/// is one product a place.
///
/// - secrecy: a digit's whole row is read; time depends on the table alone
/// - cost: ⌈bits/w⌉ products; the table takes 2^w·⌈bits/w⌉ numbers
/// - source: Brickell, Gordon, McCurley and Wilson, EUROCRYPT 1992
final class FixedBase {
    static final int WINDOW = 5;

    private final Montgomery arithmetic;
    private final int places;
    private final long[] table;

    FixedBase(Montgomery arithmetic, BigInteger base, int bits) {
        this.arithmetic = arithmetic;
        places = (bits + WINDOW - 1) / WINDOW;
        int limbs = arithmetic.limbs();
        int size = 1 << WINDOW;
        table = new long[places * size * limbs];
        Montgomery.Room room = arithmetic.room();
        long[] step = arithmetic.in(base);
        for (int place = 0; place < places; place++) {
            long[] current = arithmetic.one().clone();
            for (int digit = 0; digit < size; digit++) {
                System.arraycopy(current, 0, table, (place * size + digit) * limbs, limbs);
                arithmetic.multiply(current, step, current, room);
            }
            step = current;
        }
    }

    /// base^exponent for an exponent of at most as many bits as the table has, lowest byte first;
    /// time depends on the number of bytes.
    long[] power(byte[] exponent) {
        int needed = (exponent.length * Byte.SIZE + WINDOW - 1) / WINDOW;
        Bug.unless(needed <= places, "an exponent of " + exponent.length + " bytes is too long");
        int limbs = arithmetic.limbs();
        int size = 1 << WINDOW;
        Montgomery.Room room = arithmetic.room();
        long[] factor = new long[limbs];
        long[] result = arithmetic.one().clone();
        for (int place = 0; place < needed; place++) {
            Montgomery.select(table, place * size * limbs, size, digit(exponent, place * WINDOW), factor);
            arithmetic.multiply(result, factor, result, room);
        }
        Arrays.fill(factor, 0);
        return result;
    }

    private static int digit(byte[] exponent, int at) {
        int low = exponent[at / 8] & 0xff;
        int high = at / 8 + 1 < exponent.length ? exponent[at / 8 + 1] & 0xff : 0;
        return (low | high << 8) >>> at % 8 & (1 << WINDOW) - 1;
    }

    long tableBytes() {
        return (long) table.length * Long.BYTES;
    }
}
