package poyang.chain.node;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poyang.chain.contract.Account;
import poyang.chain.contract.ContractRejection;
import poyang.chain.contract.KeyWindow;
import poyang.chain.ledger.StateView;
import poyang.crypto.VerificationKey;
import poyang.kernel.PoyangException;

/// Whether an account's transaction may stand in the block at some height: signed by a key that is good
/// there, of an account that nothing bars. Every node that has the same state says the same.
final class Signers {
    private final Contracts contracts;

    Signers(Contracts contracts) {
        this.contracts = contracts;
    }

    /// What came of it.
    sealed interface Verdict {
        /// It may.
        record Signed(VerificationKey key) implements Verdict {}

        /// The account signed it, and it may not all the same.
        record Refused(ContractRejection why) implements Verdict {}

        /// None of the account's latest keys signed it, so it is nobody's.
        record Unsigned() implements Verdict {}
    }

    static VerificationKey key(KeyWindow window) {
        return VerificationKey.decode(window.publicKey().toArray());
    }

    /// The key with which a batch should try a call of this account; empty when there is not exactly one.
    static Optional<VerificationKey> onlyKey(Account account, long height) {
        List<KeyWindow> good = account.keysAt(height);
        return good.size() == 1 ? Optional.of(key(good.getFirst())) : Optional.empty();
    }

    /// @param held a key under which the call's signature is known to hold
    /// @param failed a key under which it is known not to hold
    Verdict judge(
            SignedCall call,
            Account sender,
            long height,
            StateView state,
            @Nullable VerificationKey held,
            @Nullable VerificationKey failed) {
        for (KeyWindow window : sender.keys().reversed()) {
            VerificationKey key = key(window);
            if (!Objects.equals(failed, key) && (Objects.equals(held, key) || holds(call, key))) {
                return window.refusal(sender.id(), height)
                        .or(() -> contracts.barred(sender.id(), height, state))
                        .<Verdict>map(Verdict.Refused::new)
                        .orElseGet(() -> new Verdict.Signed(key));
            }
        }
        return new Verdict.Unsigned();
    }

    /// Is the key under which a signature holds one of the account's?
    static boolean signed(Account account, @Nullable VerificationKey held) {
        return held != null && account.keys().stream().map(Signers::key).anyMatch(held::equals);
    }

    private static boolean holds(SignedCall call, VerificationKey key) {
        VerificationKey.Check check = call.check(key);
        return key.verify(check.message().toArray(), check.signature());
    }

    /// A refusal on its way to a client.
    static PoyangException exception(ContractRejection why) {
        return new PoyangException(why.code(), why.wrong(), why.right());
    }
}
