package poyang.chain.contract;

import java.util.Optional;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;

/// What a transaction's call knows of its surroundings, the same on every node.
public interface CallContext {
    /// What the chain signs and hashes with.
    CryptoSuite suite();

    /// The genesis' digest; empty in genesis calls.
    Bytes chainId();

    /// The encoded key with which the chain's validator of this name votes and attests; empty when there is none.
    Optional<Bytes> validatorKey(String name);

    /// The canonical form of the epoch that the block belongs to; empty in genesis calls.
    Bytes epoch();

    long height();

    /// The block's time in milliseconds since 1970, agreed by consensus and never falling.
    long timestampMillis();

    Bytes transactionId();

    /// The authenticated sender. In genesis calls: {@link Account#GENESIS}.
    Account sender();

    /// Announces something to subscribers; part of the transaction's receipt.
    void emit(ContractEvent event);
}
