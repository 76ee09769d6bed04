package poyang.chain.node;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
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
///
/// Nothing is awaited without an end: a transaction whose block has no proof after a minute, and one that no
/// block up to its limit holds, is refused over every stream that brought it.
final class Couriers {
    private static final Logger LOG = LoggerFactory.getLogger(Couriers.class);

    /// A stream that takes nothing off for so many blocks is given up.
    private static final int BLOCKS_UNREAD = 256;
    /// Executed blocks that wait for their proofs here, at most; later ones are read from the ledger again.
    private static final int BLOCKS_AT_HAND = 4_096;
    /// So long a block's proof is waited for.
    static final long PROOF_SECONDS = 60;
    private static final long LOOK_SECONDS = 1;

    private final Ledger ledger;
    private final CryptoSuite suite;
    private final LongSupplier nanos;
    private final int blocksAtHand;
    private final Map<Bytes, Awaited> expected = new ConcurrentHashMap<>();
    /// By height, what was executed while something was expected, or came in again afterwards.
    private final TreeMap<Long, Unproven> unproven = new TreeMap<>();
    private final LinkedBlockingQueue<Work> work = new LinkedBlockingQueue<>();
    private long lookedNanos;
    private long lookedHeight;

    private sealed interface Work {
        record Reached(FinalityProof proof) implements Work {}

        record Known(Bytes id) implements Work {}
    }

    /// A transaction whose receipt is to come.
    ///
    /// @param couriers all that brought it
    /// @param blockLimit the last block that may hold it
    /// @param from the height when the first one brought it
    private record Awaited(List<Courier> couriers, long blockLimit, long from) {
        Awaited and(Awaited later) {
            List<Courier> all = new ArrayList<>(couriers);
            all.addAll(later.couriers);
            return new Awaited(List.copyOf(all), blockLimit, from);
        }

        @Nullable
        Awaited without(Courier gone) {
            List<Courier> left =
                    couriers.stream().filter(courier -> courier != gone).toList();
            return left.isEmpty() ? null : new Awaited(left, blockLimit, from);
        }
    }

    /// @param block empty where the ledger is to be asked
    private record Unproven(Optional<Execution.Block> block, long sinceNanos) {}

    Couriers(Ledger ledger) {
        this(ledger, System::nanoTime, BLOCKS_AT_HAND);
    }

    Couriers(Ledger ledger, LongSupplier nanos, int blocksAtHand) {
        this.ledger = ledger;
        this.nanos = nanos;
        this.blocksAtHand = blocksAtHand;
        suite = ledger.genesis().suite();
        lookedNanos = nanos.getAsLong();
    }

    /// One stream.
    final class Courier {
        static final int MOST_UNDER_WAY = 20_000;

        private final ServerCallStreamObserver<TransactAnswer> out;
        private final Set<String> accounts = new TreeSet<>();
        private final Set<Bytes> underWay = new HashSet<>();
        private int unread;
        private boolean closed;

        private Courier(ServerCallStreamObserver<TransactAnswer> out) {
            this.out = out;
        }

        /// From now on it may bring transactions of this account.
        synchronized void open(String account) {
            accounts.add(account);
        }

        /// Before a transaction is submitted: its receipt is to come over this stream. Gives whether that is new:
        /// what is under way already need not be submitted again.
        ///
        /// @throws PoyangException `NOT_ALLOWED` for somebody else's transaction, `POOL_FULL`
        synchronized boolean expect(SignedCall call) {
            if (!accounts.contains(call.sender())) {
                throw new PoyangException(
                        NodeErrors.NOT_ALLOWED,
                        "the stream was not opened for " + call.sender(),
                        "an opening signed by that account is needed");
            }
            if (underWay.contains(call.id())) {
                return false;
            }
            if (underWay.size() >= MOST_UNDER_WAY) {
                throw new PoyangException(
                        NodeErrors.POOL_FULL,
                        MOST_UNDER_WAY + " transactions of this stream are under way",
                        "wait for receipts");
            }
            if (!closed) {
                underWay.add(call.id());
                Awaited awaited = new Awaited(List.of(this), call.payload().getBlockLimit(), ledger.height());
                Awaited _ = expected.merge(call.id(), awaited, Awaited::and);
            }
            return true;
        }

