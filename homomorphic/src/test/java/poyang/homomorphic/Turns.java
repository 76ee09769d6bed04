package poyang.homomorphic;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Times operations that take turns in one process, by the thread's CPU time: the median of the
/// turns, in microseconds.
public final class Turns {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 7;
    private static final int WARM_ROUNDS = 4;
    private static final long TURN_NANOS = 80_000_000L;
    private static final long SCALING_NANOS = 1_500_000_000L;

    private final List<Operation> operations = new ArrayList<>();
    private final Map<String, Object> figures = new LinkedHashMap<>();

    private @Nullable Object kept;

    private record Operation(String name, Runnable call) {}

    public Turns add(String name, Runnable call) {
        operations.add(new Operation(name, call));
        return this;
    }

    /// An operation whose result would otherwise be of no use.
    public Turns gives(String name, Supplier<?> call) {
        return add(name, () -> kept = call.get());
    }

    public Turns note(String name, Object figure) {
        figures.put(name, figure);
        return this;
    }

    /// Runs all, notes each as `name_us`, and gives the medians.
    public Map<String, Double> measure() {
        Map<String, double[]> turns = new LinkedHashMap<>();
        for (int round = -WARM_ROUNDS; round < ROUNDS; round++) {
            for (Operation operation : operations) {
                double micros = turn(operation.call(), round < 0 ? 2 * TURN_NANOS : TURN_NANOS);
                if (round >= 0) {
                    turns.computeIfAbsent(operation.name(), name -> new double[ROUNDS])[round] = micros;
                }
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        turns.forEach((name, micros) -> {
            Arrays.sort(micros);
            medians.put(name, micros[ROUNDS / 2]);
            figures.put(name + "_us", rounded(micros[ROUNDS / 2]));
            figures.put(name + "_best_us", rounded(micros[0]));
        });
        operations.clear();
        return medians;
    }

    private static double turn(Runnable call, long nanos) {
        long start = THREADS.getCurrentThreadCpuTime();
        long spent;
        int count = 0;
        do {
            call.run();
            count++;
            spent = THREADS.getCurrentThreadCpuTime() - start;
        } while (spent < nanos);
        return spent / 1000.0 / count;
    }

    /// How many times the work two threads do in the time of one, by wall time.
    public void scaling(String name, Runnable call) {
        double one = rate(1, call);
        double two = rate(2, call);
        figures.put(name + "_two_threads", rounded(two / one));
    }

    private static double rate(int threads, Runnable call) {
        AtomicLong done = new AtomicLong();
        long end = System.nanoTime() + SCALING_NANOS;
        List<Thread> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            all.add(Thread.ofPlatform().start(() -> {
                while (System.nanoTime() < end) {
                    call.run();
                    done.incrementAndGet();
                }
            }));
        }
        for (Thread thread : all) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        return done.get();
    }

    private static double rounded(double x) {
        return x < 100 ? Math.round(x * 100) / 100.0 : Math.round(x);
    }

    /// Prints the figures, for people or as one JSON object on the last line.
    public void report(String title, boolean json) {
        System.out.println(title);
        figures.put("last_result", kept == null ? "none" : kept.getClass().getSimpleName());
        figures.forEach((name, figure) -> System.out.printf(Locale.ROOT, "  %-32s %s%n", name, figure));
        if (json) {
            StringBuilder line = new StringBuilder("{\"bench\":\"" + title + "\"");
            figures.forEach((name, figure) -> line.append(",\"")
                    .append(name)
                    .append("\":")
                    .append(figure instanceof Number ? figure : "\"" + figure + "\""));
            System.out.println(line.append('}'));
        }
    }
}
