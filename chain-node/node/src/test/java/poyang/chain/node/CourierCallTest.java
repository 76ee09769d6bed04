package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.chain.node.OneValidator.ANALYST;
import static poyang.chain.node.TransactDoor.receipt;
import static poyang.chain.node.TransactDoor.refusal;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoSuite;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainForms;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.TransactRequest;
import poyang.wire.schema.Transaction;

/// What comes over a stream goes through admission, and what becomes of it comes back.
@Timeout(120)
final class CourierCallTest {
    private static final long FAR = 500;
    /// This one does not hold.
    private static final SignedQuery FALSE =
            SignedQuery.newBuilder().setParity(1).build();

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // made before each test
    private OneValidator chain;

    @SuppressWarnings("NullAway.Init")
    private Couriers couriers;

    @SuppressWarnings("NullAway.Init")
    private Pool pool;

    @SuppressWarnings("NullAway.Init")
    private Thread admission;

    @SuppressWarnings("NullAway.Init")
    private Thread sending;

    private interface Body {
        void run() throws InterruptedException;
    }

    private static Thread thread(Body body) {
        return Thread.ofPlatform().daemon().start(() -> {
            try {
                body.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @BeforeEach
    void open() {
        chain = new OneValidator(folder);
        couriers = new Couriers(chain.ledger);
        pool = new Pool(chain.contracts, chain.ledger, new Meter(), _ -> {});
        admission = thread(pool::run);
        sending = thread(couriers::run);
    }

    @AfterEach
    void close() throws InterruptedException {
        for (Thread each : List.of(admission, sending)) {
            each.interrupt();
            each.join();
        }
        chain.close();
    }

    private CourierCall stream(TransactDoor door) {
        CourierCall call = new CourierCall(couriers.begin(door), door, pool, CryptoSuite.SM, opening -> {
            if (opening.equals(FALSE)) {
                throw new PoyangException(SdkErrors.QUERY_NOT_PROVEN, "it is not signed", "sign it");
            }
            return ANALYST;
        });
        return call;
    }

    private CourierCall opened(TransactDoor door) {
        CourierCall stream = stream(door);
        stream.onNext(TransactRequest.newBuilder()
                .addOpenings(SignedQuery.getDefaultInstance())
                .build());
        return stream;
    }

    private static TransactRequest request(SignedCall... calls) {
        TransactRequest.Builder request = TransactRequest.newBuilder();
        for (SignedCall call : calls) {
            request.addTransactions(ChainForms.transaction(call.leaf()));
        }
        return request.build();
    }

    private static void await(TransactDoor door, String... expected) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (door.heard().size() < expected.length && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertEquals(List.of(expected), door.heard());
    }

    /// As the thread that orders does.
    private void order(SignedCall... calls) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (pool.size() < calls.length && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertEquals(calls.length, pool.size());
        Execution.Block block = chain.execute(calls);
        couriers.executed(block);
        List<poyang.kernel.Bytes> items =
                List.of(calls).stream().map(call -> call.leaf().encoded()).toList();
        pool.settled(items, items.size(), chain.ledger.height());
        couriers.reached(chain.prove(block.prepared().height()));
    }

    @Test
    void eachTransactionIsAnsweredByItself() throws Exception {
        TransactDoor door = new TransactDoor();
        CourierCall stream = opened(door);
        SignedCall good = chain.call(FAR);
        SignedCall expired = chain.call(0);
        SignedCall foreign = SignedCall.of(
                chain.leaf(chain.payload(FAR).toBuilder()
                        .setSender("housing/owner")
                        .build()),
                CryptoSuite.SM,
                chain.ledger.chainId());
        stream.onNext(request(expired));
        await(door, refusal("TRANSACTION_OUT_OF_TIME", expired));
        stream.onNext(request(foreign, good));
        order(good);
        await(
                door,
                refusal("TRANSACTION_OUT_OF_TIME", expired),
                refusal("READ_NOT_ALLOWED", foreign),
                receipt(1, good));
        stream.onNext(TransactRequest.newBuilder()
                .addTransactions(Transaction.getDefaultInstance())
                .build());
        stream.onNext(request(good));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (door.heard().size() < 5 && System.nanoTime() < deadline) {
            Thread.sleep(5);
        }
        assertTrue(
                door.heard().get(3).startsWith("BAD_TRANSACTION "), door.heard().toString());
        assertEquals(receipt(1, good), door.heard().getLast(), "who brings it again gets the receipt again");
        assertEquals(0, couriers.awaited());
        stream.onCompleted();
        assertEquals(List.of("OK"), door.ended());
    }

    @Test
    void twoStreamsOfOneAccountBringTheSame() throws Exception {
        TransactDoor first = new TransactDoor();
        TransactDoor second = new TransactDoor();
        SignedCall call = chain.call(FAR);
        opened(first).onNext(request(call));
        opened(second).onNext(request(call, call));
        order(call);
        await(first, receipt(1, call));
        await(second, receipt(1, call));
    }

    @Test
    void anOpeningThatDoesNotHoldEndsTheStream() throws Exception {
        TransactDoor door = new TransactDoor();
        CourierCall stream = opened(door);
        SignedCall before = chain.call(FAR);
        stream.onNext(request(before));
        stream.onNext(TransactRequest.newBuilder().addOpenings(FALSE).build());
        assertEquals(1, door.ended().size());
        assertEquals(0, couriers.awaited());
        stream.onNext(request(chain.call(FAR)));
        stream.onCompleted();
        assertEquals(1, door.ended().size(), "it ends once");
        order(before);
        assertEquals(List.of(), door.heard());
    }

    @Test
    void whatAClosedStreamBroughtGoesItsWay() throws Exception {
        TransactDoor door = new TransactDoor();
        CourierCall stream = opened(door);
        SignedCall call = chain.call(FAR);
        stream.onNext(request(call));
        stream.onCompleted();
        assertEquals(List.of("OK"), door.ended());
        order(call);
        assertEquals(List.of(), door.heard());
        TransactDoor next = new TransactDoor();
        opened(next).onNext(request(call));
        await(next, receipt(1, call));
    }
}
