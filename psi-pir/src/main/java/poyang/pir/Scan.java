package poyang.pir;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/// The first pass: sums of rows times the query's integers, for a block of 64 columns.
///
/// Words are signed 16-bit integers. A query's integer below q < 2^50 comes as two limbs of 25 bits
/// in doubles, so a product is below 2^40 and 4,096 of them are summed without loss; the sums are
/// then taken into longs. The vector form and its scalar twin give the same integers.
///
/// - secrecy: the query is a ciphertext; nothing here is secret and yet nothing branches on it
final class Scan {
    static final int COLUMNS = 64;
    static final int SPAN = 4096;
    static final int LIMB_BITS = 25;
    static final boolean VECTORS = vectors();

    private Scan() {}

    /// Adds to `sums` (64 low, then 64 high limbs) what rows `from` to `to` of the block give.
    ///
    /// @param block rows of 64 words
    /// @param limbs low and high limb of each row's integer
    static void add(short[] block, int from, int to, double[] limbs, long[] sums) {
        double[] partial = new double[2 * COLUMNS];
        for (int start = from; start < to; start += SPAN) {
            int end = Math.min(to, start + SPAN);
            if (VECTORS) {
                VectorScan.span(block, start, end, limbs, partial);
            } else {
                span(block, start, end, limbs, partial);
            }
            for (int i = 0; i < sums.length; i++) {
                sums[i] += (long) partial[i];
            }
        }
    }

    /// The scalar form of one span.
    static void span(short[] block, int from, int to, double[] limbs, double[] partial) {
        Arrays.fill(partial, 0);
        for (int row = from; row < to; row++) {
            double low = limbs[2 * row];
            double high = limbs[2 * row + 1];
            int at = row * COLUMNS;
            for (int i = 0; i < COLUMNS; i++) {
                partial[i] = Math.fma(block[at + i], low, partial[i]);
                partial[COLUMNS + i] = Math.fma(block[at + i], high, partial[COLUMNS + i]);
            }
        }
    }

    /// Sums of limbs as residues.
    static void reduce(long[] sums, double[] out, int at) {
        long q = PirParameters.Q.value();
        for (int i = 0; i < COLUMNS; i++) {
            long high = PirParameters.Q.multiply(Math.floorMod(sums[COLUMNS + i], q), 1L << LIMB_BITS);
            out[at + i] = PirParameters.Q.centred(Math.floorMod(high + sums[i] % q, q));
        }
    }

    /// Two limbs of each integer in [0, q).
    static double[] limbs(long[] integers) {
        double[] limbs = new double[2 * integers.length];
        for (int i = 0; i < integers.length; i++) {
            limbs[2 * i] = integers[i] & (1L << LIMB_BITS) - 1;
            limbs[2 * i + 1] = integers[i] >>> LIMB_BITS;
        }
        return limbs;
    }

    /// Vectors are worth it only in code of the optimising compiler.
    private static boolean vectors() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return false;
        }
        try {
            HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            return vm.getVMOption("TieredStopAtLevel").getValue().equals("4") && VectorScan.lanes() >= 4;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
