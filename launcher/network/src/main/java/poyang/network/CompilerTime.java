package poyang.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What the compilers of Java processes have used of the processor, by Linux's account of their threads. Code that is
/// still being compiled says little of how fast it will be.
final class CompilerTime {
    private static final double TICKS_A_SECOND = 100;
    /// Of what follows a thread's name in its `stat`: user and system time.
    private static final int USER = 11;

    private CompilerTime() {}

    /// Seconds, of all these processes together; 0 for one that is gone.
    static double seconds(List<Long> pids) {
        double sum = 0;
        for (long pid : pids) {
            try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
                sum += threads.mapToDouble(CompilerTime::ofThread).sum();
            } catch (IOException e) {
                // It has ended, or this is no Linux: nothing is known of it.
            }
        }
        return sum;
    }

    private static double ofThread(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            int end = stat.lastIndexOf(')');
            String name = stat.substring(stat.indexOf('(') + 1, end);
            if (!name.startsWith("C1 Compiler") && !name.startsWith("C2 Compiler")) {
                return 0;
            }
            String[] fields = stat.substring(end + 2).split(" ", -1);
            return (Long.parseLong(fields[USER]) + Long.parseLong(fields[USER + 1])) / TICKS_A_SECOND;
        } catch (IOException e) {
            return 0;
        }
    }
}
