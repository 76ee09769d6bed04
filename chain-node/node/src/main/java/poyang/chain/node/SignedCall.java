package poyang.chain.node;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.LedgerTransaction;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.TransactionPayload;

/// A transaction taken apart: well formed, which says nothing yet about who signed it.
///
/// @param leaf its bytes
/// @param id the digest of the payload
/// @param payload what it asks for
record SignedCall(TransactionLeaf leaf, Bytes id, TransactionPayload payload) {
    private static final int NONCE_BYTES = 16;

    /// Takes a transaction apart that is meant for this chain.
    ///
    /// @throws PoyangException `BAD_TRANSACTION` or `TRANSACTION_OF_OTHER_CHAIN`
    static SignedCall of(TransactionLeaf leaf, CryptoSuite suite, Bytes chainId) {
        if (leaf.payload().length() > TransactionLeaf.PAYLOAD_BYTES_MAX
                || leaf.signature().length() != Signature.ENCODED_BYTES - 1
                || leaf.parity() < 0
                || leaf.parity() > 1) {
            throw bad("payload, signature or parity is out of bounds", null);
        }
        TransactionPayload payload;
        try {
            payload = TransactionPayload.parseFrom(leaf.payload().toArray());
        } catch (InvalidProtocolBufferException e) {
            throw bad("the payload is not an encoded TransactionPayload", e);
        }
        if (payload.getVersion() != 1 || payload.getNonce().size() != NONCE_BYTES) {
            throw bad(
                    "version " + payload.getVersion() + " with a nonce of "
                            + payload.getNonce().size() + " bytes",
                    null);
        }
        if (!Bytes.wrap(payload.getChainId().toByteArray()).equals(chainId)) {
            throw new PoyangException(
                    NodeErrors.OTHER_CHAIN, "the transaction is for another chain", "this chain is " + chainId);
        }
        return new SignedCall(leaf, leaf.transactionId(suite), payload);
    }

    /// As it stands in a batch that another validator proposed; empty for what is none.
    static Optional<SignedCall> fromBatch(Bytes item, CryptoSuite suite, Bytes chainId) {
        try {
            return Optional.of(of(TransactionLeaf.decode(item.toArray()), suite, chainId));
        } catch (PoyangException e) {
            return Optional.empty();
        }
    }

    String sender() {
        return payload.getSender();
    }

    Bytes nonce() {
        return Bytes.wrap(payload.getNonce().toByteArray());
    }

    /// May it stand in the block at `height`?
    boolean inTime(long height) {
        return payload.getBlockLimit() >= height && payload.getBlockLimit() <= height + Ledger.NONCE_WINDOW;
    }

    VerificationKey.Check check(VerificationKey key) {
        return new VerificationKey.Check(key, leaf.payload(), new Signature(leaf.signature(), leaf.parity()));
    }

    LedgerTransaction entry() {
        return new LedgerTransaction(leaf, sender(), nonce());
    }

    private static PoyangException bad(String wrong, @Nullable Throwable cause) {
        return new PoyangException(
                NodeErrors.BAD_TRANSACTION,
                "the transaction is malformed: " + wrong,
                "version 1, a nonce of 16 bytes, a signature of 64 bytes and parity 0 or 1 are needed",
                cause);
    }
}
