package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.chain.node.OneValidator.ANALYST;
import static poyang.chain.node.TransactDoor.receipt;
import static poyang.chain.node.TransactDoor.refusal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.node.Couriers.Courier;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Every receipt comes once over every stream that waits for it, in whatever order a block is executed, proven and
/// its transactions come in; and what does not come is said not to.
@Timeout(300)
final class CouriersTest {
    private static final int AT_HAND = 2;
    private static final long FAR = 500;

    @TempDir
    private Path folder;

    private final AtomicLong nanos = new AtomicLong();

    @SuppressWarnings("NullAway.Init") // made before each test
    private OneValidator chain;

    @SuppressWarnings("NullAway.Init")
    private Couriers couriers;

    @BeforeEach
    void open() {
        chain = new OneValidator(folder);
        couriers = new Couriers(chain.ledger, nanos::get, AT_HAND);
    }

    @AfterEach
    void close() {
        chain.close();
    }

    private Courier stream(TransactDoor door) {
        Courier courier = couriers.begin(door);
        courier.open(ANALYST);
        return courier;
    }

    /// As admission answers.
    private void judge(Courier courier, SignedCall call) {
        if (chain.ledger.find(call.id()).isPresent()) {
            courier.known(call.id());
        }
    }

    private void bring(Courier courier, SignedCall call) {
        if (courier.expect(call)) {
            judge(courier, call);
        }
    }

    private long execute(SignedCall... calls) {
        Execution.Block block = chain.execute(calls);
        couriers.executed(block);
        return block.prepared().height();
    }

    private void prove(long height) {
        couriers.reached(chain.prove(height));
    }

    private void settle() {
        couriers.settle();
    }

    private void later(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        settle();
    }

    /// All orders of the numbers below `count` in which `before[0]` stands before `before[1]`.
    private static List<List<Integer>> orders(int count, int[]... before) {
        List<List<Integer>> found = new ArrayList<>();
        extend(new ArrayList<>(), count, found);
        found.removeIf(
                order -> Arrays.stream(before).anyMatch(pair -> order.indexOf(pair[0]) > order.indexOf(pair[1])));
        return found;
    }

    private static void extend(List<Integer> begun, int count, List<List<Integer>> found) {
        if (begun.size() == count) {
            found.add(List.copyOf(begun));
            return;
        }
        for (int next = 0; next < count; next++) {
            if (!begun.contains(next)) {
                begun.add(next);
                extend(begun, count, found);
                begun.removeLast();
            }
        }
    }

    /// A transaction is expected, judged by admission, executed and proven, and the thread that sends looks in between.
    @Test
    void aReceiptComesOnceInWhateverOrderItsBlockAndItsTransactionCome() {
        List<List<Integer>> orders = orders(4, new int[] {0, 1}, new int[] {2, 3});
        assertEquals(6, orders.size());
        for (List<Integer> order : orders) {
            for (int looks = 0; looks < 1 << order.size(); looks++) {
                TransactDoor door = new TransactDoor();
                Courier courier = stream(door);
                SignedCall call = chain.call(chain.ledger.height() + FAR);
                long height = chain.ledger.height() + 1;
                for (int i = 0; i < order.size(); i++) {
                    switch (order.get(i)) {
                        case 0 -> assertTrue(courier.expect(call));
                        case 1 -> judge(courier, call);
                        case 2 -> execute(call);
                        default -> prove(height);
                    }
                    if ((looks >> i & 1) == 1) {
                        settle();
                    }
                }
                settle();
                assertEquals(List.of(receipt(height, call)), door.heard(), order + " with looks " + looks);
                assertEquals(0, couriers.awaited());
            }
        }
    }

