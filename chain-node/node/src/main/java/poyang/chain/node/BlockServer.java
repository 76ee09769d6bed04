package poyang.chain.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import poyang.chain.consensus.sync.Outcome;
import poyang.chain.consensus.sync.ProvenBlock;
import poyang.chain.consensus.sync.SyncEffect;
import poyang.chain.consensus.sync.SyncMessage;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.WriteSets;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.kernel.PartyId;

/// Reads final blocks for validators that catch up, on a thread of its own so that consensus does not wait
/// for the disk. What is asked for beyond {@link #WAITING} at once is dropped; the peer asks again.
final class BlockServer implements AutoCloseable {
    private static final int WAITING = 64;

    private final Ledger ledger;
    private final Outlet outlet;
    private final ThreadPoolExecutor reader = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("block-server").factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    /// Sends to one peer; never blocks.
    interface Outlet {
        void send(PartyId to, SyncMessage message);
    }

    BlockServer(Ledger ledger, Outlet outlet) {
        this.ledger = ledger;
        this.outlet = outlet;
    }

    void serve(SyncEffect.Serve asked) {
        reader.execute(() -> outlet.send(asked.to(), read(asked.from(), asked.count(), asked.outcomes())));
    }

    private SyncMessage.Blocks read(long from, int count, boolean outcomes) {
        List<ProvenBlock> blocks = new ArrayList<>();
        long bytes = 0;
        for (long height = Math.max(1, from); blocks.size() < count && height <= ledger.finalisedHeight(); height++) {
            Optional<FinalityProof> proof = ledger.finality(height);
            if (height != from + blocks.size() || proof.isEmpty()) {
                break;
            }
            List<TransactionLeaf> transactions = ledger.transactions(height);
            bytes += transactions.stream()
                    .mapToLong(leaf -> leaf.payload().length() + 256L)
                    .sum();
            Optional<Outcome> outcome = outcomes ? outcome(height) : Optional.empty();
            long size = outcome.map(Outcome::size).orElse(0L);
            if (!blocks.isEmpty() && bytes + size > SyncMessage.MOST_BYTES) {
                break;
            }
            if (bytes + size > SyncMessage.MOST_BYTES) {
                outcome = Optional.empty();
            } else {
                bytes += size;
            }
            blocks.add(new ProvenBlock(proof.get(), transactions, outcome));
        }
        return new SyncMessage.Blocks(from, blocks);
    }

    private Optional<Outcome> outcome(long height) {
        return WriteSets.of(ledger, height).map(writes -> new Outcome(ledger.receipts(height), writes));
    }

    /// Returns when nothing reads the ledger any more.
    @Override
    public void close() {
        Workers.end(reader);
    }
}
