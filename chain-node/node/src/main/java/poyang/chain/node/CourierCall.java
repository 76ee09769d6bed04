package poyang.chain.node;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.CallErrors;
import poyang.sdk.ChainForms;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.TransactAnswer;
import poyang.wire.schema.TransactRequest;
import poyang.wire.schema.Transaction;

/// What comes over one stream of transactions. A transaction that cannot be admitted is refused by itself; an
/// opening that does not hold ends the stream. A stream waits when admission is full: so its client does.
final class CourierCall implements StreamObserver<TransactRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(CourierCall.class);
    private static final int MOST_OPENINGS = 10_000;

    private final Couriers.Courier courier;
    private final StreamObserver<TransactAnswer> out;
    private final Pool pool;
    private final CryptoSuite suite;
    private final Function<SignedQuery, String> opened;
    private int openings;
    private boolean ended;

    /// @param opened the account whose opening holds
    CourierCall(
            Couriers.Courier courier,
            StreamObserver<TransactAnswer> out,
            Pool pool,
            CryptoSuite suite,
            Function<SignedQuery, String> opened) {
        this.courier = courier;
        this.out = out;
        this.pool = pool;
        this.suite = suite;
        this.opened = opened;
    }

    @Override
    public void onNext(TransactRequest request) {
        if (ended) {
            return;
        }
        try {
            for (SignedQuery opening : request.getOpeningsList()) {
                if (++openings > MOST_OPENINGS) {
                    throw new PoyangException(
                            NodeErrors.POOL_FULL, MOST_OPENINGS + " accounts use this stream", "open another one");
                }
                courier.open(opened.apply(opening));
            }
            for (Transaction transaction : request.getTransactionsList()) {
                submit(transaction);
            }
        } catch (PoyangException e) {
            end(CallErrors.toStatus(e));
        } catch (InterruptedException e) {
            end(Status.UNAVAILABLE.asRuntimeException());
        } catch (RuntimeException e) {
            LOG.error("a stream of transactions failed", e);
            end(Status.INTERNAL.asRuntimeException());
        }
    }

    private void submit(Transaction transaction) throws InterruptedException {
        TransactionLeaf leaf = ChainForms.leaf(transaction);
        SignedCall call;
        try {
            call = pool.takenApart(leaf);
        } catch (PoyangException e) {
            courier.refused(leaf.transactionId(suite), e);
            return;
        }
        Bytes id = call.id();
        try {
            if (!courier.expect(call)) {
                return;
            }
            CompletableFuture<Boolean> _ = pool.enter(call).whenComplete((fresh, failure) -> {
                if (failure != null) {
                    courier.refused(id, failure instanceof PoyangException why ? why : Pool.stopped(failure));
                } else if (!fresh) {
                    courier.known(id);
                }
            });
        } catch (PoyangException e) {
            courier.refused(id, e);
        }
    }

    private void end(RuntimeException status) {
        ended = true;
        if (courier.close()) {
            out.onError(status);
        }
    }

    @Override
    public void onError(Throwable cause) {
        ended = true;
        boolean _ = courier.close();
    }

    @Override
    public void onCompleted() {
        ended = true;
        if (courier.close()) {
            out.onCompleted();
        }
    }
}
