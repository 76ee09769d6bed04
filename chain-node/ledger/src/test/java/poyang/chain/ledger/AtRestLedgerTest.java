package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoErrors;
import poyang.crypto.CryptoSuite;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What stands on the ledger's disk: nothing that was put into it, in any file, by name or value.
final class AtRestLedgerTest {
    private static final String NAME = "taxation-inspector-zhangsan";
    private static final String VALUE = "marker-value-362201199001011234";

    @TempDir
    Path folder;

    private final Chain chain = new Chain();

    private BlockHeader commit(Ledger ledger, int writes) {
        long height = ledger.height() + 1;
        StateOverlay overlay = ledger.overlay();
        overlay.begin();
        for (int i = 0; i < writes; i++) {
            overlay.put(Chain.CONTRACT, "account/" + NAME + "/" + height + "/" + i, Bytes.utf8(VALUE.repeat(3) + i));
        }
        overlay.accept();
        TransactionLeaf leaf =
                new TransactionLeaf(Bytes.utf8("payload " + VALUE + height), Bytes.wrap(new byte[64]), 0);
        PreparedBlock block = ledger.prepare(
                overlay,
                List.of(new LedgerTransaction(leaf, leaf.transactionId(CryptoSuite.SM), NAME, Chain.nonce(height, 0))),
                List.of(Bytes.utf8("receipt " + VALUE)));
        BlockHeader header = chain.header(ledger, block);
        ledger.commit(header, block, new OrderedMark(2 * height, header.hash(CryptoSuite.SM)));
        return header;
    }

    private List<Path> files() throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private void noneHolds(String marker) throws IOException {
        for (Path file : files()) {
            String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            assertFalse(content.contains(marker), file + " holds " + marker);
        }
    }

    @Test
    void noFileHoldsANameOrAValue() throws Exception {
        try (Ledger ledger = chain.open(folder)) {
            ledger.safety().put("vote", Bytes.utf8(VALUE));
            for (int i = 0; i < 4; i++) {
                ledger.finalise(chain.proof(commit(ledger, 200)));
            }
            // The write-ahead log, before anything was written to a table.
            noneHolds("marker-value");
            noneHolds("zhangsan");
        }
        // Fresh opening turns the log into tables.
        try (Ledger ledger = chain.open(folder)) {
            commit(ledger, 1);
            assertEquals(new Verification.Whole(5, 4), ledger.verify());
            assertEquals(
                    200,
                    ledger.at(5)
                            .scan(Chain.CONTRACT, "account/" + NAME + "/2/", "", 1000)
                            .size());
        }
        assertTrue(files().stream().anyMatch(f -> f.toString().endsWith(".sst")), "there are tables");
        assertTrue(files().stream().anyMatch(f -> f.toString().endsWith(".log")), "there is a log");
        noneHolds("marker-value");
        noneHolds("zhangsan");
        noneHolds("account/");
        noneHolds("validator-1");
    }

