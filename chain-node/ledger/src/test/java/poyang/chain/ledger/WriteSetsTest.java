package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.WriteSet;
import poyang.chain.proofs.WriteSet.Write;
import poyang.kernel.Bytes;

/// What a block changed, as another ledger finds it in its history, instead of executing the block.
final class WriteSetsTest {
    private static final int BLOCKS = 30;

    @TempDir
    private Path folder;

    private static List<LedgerTransaction> transactions(Ledger source, long height) {
        return IntStream.range(0, source.transactions(height).size())
                .mapToObj(i -> Chain.transaction(height, i))
                .toList();
    }

    private static PreparedBlock prepared(Ledger joiner, Ledger source, WriteSet set) {
        long height = joiner.height() + 1;
        return WriteSets.prepare(joiner, set, transactions(source, height), source.receipts(height));
    }

    private static void commit(Ledger joiner, Ledger source, PreparedBlock block) {
        FinalityProof proof = source.finality(block.height()).orElseThrow();
        joiner.commitProven(
                proof,
                block,
                new OrderedMark(
                        2 * block.height(), proof.header().hash(joiner.genesis().suite())));
    }

    /// Everything that lies on disk, opened.
    private static List<Map.Entry<Bytes, Bytes>> entries(Ledger ledger, Store.Family family) {
        List<Map.Entry<Bytes, Bytes>> found = new ArrayList<>();
        try (Store.Cursor cursor = ledger.store().cursor(family)) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                found.add(Map.entry(cursor.key(), cursor.value()));
            }
        }
        return found;
    }

    /// Under one data key, so that keyed hashes are the same: whoever executes and whoever takes write sets hold the
    /// same
    /// entries in all families, and prune the same.
    @Test
    void aLedgerThatTakesWriteSetsHoldsWhatOneHoldsThatExecuted() throws IOException {
        for (Retention retention : List.of(new Retention.Archive(), new Retention.Window(10))) {
            Chain chain = new Chain(retention);
            Path first = Files.createDirectory(folder.resolve("executes " + retention));
            Path second = Files.createDirectory(folder.resolve("takes " + retention));
            try (Ledger source = chain.open(first)) {
                Files.copy(first.resolve("storage.key"), second.resolve("storage.key"));
                Files.copy(first.resolve("ledger.key"), second.resolve("ledger.key"));
                try (Ledger joiner = chain.open(second)) {
                    for (long height = 1; height <= BLOCKS; height++) {
                        chain.commitNextProven(source);
                        WriteSet set = WriteSets.of(source, height).orElseThrow();
                        assertEquals(set, WriteSet.decode(set.encoded()));
                        PreparedBlock block = prepared(joiner, source, set);
                        assertEquals(source.header(height).orElseThrow().stateRoot(), block.stateRoot());
                        commit(joiner, source, block);
                        assertEquals(Optional.of(set), WriteSets.of(joiner, height), "it serves what it took");
                    }
                    for (Store.Family family : Store.Family.values()) {
                        assertEquals(entries(source, family), entries(joiner, family), family.name());
                    }
                    assertEquals(new Verification.Whole(BLOCKS, BLOCKS), joiner.verify());
                    for (long height = 0; height <= BLOCKS + 1; height++) {
                        boolean kept = height > source.horizon() && height <= BLOCKS;
                        assertEquals(kept, WriteSets.of(source, height).isPresent(), "height " + height);
                    }
                }
            }
        }
    }

    @Test
    void aWrongWriteSetLeadsToAnotherRoot() throws IOException {
        Chain chain = new Chain();
        try (Ledger source = chain.open(Files.createDirectory(folder.resolve("source")));
                Ledger joiner = chain.open(Files.createDirectory(folder.resolve("joiner")))) {
            int wrong = 0;
            for (long height = 1; height <= 6; height++) {
                chain.commitNextProven(source);
                WriteSet honest = WriteSets.of(source, height).orElseThrow();
                Bytes root = source.header(height).orElseThrow().stateRoot();
                for (WriteSet set : falsified(honest)) {
                    assertNotEquals(root, prepared(joiner, source, set).stateRoot(), set.toString());
                    wrong++;
                }
                assertEquals(root, prepared(joiner, source, honest).stateRoot());
                commit(joiner, source, prepared(joiner, source, honest));
            }
            assertTrue(wrong > 100, "only " + wrong);
            assertEquals(new Verification.Whole(6, 6), joiner.verify());
        }
    }

    private static List<WriteSet> falsified(WriteSet honest) {
        List<WriteSet> all = new ArrayList<>();
        for (int i = 0; i < honest.writes().size(); i++) {
            Write write = honest.writes().get(i);
            List<Write> without = new ArrayList<>(honest.writes());
            without.remove(i);
            all.add(new WriteSet(without));
            for (Write other : List.of(
                    new Write(write.contract(), write.key(), Optional.of(Bytes.utf8("another"))),
                    new Write(write.contract(), write.key() + "x", Optional.of(Bytes.utf8("another"))),
                    new Write("poyang.v1.Other", write.key(), Optional.of(Bytes.utf8("another"))))) {
                List<Write> changed = new ArrayList<>(honest.writes());
                changed.set(i, other);
                all.add(new WriteSet(changed));
            }
            if (write.value().isPresent()) {
                List<Write> gone = new ArrayList<>(honest.writes());
                gone.set(i, new Write(write.contract(), write.key(), Optional.empty()));
                all.add(new WriteSet(gone));
            }
        }
        List<Write> more = new ArrayList<>(honest.writes());
        more.add(new Write("poyang.v1.Zones", "more", Optional.of(Bytes.empty())));
        all.add(new WriteSet(more));
        return all;
    }
}
