package poyang.zkp.curves;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.IntConsumer;
import poyang.kernel.Bug;

/// Who computes the independent parts of a large computation: the caller alone, or the caller's own
/// executor. This module makes no threads.
public final class Workers {
    /// The calling thread alone.
    public static final Workers CALLER = new Workers(1, Runnable::run);

    private final int threads;
    private final Executor executor;

    private Workers(int threads, Executor executor) {
        this.threads = threads;
        this.executor = executor;
    }

    /// `threads` tasks at a time on `executor`, which must not wait for tasks that are given to it here.
    public static Workers of(int threads, Executor executor) {
        return threads == 1 ? CALLER : new Workers(threads, executor);
    }

    public int threads() {
        return threads;
    }

    /// Runs `part` for 0 … parts − 1 and waits for all; the caller takes its share.
    public void run(int parts, IntConsumer part) {
        if (threads == 1 || parts == 1) {
            for (int i = 0; i < parts; i++) {
                part.accept(i);
            }
            return;
        }
        java.util.concurrent.atomic.AtomicInteger next = new java.util.concurrent.atomic.AtomicInteger();
        Runnable loop = () -> {
            for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                part.accept(i);
            }
        };
        List<FutureTask<Boolean>> others = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, parts); i++) {
            FutureTask<Boolean> task = new FutureTask<>(loop, true);
            others.add(task);
            executor.execute(task);
        }
        loop.run();
        for (FutureTask<Boolean> task : others) {
            await(task);
        }
    }

    private static void await(FutureTask<Boolean> task) {
        try {
            task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Bug("interrupted while computing", e);
        } catch (ExecutionException e) {
            throw new Bug("a part of the computation failed", e);
        }
    }
}