    @Test
    void aChangedByteInATableIsNeverAWrongValue() throws IOException {
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < 3; i++) {
                commit(ledger, 50);
            }
        }
        try (Ledger ledger = chain.open(folder)) {
            assertEquals(3, ledger.height());
        }
        Random dice = new Random(2);
        List<Path> tables =
                files().stream().filter(f -> f.toString().endsWith(".sst")).toList();
        for (int i = 0; i < 25; i++) {
            Path table = tables.get(dice.nextInt(tables.size()));
            byte[] whole = Files.readAllBytes(table);
            byte[] bad = whole.clone();
            bad[dice.nextInt(bad.length)] ^= 1;
            Files.write(table, bad);
            try (Ledger ledger = chain.open(folder)) {
                for (int w = 0; w < 50; w++) {
                    String key = "account/" + NAME + "/2/" + w;
                    Bytes expected = Bytes.utf8(VALUE.repeat(3) + w);
                    assertEquals(expected, ledger.at(3).get(Chain.CONTRACT, key).orElseThrow());
                    assertEquals(
                            expected, ledger.head().get(Chain.CONTRACT, key).orElseThrow());
                }
            } catch (PoyangException e) {
                assertTrue(e.code().number() / 100 == 42, e.toString());
            }
            Files.write(table, whole);
        }
    }

    @Test
    void valuesDoNotMoveFromOneKeyToAnother() throws RocksDBException {
        try (Ledger ledger = chain.open(folder)) {
            commit(ledger, 2);
        }
        // Behind the store's back, as who can write the files would.
        Bytes one;
        Bytes two;
        try (Store store = Chain.store(folder)) {
            one = store.stateKeys().ofFlat(new StateKey(Chain.CONTRACT, "account/" + NAME + "/1/0").flat());
            two = store.stateKeys().ofFlat(new StateKey(Chain.CONTRACT, "account/" + NAME + "/1/1").flat());
        }
        swap("latest", one.toArray(), two.toArray());
        try (Ledger ledger = chain.open(folder)) {
            PoyangException refused = assertThrows(
                    PoyangException.class, () -> ledger.head().get(Chain.CONTRACT, "account/" + NAME + "/1/0"));
            assertEquals(LedgerErrors.LEDGER_DAMAGED, refused.code());
            assertInstanceOf(Verification.Damaged.class, ledger.verify());
        }
    }

    /// Exchanges what two keys of a family hold, with nothing but RocksDB.
    private void swap(String family, byte[] one, byte[] two) throws RocksDBException {
        String ledger = folder.resolve("ledger").toString();
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (Options options = new Options();
                DBOptions database = new DBOptions()) {
            for (byte[] name : RocksDB.listColumnFamilies(options, ledger)) {
                families.add(new ColumnFamilyDescriptor(name));
            }
            try (RocksDB open = RocksDB.open(database, ledger, families, handles)) {
                for (ColumnFamilyHandle handle : handles) {
                    if (new String(handle.getName(), StandardCharsets.UTF_8).equals(family)) {
                        byte[] first = open.get(handle, one);
                        open.put(handle, one, open.get(handle, two));
                        open.put(handle, two, first);
                    }
                    handle.close();
                }
            }
        }
    }

    @Test
    void aPlainLedgerOtherPasswordsAndDestroyedKeysAreRefused() throws Exception {
        RocksDB.loadLibrary();
        Path plain = folder.resolve("plain");
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB database = RocksDB.open(
                        options,
                        Files.createDirectories(plain.resolve("ledger")).toString())) {
            database.put(new byte[] {1}, new byte[] {2});
        }
        assertEquals(
                CryptoErrors.PLAIN_STORAGE,
                assertThrows(PoyangException.class, () -> chain.open(plain)).code());
        chain.open(folder).close();
        assertEquals(
                CryptoErrors.STORAGE_KEY_REJECTED,
                assertThrows(
                                PoyangException.class,
                                () -> StorageKey.open(folder.resolve("storage.key"), "other".toCharArray()))
                        .code());
        StorageKey.destroy(folder.resolve("ledger.key"), ProcessRandom.open("test"));
        assertEquals(
                CryptoErrors.PLAIN_STORAGE,
                assertThrows(PoyangException.class, () -> chain.open(folder)).code());
        try (StorageKey storage = Chain.storage(folder)) {
            storage.dataKey(folder.resolve("ledger.key"), Ledger.KEY_PURPOSE, ProcessRandom.open("test"))
                    .close();
        }
        assertEquals(
                LedgerErrors.LEDGER_DAMAGED,
                assertThrows(PoyangException.class, () -> chain.open(folder)).code());
    }

    @Test
    void theNamesOfKeysStayInOrderHoweverTheyCome() {
        try (Store store = Chain.store(folder)) {
            Random dice = new Random(4);
            TreeSet<Bytes> model = new TreeSet<>();
            for (int round = 0; round < 60; round++) {
                TreeSet<Bytes> more = new TreeSet<>();
                int count = 1 + dice.nextInt(120);
                for (int i = 0; i < count; i++) {
                    more.add(Bytes.utf8("k" + dice.nextInt(round % 2 == 0 ? 100_000 : 500)));
                }
                Store.Batch batch = store.batch();
                KeyIndex.Change change = store.keys().add(batch, List.copyOf(more));
                batch.write();
                change.publish();
                model.addAll(more);
                Bytes from = Bytes.utf8("k" + dice.nextInt(100_000));
                assertEquals(List.copyOf(model.tailSet(from)), walk(store.keys(), from));
            }
            assertEquals(List.copyOf(model), walk(new KeyIndex(store), Bytes.empty()));
        }
    }

    private static List<Bytes> walk(KeyIndex keys, Bytes from) {
        List<Bytes> found = new ArrayList<>();
        keys.walk(from, found::add);
        return found;
    }

    @Test
    void readersWalkWhileKeysAreAdded() throws InterruptedException {
        try (Store store = Chain.store(folder)) {
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 150; round++) {
                    TreeSet<Bytes> more = new TreeSet<>();
                    for (int i = 0; i < 20; i++) {
                        more.add(Bytes.utf8(String.format("k%06d", (i * 7919 + round * 104_729) % 1_000_000)));
                    }
                    Store.Batch batch = store.batch();
                    KeyIndex.Change change = store.keys().add(batch, List.copyOf(more));
                    batch.write();
                    change.publish();
                }
            });
            int before = 0;
            while (writer.isAlive()) {
                List<Bytes> seen = walk(store.keys(), Bytes.empty());
                assertEquals(List.copyOf(new TreeSet<>(seen)), seen, "in order, each once");
                assertTrue(seen.size() >= before, seen.size() + " after " + before);
                before = seen.size();
            }
            writer.join();
        }
    }
}
