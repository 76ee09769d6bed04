package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.Retention;
import poyang.chain.ledger.StateOverlay;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;

/// `ledger verify` on files as a validator leaves them, and on files that were changed since.
final class LedgerFilesTest {
    @TempDir
    private Path folder;

    private final RandomSource random = ProcessRandom.open("test");

    private static StateOverlay state() {
        StateOverlay overlay = StateOverlay.overNothing();
        overlay.begin();
        for (int i = 0; i < 200; i++) {
            overlay.put("poyang.v1.Accounts", "account/taxation/" + i, Bytes.utf8("record " + i));
        }
        overlay.accept();
        return overlay;
    }

    private int verify(Path directory) {
        return poyang.tools.Main.run(
                Main.commands(),
                "ledger",
                "verify",
                directory.toString(),
                "--genesis",
                folder.resolve("genesis.json").toString(),
                "--password-file",
                folder.resolve("password").toString());
    }

    @Test
    void wholeFilesAreWholeAndChangedOnesAreNot() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path password = Files.writeString(folder.resolve("password"), "ledger files 7\n");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        Validator validator = new Validator(
                new PartyId("validator-1"), Sm2PrivateKey.generate(random).publicKey());
        Genesis genesis = new Genesis(
                1,
                "files",
                CryptoSuite.SM,
                Epoch.bft(0, List.of(validator)),
                1_795_000_000_000L,
                List.of(),
                Ledger.rootOf(CryptoSuite.SM, state()),
                Bytes.utf8("root"));
        Files.writeString(folder.resolve("genesis.json"), JsonFormat.printer().print(ChainForms.file(genesis)));
        assertEquals(2, verify(data), "there is no ledger yet");
        char[] typed = "ledger files 7".toCharArray();
        try (StorageKey storage = StorageKey.openOrCreate(data.resolve("storage.key"), typed, random);
                Ledger ledger =
                        Ledger.open(data.resolve("ledger"), genesis, new Retention.Archive(), storage, random)) {
            ledger.commitGenesis(state());
        }
        assertEquals(0, verify(data));
        // The first opening moved all from the log into tables.
        List<Path> tables;
        try (Stream<Path> files = Files.list(data.resolve("ledger"))) {
            tables = files.filter(file -> file.toString().endsWith(".sst")).toList();
        }
        assertNotEquals(List.of(), tables);
        for (Path table : tables) {
            byte[] whole = Files.readAllBytes(table);
            byte[] changed = whole.clone();
            changed[20] ^= 1;
            Files.write(table, changed);
            assertNotEquals(0, verify(data), table + " was changed");
            Files.write(table, whole);
        }
        assertEquals(0, verify(data));
    }
}
