package poyang.tools;

import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import poyang.psi.Workers;

/// Workers on a fixed number of threads.
final class PoolWorkers implements Workers, AutoCloseable {
    private final ExecutorService threads;

    PoolWorkers(int count) {
        threads = Executors.newFixedThreadPool(count);
    }

    @Override
    public void each(int parts, IntConsumer work) {
        CompletionService<Boolean> running = new ExecutorCompletionService<>(threads);
        for (int part = 0; part < parts; part++) {
            int number = part;
            Future<Boolean> _ = running.submit(() -> {
                work.accept(number);
                return true;
            });
        }
        for (int done = 0; done < parts; done++) {
            try {
                running.take().get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }

    @Override
    public void close() {
        threads.close();
    }
}
