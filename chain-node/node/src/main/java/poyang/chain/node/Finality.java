package poyang.chain.node;

/// How far the chain is final here, for those who wait for it, and who reads what is.
final class Finality {
    /// Those who read, by whether they began before the state that they read was left behind or after.
    private final long[] readers = new long[2];

    private int turn;
    private long height;
    private boolean ended;

    Finality(long height) {
        this.height = height;
    }

    /// Begins before the height is asked for and ends when everything was read.
    interface Reading extends AutoCloseable {
        @Override
        void close();
    }

    /// Until it is closed, no state is taken away that could be read when it began.
    synchronized Reading reading() {
        int began = turn;
        readers[began]++;
        return () -> ended(began);
    }

    private synchronized void ended(int began) {
        readers[began]--;
        notifyAll();
    }

    /// Waits until everybody who reads now has ended; who begins meanwhile is not waited for. For one thread at a time.
    synchronized void awaitReaders() throws InterruptedException {
        int before = turn;
        turn = 1 - before;
        while (readers[before] > 0) {
            wait();
        }
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
