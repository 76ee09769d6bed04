package poyang.zkp.curves;

import java.util.Arrays;

/// Multiples of one public point, many at a time, by a table of the multiples of each byte.
///
/// - computes: kᵢ·P for many i, affine
/// - shapes: scalars as plain limbs, below r
/// - secrecy: time and memory access depend on the scalars
/// - cost: 32 affine additions of six products a multiple; the table has 32·255 points
public final class FixedBase {
    private static final int BATCH = 1024;
    private static final int WINDOW = 8;
    private static final int DIGITS = (1 << WINDOW) - 1;
    private static final int LANES_MIN = 1 << 13; // fewer are done before vector code is compiled

    private final Group group;
    private final PrimeField scalarField;
    private final int width;
    private final int rows;
    private final long[] table;

    public FixedBase(Group group, PrimeField scalarField, long[] point) {
        this.group = group;
        this.scalarField = scalarField;
        width = group.affineLongs();
        rows = 8 * scalarField.longs();
        long[] all = new long[rows * DIGITS * group.jacobianLongs()];
        long[] base = group.toJacobian(point, 0);
        for (int row = 0; row < rows; row++) {
            long[] sum = base.clone();
            for (int digit = 1; digit <= DIGITS; digit++) {
                System.arraycopy(
                        sum, 0, all, (row * DIGITS + digit - 1) * group.jacobianLongs(), group.jacobianLongs());
                group.addJacobian(sum, base);
            }
            base = sum;
        }
        table = new long[rows * DIGITS * width];
        group.toAffine(all, rows * DIGITS, table);
    }

    /// The affine multiples of the point by `count` scalars.
    public long[] multiples(long[] scalars, int count, Workers workers) {
        if (count >= LANES_MIN && WideRegisters.there()) {
            return byLanes(scalars, count, workers);
        }
        long[] out = new long[count * width];
        workers.run((count + BATCH - 1) / BATCH, part -> multiples(scalars, part * BATCH, count, out));
        return out;
    }

    private void multiples(long[] scalars, int from, int count, long[] out) {
        AffineBatch batch = new AffineBatch(group.field().fork(), BATCH);
        int size = Math.min(BATCH, count - from);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < size; i++) {
                long limb = scalars[(from + i) * scalarField.longs() + row / 8];
                int digit = (int) (limb >>> WINDOW * (row % 8)) & DIGITS;
                if (digit == 0) {
                    Arrays.fill(batch.right, i * width, (i + 1) * width, 0);
                } else {
                    System.arraycopy(table, (row * DIGITS + digit - 1) * width, batch.right, i * width, width);
                }
            }
            batch.addAll(size);
        }
        System.arraycopy(batch.left, 0, out, from * width, size * width);
    }

    /// The same by vector code, whatever the machine.
    long[] byLanes(long[] scalars, int count, Workers workers) {
        double[] wide = LaneBuckets.points(group, table, 0, rows * DIGITS, workers);
        int stride = wide.length / (rows * DIGITS);
        double[] withZero = Arrays.copyOf(wide, wide.length + stride);
        long[] out = new long[count * width];
        workers.run((count + BATCH - 1) / BATCH, part -> {
            LaneBatch batch = new LaneBatch(group.field().fork(), BATCH / Lanes.COUNT);
            lanes(batch, withZero, scalars, part * BATCH, Math.min(BATCH, count - part * BATCH), out);
        });
        return out;
    }

    private void lanes(LaneBatch batch, double[] wide, long[] scalars, int from, int size, long[] out) {
        Lanes lanes = Lanes.of(group.field());
        int limbs = lanes.limbs();
        int[] offsets = new int[BATCH];
        int groups = (size + Lanes.COUNT - 1) / Lanes.COUNT;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < groups * Lanes.COUNT; i++) {
                long limb = scalars[(from + Math.min(i, size - 1)) * scalarField.longs() + row / 8];
                int digit = (int) (limb >>> WINDOW * (row % 8)) & DIGITS;
                offsets[i] = 3 * limbs * (digit == 0 ? rows * DIGITS : row * DIGITS + digit - 1);
            }
            double[] into = row == 0 ? batch.left : batch.right;
            for (int g = 0; g < groups; g++) {
                LaneMoves.gather(into, 2 * g * lanes.width, wide, offsets, g * Lanes.COUNT, 0, limbs);
                LaneMoves.gather(into, (2 * g + 1) * lanes.width, wide, offsets, g * Lanes.COUNT, limbs, limbs);
            }
            if (row > 0) {
                batch.addAll(groups);
            }
        }
        int[] to = new int[Lanes.COUNT];
        for (int g = 0; g < groups; g++) {
            for (int xy = 0; xy < 2; xy++) {
                for (int i = 0; i < Lanes.COUNT; i++) {
                    to[i] = (from + Math.min(g * Lanes.COUNT + i, size - 1)) * width + xy * width / 2;
                }
                lanes.unload(batch.left, (2 * g + xy) * lanes.width, out, to);
            }
        }
    }
}