    /// The later block's proof may come before the earlier one's, over one stream or two.
    @Test
    void twoBlocksReceiptsComeInWhateverOrderTheirProofsCome() {
        // 0, 1: brought; 2, 3: executed; 4, 5: proven.
        List<List<Integer>> orders = orders(6, new int[] {2, 3}, new int[] {2, 4}, new int[] {3, 5});
        assertEquals(90, orders.size());
        for (List<Integer> order : orders) {
            for (boolean looks : new boolean[] {false, true}) {
                TransactDoor[] doors = {new TransactDoor(), new TransactDoor()};
                Courier[] streams = {stream(doors[0]), stream(doors[1])};
                long below = chain.ledger.height();
                SignedCall[] calls = {chain.call(below + FAR), chain.call(below + FAR)};
                for (int event : order) {
                    int which = event % 2;
                    switch (event / 2) {
                        case 0 -> bring(streams[which], calls[which]);
                        case 1 -> execute(calls[which]);
                        default -> prove(below + 1 + which);
                    }
                    if (looks) {
                        settle();
                    }
                }
                settle();
                for (int i = 0; i < 2; i++) {
                    assertEquals(List.of(receipt(below + 1 + i, calls[i])), doors[i].heard(), order.toString());
                }
                assertEquals(0, couriers.awaited());
            }
        }
    }

    @Test
    void streamsThatBringTheSameTransactionAllGetItsReceipt() {
        TransactDoor first = new TransactDoor();
        TransactDoor second = new TransactDoor();
        TransactDoor third = new TransactDoor();
        SignedCall call = chain.call(FAR);
        Courier early = stream(first);
        bring(early, call);
        assertFalse(early.expect(call), "it is under way on this stream");
        bring(stream(second), call);
        long height = execute(call);
        bring(stream(third), call);
        prove(height);
        settle();
        for (TransactDoor door : List.of(first, second, third)) {
            assertEquals(List.of(receipt(height, call)), door.heard());
        }
        bring(early, call);
        settle();
        assertEquals(Collections.nCopies(2, receipt(height, call)), first.heard(), "who brings it again gets it again");
        assertEquals(List.of(receipt(height, call)), second.heard());
        assertEquals(0, couriers.awaited());
    }

    @Test
    void aRefusalOfOneStreamLeavesTheOthersReceipt() {
        TransactDoor refused = new TransactDoor();
        TransactDoor waits = new TransactDoor();
        SignedCall call = chain.call(FAR);
        Courier courier = stream(refused);
        bring(courier, call);
        bring(stream(waits), call);
        courier.refused(call.id(), new PoyangException(NodeErrors.POOL_FULL, "full", "later"));
        long height = execute(call);
        prove(height);
        settle();
        assertEquals(List.of(refusal("POOL_FULL", call)), refused.heard());
        assertEquals(List.of(receipt(height, call)), waits.heard());
    }

    @Test
    void aStreamClosedMidwayIsForgottenAndTheOthersGoOn() {
        TransactDoor gone = new TransactDoor();
        TransactDoor stays = new TransactDoor();
        Courier leaving = stream(gone);
        Courier staying = stream(stays);
        SignedCall own = chain.call(FAR);
        SignedCall shared = chain.call(FAR);
        bring(leaving, own);
        bring(leaving, shared);
        bring(staying, shared);
        long height = execute(own, shared);
        assertTrue(leaving.close());
        assertFalse(leaving.close(), "once");
        assertEquals(1, couriers.awaited());
        bring(leaving, chain.call(FAR));
        assertEquals(1, couriers.awaited(), "what a closed stream still brings is awaited by nobody");
        prove(height);
        settle();
        assertEquals(List.of(), gone.heard());
        assertEquals(List.of(receipt(height, shared)), stays.heard());
        assertEquals(0, couriers.awaited());
    }