        /// It was here before: when its block is executed already, nobody else will bring its receipt.
        void known(Bytes id) {
            boolean _ = work.offer(new Work.Known(id));
        }

        void refused(Bytes id, PoyangException why) {
            refused(List.of(id), why);
        }

        private synchronized void refused(List<Bytes> ids, PoyangException why) {
            TransactAnswer.Builder answer = TransactAnswer.newBuilder();
            for (Bytes id : ids) {
                forget(id);
                answer.addRefusals(Refusal.newBuilder()
                        .setTransactionId(ChainForms.byteString(id))
                        .setCode(why.code().number())
                        .setName(why.code().name())
                        .setWrong(why.wrong())
                        .setRight(why.right()));
            }
            send(answer.build());
        }

        private synchronized void answer(BlockReceipts block, List<Bytes> ids) {
            ids.forEach(underWay::remove);
            send(TransactAnswer.newBuilder().setBlock(block).build());
        }

        private void forget(Bytes id) {
            if (underWay.remove(id)) {
                Awaited _ = expected.computeIfPresent(id, (_, awaited) -> awaited.without(this));
            }
        }

        private void send(TransactAnswer answer) {
            if (closed) {
                return;
            }
            unread = out.isReady() ? 0 : unread + 1;
            if (unread > BLOCKS_UNREAD) {
                LOG.warn("a stream of {} is given up: its client reads nothing", accounts);
                boolean _ = close();
                out.onError(io.grpc.Status.RESOURCE_EXHAUSTED.asRuntimeException());
            } else {
                out.onNext(answer);
            }
        }

        /// The client is done or gone. What it brought goes its way. Gives whether the stream was open.
        synchronized boolean close() {
            if (closed) {
                return false;
            }
            closed = true;
            List.copyOf(underWay).forEach(this::forget);
            return true;
        }
    }

    Courier begin(ServerCallStreamObserver<TransactAnswer> out) {
        return new Courier(out);
    }

    /// Transactions whose receipts are to come.
    int awaited() {
        return expected.size();
    }

