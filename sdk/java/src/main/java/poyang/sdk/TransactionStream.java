package poyang.sdk;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.wire.schema.BlockReceipts;
import poyang.wire.schema.Empty;
import poyang.wire.schema.Refusal;
import poyang.wire.schema.TransactAnswer;
import poyang.wire.schema.TransactRequest;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// Many transactions of some accounts over one stream to a node, for business systems that record without
/// pause: transactions that come together travel together, and the receipts of a block come back under one
/// proof, which is held against the genesis.
///
/// A node that breaks the stream, or is silent too long, is left for the next one, to which everything open
/// is sent again, which is harmless. Safe for use by several threads.
public final class TransactionStream implements AutoCloseable {
    private static final int MOST_TOGETHER = 512;
    private static final long GATHER_MILLIS = 10;
    /// Where transactions keep coming: a message costs either side much that does not depend on what it carries.
    private static final long BUSY_GATHER_MILLIS = 40;
    private static final long REOPEN_MILLIS = 200;
    private static final long LOOK_MILLIS = 500;
    /// A node's word for a transaction whose last block has passed, or is too far ahead, as that node sees it.
    private static final String OUT_OF_TIME = "TRANSACTION_OUT_OF_TIME";
    /// A node's word for a transaction that it executed, and has no proof of.
    private static final String NOT_FINAL_YET = "NOT_FINAL_YET";

