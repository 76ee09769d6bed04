package poyang.homomorphic.ring;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/// Decides when the vector form of a loop takes over from its scalar twin.
///
/// Vector code is slow until the optimising compiler has had it, and stays so where that compiler
/// or wide registers are missing. So the scalar form works at first, and one call in a while goes
/// to the vector form and is timed: at most a quarter of the scalar form's time, after a grace.
/// Once its best beats the scalar form's best by a fifth it gets every call; when it has cost five
/// seconds without that, none. Both forms give the same bits, so nothing but speed depends on the
/// decision.
public final class Pace {
    private static final long GRACE_NANOS = 50_000_000L;
    private static final long BUDGET_NANOS = 5_000_000_000L;
    private static final double SHARE = 0.25;
    private static final double MARGIN = 0.8;
    private static final int LANES_BITS_MIN = 256;
    private static final boolean POSSIBLE = hasVectors();

    private enum Mode {
        TRYING,
        VECTOR,
        SCALAR
    }

    private volatile Mode mode = POSSIBLE ? Mode.TRYING : Mode.SCALAR;
    private double bestScalar = Double.MAX_VALUE;
    private double bestVector = Double.MAX_VALUE;
    private long scalarNanos;
    private long vectorNanos;

    /// One of the two forms.
    public interface Form<A, B> {
        void run(A first, B second);
    }

    /// Can the vector form ever be the faster here?
    public static boolean possible() {
        return POSSIBLE;
    }

    /// Runs one of the two forms.
    ///
    /// @param units of work, by which calls of different sizes are compared
    public <A, B> void run(Form<A, B> scalar, Form<A, B> vector, A first, B second, int units) {
        switch (mode) {
            case VECTOR -> vector.run(first, second);
            case SCALAR -> scalar.run(first, second);
            case TRYING -> tried(scalar, vector, first, second, units);
        }
    }

    private <A, B> void tried(Form<A, B> scalar, Form<A, B> vector, A first, B second, int units) {
        boolean asVector;
        synchronized (this) {
            asVector = vectorNanos <= GRACE_NANOS + SHARE * scalarNanos && scalarNanos > 0;
        }
        long start = System.nanoTime();
        (asVector ? vector : scalar).run(first, second);
        took(System.nanoTime() - start, asVector, units);
    }

    private synchronized void took(long nanos, boolean asVector, int units) {
        if (asVector) {
            vectorNanos += nanos;
            bestVector = Math.min(bestVector, (double) nanos / units);
        } else {
            scalarNanos += nanos;
            bestScalar = Math.min(bestScalar, (double) nanos / units);
        }
        if (bestVector < MARGIN * bestScalar) {
            mode = Mode.VECTOR;
        } else if (vectorNanos > BUDGET_NANOS) {
            mode = Mode.SCALAR;
        }
    }

    private static boolean hasVectors() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return false;
        }
        try {
            HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            return vm.getVMOption("TieredStopAtLevel").getValue().equals("4")
                    && VectorTransform.bits() >= LANES_BITS_MIN;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