    /// The ledger has executed a block.
    void executed(Execution.Block block) {
        if (!expected.isEmpty()) {
            synchronized (unproven) {
                boolean room = unproven.size() < blocksAtHand;
                unproven.put(
                        block.prepared().height(),
                        new Unproven(room ? Optional.of(block) : Optional.empty(), nanos.getAsLong()));
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
            Work first = work.poll(LOOK_SECONDS, TimeUnit.SECONDS);
            if (first != null) {
                batch.add(first);
            }
            settle(batch);
        }
    }

    /// Proves and sends what there is to send now.
    void settle() {
        settle(new ArrayList<>());
    }

    /// @param batch what was taken off before
    private void settle(List<Work> batch) {
        int _ = work.drainTo(batch);
        TreeSet<Long> again = new TreeSet<>();
        for (Work each : batch) {
            switch (each) {
                case Work.Reached(FinalityProof proof) -> reachedNow(proof);
                case Work.Known(Bytes id) -> {
                    if (expected.containsKey(id)) {
                        ledger.find(id).ifPresent(place -> again.add(place.height()));
                    }
                }
            }
        }
        again.forEach(this::bringAgain);
        long now = nanos.getAsLong();
        if (now - lookedNanos >= TimeUnit.SECONDS.toNanos(LOOK_SECONDS)) {
            lookedNanos = now;
            withoutProof(now).forEach(this::giveUp);
            outOfTime();
        }
    }

    private void reachedNow(FinalityProof proof) {
        Unproven waited;
        synchronized (unproven) {
            // A node that was away hears of later blocks' proofs before those of earlier ones.
            waited = unproven.remove(proof.header().height());
        }
        if (waited != null) {
            waited.block()
                    .ifPresentOrElse(
                            block -> deliver(proof, block.ids(), block.receipts()), () -> deliverFromLedger(proof));
        }
    }

    /// Brings receipts of a block that was executed before its transactions came in again, or once it is final.
    private void bringAgain(long height) {
        Optional<FinalityProof> proof = ledger.finality(height);
        if (proof.isPresent()) {
            deliverFromLedger(proof.get());
        } else {
            synchronized (unproven) {
                Unproven _ = unproven.putIfAbsent(height, new Unproven(Optional.empty(), nanos.getAsLong()));
            }
        }
    }

    private void deliverFromLedger(FinalityProof proof) {
        long height = proof.header().height();
        deliver(proof, ids(height), ledger.receipts(height));
    }

    private List<Bytes> ids(long height) {
        return ledger.transactions(height).stream()
                .map(leaf -> leaf.transactionId(suite))
                .toList();
    }

    private void deliver(FinalityProof proof, List<Bytes> ids, List<Bytes> receipts) {
        Map<Courier, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            Awaited awaited = expected.remove(ids.get(i));
            if (awaited != null) {
                for (Courier courier : awaited.couriers()) {
                    places.computeIfAbsent(courier, _ -> new ArrayList<>()).add(i);
                }
            }
        }
        if (places.isEmpty()) {
            return;
        }
        List<Bytes> hashes = MerklePlaces.leafHashes(suite, receipts);
        places.forEach((courier, of) -> courier.answer(
                receipts(proof, receipts, hashes, of), of.stream().map(ids::get).toList()));
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

    // ---- what does not come -----------------------------------------------------------------------

    /// Takes off what waited for its proof too long.
    private Map<Long, Unproven> withoutProof(long now) {
        TreeMap<Long, Unproven> late = new TreeMap<>();
        synchronized (unproven) {
            unproven.forEach((height, waited) -> {
                if (now - waited.sinceNanos() >= TimeUnit.SECONDS.toNanos(PROOF_SECONDS)) {
                    late.put(height, waited);
                }
            });
            late.keySet().forEach(unproven::remove);
        }
        return late;
    }

    private void giveUp(long height, Unproven waited) {
        Optional<FinalityProof> proof = ledger.finality(height);
        if (proof.isPresent()) {
            deliverFromLedger(proof.get());
        } else if (waited.block().isPresent() || height >= ledger.base()) {
            refuse(
                    waited.block().map(Execution.Block::ids).orElseGet(() -> ids(height)),
                    new PoyangException(
                            NodeErrors.NOT_FINAL_YET,
                            "block " + height + ", which holds it, has no proof after " + PROOF_SECONDS + " s",
                            "submit it to another node as well, or look for its receipt later"));
        }
    }

    /// Whatever could stand in final blocks only, and does not.
    private void outOfTime() {
        long reached = ledger.finalisedHeight();
        if (reached == lookedHeight) {
            return;
        }
        lookedHeight = reached;
        expected.forEach((id, awaited) -> {
            if (awaited.blockLimit() <= reached) {
                ledger.find(id)
                        .ifPresentOrElse(
                                place -> bringAgain(place.height()),
                                () -> refuse(List.of(id), absent(awaited, ledger.base())));
            }
        });
    }

    private static PoyangException absent(Awaited awaited, long base) {
        if (base > 1 && base > awaited.from()) {
            return new PoyangException(
                    NodeErrors.NOT_FINAL_YET,
                    "this node took up a snapshot since, and lacks blocks that may hold it",
                    "look for its receipt at another node");
        }
        return new PoyangException(
                NodeErrors.OUT_OF_TIME,
                "its block limit was " + awaited.blockLimit() + ", and no block up to there holds it",
                "sign it anew with a later limit");
    }

    private void refuse(Collection<Bytes> ids, PoyangException why) {
        Map<Courier, List<Bytes>> each = new LinkedHashMap<>();
        for (Bytes id : ids) {
            Awaited awaited = expected.get(id);
            if (awaited != null) {
                awaited.couriers()
                        .forEach(courier -> each.computeIfAbsent(courier, _ -> new ArrayList<>())
                                .add(id));
            }
        }
        each.forEach((courier, of) -> courier.refused(of, why));
    }
}
