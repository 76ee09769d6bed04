package poyang.chain.node;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;

/// What a node counts for those who watch it.
final class Meter {
    private static final Logger LOG = LoggerFactory.getLogger(Meter.class);

    private final LongAdder received = new LongAdder();
    private final LongAdder writtenBlocks = new LongAdder();
    private final LongAdder writeMicros = new LongAdder();
    private final ConcurrentSkipListMap<String, LongAdder> refusedTransactions = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<String, LongAdder> refusedMessages = new ConcurrentSkipListMap<>();

    /// Transactions came in, by whatever way, new or not.
    void received(int transactions) {
        received.add(transactions);
    }

    /// A block was executed and written.
    void written(long nanos) {
        writtenBlocks.increment();
        writeMicros.add(nanos / 1_000);
    }

    /// A client's transaction was refused.
    void refused(PoyangException why) {
        refusedTransactions
                .computeIfAbsent(why.code().name(), _ -> new LongAdder())
                .increment();
    }

    /// A peer's message could be read and was refused.
    void refused(Ready.Rejected message) {
        LOG.warn("refused from {}: {}", message.from(), message.reason());
        refusedMessages.computeIfAbsent(message.from(), _ -> new LongAdder()).increment();
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

    /// By error code, how many transactions of clients were refused.
    Map<String, Long> refusedTransactions() {
        TreeMap<String, Long> found = new TreeMap<>();
        refusedTransactions.forEach((code, count) -> found.put(code, count.sum()));
        return found;
    }

    /// How many messages of a peer were refused.
    long refusedMessages(PartyId peer) {
        LongAdder count = refusedMessages.get(peer.name());
        return count == null ? 0 : count.sum();
    }
}
