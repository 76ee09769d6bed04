package poyang.chain.contract;

import java.util.Optional;

/// Finds the account behind a sender; implemented by the contract that keeps accounts, found by
/// `ServiceLoader`.
public interface AccountDirectory {
    /// @param state any contract's state of the block in question
    Optional<Account> find(String accountId, ReadableState state);

    /// Why a known account may not act in the block at `height` whatever it signs; empty when it may.
    ///
    /// @param state any contract's state of the block before, or of the block in the making
    Optional<ContractRejection> barred(String accountId, long height, ReadableState state);
}
