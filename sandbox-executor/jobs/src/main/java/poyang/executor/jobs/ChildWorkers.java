package poyang.executor.jobs;

import java.util.Objects;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import poyang.kernel.Bug;
import poyang.psi.Workers;

/// Workers on a fixed number of threads, which end with the process.
final class ChildWorkers implements Workers, AutoCloseable {
    private final ExecutorService threads;
    private final int count;

    ChildWorkers(int count) {
        this.count = count;
        threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name("worker").factory());
    }

    /// On all processors that the child may use.
    static ChildWorkers everywhere() {
        return new ChildWorkers(Runtime.getRuntime().availableProcessors());
    }

    /// Parts are dealt out in turn, so that many small ones cost little.
    @Override
    public void each(int parts, IntConsumer work) {
        CompletionService<Boolean> running = new ExecutorCompletionService<>(threads);
        int shares = Math.min(count, parts);
        for (int first = 0; first < shares; first++) {
            int from = first;
            Future<Boolean> _ = running.submit(() -> {
                for (int part = from; part < parts; part += count) {
                    work.accept(part);
                }
                return true;
            });
        }
        for (int done = 0; done < shares; done++) {
            try {
                running.take().get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Bug("nobody interrupts a child", e);
            } catch (ExecutionException e) {
                throw rethrown(Objects.requireNonNull(e.getCause()));
            }
        }
    }

    private static RuntimeException rethrown(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException failure ? failure : new Bug("a part of the work failed", cause);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
