package poyang.homomorphic.ring;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/// Decides when the vector form of a loop takes over from its scalar twin.
///
/// Vector code is slow until the optimising compiler has had it, and stays so where that compiler
/// or wide
/// registers are missing. So the scalar form works at first, and one call in a while goes to the
/// vector
/// form and is timed: at most a quarter of the scalar form's time, after a grace. Once its best
/// beats the
/// scalar form's best by a fifth it gets every call; when it has cost five seconds without that,
/// none.
/// Both forms give the same bits, so nothing but speed depends on the decision.
final class Pace {
    private static final long GRACE_NANOS = 50_000_000L;
    private static final long BUDGET_NANOS = 5_000_000_000L;
    private static final double SHARE = 0.25;
    private static final double MARGIN = 0.8;
    private static final int LANES_BITS_MIN = 256;
    private static final boolean POSSIBLE = possible();

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

    interface Form {
        void run(Twiddles twiddles, double[] a);
    }

    void run(Form scalar, Form vector, Twiddles twiddles, double[] a) {
        switch (mode) {
            case VECTOR -> vector.run(twiddles, a);
            case SCALAR -> scalar.run(twiddles, a);
            case TRYING -> tried(scalar, vector, twiddles, a);
        }
    }

    private void tried(Form scalar, Form vector, Twiddles twiddles, double[] a) {
        boolean asVector;
        synchronized (this) {
            asVector = vectorNanos <= GRACE_NANOS + SHARE * scalarNanos && scalarNanos > 0;
        }
        long start = System.nanoTime();
        (asVector ? vector : scalar).run(twiddles, a);
        took(System.nanoTime() - start, asVector, a.length);
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

    private static boolean possible() {
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
