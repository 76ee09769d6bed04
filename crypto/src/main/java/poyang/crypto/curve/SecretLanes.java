package poyang.crypto.curve;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.Arrays;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// {@link SecretComb} in the lanes of {@link FieldLanes}: lane l adds up the windows 48 + l, 44 + l … l, each
/// lane by the formulas of {@link Sum}, and the four sums are added at the end. Constant time: every entry of
/// every window is read, and nothing branches on what is secret.
///
/// The digit of window 51 is −31 for every k below 2^256, which leaves 2^260 − 31·2^255 = 2^255: lane 3 begins
/// with 2^255·G, and the other lanes with their first entry, for no digit is 0.
///
/// The formulas fail where equal or opposite points meet. Before window i a lane holds 32^(i+4)·c·G with c ≠ 0,
/// and meets ±d_i·32^i·G only when 32^4·c ∓ d_i, which is odd and below 2^256 / 32^i in size, is a multiple of
/// n: never, for i = 0 because lane 0 stays below 2^246.
///
/// At the end, the sum of lanes 3 … l + 1 is a multiple of 2·32^l, and that of lane l an odd one of 32^l. So
/// their sum and their difference are odd multiples of 32^l. For l ≥ 1 both are too small to be one of n as
/// well. For l = 0 their sum is k itself, and their difference k − 2s, with s the sum of lane 0, is a multiple
/// of n only when k = n + 2s. There are 32^13 values of s: fewer than one scalar in 2^190 has no sum that is
/// known.
///
/// Memory: 65 KiB.
final class SecretLanes {
    private static final int L = Field.LONGS;
    private static final int LANES = FieldLanes.LANES;
    private static final int BLOCK = FieldLanes.BLOCK;
    private static final int STEPS = SecretComb.WINDOWS / LANES;
    private static final int ENTRIES = SecretComb.ENTRIES;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_256;

    // In the room of one multiplication.
    private static final int X = 0;
    private static final int Y = BLOCK;
    private static final int ZZ = 2 * BLOCK;
    private static final int ZZZ = 3 * BLOCK;
    private static final int P = 4 * BLOCK;
    private static final int R = 5 * BLOCK;
    private static final int PP = 6 * BLOCK;
    private static final int Q = 7 * BLOCK;
    private static final int CHOSEN = 8 * BLOCK;
    private static final int WANTED = 10 * BLOCK;
    private static final int SIGNS = WANTED + LANES;
    private static final int ROOM = SIGNS + LANES;

    /// For each step and entry a block of x coordinates and one of y coordinates.
    private final long[] table = new long[STEPS * ENTRIES * 2 * BLOCK];

    SecretLanes(SecretComb comb) {
        long[] entry = new long[2 * L];
        for (int window = 0; window < SecretComb.WINDOWS; window++) {
            boolean last = window == SecretComb.WINDOWS - 1;
            for (int k = 0; k < ENTRIES; k++) {
                comb.copy(window, last ? 0 : k, entry);
                if (last) {
                    Field.complement(entry, L);
                }
                int to = (window / LANES * ENTRIES + k) * 2 * BLOCK;
                FieldLanes.put(table, to, window % LANES, entry, 0);
                FieldLanes.put(table, to + BLOCK, window % LANES, entry, L);
            }
        }
    }

    /// point = k·G, affine, for an odd secret k below n that {@link SecretComb} accepts; false when the sum is not
    /// known.
    boolean multiply(long[] odd, long[] point) {
        long[] room = new long[ROOM];
        long[] columns = new long[2 * BLOCK];
        choose(STEPS - 1, odd, room);
        System.arraycopy(room, CHOSEN, room, X, 2 * BLOCK);
        for (int lane = 0; lane < LANES; lane++) {
            FieldLanes.put(room, ZZ, lane, Field.ONE, 0);
            FieldLanes.put(room, ZZZ, lane, Field.ONE, 0);
        }
        for (int step = STEPS - 2; step >= 0; step--) {
            choose(step, odd, room);
            add(room, columns);
        }
        Sum sum = new Sum();
        long[] lanes = new long[4 * L];
        for (int lane = LANES - 1; lane >= 0; lane--) {
            FieldLanes.get(room, X, lane, lanes, 0);
            FieldLanes.get(room, Y, lane, lanes, L);
            FieldLanes.get(room, ZZ, lane, lanes, 2 * L);
            FieldLanes.get(room, ZZZ, lane, lanes, 3 * L);
            if (lane == LANES - 1) {
                sum.startSum(lanes);
            } else {
                sum.addSum(lanes);
            }
        }
        boolean known = sum.toAffine(point, 0);
        sum.erase();
        Arrays.fill(lanes, 0);
        Arrays.fill(room, 0);
        Arrays.fill(columns, 0);
        return known;
    }

