package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.contract.AccountErrors;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.ledger.PreparedBlock;
import poyang.chain.ledger.Retention;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.KeyWindow;
import poyang.wire.schema.Role;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// What a block makes of transactions that a lying proposer ordered: each key counts in its window only,
/// by the block's height, whatever admission would have said.
final class ExecutionKeysTest {
    private static final int BLOCKS = 40;
    private static final String NAME = "taxation/analyst";
    private static final long NOW = 1_795_000_000_000L;

    @TempDir
    private Path folder;

    private final RandomSource random = new SeededRandom(new byte[32], "execution-keys");
    private final List<Sm2PrivateKey> keys = new ArrayList<>();
    private final List<KeyWindow> windows = new ArrayList<>();
    private final Contracts contracts = Contracts.installed();

    private void window(long from, long until) {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        keys.add(key);
        windows.add(KeyWindow.newBuilder()
                .setPublicKey(ByteString.copyFrom(key.publicKey().encoded().toArray()))
                .setFromHeight(from)
                .setUntilHeight(until)
                .build());
    }

    private Ledger ledger() {
        window(0, 14);
        window(10, 24);
        window(40, 30);
        window(31, 0);
        AccountRecord account = AccountRecord.newBuilder()
                .setId(NAME)
                .setOrganisation("taxation")
                .addRoles(Role.ANALYST)
                .addAllKeys(windows)
                .build();
        List<Genesis.Call> calls = List.of(new Genesis.Call(Notes.NAME, "Register", Bytes.wrap(account.toByteArray())));
        List<Validator> validators = List.of(new Validator(
                new PartyId("validator-1"), Sm2PrivateKey.generate(random).publicKey()));
        Genesis genesis = GenesisMaker.make("keys", validators, NOW, calls, Bytes.utf8("root"));
        try (StorageKey storage =
                StorageKey.openOrCreate(folder.resolve("storage.key"), "execution keys 7".toCharArray(), random)) {
            Ledger ledger = Ledger.open(folder.resolve("ledger"), genesis, new Retention.Archive(), storage, random);
            ledger.commitGenesis(Execution.genesis(contracts, CryptoSuite.SM, calls, NOW));
            return ledger;
        }
    }

    private Bytes item(Ledger ledger, Sm2PrivateKey key, String note) {
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ByteString.copyFrom(ledger.chainId().toArray()))
                .setNonce(ByteString.copyFrom(random.bytes(16)))
                .setBlockLimit(ledger.height() + 100)
                .setSender(NAME)
                .setContract(Notes.NAME)
                .setMethod("Note")
                .setArguments(AccountRecord.newBuilder().setId(note).build().toByteString())
                .build()
                .toByteArray();
        Signature signature = key.sign(payload);
        return new TransactionLeaf(Bytes.wrap(payload), signature.rs(), signature.parity()).encoded();
    }

    private static int expected(KeyWindow window, long height) {
        long until = window.getUntilHeight() == 0 ? Long.MAX_VALUE : window.getUntilHeight();
        if (window.getFromHeight() <= height && height <= until) {
            return 0;
        }
        boolean early = height < window.getFromHeight() && until >= window.getFromHeight();
        return early ? AccountErrors.KEY_NOT_YET_GOOD.number() : AccountErrors.KEY_STOPPED.number();
    }

    private static void commit(Ledger ledger, PreparedBlock block) {
        BlockHeader below = ledger.header(block.height() - 1).orElseThrow();
        BlockHeader header = new BlockHeader(
                ledger.chainId(),
                0,
                block.height(),
                below.hash(CryptoSuite.SM),
                block.height(),
                new PartyId("validator-1"),
                below.timestampMillis() + 1000,
                block.transactionCount(),
                block.transactionsRoot(),
                block.stateRoot(),
                block.receiptsRoot());
        ledger.commit(header, block, new OrderedMark(block.height(), header.hash(CryptoSuite.SM)));
    }

    @Test
    void aBlockHoldsEveryKeyToItsWindowWhateverWasOrdered() throws InvalidProtocolBufferException {
        Ledger ledger = ledger();
        Execution execution = new Execution(contracts, ledger, _ -> Optional.empty());
        Sm2PrivateKey stranger = Sm2PrivateKey.generate(random);
        SplittableRandom dice = new SplittableRandom(5);
        for (int i = 0; i < BLOCKS; i++) {
            long height = ledger.height() + 1;
            List<Bytes> batch = new ArrayList<>();
            List<Integer> codes = new ArrayList<>();
            for (int n = 0; n < 6; n++) {
                int by = dice.nextInt(keys.size() + 1);
                String note = height + "-" + n;
                batch.add(item(ledger, by < keys.size() ? keys.get(by) : stranger, note));
                if (by < keys.size()) {
                    codes.add(expected(windows.get(by), height));
                }
            }
            batch.add(item(ledger, keys.getLast(), height + "-last"));
            codes.add(expected(windows.getLast(), height));
            PreparedBlock block =
                    execution.run(batch, NOW + height).orElseThrow().prepared();
            commit(ledger, block);
            List<Integer> found = new ArrayList<>();
            for (Bytes encoded : ledger.receipts(height)) {
                TransactionReceipt receipt = TransactionReceipt.parseFrom(encoded.toArray());
                found.add(receipt.getCode());
                assertTrue(receipt.getCode() == 0 || receipt.getWrong().contains("height"), receipt.getWrong());
            }
            assertEquals(codes, found, "at height " + height);
        }
        ledger.close();
    }

    @Test
    void aBarredAccountGetsAReceiptThatSaysSoAndNoEffect() throws InvalidProtocolBufferException {
        Ledger ledger = ledger();
        Execution execution = new Execution(contracts, ledger, _ -> Optional.empty());
        List<Bytes> batch =
                List.of(item(ledger, keys.getFirst(), "barred-" + NAME), item(ledger, keys.getFirst(), "too-late"));
        commit(ledger, execution.run(batch, NOW + 1).orElseThrow().prepared());
        List<Bytes> receipts = ledger.receipts(1);
        assertEquals(0, TransactionReceipt.parseFrom(receipts.get(0).toArray()).getCode());
        assertEquals(
                AccountErrors.CERTIFICATE_REVOKED.number(),
                TransactionReceipt.parseFrom(receipts.get(1).toArray()).getCode());
        assertEquals(Optional.empty(), ledger.head().get(Notes.NAME, "note/too-late"));
        ledger.close();
    }
}
