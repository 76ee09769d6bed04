package poyang.chain.ledger;

import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import poyang.chain.proofs.TransactionLeaf;
import poyang.kernel.Bytes;

/// What stands in the blocks that this process wrote last, for those who read them right behind. Thread-safe.
///
/// - bounds: {@link #BLOCKS_MAX} blocks and {@link #BYTES_MAX} octets of transactions and receipts
final class RecentBlocks {
    static final int BLOCKS_MAX = 8;
    static final long BYTES_MAX = 8L << 20;

    private final NavigableMap<Long, Block> blocks = new TreeMap<>();
    private long bytes;

    /// @param bytes of its transactions and receipts together
    record Block(List<TransactionLeaf> transactions, List<Bytes> receipts, long bytes) {}

    /// @param height above all that were added before
    synchronized void add(long height, List<TransactionLeaf> transactions, List<Bytes> receipts) {
        long more =
                transactions.stream().mapToLong(leaf -> leaf.payload().length()).sum()
                        + receipts.stream().mapToLong(Bytes::length).sum();
        blocks.put(height, new Block(transactions, receipts, more));
        bytes += more;
        while (blocks.size() > BLOCKS_MAX || bytes > BYTES_MAX) {
            bytes -= blocks.pollFirstEntry().getValue().bytes();
        }
    }

    synchronized Optional<Block> find(long height) {
        return Optional.ofNullable(blocks.get(height));
    }
}
