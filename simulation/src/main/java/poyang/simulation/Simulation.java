package poyang.simulation;

import java.util.PriorityQueue;
import java.util.SplittableRandom;

/// A virtual clock and what is to happen when. Everything happens on the caller's thread, in an order
/// that the seed alone decides; the trace digest of two runs of one seed is equal.
public final class Simulation {
    private final PriorityQueue<Happening> queue = new PriorityQueue<>();
    private final SplittableRandom random;
    private long nowMillis;
    private long sequence;
    private long trace = 0xcbf29ce484222325L;

    private record Happening(long atMillis, long sequence, Runnable action) implements Comparable<Happening> {
        @Override
        public int compareTo(Happening other) {
            int byTime = Long.compare(atMillis, other.atMillis);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    public Simulation(long seed) {
        random = new SplittableRandom(seed);
    }

    public long nowMillis() {
        return nowMillis;
    }

    public SplittableRandom random() {
        return random;
    }

    /// Lets `action` happen after `delayMillis` of virtual time.
    public void after(long delayMillis, Runnable action) {
        queue.add(new Happening(nowMillis + Math.max(0, delayMillis), sequence++, action));
    }

    /// Lets the next thing happen; false when nothing is left.
    public boolean step() {
        Happening next = queue.poll();
        if (next == null) {
            return false;
        }
        nowMillis = next.atMillis();
        next.action().run();
        return true;
    }

    /// Adds something observable to the trace.
    public void observe(String what) {
        for (int i = 0; i < what.length(); i++) {
            trace = (trace ^ what.charAt(i)) * 0x100000001b3L;
        }
        trace = (trace ^ nowMillis) * 0x100000001b3L;
    }

    /// A digest of all that was observed, and when.
    public long trace() {
        return trace;
    }
}
