package poyang.chain.contract;

import java.util.Optional;

/// Finds the account behind a sender; implemented by the contract that keeps accounts, found by
/// `ServiceLoader`.
public interface AccountDirectory {
    /// @param state any contract's state of the block in question
    Optional<Account> find(String accountId, ReadableState state);
}
