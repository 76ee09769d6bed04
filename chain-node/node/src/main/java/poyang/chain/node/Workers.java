package poyang.chain.node;

import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Ends threads that read or write a ledger before it is closed.
final class Workers {
    private Workers() {}

    /// Returns when none of them runs any more.
    static void end(ThreadPoolExecutor workers) {
        workers.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            boolean _ = workers.awaitTermination(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
