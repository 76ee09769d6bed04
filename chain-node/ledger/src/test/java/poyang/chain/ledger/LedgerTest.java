package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.StateProof;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

final class LedgerTest {
    private static final String C = Chain.CONTRACT;

    @TempDir
    Path folder;

    private final Chain chain = new Chain();

    @Test
    void stateIsReadAndProvenAtEveryHeightAgainstAModel() {
        List<Map<String, Bytes>> states = new ArrayList<>();
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i <= 25; i++) {
                if (i > 0) {
                    chain.commitNext(ledger);
                }
                TreeMap<String, Bytes> state = new TreeMap<>();
                ledger.head().scan(C, "", "", 1000).forEach(e -> state.put(e.key(), e.value()));
                states.add(state);
            }
        }
        try (Ledger ledger = chain.open(folder)) {
            assertEquals(25, ledger.height());
            Random random = new Random(7);
            for (int i = 0; i < 300; i++) {
                int height = random.nextInt(26);
                String key = "account/" + random.nextInt(70);
                Optional<Bytes> value = Optional.ofNullable(states.get(height).get(key));
                assertEquals(value, ledger.at(height).get(C, key));
                StateProof proof = ledger.prove(C, key, height);
                assertTrue(proof.verify(
                        CryptoSuite.SM, ledger.header(height).orElseThrow().stateRoot(), C, key, value));
            }
            for (int height = 0; height <= 25; height++) {
                checkScans(ledger.at(height), states.get(height));
            }
            checkScans(ledger.head(), states.getLast());
            assertThrows(PoyangException.class, () -> ledger.at(26));
        }
    }

    private static void checkScans(StateView view, Map<String, Bytes> state) {
        for (String prefix : List.of("", "account/", "account/1", "account/11", "b")) {
            for (String after : List.of("", "account/1", "account/30", "account/11")) {
                List<StateView.Entry> expected = new ArrayList<>();
                state.forEach((key, value) -> {
                    if (key.startsWith(prefix) && key.compareTo(after) > 0) {
                        expected.add(new StateView.Entry(key, value));
                    }
                });
                assertEquals(expected, view.scan(C, prefix, after, 1000));
                assertEquals(expected.stream().limit(3).toList(), view.scan(C, prefix, after, 3));
            }
        }
    }

    @Test
    void theHeadHoldsNoValueBeyondTheBlockThatChangesIt() {
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < 25; i++) {
                for (int account = 0; account < 70; account++) {
                    String key = "account/" + account;
                    assertEquals(
                            ledger.at(ledger.height()).get(C, key),
                            ledger.head().get(C, key));
                }
                chain.commitNext(ledger);
            }
        }
        LatestValues values = new LatestValues();
        Bytes key = Bytes.utf8("key");
        Optional<Bytes> old = values.get(key, () -> {
            // While this reader is on its way the value changes.
            values.changed(List.of(key));
            return Optional.of(Bytes.utf8("old"));
        });
        assertEquals(Optional.of(Bytes.utf8("old")), old);
        assertEquals(Optional.of(Bytes.utf8("new")), values.get(key, () -> Optional.of(Bytes.utf8("new"))));
        assertEquals(Optional.of(Bytes.utf8("new")), values.get(key, Optional::empty));
    }

    @Test
    void anOverlayShowsItsOwnWritesAndForgetsRejectedOnes() {
        try (Ledger ledger = chain.open(folder)) {
            for (int seed = 0; seed < 30; seed++) {
                Random random = new Random(seed);
                StateOverlay overlay = ledger.overlay();
                TreeMap<String, Bytes> model = new TreeMap<>();
                ledger.head().scan(C, "", "", 1000).forEach(e -> model.put(e.key(), e.value()));
                for (int t = 0; t < 6; t++) {
                    TreeMap<String, Bytes> before = new TreeMap<>(model);
                    overlay.begin();
                    for (int w = 0; w < 8; w++) {
                        String key = "account/" + random.nextInt(60);
                        if (random.nextBoolean()) {
                            overlay.delete(C, key);
                            model.remove(key);
                        } else {
                            overlay.put(C, key, Bytes.utf8("new " + w));
                            model.put(key, Bytes.utf8("new " + w));
                        }
                    }
                    checkScans(overlay, model);
                    if (random.nextBoolean()) {
                        overlay.accept();
                    } else {
                        overlay.reject();
                        model.clear();
                        model.putAll(before);
                    }
                    checkScans(overlay, model);
                }
            }
            StateOverlay overlay = ledger.overlay();
            overlay.begin();
            assertThrows(PoyangException.class, () -> overlay.put(C, "a\0b", Bytes.empty()));
            assertThrows(PoyangException.class, () -> overlay.put(C, "x".repeat(2000), Bytes.empty()));
            assertThrows(PoyangException.class, () -> overlay.put(C, "\ud800", Bytes.empty()));
        }
    }

    @Test
    void aTransactionIsFoundProvenAndNotExecutedTwice() {
        try (Ledger ledger = chain.open(folder)) {
            List<BlockHeader> headers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                headers.add(chain.commitNext(ledger));
            }
            Bytes id = Chain.transaction(2, 1).leaf().transactionId(CryptoSuite.SM);
            assertEquals(Optional.of(new Ledger.Place(2, 1)), ledger.find(id));
            assertTrue(ledger.seen("taxation/owner", Chain.nonce(2, 1)));
            assertFalse(ledger.seen("housing/owner", Chain.nonce(2, 1)));
            assertEquals(Optional.empty(), ledger.receiptProof(id));

            assertEquals(0, ledger.finalise(chain.proof(headers.get(1))));
            assertEquals(2, ledger.finalise(chain.proof(headers.get(0))));
            assertEquals(4, ledger.height());
            ReceiptProof proof = ledger.receiptProof(id).orElseThrow();
            assertInstanceOf(ReceiptProof.Verdict.Proven.class, proof.verify(chain.genesis()));
            assertEquals(Bytes.utf8("receipt 2/1"), proof.receipt());

            FinalityProof weak = new FinalityProof(
                    headers.get(2), chain.proof(headers.get(2)).signatures().subList(0, 2));
            assertThrows(PoyangException.class, () -> ledger.finalise(weak));
            assertThrows(Bug.class, () -> {
                PreparedBlock block = ledger.prepare(ledger.overlay(), List.of(), List.of());
                ledger.commit(headers.getLast(), block, new OrderedMark(9, Bytes.empty()));
            });
        }
    }

    @Test
    void marksAndSafetyEntriesSurviveAndOtherChainsAreRefused() throws IOException {
        try (Ledger ledger = chain.open(folder)) {
            assertEquals(Optional.empty(), ledger.orderedMark());
            chain.commitNext(ledger);
            ledger.advance(new OrderedMark(77, Bytes.utf8("block")));
            ledger.safety().putAll(Map.of("vote/1", Bytes.utf8("a"), "vote/2", Bytes.utf8("b"), "lock", Bytes.empty()));
            ledger.safety().delete(List.of("vote/1"));
        }
        try (Ledger ledger = chain.open(folder)) {
            assertEquals(Optional.of(new OrderedMark(77, Bytes.utf8("block"))), ledger.orderedMark());
            assertEquals(Map.of("vote/2", Bytes.utf8("b")), ledger.safety().all("vote/"));
            assertEquals(1, ledger.height());
        }
        Genesis g = chain.genesis();
        Genesis other = new Genesis(1, "other", CryptoSuite.SM, g.epoch(), 0, List.of(), g.stateRoot(), g.trustRoot());
        PoyangException refused = assertThrows(PoyangException.class, () -> chain.open(folder, other));
        assertEquals(LedgerErrors.OTHER_CHAIN, refused.code());
        Genesis wrong = new Genesis(1, "w", CryptoSuite.SM, g.epoch(), 0, List.of(), g.chainId(), g.trustRoot());
        try (Ledger ledger = chain.open(Files.createDirectory(folder.resolve("wrong")), wrong)) {
            PoyangException mismatch = assertThrows(
                    PoyangException.class, () -> ledger.commitGenesis(Chain.genesisState(ledger.overlay())));
            assertEquals(LedgerErrors.GENESIS_MISMATCH, mismatch.code());
        }
    }

    @Test
    void noncesAreForgottenAfterTheWindow() {
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < 602; i++) {
                chain.commitNext(ledger);
            }
            assertFalse(ledger.seen("taxation/owner", Chain.nonce(1, 0)));
            assertTrue(ledger.seen("taxation/owner", Chain.nonce(2, 0)));
            assertTrue(ledger.seen("taxation/owner", Chain.nonce(602, 2)));
            assertEquals(new Verification.Whole(602, 0), ledger.verify());
        }
        try (Ledger ledger = chain.open(folder)) {
            assertFalse(ledger.seen("taxation/owner", Chain.nonce(1, 0)));
            assertTrue(ledger.seen("taxation/owner", Chain.nonce(2, 0)));
            assertTrue(ledger.seen("taxation/owner", Chain.nonce(602, 2)));
            assertFalse(ledger.seen("taxation/other", Chain.nonce(602, 2)));
        }
    }

    @Test
    void verifyNamesTheFirstDamagedBlock() {
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < 6; i++) {
                ledger.finalise(chain.proof(chain.commitNext(ledger)));
            }
            assertEquals(new Verification.Whole(6, 6), ledger.verify());
        }
        Bytes at4 = new RecordWriter().u64(4).toBytes();
        Bytes place = new RecordWriter().raw(at4).u32(0).toBytes();
        damage(Store.Family.RECEIPTS, place);
        damage(Store.Family.TRANSACTIONS, place);
        damage(Store.Family.HEADERS, at4);
        damage(Store.Family.FINALITY, at4);
        damage(Store.Family.ROOTS, at4);
    }

    /// Changes the entry's last octet, verifies, and changes it back.
    private void damage(Store.Family family, Bytes key) {
        Bytes whole;
        try (Store store = Chain.store(folder)) {
            whole = store.get(family, key).orElseThrow();
            byte[] bad = whole.toArray();
            // Not the last octet of a root: that is its kind, which the recomputation does not need.
            bad[family == Store.Family.ROOTS ? 20 : bad.length - 1] ^= 1;
            write(store, family, key, Bytes.wrap(bad));
        }
        try (Ledger ledger = chain.open(folder)) {
            Verification.Damaged found = assertInstanceOf(Verification.Damaged.class, ledger.verify());
            assertEquals(4, found.height(), found.reason());
        }
        try (Store store = Chain.store(folder)) {
            write(store, family, key, whole);
        }
    }

    private static void write(Store store, Store.Family family, Bytes key, Bytes value) {
        Store.Batch batch = store.batch();
        batch.put(family, key, value).write();
    }
}
