package poyang.executor.jail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import poyang.executor.jail.SeccompFilter.Machine;

/// Runs the filter in a small interpreter of classic BPF, as the kernel would.
class SeccompFilterTest {
    private static final int UNIX = 1;
    private static final int INTERNET = 2;
    private static final int INTERNET_6 = 10;
    private static final int NETLINK = 16;
    private static final int PTHREAD_FLAGS = 0x003d0f00;
    private static final int FORK_FLAGS = 0x01200011;

    private static int verdict(Machine machine, Sockets sockets, int architecture, int number, int argument) {
        byte[] program = SeccompFilter.program(machine, sockets);
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer call = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        call.putInt(0, number).putInt(4, architecture).putInt(16, argument);
        int accumulator = 0;
        int at = 0;
        while (true) {
            assertTrue(at < program.length / 8, "runs off the end");
            int operation = code.getShort(8 * at);
            int whenTrue = code.get(8 * at + 2) & 0xff;
            int whenFalse = code.get(8 * at + 3) & 0xff;
            int constant = code.getInt(8 * at + 4);
            at++;
            switch (operation) {
                case SeccompFilter.LOAD_WORD -> accumulator = call.getInt(constant);
                case SeccompFilter.JUMP_EQUAL -> at += accumulator == constant ? whenTrue : whenFalse;
                case SeccompFilter.JUMP_GREATER_OR_EQUAL ->
                    at += Integer.compareUnsigned(accumulator, constant) >= 0 ? whenTrue : whenFalse;
                case SeccompFilter.JUMP_ANY_BIT -> at += (accumulator & constant) != 0 ? whenTrue : whenFalse;
                case SeccompFilter.RETURN -> {
                    return constant;
                }
                default -> throw new AssertionError("operation " + operation);
            }
        }
    }

    private static int verdict(Machine machine, int number, int argument) {
        return verdict(machine, Sockets.UNIX_ONLY, machine.architecture, number, argument);
    }

    @ParameterizedTest
    @EnumSource(Machine.class)
    void allowsTheTableAndNothingElse(Machine machine) {
        Set<Integer> expected = new TreeSet<>();
        for (SystemCalls.Call call : SystemCalls.allowed()) {
            if (machine.number(call) >= 0) {
                assertTrue(expected.add(machine.number(call)), "twice in the table: " + call);
            }
        }
        for (int number = 0; number < 1024; number++) {
            if (number == machine.clone || number == machine.clone3) {
                continue;
            }
            if (number == machine.socket || number == machine.socketpair) {
                continue;
            }
            int wanted = expected.contains(number) ? SeccompFilter.ALLOW : SeccompFilter.EPERM;
            assertEquals(wanted, verdict(machine, number, 0), "system call " + number);
        }
    }

    @Test
    void refusesWhatAnAttackerWouldWant() {
        // x86_64: fork, vfork, ptrace, mount, umount2, bpf, unshare, setns, io_uring_setup, keyctl,
        // perf_event_open, userfaultfd, process_vm_readv, init_module, kexec_load, memfd_create, kill
        for (int number :
                new int[] {57, 58, 101, 165, 166, 321, 272, 308, 425, 250, 298, 323, 310, 175, 246, 319, 62}) {
            assertEquals(SeccompFilter.EPERM, verdict(Machine.X86_64, number, 0), "system call " + number);
        }
        // aarch64: ptrace, mount, bpf, unshare, setns, io_uring_setup, keyctl, kill
        for (int number : new int[] {117, 40, 280, 97, 268, 425, 219, 129}) {
            assertEquals(SeccompFilter.EPERM, verdict(Machine.AARCH64, number, 0), "system call " + number);
        }
    }

    @ParameterizedTest
    @EnumSource(Machine.class)
    void makesThreadsButNeitherProcessesNorNamespaces(Machine machine) {
        assertEquals(SeccompFilter.ALLOW, verdict(machine, machine.clone, PTHREAD_FLAGS));
        assertEquals(SeccompFilter.EPERM, verdict(machine, machine.clone, FORK_FLAGS));
        for (int bit : new int[] {17, 25, 26, 27, 28, 29, 30}) {
            assertEquals(SeccompFilter.EPERM, verdict(machine, machine.clone, PTHREAD_FLAGS | 1 << bit));
        }
        assertEquals(SeccompFilter.ENOSYS, verdict(machine, machine.clone3, 0));
    }

    @ParameterizedTest
    @EnumSource(Machine.class)
    void makesSocketsOfTheAllowedFamiliesOnly(Machine machine) {
        assertEquals(SeccompFilter.ALLOW, verdict(machine, machine.socket, UNIX));
        assertEquals(SeccompFilter.ALLOW, verdict(machine, machine.socketpair, UNIX));
        for (int family : new int[] {0, INTERNET, INTERNET_6, NETLINK, 17, 38, 40, 45}) {
            assertEquals(SeccompFilter.EPERM, verdict(machine, machine.socket, family), "family " + family);
            assertEquals(SeccompFilter.EPERM, verdict(machine, machine.socketpair, family), "family " + family);
        }
        for (int family : new int[] {UNIX, INTERNET, INTERNET_6}) {
            assertEquals(
                    SeccompFilter.ALLOW,
                    verdict(machine, Sockets.INTERNET, machine.architecture, machine.socket, family));
        }
        assertEquals(
                SeccompFilter.EPERM, verdict(machine, Sockets.INTERNET, machine.architecture, machine.socket, NETLINK));
    }

    @Test
    void killsForeignCallingConventionsAndRefusesX32() {
        int i386 = 0x40000003;
        assertEquals(SeccompFilter.KILL_PROCESS, verdict(Machine.X86_64, Sockets.UNIX_ONLY, i386, 0, 0));
        assertEquals(
                SeccompFilter.KILL_PROCESS,
                verdict(Machine.X86_64, Sockets.UNIX_ONLY, Machine.AARCH64.architecture, 0, 0));
        assertEquals(SeccompFilter.EPERM, verdict(Machine.X86_64, 0x40000000, 0));
        assertEquals(SeccompFilter.EPERM, verdict(Machine.X86_64, 0x40000000 | 41, UNIX));
    }
}
