package poyang.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
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
        List<Future<?>> running = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            int number = part;
            running.add(threads.submit(() -> work.accept(number)));
        }
        for (Future<?> part : running) {
            try {
                part.get();
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
