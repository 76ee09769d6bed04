package poyang.crypto.block;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Decides whether a loop's vector form or its scalar form does the work.
///
/// Vector code is very slow until the optimising compiler has had it, and stays so where that compiler or
/// wide registers are missing. So callers get the scalar form until as much has been done as a trial costs,
/// about half a second. Then a thread of its own lets both forms do the same piece of work in
/// turn. As soon as the vector form's usual time is a fifth below the scalar form's it gets all the
/// work. When it has used up five seconds without that, or one of them near it, the scalar form keeps it, and
/// there are further trials after 30 s, 1 min, 2 min … at most an hour; a vector form in use is tried again every
/// ten minutes. No verdict is final and none comes from the callers' own, disturbed times.
///
/// The usual time is the median of some pieces in a row, and never the best of all: on a virtual machine the clock
/// of CPU time was seen to stand still now and then, and a piece seemed to take nothing.
///
/// Both forms give the same bytes, so nothing but speed depends on the verdict; a trial compares them, and
/// a vector form that differs (a fault of the compiler or the machine) is never used again.
public final class Pace {
    private static final long BUDGET_NANOS = 5_000_000_000L;
    /// Within {@link #NEAR} times the scalar form's time the compiler has had the vector form, and soon done with it.
    private static final long NEAR_BUDGET_NANOS = 1_000_000_000L;

    private static final int NEAR = 3;
    private static final int PIECES = 15;
    private static final long FIRST_PAUSE_NANOS = 30_000_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 3_600_000_000_000L;
    private static final long RENEWAL_NANOS = 600_000_000_000L;
    private static final double MARGIN = 0.8;
    private static final boolean POSSIBLE = possible();

    /// One piece of work, done by either form on data of its own.
    public interface Forms {
        byte[] scalar();

        byte[] vector();
    }

    /// What a trial found.
    enum Verdict {
        FASTER,
        SLOWER,
        DIFFERENT
    }

    private final String name;
    private final Forms forms;
    private final long unitsBeforeTrial;
    private final AtomicBoolean busy;
    private volatile boolean vector;

    /// Counted without a lock: it does not matter when a few are lost.
    private long units;

    private volatile long notBefore;
    private long pauseNanos = FIRST_PAUSE_NANOS;

    /// @param bits the width of vector that the loop is written for
    /// @param unitsBeforeTrial so many take the scalar form about half a second
    public Pace(String name, int bits, long unitsBeforeTrial, Forms forms) {
        this(name, POSSIBLE && Widest.bits() >= bits, unitsBeforeTrial, forms);
    }

    /// @param possible may a trial be worth its time on this machine?
    Pace(String name, boolean possible, long unitsBeforeTrial, Forms forms) {
        this.name = name;
        this.forms = forms;
        this.unitsBeforeTrial = unitsBeforeTrial;
        notBefore = System.nanoTime();
        busy = new AtomicBoolean(!possible);
    }

    public boolean vector() {
        return vector;
    }

    /// Counts work done by the form in use; now and then it begins a trial.
    public void did(int count) {
        units += count;
        if (units >= unitsBeforeTrial) {
            units = 0;
            if (due(System.nanoTime()) && busy.compareAndSet(false, true)) {
                Thread _ = Thread.ofPlatform().daemon().name("trial of " + name).start(this::hold);
            }
        }
    }

    private void hold() {
        LongSupplier clock = ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime;
        if (take(trial(forms, clock), System.nanoTime())) {
            busy.set(false);
        }
    }

    /// Acts on a verdict; may there be another trial?
    boolean take(Verdict verdict, long now) {
        switch (verdict) {
            case FASTER -> {
                vector = true;
                pauseNanos = FIRST_PAUSE_NANOS;
                notBefore = now + RENEWAL_NANOS;
            }
            case SLOWER -> {
                vector = false;
                notBefore = now + pauseNanos;
                pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
            }
            case DIFFERENT -> vector = false;
        }
        return verdict != Verdict.DIFFERENT;
    }

    /// May a trial begin at this time?
    boolean due(long now) {
        return now - notBefore >= 0;
    }

    /// @param clock of nanoseconds
    static Verdict trial(Forms forms, LongSupplier clock) {
        long[] scalar = new long[PIECES];
        long[] vector = new long[PIECES];
        long spent = 0;
        long spentNear = 0;
        while (spent < BUDGET_NANOS && spentNear < NEAR_BUDGET_NANOS) {
            for (int i = 0; i < PIECES; i++) {
                long start = clock.getAsLong();
                byte[] expected = forms.scalar();
                long between = clock.getAsLong();
                byte[] found = forms.vector();
                vector[i] = clock.getAsLong() - between;
                scalar[i] = between - start;
                if (!Arrays.equals(expected, found)) {
                    return Verdict.DIFFERENT;
                }
            }
            long took = Arrays.stream(vector).sum();
            spent += took;
            Arrays.sort(scalar);
            Arrays.sort(vector);
            long scalarUsual = scalar[PIECES / 2];
            long vectorUsual = vector[PIECES / 2];
            if (vectorUsual < MARGIN * scalarUsual) {
                return Verdict.FASTER;
            }
            spentNear += vectorUsual < NEAR * scalarUsual ? took : 0;
        }
        return Verdict.SLOWER;
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
