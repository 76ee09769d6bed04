package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.kernel.Bytes;
import poyang.sdk.ChainAccount;
import poyang.wire.schema.AccountRecord;

/// A validator that was away for more rounds than consensus passes on, and then one with an empty disk,
/// over real sockets and ledgers: each takes the chain up, and the others cannot go on without its vote.
@Timeout(180)
final class CatchUpTest {
    /// Consensus passes on the blocks of 512 rounds.
    private static final long ROUNDS = 600;

    @TempDir
    private Path folder;

    private final AtomicInteger notes = new AtomicInteger();

    @Test
    void whoWasAwayForLongAndWhoComesWithNothingVoteAgain() throws Exception {
        try (Village village = new Village(folder)) {
            ChainAccount analyst = village.account("taxation/analyst");
            long before = note(analyst);
            village.await(before);
            village.stop(3);
            keepBusy(village, analyst);
            village.start(3);
            long height = note(analyst);
            village.await(height);
            isNeededNow(village, analyst, 2);

            village.stop(3);
            village.wipe(3);
            village.start(3);
            village.await(note(analyst));
            isNeededNow(village, analyst, 0);
        }
    }

    private long note(ChainAccount analyst) {
        return analyst.call(
                        Notes.NAME,
                        "Note",
                        AccountRecord.newBuilder()
                                .setId("n" + notes.incrementAndGet())
                                .build())
                .getHeight();
    }

    private void keepBusy(Village village, ChainAccount analyst) throws InterruptedException {
        Node first = village.nodes.firstEntry().getValue();
        long until = first.round() + ROUNDS;
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            callers.add(Thread.ofVirtual().start(() -> {
                while (first.round() < until) {
                    note(analyst);
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertTrue(first.round() >= until);
    }

    /// Stops another validator: three of four must vote, so the one that came back is among them.
    private void isNeededNow(Village village, ChainAccount analyst, int other) throws Exception {
        village.stop(other);
        long height = note(analyst);
        village.await(height);
        Bytes root = village.nodes.firstEntry().getValue().stateRoot(height);
        for (Node node : village.nodes.values()) {
            assertEquals(root, node.stateRoot(height), "the roots of all are one");
        }
        village.start(other);
        village.await(note(analyst));
    }
}
