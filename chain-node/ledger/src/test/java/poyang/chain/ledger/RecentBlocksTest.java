package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.TransactionLeaf;
import poyang.kernel.Bytes;

/// The last blocks are read from memory, as they lie on disk; no more of them than the bounds allow.
final class RecentBlocksTest {
    private static List<TransactionLeaf> leaves(int bytes) {
        return List.of(new TransactionLeaf(Bytes.wrap(new byte[bytes]), Bytes.empty(), 0));
    }

    @Test
    void olderBlocksMakeRoom() {
        RecentBlocks recent = new RecentBlocks();
        for (long height = 1; height <= 20; height++) {
            recent.add(height, leaves(10), List.of(Bytes.utf8("receipt " + height)));
        }
        for (long height = 0; height <= 21; height++) {
            boolean kept = height > 20 - RecentBlocks.BLOCKS_MAX && height <= 20;
            assertEquals(kept, recent.find(height).isPresent(), "block " + height);
        }
        assertEquals(
                List.of(Bytes.utf8("receipt 20")), recent.find(20).orElseThrow().receipts());

        int half = (int) (RecentBlocks.BYTES_MAX / 2);
        recent.add(21, leaves(half), List.of());
        recent.add(22, leaves(half), List.of());
        assertTrue(recent.find(20).isEmpty(), "two of half the bound leave no room");
        assertTrue(recent.find(21).isPresent() && recent.find(22).isPresent());
        recent.add(23, leaves(half * 2 + 1), List.of());
        for (long height = 20; height <= 23; height++) {
            assertTrue(recent.find(height).isEmpty(), "one that is larger than the bound is not kept");
        }
    }

    @Test
    void whatIsRememberedIsWhatLiesOnDisk(@TempDir Path folder) {
        Chain chain = new Chain();
        List<List<TransactionLeaf>> transactions = new ArrayList<>();
        List<List<Bytes>> receipts = new ArrayList<>();
        try (Ledger ledger = chain.open(folder)) {
            for (long height = 1; height <= 12; height++) {
                BlockHeader _ = chain.commitNext(ledger);
            }
            for (long height = 0; height <= 13; height++) {
                assertEquals(ledger.blocks().storedTransactions(height), ledger.transactions(height));
                assertEquals(ledger.blocks().storedReceipts(height), ledger.receipts(height));
                transactions.add(ledger.transactions(height));
                receipts.add(ledger.receipts(height));
            }
            assertTrue(transactions.get(12).size() > 0, "the last block is not empty");
        }
        try (Ledger ledger = chain.open(folder)) {
            for (int height = 0; height <= 13; height++) {
                assertEquals(transactions.get(height), ledger.transactions(height));
                assertEquals(receipts.get(height), ledger.receipts(height));
            }
        }
    }
}
