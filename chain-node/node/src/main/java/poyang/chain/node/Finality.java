package poyang.chain.node;

/// How far the chain is final here, for those who wait for it.
final class Finality {
    private long height;
    private boolean ended;

    Finality(long height) {
        this.height = height;
    }

    synchronized long height() {
        return height;
    }

    synchronized void reached(long now) {
        height = now;
        notifyAll();
    }

    /// Nothing will become final here any more.
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /// Waits until `wanted` is final, for at most `millis`; false when it is not, or never will be.
    synchronized boolean await(long wanted, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (height < wanted && !ended) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return height >= wanted;
    }
}
