package poyang.chain.node;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.ledger.PreparedBlock;
import poyang.chain.ledger.Retention;
import poyang.chain.proofs.Attestation;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Role;
import poyang.wire.schema.TransactionPayload;

/// A ledger whose blocks are executed, and proven, when a test says so.
final class OneValidator implements AutoCloseable {
    static final String ANALYST = "taxation/analyst";
    private static final long NOW = 1_795_000_000_000L;
    private static final PartyId NAME = new PartyId("validator-1");

    final Contracts contracts = Contracts.installed();
    final Ledger ledger;
    private final RandomSource random = new SeededRandom(new byte[32], "one-validator");
    private final SigningKey validator = CryptoSuite.SM.generate(random);
    private final SigningKey analyst = CryptoSuite.SM.generate(random);
    private final Execution execution;
    private long made;

    OneValidator(Path folder) {
        byte[] account = AccountRecord.newBuilder()
                .setId(ANALYST)
                .setOrganisation("taxation")
                .addRoles(Role.ANALYST)
                .setPublicKey(ChainForms.byteString(analyst.publicKey().encoded()))
                .build()
                .toByteArray();
        List<Genesis.Call> calls = List.of(new Genesis.Call(Notes.NAME, "Register", Bytes.wrap(account)));
        Epoch epoch = Epoch.of(0, Epoch.SINGLE, 1_000, List.of(new Validator(NAME, validator.publicKey())));
        Genesis genesis = GenesisMaker.make("one validator", epoch, NOW, calls, Bytes.utf8("root"));
        try (StorageKey storage =
                StorageKey.openOrCreate(folder.resolve("storage.key"), "one validator".toCharArray(), random)) {
            ledger = Ledger.open(folder.resolve("ledger"), genesis, new Retention.Archive(), storage, random);
        }
        ledger.commitGenesis(Execution.genesis(contracts, CryptoSuite.SM, calls, NOW));
        execution = new Execution(contracts, ledger, _ -> Optional.empty());
    }

    /// A fresh transaction of the analyst's, good up to a height.
    SignedCall call(long blockLimit) {
        TransactionLeaf leaf = leaf(payload(blockLimit));
        return SignedCall.of(leaf, CryptoSuite.SM, ledger.chainId());
    }

    TransactionPayload payload(long blockLimit) {
        return TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(ledger.chainId()))
                .setNonce(ByteString.copyFrom(random.bytes(16)))
                .setBlockLimit(blockLimit)
                .setSender(ANALYST)
                .setContract(Notes.NAME)
                .setMethod("Note")
                .setArguments(AccountRecord.newBuilder()
                        .setId("note-" + made++)
                        .build()
                        .toByteString())
                .build();
    }

    TransactionLeaf leaf(TransactionPayload payload) {
        byte[] signed = payload.toByteArray();
        Signature signature = analyst.sign(signed);
        return new TransactionLeaf(Bytes.wrap(signed), signature.rs(), signature.parity());
    }

    /// The next block, which no proof is there for yet.
    Execution.Block execute(SignedCall... calls) {
        List<Bytes> items = Stream.of(calls).map(call -> call.leaf().encoded()).toList();
        Execution.Block made = execution.run(items, NOW + ledger.height() + 1).orElseThrow();
        PreparedBlock block = made.prepared();
        BlockHeader below = ledger.header(block.height() - 1).orElseThrow();
        BlockHeader header = new BlockHeader(
                ledger.chainId(),
                0,
                block.height(),
                below.hash(CryptoSuite.SM),
                block.height(),
                NAME,
                NOW + block.height(),
                block.transactionCount(),
                block.transactionsRoot(),
                block.stateRoot(),
                block.receiptsRoot());
        ledger.commit(header, block, new OrderedMark(block.height(), header.hash(CryptoSuite.SM)));
        return made;
    }

    /// Has a block's proof come in.
    FinalityProof prove(long height) {
        BlockHeader header = ledger.header(height).orElseThrow();
        Signature signature = validator.sign(Attestation.message(CryptoSuite.SM, header));
        FinalityProof proof = new FinalityProof(header, List.of(new FinalityProof.Signed(NAME, signature)));
        long _ = ledger.finalise(proof);
        return proof;
    }

    @Override
    public void close() {
        ledger.close();
    }
}
