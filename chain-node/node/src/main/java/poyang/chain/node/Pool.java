package poyang.chain.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import poyang.chain.contract.Account;
import poyang.chain.contract.ContractRejection;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.StateView;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Clients' transactions that wait for a place in a block. Each one's signature is checked once, when it comes
/// in, together with whatever else came in meanwhile. What other validators spread is checked where it is
/// executed, a block at once.
///
/// Safe for use by several threads; `run` is the body of the one thread that admits.
final class Pool implements Execution.Verified {
    private static final int MOST_WAITING = 20_000;
    private static final long MOST_BYTES = 64L << 20;
    private static final int BATCH = 256;
    private static final int WORTH_WAITING_FOR = 64;
    private static final long GATHER_MILLIS = 10;
    private static final int INBOX = 4_096;
    private static final long ADMISSION_MILLIS = 5_000;

    private final Contracts contracts;
    private final Ledger ledger;
    private final Meter meter;
    private final Listener listener;
    private final Signers signers;
    private final LinkedBlockingQueue<Application> inbox = new LinkedBlockingQueue<>(INBOX);
    private final Map<Bytes, Waiting> waiting = new LinkedHashMap<>();
    private final Map<Bytes, Waiting> byItem = new HashMap<>();
    private final List<Bytes> brought = new ArrayList<>();
    private volatile @Nullable Supplier<PoyangException> shut;
    private long waitingBytes;
    private long admittedCount;

    Pool(Contracts contracts, Ledger ledger, Meter meter, Listener listener) {
        this.meter = meter;
        this.contracts = contracts;
        this.ledger = ledger;
        this.listener = listener;
        signers = new Signers(contracts);
    }

    /// Told of what clients brought to this node, so that no other validator knows it, once each.
    interface Listener {
        /// @param items the bytes that validators spread
        void pooled(List<Bytes> items);
    }

    /// An admitted transaction.
    ///
    /// @param key under which its signature holds
    /// @param item the bytes that validators spread
    record Waiting(SignedCall call, VerificationKey key, Bytes item) {}

    private record Trial(Application application, Account sender) {}

    private record Application(SignedCall call, CompletableFuture<Boolean> answer) {}