    /// Reads each lane's entry of a step, and negates y where the digit is negative.
    private void choose(int step, long[] odd, long[] room) {
        for (int lane = 0; lane < LANES; lane++) {
            int digit = SecretComb.digit(odd, step * LANES + lane);
            int sign = digit >> 31;
            int size = (digit ^ sign) - sign;
            room[SIGNS + lane] = sign;
            room[WANTED + lane] = size >> 1;
        }
        LongVector wanted = LongVector.fromArray(LONGS, room, WANTED);
        LongVector zero = LongVector.zero(LONGS);
        LongVector x0 = zero;
        LongVector x1 = zero;
        LongVector x2 = zero;
        LongVector x3 = zero;
        LongVector x4 = zero;
        LongVector y0 = zero;
        LongVector y1 = zero;
        LongVector y2 = zero;
        LongVector y3 = zero;
        LongVector y4 = zero;
        for (int k = 0; k < ENTRIES; k++) {
            int entry = (step * ENTRIES + k) * 2 * BLOCK;
            LongVector mask = zero.sub(wanted.lanewise(XOR, k).sub(1).lanewise(LSHR, 63));
            x0 = x0.or(LongVector.fromArray(LONGS, table, entry).and(mask));
            x1 = x1.or(LongVector.fromArray(LONGS, table, entry + 4).and(mask));
            x2 = x2.or(LongVector.fromArray(LONGS, table, entry + 8).and(mask));
            x3 = x3.or(LongVector.fromArray(LONGS, table, entry + 12).and(mask));
            x4 = x4.or(LongVector.fromArray(LONGS, table, entry + 16).and(mask));
            y0 = y0.or(LongVector.fromArray(LONGS, table, entry + 20).and(mask));
            y1 = y1.or(LongVector.fromArray(LONGS, table, entry + 24).and(mask));
            y2 = y2.or(LongVector.fromArray(LONGS, table, entry + 28).and(mask));
            y3 = y3.or(LongVector.fromArray(LONGS, table, entry + 32).and(mask));
            y4 = y4.or(LongVector.fromArray(LONGS, table, entry + 36).and(mask));
        }
        x0.intoArray(room, CHOSEN);
        x1.intoArray(room, CHOSEN + 4);
        x2.intoArray(room, CHOSEN + 8);
        x3.intoArray(room, CHOSEN + 12);
        x4.intoArray(room, CHOSEN + 16);
        y0.intoArray(room, CHOSEN + 20);
        y1.intoArray(room, CHOSEN + 24);
        y2.intoArray(room, CHOSEN + 28);
        y3.intoArray(room, CHOSEN + 32);
        y4.intoArray(room, CHOSEN + 36);
        FieldLanes.negate(room, CHOSEN + BLOCK, P, room, SIGNS);
    }

    /// Adds what is chosen in every lane, as {@link Sum#add} does.
    private static void add(long[] room, long[] columns) {
        FieldLanes.multiply(room, P, room, CHOSEN, room, ZZ, columns);
        FieldLanes.subtract(room, P, room, P, room, X);
        FieldLanes.multiply(room, R, room, CHOSEN + BLOCK, room, ZZZ, columns);
        FieldLanes.subtract(room, R, room, R, room, Y);
        FieldLanes.multiply(room, PP, room, P, room, P, columns);
        FieldLanes.multiply(room, Q, room, X, room, PP, columns);
        FieldLanes.multiply(room, ZZ, room, ZZ, room, PP, columns);
        FieldLanes.multiply(room, PP, room, PP, room, P, columns);
        FieldLanes.multiply(room, ZZZ, room, ZZZ, room, PP, columns);
        FieldLanes.multiply(room, X, room, R, room, R, columns);
        FieldLanes.subtract(room, X, room, X, room, PP);
        FieldLanes.subtract(room, X, room, X, room, Q);
        FieldLanes.subtract(room, X, room, X, room, Q);
        FieldLanes.subtract(room, Q, room, Q, room, X);
        FieldLanes.multiply(room, Q, room, R, room, Q, columns);
        FieldLanes.multiply(room, Y, room, Y, room, PP, columns);
        FieldLanes.subtract(room, Y, room, Q, room, Y);
    }
}
