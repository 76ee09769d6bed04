package poyang.crypto.block;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Decides when a loop's vector form takes over from its scalar form.
///
/// Vector code is very slow until the optimising compiler has had it, and stays so where that compiler or
/// wide registers are missing. So the scalar form does the work at first, while small pieces are given to
/// the vector form and timed. Once its best piece beats the scalar form's best by a fifth it gets all;
/// when the pieces have cost half a second without that, it is given up. Both forms give the same bytes,
/// so nothing but speed depends on the decision.
final class Pace {
    private static final long BUDGET_NANOS = 500_000_000L;
    private static final double MARGIN = 0.8;
    private static final boolean POSSIBLE = possible();

    private static final int TRYING = 0;
    private static final int VECTOR = 1;
    private static final int SCALAR = 2;

    private volatile int mode;
    private double bestScalar = Double.MAX_VALUE;
    private double bestVector = Double.MAX_VALUE;
    private long spentNanos;

    /// @param bits the width of vector that the loop is written for
    Pace(int bits) {
        mode = POSSIBLE && Widest.bits() >= bits ? TRYING : SCALAR;
    }

    boolean vector() {
        return mode == VECTOR;
    }

    boolean trying() {
        return mode == TRYING;
    }

    /// Reports one timed piece of each form.
    synchronized void tried(long vectorNanos, long vectorUnits, long scalarNanos, long scalarUnits) {
        spentNanos += vectorNanos;
        bestVector = Math.min(bestVector, (double) vectorNanos / vectorUnits);
        if (scalarUnits > 0) {
            bestScalar = Math.min(bestScalar, (double) scalarNanos / scalarUnits);
        }
        if (mode != TRYING) {
            return;
        }
        if (bestVector < MARGIN * bestScalar && scalarUnits > 0) {
            mode = VECTOR;
        } else if (spentNanos > BUDGET_NANOS) {
            mode = SCALAR;
        }
    }

    /// Is the vector module there, and a compiler that knows it?
    private static boolean possible() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return false;
        }
        try {
            HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            return vm.getVMOption("TieredStopAtLevel").getValue().equals("4");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Loaded only where the vector module is.
    private static final class Widest {
        static int bits() {
            VectorSpecies<Integer> species = IntVector.SPECIES_PREFERRED;
            return species.vectorBitSize();
        }
    }
}