    private final ChainClient client;
    private final List<ChainAccount> accounts;
    private final Patience patience;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("transactions").factory());
    private final LinkedHashMap<Bytes, Open> open = new LinkedHashMap<>();
    private final List<Transaction> gathered = new ArrayList<>();
    private @Nullable StreamObserver<TransactRequest> out;
    private boolean flushDue;
    private long flushedNanos;
    private boolean reopening;
    private boolean closed;
    private int node;
    private int life;
    private long heardNanos;
    private long height;

    /// @param sentNanos when it was handed in
    private record Open(Transaction transaction, long sentNanos, CompletableFuture<TransactionReceipt> receipt) {}

    /// @param silentMillis how long a node may say nothing while something is open
    /// @param giveUpMillis how long a receipt may take
    record Patience(long silentMillis, long giveUpMillis) {
        static final Patience USUAL = new Patience(10_000, 120_000);
    }

    private TransactionStream(ChainClient client, int node, List<ChainAccount> accounts, Patience patience) {
        this.patience = patience;
        this.client = client;
        this.accounts = List.copyOf(accounts);
        this.node = node;
        flushedNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(BUSY_GATHER_MILLIS);
    }

    /// Opens a stream for accounts of one client.
    ///
    /// @param node index of the node that is used first, among the client's
    /// @throws PoyangException when no node answers
    public static TransactionStream open(ChainClient client, int node, List<ChainAccount> accounts) {
        return open(client, node, accounts, Patience.USUAL);
    }

    static TransactionStream open(ChainClient client, int node, List<ChainAccount> accounts, Patience patience) {
        TransactionStream stream =
                new TransactionStream(client, node % client.nodes().size(), accounts, patience);
        stream.height = accounts.getFirst().height();
        synchronized (stream) {
            stream.connect();
        }
        ScheduledFuture<?> _ =
                stream.clock.scheduleWithFixedDelay(stream::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return stream;
    }

    /// Has a contract's method executed for one of the stream's accounts. The result comes with the proven
    /// receipt, whatever its code, or fails with the node's refusal, or after two minutes with `NOT_FINAL`.
    public CompletableFuture<TransactionReceipt> submit(
            ChainAccount account, String contract, String method, com.google.protobuf.Message arguments) {
        long at;
        synchronized (this) {
            at = height;
        }
        Transaction transaction = account.sign(contract, method, arguments, at);
        Bytes id = client.suite().hash(transaction.getPayload().toByteArray());
        CompletableFuture<TransactionReceipt> receipt = new CompletableFuture<>();
        synchronized (this) {
            open.put(id, new Open(transaction, System.nanoTime(), receipt));
            gathered.add(transaction);
            if (gathered.size() >= MOST_TOGETHER) {
                flush();
            } else if (!flushDue && !closed) {
                flushDue = true;
                long ago = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - flushedNanos);
                ScheduledFuture<?> _ = clock.schedule(
                        this::flush, Math.max(GATHER_MILLIS, BUSY_GATHER_MILLIS - ago), TimeUnit.MILLISECONDS);
            }
        }
        return receipt;
    }

    /// Transactions whose receipts are still to come.
    public synchronized int underWay() {
        return open.size();
    }

    private synchronized void flush() {
        flushDue = false;
        flushedNanos = System.nanoTime();
        StreamObserver<TransactRequest> to = out;
        if (to != null && !gathered.isEmpty()) {
            to.onNext(TransactRequest.newBuilder().addAllTransactions(gathered).build());
            gathered.clear();
        }
    }

    /// Opens the stream to the present node and sends everything that is open.
    private void connect() {
        life++;
        heardNanos = System.nanoTime();
        StreamObserver<TransactRequest> to = client.transact(node, new Ear(life));
        TransactRequest.Builder opening = TransactRequest.newBuilder();
        accounts.forEach(account ->
                opening.addOpenings(account.query("poyang.v1.Chain", "Transact", Empty.getDefaultInstance())));
        to.onNext(opening.build());
        gathered.clear();
        List<Transaction> again = open.values().stream().map(Open::transaction).toList();
        for (int from = 0; from < again.size(); from += MOST_TOGETHER) {
            to.onNext(TransactRequest.newBuilder()
                    .addAllTransactions(again.subList(from, Math.min(again.size(), from + MOST_TOGETHER)))
                    .build());
        }
        out = to;
        reopening = false;
    }

    private synchronized void leave(int ofLife) {
        if (ofLife != life || reopening || closed) {
            return;
        }
        reopening = true;
        StreamObserver<TransactRequest> old = out;
        out = null;
        if (old != null) {
            try {
                old.onError(io.grpc.Status.CANCELLED.asRuntimeException());
            } catch (IllegalStateException e) {
                // The stream is closed already.
            }
        }
        node = (node + 1) % client.nodes().size();
        ScheduledFuture<?> _ = clock.schedule(this::reconnect, REOPEN_MILLIS, TimeUnit.MILLISECONDS);
    }

    private synchronized void reconnect() {
        if (!closed) {
            connect();
        }
    }

    /// Leaves a node that is silent, and gives up what waited too long.
    private void look() {
        List<Open> late = new ArrayList<>();
        synchronized (this) {
            long now = System.nanoTime();
            open.values().removeIf(each -> {
                boolean over = now - each.sentNanos() > patience.giveUpMillis() * 1_000_000;
                if (over) {
                    late.add(each);
                }
                return over;
            });
            long silent = open.isEmpty()
                    ? 0
                    : now - Math.max(heardNanos, open.firstEntry().getValue().sentNanos());
            if (silent > patience.silentMillis() * 1_000_000) {
                leave(life);
            }
        }
        late.forEach(each -> each.receipt()
                .completeExceptionally(new PoyangException(
                        SdkErrors.NOT_FINAL,
                        "a transaction is not final after " + patience.giveUpMillis() / 1_000 + " s",
                        "look for its receipt later")));
    }

    private void take(int ofLife, TransactAnswer answer) {
        if (answer.getRefusalsCount() > 0) {
            answer.getRefusalsList().forEach(refusal -> refused(ofLife, refusal));
        }
        if (answer.hasBlock()) {
            try {
                receipts(answer.getBlock());
            } catch (PoyangException e) {
                // A node that says what does not hold is left; the others are asked.
                leave(ofLife);
                return;
            }
        }
        synchronized (this) {
            if (ofLife == life) {
                heardNanos = System.nanoTime();
            }
        }
    }

    private void refused(int ofLife, Refusal refusal) {
        Open of;
        synchronized (this) {
            Bytes id = ChainForms.bytes(refusal.getTransactionId());
            of = open.get(id);
            if (of != null && isAnothers(refusal.getName(), of)) {
                leave(ofLife);
                return;
            }
            of = open.remove(id);
        }
        if (of != null) {
            of.receipt()
                    .completeExceptionally(new PoyangException(
                            new ErrorCode(refusal.getName(), refusal.getCode(), ErrorCode.Category.BAD_INPUT),
                            refusal.getWrong(),
                            refusal.getRight()));
        }
    }

    /// Is it for another node? By proven blocks it is in time, so that this node is behind; or only the proof is
    /// missing.
    private boolean isAnothers(String name, Open of) {
        return name.equals(NOT_FINAL_YET) || (name.equals(OUT_OF_TIME) && limit(of.transaction()) > height);
    }

    private static long limit(Transaction transaction) {
        try {
            return TransactionPayload.parseFrom(transaction.getPayload()).getBlockLimit();
        } catch (InvalidProtocolBufferException e) {
            throw new Bug("a transaction that was signed here is none", e);
        }
    }

    private void receipts(BlockReceipts block) {
        BlockVerifier.Proven proven = client.verifier().receipts(block);
        List<Runnable> done = new ArrayList<>();
        synchronized (this) {
            height = Math.max(height, proven.height());
            for (TransactionReceipt receipt : proven.receipts()) {
                Open of = open.remove(ChainForms.bytes(receipt.getTransactionId()));
                if (of != null) {
                    done.add(() -> of.receipt().complete(receipt));
                }
            }
        }
        done.forEach(Runnable::run);
    }

    private final class Ear implements StreamObserver<TransactAnswer> {
        private final int ofLife;

        Ear(int ofLife) {
            this.ofLife = ofLife;
        }

        @Override
        public void onNext(TransactAnswer answer) {
            take(ofLife, answer);
        }

        @Override
        public void onError(Throwable cause) {
            PoyangException failure = cause instanceof StatusRuntimeException status
                    ? CallErrors.fromStatus(status)
                    : new PoyangException(SdkErrors.CALL_FAILED, "the stream failed", "another node is tried", cause);
            if (failure.code().category() == ErrorCode.Category.FORBIDDEN) {
                end(failure);
            } else {
                leave(ofLife);
            }
        }

        @Override
        public void onCompleted() {
            leave(ofLife);
        }
    }

    /// Nothing more comes: what is open fails with `why`.
    private void end(PoyangException why) {
        List<Open> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(open.values());
            open.clear();
        }
        clock.shutdownNow();
        left.forEach(each -> each.receipt().completeExceptionally(why));
    }

    /// What is still under way fails here, and may take effect all the same.
    @Override
    public void close() {
        StreamObserver<TransactRequest> to;
        synchronized (this) {
            if (closed) {
                return;
            }
            to = out;
            out = null;
        }
        end(new PoyangException(
                SdkErrors.NOT_FINAL, "the stream was closed before the receipt came", "look for it later"));
        if (to != null) {
            to.onCompleted();
        }
    }
}