    /// Pools a client's transaction and gives its id; one that is pooled or executed already is welcome.
    ///
    /// @throws PoyangException what is wrong with it, or `POOL_FULL`
    Bytes submit(TransactionLeaf leaf) throws InterruptedException {
        SignedCall call = takenApart(leaf);
        try {
            Boolean _ = enter(call).get(ADMISSION_MILLIS, TimeUnit.MILLISECONDS);
            return call.id();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof PoyangException refused) {
                throw refused;
            }
            throw stopped(e);
        } catch (TimeoutException e) {
            throw stopped(e);
        }
    }

    /// Takes a client's transaction apart.
    ///
    /// @throws PoyangException `BAD_TRANSACTION` or `TRANSACTION_OF_OTHER_CHAIN`
    SignedCall takenApart(TransactionLeaf leaf) {
        try {
            return SignedCall.of(leaf, ledger.genesis().suite(), ledger.chainId());
        } catch (PoyangException e) {
            meter.refused(e);
            throw e;
        }
    }

    /// Has a client's transaction judged. The answer tells whether it is new here, or fails with what is wrong
    /// with it.
    ///
    /// @throws PoyangException `POOL_FULL` when that could not begin for some seconds
    CompletableFuture<Boolean> enter(SignedCall call) throws InterruptedException {
        meter.received(1);
        Supplier<PoyangException> refusal = shut;
        if (refusal != null) {
            throw refusal.get();
        }
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        if (!inbox.offer(new Application(call, answer), ADMISSION_MILLIS, TimeUnit.MILLISECONDS)) {
            throw full();
        }
        CompletableFuture<Boolean> _ = answer.whenComplete((_, failure) -> {
            if (failure instanceof PoyangException why) {
                meter.refused(why);
            }
        });
        return answer;
    }

    /// From now on clients are told this.
    void shut(Supplier<PoyangException> refusal) {
        shut = refusal;
    }

    /// Admits until interrupted. While transactions keep coming it waits a little, for signatures cost less
    /// together.
    void run() throws InterruptedException {
        long last = System.nanoTime();
        while (true) {
            List<Application> batch = new ArrayList<>();
            batch.add(inbox.take());
            inbox.drainTo(batch, BATCH - 1);
            long now = System.nanoTime();
            if (batch.size() < WORTH_WAITING_FOR && now - last < 2 * GATHER_MILLIS * 1_000_000) {
                Thread.sleep(GATHER_MILLIS);
                inbox.drainTo(batch, BATCH - batch.size());
            }
            last = System.nanoTime();
            try {
                admit(batch);
                if (!brought.isEmpty()) {
                    listener.pooled(List.copyOf(brought));
                    brought.clear();
                }
            } catch (RuntimeException e) {
                batch.forEach(application -> application.answer().completeExceptionally(e));
                throw e;
            }
        }
    }

    private void admit(List<Application> batch) {
        long height = ledger.height() + 1;
        StateView state = ledger.head();
        List<Trial> open = new ArrayList<>();
        List<VerificationKey.Check> checks = new ArrayList<>();
        for (Application application : batch) {
            SignedCall call = application.call();
            if (isWaiting(call.id())) {
                application.answer().complete(false);
                continue;
            }
            Optional<PoyangException> wrong = wrong(call);
            if (wrong.isPresent()) {
                // One that was executed has used its nonce, or is out of time: only then is it looked for.
                if (ledger.find(call.id()).isPresent()) {
                    application.answer().complete(false);
                } else {
                    application.answer().completeExceptionally(wrong.get());
                }
                continue;
            }
            Optional<Account> sender = contracts.account(call.sender(), state);
            if (sender.isEmpty()) {
                application.answer().completeExceptionally(notSigned());
                continue;
            }
            Trial trial = new Trial(application, sender.get());
            Signers.onlyKey(sender.get(), height)
                    .ifPresentOrElse(
                            key -> {
                                open.add(trial);
                                checks.add(call.check(key));
                            },
                            () -> conclude(
                                    application, signers.judge(call, trial.sender(), height, state, null, null)));
        }
        List<Boolean> verdicts = VerificationKey.verifyBatch(checks);
        for (int i = 0; i < open.size(); i++) {
            Trial trial = open.get(i);
            VerificationKey key = checks.get(i).key();
            boolean holds = verdicts.get(i);
            SignedCall call = trial.application().call();
            conclude(
                    trial.application(),
                    signers.judge(call, trial.sender(), height, state, holds ? key : null, holds ? null : key));
        }
    }

    private void conclude(Application application, Signers.Verdict verdict) {
        switch (verdict) {
            case Signers.Verdict.Unsigned() -> application.answer().completeExceptionally(notSigned());
            case Signers.Verdict.Refused(ContractRejection why) ->
                application.answer().completeExceptionally(Signers.exception(why));
            case Signers.Verdict.Signed(VerificationKey key) -> take(application, key);
        }
    }

    private void take(Application application, VerificationKey key) {
        SignedCall call = application.call();
        Bytes item = call.leaf().encoded();
        if (put(new Waiting(call, key, item))) {
            brought.add(item);
            application.answer().complete(true);
        } else {
            application.answer().completeExceptionally(full());
        }
    }

    private boolean isWaiting(Bytes id) {
        synchronized (waiting) {
            return waiting.containsKey(id);
        }
    }

    private Optional<PoyangException> wrong(SignedCall call) {
        long height = ledger.height();
        if (!call.inTime(height + 1)) {
            return Optional.of(new PoyangException(
                    NodeErrors.OUT_OF_TIME,
                    "the transaction's block limit is " + call.payload().getBlockLimit() + ", the chain is at "
                            + height,
                    "a limit from " + (height + 1) + " to " + (height + 1 + Ledger.NONCE_WINDOW) + " is needed"));
        }
        if (ledger.seen(call.sender(), call.nonce())) {
            return Optional.of(new PoyangException(
                    NodeErrors.REPLAYED,
                    "this sender used this nonce before",
                    "a fresh random nonce of 16 bytes is needed"));
        }
        if (contracts.find(call.payload().getContract()).isEmpty()) {
            return Optional.of(Execution.noContract(call.payload().getContract()));
        }
        return Optional.empty();
    }

    private boolean put(Waiting entry) {
        synchronized (waiting) {
            int bytes = entry.item().length();
            if (waiting.size() >= MOST_WAITING || waitingBytes + bytes > MOST_BYTES) {
                return false;
            }
            if (waiting.put(entry.call().id(), entry) == null) {
                byItem.put(entry.item(), entry);
                waitingBytes += bytes;
                admittedCount++;
            }
            return true;
        }
    }

    /// Takes off what was ordered, and what can stand in no block above `height` any more.
    ///
    /// @param taken how many of them got a place in the block
    void settled(List<Bytes> ordered, int taken, long height) {
        synchronized (waiting) {
            int before = waiting.size();
            for (Bytes item : ordered) {
                Waiting known = byItem.get(item);
                if (known != null) {
                    remove(known.call().id());
                }
            }
            // The others came in through other validators.
            admittedCount += Math.max(0, taken - (before - waiting.size()));
            List<Bytes> late = waiting.values().stream()
                    .filter(w -> !w.call().inTime(height + 1))
                    .map(w -> w.call().id())
                    .toList();
            late.forEach(this::remove);
        }
    }

    private void remove(Bytes id) {
        Waiting gone = waiting.remove(id);
        if (gone != null) {
            byItem.remove(gone.item());
            waitingBytes -= gone.item().length();
        }
    }

    @Override
    public Optional<Waiting> find(Bytes item) {
        synchronized (waiting) {
            return Optional.ofNullable(byItem.get(item));
        }
    }

    int size() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    long admittedCount() {
        synchronized (waiting) {
            return admittedCount;
        }
    }

    private static PoyangException notSigned() {
        return new PoyangException(
                NodeErrors.NOT_SIGNED,
                "the transaction is not signed by a known account's key",
                "sign the payload with a key of the sender, and send the right parity");
    }

    private static PoyangException full() {
        return new PoyangException(
                NodeErrors.POOL_FULL,
                MOST_WAITING + " transactions or " + (MOST_BYTES >> 20) + " MiB are waiting",
                "submit again in a few seconds");
    }

    static PoyangException stopped(Throwable cause) {
        return new PoyangException(
                NodeErrors.NODE_STOPPED, "this node admits nothing at present", "submit to another node", cause);
    }
}
