package poyang.chain.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import poyang.chain.consensus.sync.OrderingPoint;
import poyang.chain.consensus.sync.SnapshotMessage;
import poyang.chain.ledger.Ledger;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.StatePart;
import poyang.chain.proofs.TransactionLeaf;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Serves states and blocks to nodes that take a snapshot, on one thread that rests as long as it has worked, so that
/// consensus keeps its pace. What is asked for beyond {@link #WAITING} at once is dropped; the peer asks again.
final class SnapshotServer implements AutoCloseable {
    private static final int WAITING = 32;

    private final Ledger ledger;
    private final Outlet outlet;
    private final ThreadPoolExecutor reader = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("snapshot-server").factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    /// Sends to one peer; never blocks.
    interface Outlet {
        void send(PartyId to, SnapshotMessage message);
    }

    SnapshotServer(Ledger ledger, Outlet outlet) {
        this.ledger = ledger;
        this.outlet = outlet;
    }

    /// Answers a question; what is none is for whoever asked it.
    void asked(PartyId from, SnapshotMessage question) {
        reader.execute(() -> {
            long began = System.nanoTime();
            answer(question).ifPresent(message -> outlet.send(from, message));
            rest(System.nanoTime() - began);
        });
    }

    private static void rest(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<SnapshotMessage> answer(SnapshotMessage question) {
        return switch (question) {
            case SnapshotMessage.AskOffer() -> offer();
            case SnapshotMessage.AskPart(long height, Bytes path) -> Optional.of(part(height, path));
            case SnapshotMessage.AskPast(long from, int count) -> Optional.of(past(from, count));
            case SnapshotMessage.Offer _,
                    SnapshotMessage.Part _,
                    SnapshotMessage.Cut _,
                    SnapshotMessage.Past _,
                    SnapshotMessage.None _ -> Optional.empty();
        };
    }

    /// The state at the latest point of the order that validators tell each other, from which a joiner's vote counts at
    /// once; before there is one, the latest state.
    private Optional<SnapshotMessage> offer() {
        long latest = ledger.finalisedHeight();
        long height = ledger.safety()
                .get(ConsensusLoop.KEPT_POINT)
                .map(point -> OrderingPoint.decode(point).height())
                .filter(at -> at >= ledger.horizon() && at > 0 && at <= latest)
                .orElse(latest);
        Optional<FinalityProof> proof = ledger.intake().isPresent() ? Optional.empty() : ledger.finality(height);
        return proof.map(found -> {
            List<EpochLink> links = ledger.epochLinks().stream()
                    .filter(link -> link.next().number() <= found.header().epoch())
                    .toList();
            return new SnapshotMessage.Offer(links, found);
        });
    }

    private SnapshotMessage part(long height, Bytes path) {
        try {
            Optional<StatePart> part =
                    ledger.part(height, path, SnapshotMessage.MOST_ENTRIES, SnapshotMessage.MOST_BYTES);
            return part.isPresent()
                    ? new SnapshotMessage.Part(height, part.get())
                    : new SnapshotMessage.Cut(height, path);
        } catch (PoyangException e) {
            // It has no such state yet, or no longer.
            return new SnapshotMessage.None(height, path);
        }
    }

    private SnapshotMessage past(long from, int count) {
        List<SnapshotMessage.Block> blocks = new ArrayList<>();
        long bytes = 0;
        int most = Math.clamp(count, 0, SnapshotMessage.MOST_BLOCKS);
        for (long height = Math.max(1, from); blocks.size() < most; height++) {
            Optional<FinalityProof> proof = ledger.finality(height);
            if (height > ledger.finalisedHeight() || proof.isEmpty()) {
                break;
            }
            List<TransactionLeaf> transactions = ledger.transactions(height);
            List<Bytes> receipts = ledger.receipts(height);
            for (int i = 0; i < transactions.size(); i++) {
                bytes +=
                        transactions.get(i).payload().length() + receipts.get(i).length() + 256;
            }
            if (!blocks.isEmpty() && bytes > SnapshotMessage.MOST_BYTES) {
                break;
            }
            blocks.add(new SnapshotMessage.Block(proof.get(), transactions, receipts));
        }
        return blocks.isEmpty()
                ? new SnapshotMessage.None(from, SnapshotMessage.BLOCKS)
                : new SnapshotMessage.Past(from, blocks);
    }

    /// Returns when nothing reads the ledger any more.
    @Override
    public void close() {
        Workers.end(reader);
    }
}
