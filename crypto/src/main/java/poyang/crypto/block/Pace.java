package poyang.crypto.block;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Decides when a loop's vector form takes over from its scalar form.
///
/// Vector code is very slow until the optimising compiler has had it, and stays so where that compiler or
/// wide registers are missing. So the scalar form does the work at first, while small pieces are given to
/// the vector form and timed: never more than a quarter of the scalar form's time. Once its best piece
/// beats the scalar form's best by a fifth it gets all; when the pieces have cost five seconds without
/// that, it is given up. Both forms give the same bytes, so nothing but speed depends on the decision.
final class Pace {
    private static final long GRACE_NANOS = 100_000_000L;
    private static final long BUDGET_NANOS = 5_000_000_000L;
    private static final double SHARE = 0.25;
    private static final double MARGIN = 0.8;
    private static final boolean POSSIBLE = possible();

    private enum Mode {
        TRYING,
        VECTOR,
        SCALAR
    }

    private volatile Mode mode;
    private double bestScalar = Double.MAX_VALUE;
    private double bestVector = Double.MAX_VALUE;
    private long vectorNanos;
    private long scalarNanos;

    /// @param bits the width of vector that the loop is written for
    Pace(int bits) {
        mode = POSSIBLE && Widest.bits() >= bits ? Mode.TRYING : Mode.SCALAR;
    }

    boolean vector() {
        return mode == Mode.VECTOR;
    }

    /// Should a piece of the work now at hand go to the vector form?
    synchronized boolean trying() {
        return mode == Mode.TRYING && vectorNanos <= GRACE_NANOS + SHARE * scalarNanos;
    }

    /// Reports a piece of work that the scalar form did, and one of the vector form or 0.
    synchronized void took(long scalarTook, int scalarUnits, long vectorTook, int vectorUnits) {
        if (mode != Mode.TRYING) {
            return;
        }
        scalarNanos += scalarTook;
        vectorNanos += vectorTook;
        bestScalar = Math.min(bestScalar, (double) scalarTook / scalarUnits);
        if (vectorUnits > 0) {
            bestVector = Math.min(bestVector, (double) vectorTook / vectorUnits);
        }
        if (bestVector < MARGIN * bestScalar) {
            mode = Mode.VECTOR;
        } else if (vectorNanos > BUDGET_NANOS) {
            mode = Mode.SCALAR;
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