    @Test
    void whatNoBlockUpToItsLimitHoldsIsRefusedOnceThatIsFinal() {
        TransactDoor door = new TransactDoor();
        Courier courier = stream(door);
        SignedCall late = chain.call(2);
        SignedCall inTime = chain.call(2);
        SignedCall open = chain.call(3);
        for (SignedCall call : List.of(late, inTime, open)) {
            bring(courier, call);
        }
        prove(execute(chain.call(FAR)));
        later(1);
        assertEquals(List.of(), door.heard(), "block 2 may hold it");
        long second = execute(inTime);
        later(1);
        assertEquals(List.of(), door.heard(), "block 2 is not final");
        prove(second);
        later(1);
        assertEquals(List.of(receipt(2, inTime), refusal("TRANSACTION_OUT_OF_TIME", late)), door.heard());
        prove(execute(open));
        later(1);
        assertEquals(receipt(3, open), door.heard().getLast());
        assertEquals(3, door.heard().size());
        assertEquals(0, couriers.awaited());
    }

    /// One was awaited when its block was executed, one came in again only then.
    @Test
    void whoseBlockGetsNoProofIsToldSoAndMayAskAgain() {
        TransactDoor door = new TransactDoor();
        Courier courier = stream(door);
        SignedCall before = chain.call(FAR);
        SignedCall after = chain.call(FAR);
        bring(courier, before);
        long height = execute(before, after);
        bring(courier, after);
        settle();
        later(Couriers.PROOF_SECONDS - 1);
        assertEquals(List.of(), door.heard());
        later(1);
        assertEquals(List.of(refusal("NOT_FINAL_YET", before), refusal("NOT_FINAL_YET", after)), door.heard());
        assertEquals(0, couriers.awaited());
        later(Couriers.PROOF_SECONDS);
        assertEquals(2, door.heard().size(), "once");
        bring(courier, after);
        settle();
        assertEquals(1, couriers.awaited());
        prove(height);
        settle();
        assertEquals(receipt(height, after), door.heard().getLast());
        assertEquals(3, door.heard().size());
    }

    @Test
    void whatIsMoreThanIsKeptAtHandIsReadFromTheLedger() {
        TransactDoor door = new TransactDoor();
        Courier courier = stream(door);
        List<SignedCall> calls = new ArrayList<>();
        for (int i = 0; i < 3 * AT_HAND; i++) {
            calls.add(chain.call(FAR));
            bring(courier, calls.getLast());
        }
        for (SignedCall call : calls) {
            execute(call);
        }
        List<String> expected = new ArrayList<>();
        for (int height = calls.size(); height > 0; height--) {
            prove(height);
            expected.add(receipt(height, calls.get(height - 1)));
        }
        settle();
        assertEquals(expected, door.heard());
    }

    @Test
    void aStreamHasRoomForSoManyAndRefusalsOfOthersMakeNone() {
        TransactDoor door = new TransactDoor();
        Courier courier = stream(door);
        SignedCall one = chain.call(FAR);
        List<SignedCall> many = new ArrayList<>();
        for (int i = 0; i < Courier.MOST_UNDER_WAY; i++) {
            many.add(new SignedCall(one.leaf(), Bytes.utf8("transaction " + i), one.payload()));
            assertTrue(courier.expect(many.getLast()));
        }
        PoyangException malformed = new PoyangException(NodeErrors.BAD_TRANSACTION, "malformed", "another");
        courier.refused(Bytes.utf8("something else"), malformed);
        assertEquals(
                NodeErrors.POOL_FULL,
                assertThrows(PoyangException.class, () -> courier.expect(one)).code());
        assertFalse(courier.expect(many.getFirst()), "that one is in already");
        courier.refused(many.getFirst().id(), malformed);
        assertTrue(courier.expect(one));
    }

    @Test
    void whoReadsNothingIsGivenUpAndForgotten() {
        TransactDoor door = new TransactDoor();
        Courier courier = stream(door);
        bring(courier, chain.call(FAR));
        door.ready = false;
        PoyangException why = new PoyangException(NodeErrors.BAD_TRANSACTION, "malformed", "another");
        for (int i = 0; i < 1_000; i++) {
            courier.refused(Bytes.utf8("transaction " + i), why);
        }
        assertEquals(List.of("RESOURCE_EXHAUSTED"), door.ended());
        assertTrue(door.heard().size() < 1_000);
        assertEquals(0, couriers.awaited());
        assertFalse(courier.close(), "nobody ends it again");
    }
}
