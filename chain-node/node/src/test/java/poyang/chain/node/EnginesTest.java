package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.ReceiptProof;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.TransactionStream;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.TransactionReceipt;

/// Nodes under the engines that bear crashes only, over real sockets and ledgers.
@Timeout(300)
final class EnginesTest {
    @TempDir
    private Path folder;

    private final AtomicInteger notes = new AtomicInteger();

    /// Each of three is away once, so the leader is as well, and all are stopped at once in the end.
    @Test
    void raftGoesOnWithoutAnyOneOfThreeAndTakesItBack() throws Exception {
        try (Village village = new Village(folder, CryptoSuite.SM, Epoch.RAFT, 3)) {
            ChainAccount analyst = village.account("taxation/analyst");
            marked(village, analyst, "raft");
            many(village, analyst);
            for (int away = 0; away < 3; away++) {
                village.stop(away);
                many(village, analyst);
                village.start(away);
                village.await(note(analyst));
            }
            for (int each = 0; each < 3; each++) {
                village.stop(each);
            }
            for (int each = 0; each < 3; each++) {
                village.start(each);
            }
            sameRoots(village, note(analyst));
        }
    }

    @Test
    void oneValidatorAloneKeepsItsChainOverARestart() throws Exception {
        try (Village village = new Village(folder, CryptoSuite.SM, Epoch.SINGLE, 1)) {
            ChainAccount analyst = village.account("taxation/analyst");
            marked(village, analyst, "single");
            long before = many(village, analyst);
            village.stop(0);
            village.start(0);
            assertTrue(note(analyst) > before);
            many(village, analyst);
        }
    }

    private static void marked(Village village, ChainAccount analyst, String engine) {
        NodeStatus status = analyst.status(village.api.getFirst());
        assertEquals(engine, status.getEngine());
        assertTrue(status.getCrashFaultsOnly());
        assertTrue(
                ChainForms.genesis(village.genesis).epoch().strength().contains("crash faults only"),
                "people are told");
    }

    private long note(ChainAccount analyst) throws Exception {
        ProvenReceipt proven = analyst.prove(Notes.NAME, "Note", next());
        assertEquals(
                ReceiptProof.Verdict.Proven.class,
                ChainForms.receiptProof(proven)
                        .verify(ChainForms.genesis(analyst.client().genesis()))
                        .getClass());
        TransactionReceipt receipt = TransactionReceipt.parseFrom(proven.getReceipt());
        assertEquals(0, receipt.getCode());
        return receipt.getHeight();
    }

    private AccountRecord next() {
        return AccountRecord.newBuilder().setId("n" + notes.incrementAndGet()).build();
    }

    /// Many at once; each must take effect, and alike everywhere.
    private long many(Village village, ChainAccount analyst) throws Exception {
        List<CompletableFuture<TransactionReceipt>> receipts = new ArrayList<>();
        int at = village.nodes.firstKey();
        try (TransactionStream stream = TransactionStream.open(analyst.client(), at, List.of(analyst))) {
            for (int i = 0; i < 100; i++) {
                receipts.add(stream.submit(analyst, Notes.NAME, "Note", next()));
            }
            for (CompletableFuture<TransactionReceipt> receipt : receipts) {
                assertEquals(0, receipt.get(60, TimeUnit.SECONDS).getCode());
            }
        }
        long height = note(analyst);
        sameRoots(village, height);
        return height;
    }

    private static void sameRoots(Village village, long height) throws Exception {
        village.await(height);
        assertFalse(village.nodes.isEmpty());
        Bytes root = village.nodes.firstEntry().getValue().stateRoot(height);
        for (Node node : village.nodes.values()) {
            assertEquals(root, node.stateRoot(height), "the roots of all are one");
        }
    }
}
