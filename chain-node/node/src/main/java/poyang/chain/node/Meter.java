package poyang.chain.node;

import java.util.concurrent.atomic.LongAdder;

/// What a node counts for those who watch it.
final class Meter {
    private final LongAdder received = new LongAdder();
    private final LongAdder writtenBlocks = new LongAdder();
    private final LongAdder writeMicros = new LongAdder();

    /// Transactions came in, by whatever way, new or not.
    void received(int transactions) {
        received.add(transactions);
    }

    /// A block was executed and written.
    void written(long nanos) {
        writtenBlocks.increment();
        writeMicros.add(nanos / 1_000);
    }

    long received() {
        return received.sum();
    }

    long writtenBlocks() {
        return writtenBlocks.sum();
    }

    long writeMicros() {
        return writeMicros.sum();
    }
}
