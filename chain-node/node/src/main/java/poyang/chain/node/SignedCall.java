package poyang.chain.node;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
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
        TransactionPayload payload = payload(leaf, chainId);
        return new SignedCall(leaf, leaf.transactionId(suite), payload);
    }

    private static TransactionPayload payload(TransactionLeaf leaf, Bytes chainId) {
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
        return payload;
    }

    /// As they stand in a batch that another validator proposed; empty for what is none.
    static List<Optional<SignedCall>> fromBatch(List<Bytes> items, CryptoSuite suite, Bytes chainId) {
        List<Optional<SignedCall>> calls = new ArrayList<>();
        for (Bytes item : items) {
            try {
                TransactionLeaf leaf = TransactionLeaf.decode(item.toArray());
                calls.add(Optional.of(new SignedCall(leaf, Bytes.empty(), payload(leaf, chainId))));
            } catch (PoyangException e) {
                calls.add(Optional.empty());
            }
        }
        Iterator<Bytes> ids = suite.hashAll(calls.stream()
                        .flatMap(call -> call.stream().map(c -> c.leaf.payload()))
                        .toList())
                .iterator();
        calls.replaceAll(call -> call.map(c -> new SignedCall(c.leaf, ids.next(), c.payload)));
        return calls;
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
        return new LedgerTransaction(leaf, id, sender(), nonce());
    }

    private static PoyangException bad(String wrong, @Nullable Throwable cause) {
        return new PoyangException(
                NodeErrors.BAD_TRANSACTION,
                "the transaction is malformed: " + wrong,
                "version 1, a nonce of 16 bytes, a signature of 64 bytes and parity 0 or 1 are needed",
                cause);
    }
}
