package poyang.chain.node;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.ledger.Ledger;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerklePlaces;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainForms;
import poyang.wire.schema.BlockReceipts;
import poyang.wire.schema.Refusal;
import poyang.wire.schema.TransactAnswer;

/// Streams over which clients bring many transactions and get the receipts back, those of a block together
/// under one proof. Safe for use by several threads; {@link #run} is the body of the one that proves and
/// sends.
final class Couriers {
    private static final Logger LOG = LoggerFactory.getLogger(Couriers.class);

    /// A stream that takes nothing off for so many blocks is given up.
    private static final int BLOCKS_UNREAD = 256;
    /// Executed blocks that wait for their proofs, at most.
    private static final int BLOCKS_UNPROVEN = 4_096;

    private final Ledger ledger;
    private final CryptoSuite suite;
    private final Map<Bytes, Courier> expected = new ConcurrentHashMap<>();
    private final TreeMap<Long, Execution.Block> executed = new TreeMap<>();
    private final LinkedBlockingQueue<Work> work = new LinkedBlockingQueue<>();
    /// What came in again after its block was executed, by the block's height, until that is final.
    private final TreeMap<Long, List<Work.Known>> early = new TreeMap<>();

    private sealed interface Work {
        record Reached(FinalityProof proof) implements Work {}

        record Known(Courier courier, Bytes id) implements Work {}
    }

    Couriers(Ledger ledger) {
        this.ledger = ledger;
        suite = ledger.genesis().suite();
    }

    /// One stream.
    final class Courier {
        private static final int MOST_UNDER_WAY = 20_000;

        private final ServerCallStreamObserver<TransactAnswer> out;
        private final Set<String> accounts = new TreeSet<>();
        private int underWay;
        private int unread;
        private boolean closed;

        private Courier(ServerCallStreamObserver<TransactAnswer> out) {
            this.out = out;
        }

        /// From now on it may bring transactions of this account.
        synchronized void open(String account) {
            accounts.add(account);
        }

        /// Before a transaction is submitted: its receipt is to come over this stream.
        ///
        /// @throws PoyangException `NOT_ALLOWED` for somebody else's transaction, `POOL_FULL`
        synchronized void expect(SignedCall call) {
            if (!accounts.contains(call.sender())) {
                throw new PoyangException(
                        NodeErrors.NOT_ALLOWED,
                        "the stream was not opened for " + call.sender(),
                        "an opening signed by that account is needed");
            }
            if (underWay >= MOST_UNDER_WAY) {
                throw new PoyangException(
                        NodeErrors.POOL_FULL,
                        MOST_UNDER_WAY + " transactions of this stream are under way",
                        "wait for receipts");
            }
            if (expected.put(call.id(), this) != this) {
                underWay++;
            }
        }

        /// It was here before: when its block is final already, nobody else will bring its receipt.
        void known(Bytes id) {
            boolean _ = work.offer(new Work.Known(this, id));
        }

        void refused(Bytes id, PoyangException why) {
            boolean _ = expected.remove(id, this);
            send(
                    TransactAnswer.newBuilder()
                            .addRefusals(Refusal.newBuilder()
                                    .setTransactionId(ChainForms.byteString(id))
                                    .setCode(why.code().number())
                                    .setName(why.code().name())
                                    .setWrong(why.wrong())
                                    .setRight(why.right()))
                            .build(),
                    1);
        }

        private void answer(BlockReceipts block) {
            send(TransactAnswer.newBuilder().setBlock(block).build(), block.getIndexesCount());
        }

        private synchronized void send(TransactAnswer answer, int transactions) {
            underWay -= transactions;
            if (closed) {
                return;
            }
            unread = out.isReady() ? 0 : unread + 1;
            if (unread > BLOCKS_UNREAD) {
                LOG.warn("a stream of {} is given up: its client reads nothing", accounts);
                closed = true;
                out.onError(io.grpc.Status.RESOURCE_EXHAUSTED.asRuntimeException());
            } else {
                out.onNext(answer);
            }
        }

