package poyang.chain.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoSuite;
import poyang.kernel.PoyangException;

/// What an archive and a window keep, and that a window's ledger stands up to being recomputed.
final class RetentionTest {
    private static final int BLOCKS = 40;
    private static final int KEPT = 12;

    @TempDir
    private Path folder;

    /// A window so short that a test reaches its end; a configuration allows none below
    /// {@link Retention#FEWEST}.
    private static final Retention SHORT = new Retention.Window(KEPT);

    @Test
    void aWindowForgetsOldStatesAndNothingElse() throws Exception {
        Chain archive = new Chain();
        Chain window = new Chain(SHORT);
        try (Ledger all = archive.open(Files.createDirectory(folder.resolve("all")));
                Ledger some = window.open(Files.createDirectory(folder.resolve("some")))) {
            for (int i = 0; i < BLOCKS; i++) {
                all.finalise(archive.proof(archive.commitNext(all)));
                some.finalise(window.proof(window.commitNext(some)));
            }
            assertEquals(0, all.horizon());
            assertEquals(BLOCKS - KEPT + 1, some.horizon());
            for (long height = 0; height <= BLOCKS; height++) {
                assertEquals(all.header(height), some.header(height));
                assertEquals(all.transactions(height), some.transactions(height));
                assertEquals(all.receipts(height), some.receipts(height));
                compareStates(all, some, height);
            }
            assertEquals(new Verification.Whole(BLOCKS, BLOCKS), all.verify());
            assertEquals(new Verification.Whole(BLOCKS, BLOCKS), some.verify());
        }
    }

    private static void compareStates(Ledger all, Ledger some, long height) {
        for (int i = 0; i < 60; i++) {
            String key = "account/" + i;
            if (height < some.horizon()) {
                assertEquals(
                        LedgerErrors.STATE_PRUNED,
                        assertThrows(PoyangException.class, () -> some.at(height))
                                .code());
                assertEquals(
                        LedgerErrors.STATE_PRUNED,
                        assertThrows(PoyangException.class, () -> some.prove(Chain.CONTRACT, key, height))
                                .code());
            } else {
                assertEquals(
                        all.at(height).get(Chain.CONTRACT, key), some.at(height).get(Chain.CONTRACT, key));
                assertTrue(some.prove(Chain.CONTRACT, key, height)
                        .verify(
                                CryptoSuite.SM,
                                some.header(height).orElseThrow().stateRoot(),
                                Chain.CONTRACT,
                                key,
                                all.at(height).get(Chain.CONTRACT, key)));
            }
        }
    }

    @Test
    void aViewThatIsOvertakenSaysSo() {
        Chain chain = new Chain(SHORT);
        try (Ledger ledger = chain.open(folder)) {
            chain.commitNext(ledger);
            StateView early = ledger.at(1);
            for (int i = 0; i < BLOCKS; i++) {
                chain.commitNext(ledger);
            }
            PoyangException gone = assertThrows(PoyangException.class, () -> early.get(Chain.CONTRACT, "account/1"));
            assertEquals(LedgerErrors.STATE_PRUNED, gone.code());
        }
    }

    @Test
    void anArchiveThatBecomesAWindowCatchesUpBlockByBlock() {
        Chain archive = new Chain();
        try (Ledger ledger = archive.open(folder)) {
            for (int i = 0; i < BLOCKS; i++) {
                archive.commitNext(ledger);
            }
        }
        Chain window = new Chain(SHORT);
        List<Long> horizons = new ArrayList<>();
        try (Ledger ledger = window.open(folder)) {
            for (int i = 0; i < 12; i++) {
                window.commitNext(ledger);
                horizons.add(ledger.horizon());
            }
            assertEquals(List.of(4L, 8L, 12L, 16L, 20L, 24L, 28L, 32L, 36L, 39L, 40L, 41L), horizons);
            assertEquals(new Verification.Whole(BLOCKS + 12, 0), ledger.verify());
        }
    }

    @Test
    void aStateIsFoundByItsRoot() {
        Chain chain = new Chain();
        try (Ledger ledger = chain.open(folder)) {
            for (int i = 0; i < 10; i++) {
                chain.commitNext(ledger);
            }
            for (long height = 0; height <= 10; height++) {
                assertEquals(
                        height,
                        ledger.heightOf(ledger.header(height).orElseThrow().stateRoot())
                                .orElseThrow());
            }
        }
    }

    @Test
    void namesOfRetentionsAreReadStrictly() {
        assertEquals(new Retention.Archive(), Retention.named("archive"));
        assertEquals(new Retention.Window(600), Retention.named("600"));
        for (String wrong : List.of("", "all", "599", "-1", "1e9")) {
            assertEquals(
                    LedgerErrors.BAD_RETENTION,
                    assertThrows(PoyangException.class, () -> Retention.named(wrong))
                            .code());
        }
    }
}
