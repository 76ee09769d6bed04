package poyang.zkp.curves;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/// Whether {@link Lanes} are any faster than scalar code in this process: the vector module is there, registers
/// have 512 bits, and the optimising compiler is on. Decided once, by nothing but the machine.
final class WideRegisters {
    private static final int BITS = 512;
    private static final boolean THERE = find();

    private WideRegisters() {}

    static boolean there() {
        return THERE;
    }

    private static boolean find() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return false;
        }
        try {
            HotSpotDiagnosticMXBean vm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
            return vm.getVMOption("TieredStopAtLevel").getValue().equals("4") && LaneMoves.preferredBits() >= BITS;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
