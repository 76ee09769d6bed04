package poyang.sdk;

import java.util.List;
import java.util.Optional;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;

/// What a process knows of the chain by proofs, or from its own ledger.
public interface Facts {
    /// An account as it is now. Asked often: to be answered from memory that keeps up with the chain.
    Optional<AccountRecord> account(String id);

    /// What stands under a key of a contract's state now.
    Optional<Bytes> value(String contract, String key);

    /// What is signed now stands at this height or later.
    long nextHeight();

    /// Refuses an account for what only its process knows, as a validator does one whose certificate is revoked.
    ///
    /// @throws PoyangException saying why
    default void needUnbarred(String account) {}

    /// The account's latest keys, good or not, the newest first.
    default List<VerificationKey> known(String account) {
        return account(account).map(AccountKeys::known).orElse(List.of());
    }
}