        /// The client is done or gone. What it brought goes its way.
        void close() {
            synchronized (this) {
                closed = true;
            }
            expected.values().removeIf(courier -> courier == this);
        }
    }

    Courier begin(ServerCallStreamObserver<TransactAnswer> out) {
        return new Courier(out);
    }

    /// The ledger has executed a block.
    void executed(Execution.Block block) {
        if (!expected.isEmpty()) {
            synchronized (executed) {
                executed.put(block.prepared().height(), block);
                if (executed.size() > BLOCKS_UNPROVEN) {
                    var _ = executed.pollFirstEntry();
                }
            }
        }
    }

    /// A block is final.
    void reached(FinalityProof proof) {
        boolean _ = work.offer(new Work.Reached(proof));
    }

    /// Proves and sends until interrupted.
    void run() throws InterruptedException {
        while (true) {
            List<Work> batch = new ArrayList<>();
            batch.add(work.take());
            int _ = work.drainTo(batch);
            TreeMap<Long, List<Work.Known>> known = new TreeMap<>();
            for (Work each : batch) {
                switch (each) {
                    case Work.Reached(FinalityProof proof) -> reachedNow(proof);
                    case Work.Known old ->
                        ledger.find(old.id())
                                .ifPresent(place -> known.computeIfAbsent(place.height(), _ -> new ArrayList<>())
                                        .add(old));
                }
            }
            known.forEach((height, again) -> {
                if (ledger.finality(height).isPresent()) {
                    deliverAgain(height, again);
                } else {
                    early.computeIfAbsent(height, _ -> new ArrayList<>()).addAll(again);
                }
            });
        }
    }

    private void reachedNow(FinalityProof proof) {
        Execution.Block block;
        synchronized (executed) {
            // A node that was away hears of later blocks' proofs before those of earlier ones.
            block = executed.remove(proof.header().height());
        }
        if (block != null) {
            deliver(proof, block.ids(), block.receipts());
        }
        List<Work.Known> again = early.remove(proof.header().height());
        if (again != null) {
            deliverAgain(proof.header().height(), again);
        }
    }

    /// Brings receipts of a block that was final before its transactions came in again.
    private void deliverAgain(long height, List<Work.Known> known) {
        Optional<FinalityProof> proof = ledger.finality(height);
        if (proof.isPresent() && known.stream().anyMatch(each -> expected.containsKey(each.id()))) {
            List<Bytes> ids = ledger.transactions(height).stream()
                    .map(leaf -> leaf.transactionId(suite))
                    .toList();
            deliver(proof.get(), ids, ledger.receipts(height));
        }
    }

    private void deliver(FinalityProof proof, List<Bytes> ids, List<Bytes> receipts) {
        Map<Courier, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            Courier courier = expected.remove(ids.get(i));
            if (courier != null) {
                places.computeIfAbsent(courier, _ -> new ArrayList<>()).add(i);
            }
        }
        if (places.isEmpty()) {
            return;
        }
        List<Bytes> hashes = receipts.stream()
                .map(receipt -> MerklePlaces.leafHash(suite, receipt))
                .toList();
        places.forEach((courier, of) -> courier.answer(receipts(proof, receipts, hashes, of)));
    }

    private BlockReceipts receipts(
            FinalityProof proof, List<Bytes> receipts, List<Bytes> hashes, List<Integer> places) {
        BlockReceipts.Builder block = BlockReceipts.newBuilder()
                .setFinalityProof(ChainForms.byteString(proof.encoded()))
                .addAllIndexes(places);
        places.forEach(place -> block.addReceipts(ChainForms.byteString(receipts.get(place))));
        MerklePlaces.siblings(suite, hashes, places).forEach(s -> block.addSiblings(ChainForms.byteString(s)));
        return block.build();
    }
}
