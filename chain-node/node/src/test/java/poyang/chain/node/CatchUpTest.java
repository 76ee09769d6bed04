package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
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
/// over real sockets and ledgers (the disk of the first is put back as it was so many rounds before): each
/// takes the chain up, and the others cannot go on without its vote; they do go on without any one of the four.
@Timeout(600)
final class CatchUpTest {
    /// Consensus passes on the blocks of 256 rounds.
    private static final long ROUNDS = 280;

    private static final long BLOCK_TIME_MILLIS = 20;

    @TempDir
    private Path folder;

    private final AtomicInteger notes = new AtomicInteger();

    @Test
    void whoWasAwayForLongAndWhoComesWithNothingVoteAgain() throws Exception {
        try (Village village = new Village(folder, BLOCK_TIME_MILLIS)) {
            ChainAccount analyst = village.account("taxation/analyst");
            village.await(note(analyst));
            village.stop(3);
            Path early = village.takeDisk(3, "early");
            village.giveDisk(3, early);
            village.start(3);
            // Four are needed for this: each round of a leader that is away takes two seconds.
            keepBusy(village, analyst);

            village.stop(3);
            Path late = village.takeDisk(3, "late");
            village.giveDisk(3, early);
            village.start(3);
            village.await(note(analyst));
            isNeededNow(village, analyst, 2);

            village.stop(3);
            Path gone = village.takeDisk(3, "gone");
            assertTrue(Files.exists(late) && Files.exists(gone));
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
