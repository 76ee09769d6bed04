package poyang.chain.node;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poyang.chain.ledger.Ledger;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// The validator's own transactions.
///
/// @param account its account on chain
/// @param signer has the keys that the chain knows it by, or may know it by
record OwnCalls(String account, Stage.Signer signer, Ledger ledger, Pool pool, Finality finality, RandomSource random) {
    private static final int NONCE_BYTES = 16;
    /// Enough for a node that has just come back and is behind.
    private static final long BLOCKS_TO_LIVE = 500;
    private static final long FINAL_MILLIS = 15_000;

    /// Has a contract's method executed, and waits until its receipt is final.
    ///
    /// @throws PoyangException with the contract's code and words when it refused; `NOT_FINAL_YET`
    void call(String contract, String method, Message arguments) throws InterruptedException {
        SigningKey key = signer.keyIn(ledger.epochs().last()).orElseGet(signer.keys()::getFirst);
        call(key, contract, method, arguments);
    }

    /// The same with one of its keys.
    void call(SigningKey key, String contract, String method, Message arguments) throws InterruptedException {
        awaitReceipt(pool.submit(signed(key, contract, method, arguments.toByteString())));
    }

    private TransactionLeaf signed(SigningKey key, String contract, String method, ByteString arguments) {
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(ledger.chainId()))
                .setNonce(ByteString.copyFrom(random.bytes(NONCE_BYTES)))
                .setBlockLimit(ledger.height() + BLOCKS_TO_LIVE)
                .setSender(account)
                .setContract(contract)
                .setMethod(method)
                .setArguments(arguments)
                .build()
                .toByteArray();
        Signature signature = key.sign(payload);
        return new TransactionLeaf(Bytes.wrap(payload), signature.rs(), signature.parity());
    }

    private void awaitReceipt(Bytes id) throws InterruptedException {
        long deadline = System.nanoTime() + FINAL_MILLIS * 1_000_000;
        while (true) {
            long height = finality.height();
            Optional<ReceiptProof> proof = ledger.receiptProof(id);
            if (proof.isPresent()) {
                accepted(proof.get());
                return;
            }
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0 || !finality.await(height + 1, left)) {
                throw notFinal(null);
            }
        }
    }

    private static void accepted(ReceiptProof proof) {
        try {
            TransactionReceipt receipt =
                    TransactionReceipt.parseFrom(proof.receipt().toArray());
            if (receipt.getCode() != 0) {
                throw new PoyangException(
                        new ErrorCode(receipt.getErrorName(), receipt.getCode(), ErrorCode.Category.BAD_INPUT),
                        receipt.getWrong(),
                        receipt.getRight());
            }
        } catch (InvalidProtocolBufferException e) {
            throw new Bug("the ledger holds a receipt that is none", e);
        }
    }

    /// The transaction may still take effect.
    static PoyangException notFinal(@Nullable Throwable cause) {
        return new PoyangException(
                NodeErrors.NOT_FINAL_YET,
                "the node's own transaction is in no final block yet",
                "a quorum of validators is needed",
                cause);
    }
}
