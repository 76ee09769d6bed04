package poyang.executor.jail;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A seccomp program (classic BPF) that allows what a JVM needs and refuses everything else.
///
/// In this order: another machine's calling convention kills the process; x32 calls get EPERM;
/// `clone3` gets ENOSYS, so that the C library falls back to `clone`, whose flags a filter can read;
/// `clone` makes threads only, never processes or namespaces, so nothing can be executed beside the
/// JVM; `socket` and `socketpair` take the families of {@link Sockets}; calls of the table are allowed;
/// all others get EPERM. `execve` must stay allowed, because the filter is in force before the JVM is
/// executed; without `fork` it can only replace the process itself, under the same filter.
final class SeccompFilter {
    static final int ALLOW = 0x7fff0000;
    static final int KILL_PROCESS = 0x80000000;
    static final int EPERM = 0x00050000 | 1;
    static final int ENOSYS = 0x00050000 | 38;

    static final int LOAD_WORD = 0x20;
    static final int JUMP_EQUAL = 0x15;
    static final int JUMP_GREATER_OR_EQUAL = 0x35;
    static final int JUMP_ANY_BIT = 0x45;
    static final int RETURN = 0x06;

    static final int OFFSET_NUMBER = 0;
    static final int OFFSET_ARCHITECTURE = 4;
    static final int OFFSET_ARGUMENT_0 = 16;

    private static final int X32_BIT = 0x40000000;
    private static final int CLONE_THREAD = 0x00010000;
    /// Every flag of `clone` that makes a namespace.
    private static final int CLONE_NAMESPACES = 0x7e020000;

    private static final int FAMILY_UNIX = 1;
    private static final int FAMILY_INTERNET = 2;
    private static final int FAMILY_INTERNET_6 = 10;

    private final List<long[]> instructions = new ArrayList<>();

    private SeccompFilter() {}

    /// The machines that have a table.
    enum Machine {
        X86_64(0xC000003E, 56, 435, 41, 53),
        AARCH64(0xC00000B7, 220, 435, 198, 199);

        final int architecture;
        final int clone;
        final int clone3;
        final int socket;
        final int socketpair;

        Machine(int architecture, int clone, int clone3, int socket, int socketpair) {
            this.architecture = architecture;
            this.clone = clone;
            this.clone3 = clone3;
            this.socket = socket;
            this.socketpair = socketpair;
        }

        /// The machine of `os.arch`, if it has a table.
        static Optional<Machine> named(String name) {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "amd64", "x86_64" -> Optional.of(X86_64);
                case "aarch64", "arm64" -> Optional.of(AARCH64);
                default -> Optional.empty();
            };
        }

        int number(SystemCalls.Call call) {
            return switch (this) {
                case X86_64 -> call.x86();
                case AARCH64 -> call.arm();
            };
        }
    }

    /// The program as the kernel reads it: eight bytes an instruction, little-endian.
    static byte[] program(Machine machine, Sockets sockets) {
        SeccompFilter filter = new SeccompFilter();
        filter.add(LOAD_WORD, 0, 0, OFFSET_ARCHITECTURE);
        filter.add(JUMP_EQUAL, 1, 0, machine.architecture);
        filter.add(RETURN, 0, 0, KILL_PROCESS);
        filter.add(LOAD_WORD, 0, 0, OFFSET_NUMBER);
        if (machine == Machine.X86_64) {
            filter.add(JUMP_GREATER_OR_EQUAL, 0, 1, X32_BIT);
            filter.add(RETURN, 0, 0, EPERM);
        }
        for (SystemCalls.Call call : SystemCalls.allowed()) {
            if (machine.number(call) >= 0) {
                filter.add(JUMP_EQUAL, 0, 1, machine.number(call));
                filter.add(RETURN, 0, 0, ALLOW);
            }
        }
        filter.add(JUMP_EQUAL, 0, 1, machine.clone3);
        filter.add(RETURN, 0, 0, ENOSYS);
        filter.addClone(machine.clone);
        filter.addSocket(machine.socket, sockets);
        filter.addSocket(machine.socketpair, Sockets.UNIX_ONLY);
        filter.add(RETURN, 0, 0, EPERM);
        return filter.encoded();
    }

    private void addClone(int number) {
        add(JUMP_EQUAL, 0, 5, number);
        add(LOAD_WORD, 0, 0, OFFSET_ARGUMENT_0);
        add(JUMP_ANY_BIT, 1, 0, CLONE_NAMESPACES);
        add(JUMP_ANY_BIT, 1, 0, CLONE_THREAD);
        add(RETURN, 0, 0, EPERM);
        add(RETURN, 0, 0, ALLOW);
    }

    private void addSocket(int number, Sockets sockets) {
        List<Integer> families = switch (sockets) {
            case UNIX_ONLY -> List.of(FAMILY_UNIX);
            case INTERNET -> List.of(FAMILY_UNIX, FAMILY_INTERNET, FAMILY_INTERNET_6);
        };
        add(JUMP_EQUAL, 0, 2 + 2 * families.size(), number);
        add(LOAD_WORD, 0, 0, OFFSET_ARGUMENT_0);
        for (int family : families) {
            add(JUMP_EQUAL, 0, 1, family);
            add(RETURN, 0, 0, ALLOW);
        }
        add(RETURN, 0, 0, EPERM);
    }

    private void add(int code, int whenTrue, int whenFalse, int constant) {
        instructions.add(new long[] {code, whenTrue, whenFalse, constant});
    }

    private byte[] encoded() {
        ByteBuffer out = ByteBuffer.allocate(8 * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (long[] instruction : instructions) {
            out.putShort((short) instruction[0]);
            out.put((byte) instruction[1]);
            out.put((byte) instruction[2]);
            out.putInt((int) instruction[3]);
        }
        return out.array();
    }
}
