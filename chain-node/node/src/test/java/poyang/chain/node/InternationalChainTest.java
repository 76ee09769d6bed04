package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.ReceiptProof;
import poyang.crypto.CryptoErrors;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.GenesisValidator;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// A chain whose genesis names the international suite: the same nodes, P-256 and SHA-256 throughout.
@Timeout(120)
final class InternationalChainTest {
    private static final String ANALYST = "taxation/analyst";

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // made before the tests
    private static Village village;

    @BeforeAll
    static void start() throws Exception {
        village = new Village(folder, CryptoSuite.INTERNATIONAL);
    }

    @AfterAll
    static void stop() {
        village.close();
    }

    private static AccountRecord note(String id) {
        return AccountRecord.newBuilder().setId(id).setTitle("笔记 " + id).build();
    }

    @Test
    void aCallTakesEffectAndItsReceiptIsProvenOfflineAndBytewise() throws Exception {
        Genesis genesis = ChainForms.genesis(village.genesis);
        assertEquals("international", village.genesis.getSuite());
        assertEquals(CryptoSuite.INTERNATIONAL, genesis.suite());
        ChainAccount analyst = village.account(ANALYST);
        ProvenReceipt proven = analyst.prove(Notes.NAME, "Note", note("first"));
        TransactionReceipt receipt = TransactionReceipt.parseFrom(proven.getReceipt());
        assertEquals(0, receipt.getCode());
        byte[] payload = proven.getTransaction().getPayload().toByteArray();
        assertEquals(CryptoSuite.INTERNATIONAL.hash(payload), ChainForms.bytes(receipt.getTransactionId()));
        ReceiptProof proof = ChainForms.receiptProof(proven);
        assertInstanceOf(ReceiptProof.Verdict.Proven.class, proof.verify(genesis));
        byte[] encoded = proof.encoded().toArray();
        for (int i = 0; i < encoded.length; i++) {
            byte[] changed = encoded.clone();
            changed[i] ^= 1;
            try {
                assertInstanceOf(
                        ReceiptProof.Verdict.Refuted.class,
                        ReceiptProof.decode(changed).verify(genesis),
                        "byte " + i);
            } catch (PoyangException e) {
                // No proof at all is refused as well.
            }
        }
        village.await(receipt.getHeight());
        assertEquals(
                Optional.of(Bytes.wrap(note("first").toByteArray())),
                analyst.state(Notes.NAME, "note/first", 0).value());
    }

    private static Transaction signed(SigningKey key) {
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(
                        ChainForms.genesis(village.genesis).chainId()))
                .setNonce(ByteString.copyFrom(village.random.bytes(16)))
                .setBlockLimit(20)
                .setSender(ANALYST)
                .setContract(Notes.NAME)
                .setMethod("Note")
                .setArguments(note("by hand").toByteString())
                .build()
                .toByteArray();
        Signature signature = key.sign(payload);
        return Transaction.newBuilder()
                .setPayload(ByteString.copyFrom(payload))
                .setSignature(ChainForms.byteString(signature.rs()))
                .setParity(signature.parity())
                .build();
    }

    @Test
    void aSignatureOfTheOtherSuiteIsNone() {
        Transaction forged = signed(CryptoSuite.SM.generate(village.random));
        PoyangException refused =
                assertThrows(PoyangException.class, () -> village.client().submit(forged));
        assertEquals(NodeErrors.NOT_SIGNED.number(), refused.code().number(), refused.getMessage());
        Transaction stranger = signed(CryptoSuite.INTERNATIONAL.generate(village.random));
        assertThrows(PoyangException.class, () -> village.client().submit(stranger));
        Transaction good = signed(village.key(ANALYST));
        assertEquals(
                CryptoSuite.INTERNATIONAL.hash(good.getPayload().toByteArray()),
                village.client().submit(good));
    }

    @Test
    void aGenesisThatNamesAnotherSuiteThanItsKeysIsRefused() {
        GenesisFile mislabelled = village.genesis.toBuilder().setSuite("sm").build();
        PoyangException refused = assertThrows(PoyangException.class, () -> ChainForms.genesis(mislabelled));
        assertEquals(
                "the genesis is not valid: its validators' keys are of suite \"international\", it names \"sm\"",
                refused.wrong());
        GenesisFile unknown = village.genesis.toBuilder().setSuite("md5").build();
        assertEquals(
                CryptoErrors.UNKNOWN_SUITE,
                assertThrows(PoyangException.class, () -> ChainForms.genesis(unknown))
                        .code());
        GenesisValidator foreign = village.genesis.getValidators(0).toBuilder()
                .setPublicKey(ByteString.copyFrom(CryptoSuite.SM
                        .generate(village.random)
                        .publicKey()
                        .encoded()
                        .toArray()))
                .build();
        GenesisFile mixed =
                village.genesis.toBuilder().setValidators(0, foreign).build();
        PoyangException two = assertThrows(PoyangException.class, () -> ChainForms.genesis(mixed));
        assertEquals("the genesis' validators have keys of two suites", two.wrong());
    }
}
