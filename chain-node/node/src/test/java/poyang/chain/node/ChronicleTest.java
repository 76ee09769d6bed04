package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.TransactionPayload;

/// Three validators start from a past that was made with all their keys and go on from there; a fourth with an
/// empty disk takes it up, and the others cannot go on without its vote; so it does with a snapshot instead of blocks.
@Timeout(300)
final class ChronicleTest {
    private static final int BLOCKS = 150;
    private static final int IN_A_BLOCK = 3;

    @TempDir
    private Path folder;

    @Test
    void validatorsGoOnFromAPastAndAJoinerTakesItUp() throws Exception {
        try (Village village =
                new Village(folder, CryptoSuite.SM, Epoch.BFT, Village.VALIDATORS, ChronicleTest::past)) {
            village.await(BLOCKS);
            Bytes root = village.nodes.firstEntry().getValue().stateRoot(BLOCKS);
            village.start(3);
            village.await(BLOCKS);
            assertEquals(root, village.nodes.lastEntry().getValue().stateRoot(BLOCKS));
            ChainAccount analyst = village.account("taxation/analyst");
            village.await(note(analyst, "a"));
            village.stop(0);
            village.await(note(analyst, "b"));

            village.start(0);
            village.stop(3);
            Path _ = village.takeDisk(3, "taken away");
            village.start(3, BLOCKS / 2);
            village.await(note(analyst, "c"));
            village.stop(0);
            village.await(note(analyst, "d"));
            assertTrue(village.nodes.lastEntry().getValue().horizon() >= BLOCKS, "it began with a snapshot");
        }
    }

    private static long note(ChainAccount analyst, String id) {
        return analyst.call(
                        Notes.NAME, "Note", AccountRecord.newBuilder().setId(id).build())
                .getHeight();
    }

    private static int past(Village village) throws IOException {
        char[] password = Village.STORAGE_PASSWORD.toCharArray();
        try (StorageKey storage =
                        StorageKey.openOrCreate(village.storageFile(0), password, ProcessRandom.open("test"));
                Chronicle chronicle = new Chronicle(
                        village.directory(0),
                        ChainForms.genesis(village.genesis),
                        village.validatorKeys(),
                        storage,
                        village.random,
                        village.clock)) {
            for (int i = 0; i < BLOCKS; i++) {
                chronicle.append(block(village, chronicle.height() + 1));
            }
        }
        for (int i = 1; i < 3; i++) {
            Files.copy(village.storageFile(0), village.storageFile(i));
            copy(village.directory(0), village.directory(i));
        }
        return 3;
    }

    private static List<Chronicle.Signed> block(Village village, long height) {
        SigningKey key = village.key("taxation/analyst");
        List<Chronicle.Signed> made = new ArrayList<>();
        for (int i = 0; i < IN_A_BLOCK; i++) {
            byte[] payload = TransactionPayload.newBuilder()
                    .setVersion(1)
                    .setChainId(ChainForms.byteString(
                            ChainForms.genesis(village.genesis).chainId()))
                    .setNonce(ByteString.copyFrom(village.random.bytes(16)))
                    .setBlockLimit(height + 100)
                    .setSender("taxation/analyst")
                    .setContract(Notes.NAME)
                    .setMethod("Note")
                    .setArguments(AccountRecord.newBuilder()
                            .setId("past " + height + "/" + i)
                            .build()
                            .toByteString())
                    .build()
                    .toByteArray();
            Signature signature = key.sign(payload);
            made.add(new Chronicle.Signed(
                    new TransactionLeaf(Bytes.wrap(payload), signature.rs(), signature.parity()), key.publicKey()));
        }
        return made;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
