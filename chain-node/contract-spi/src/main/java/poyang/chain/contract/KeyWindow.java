package poyang.chain.contract;

import java.util.Optional;
import poyang.kernel.Bytes;

/// A key of an account and the blocks in which it is good.
///
/// @param publicKey SM2, 65 bytes uncompressed
/// @param from the first height at which it is good
/// @param until the last one, or {@link #NO_END}; below `from` when it was stopped before it became good
public record KeyWindow(Bytes publicKey, long from, long until) {
    public static final long NO_END = Long.MAX_VALUE;

    public boolean contains(long height) {
        return from <= height && height <= until;
    }

    /// Why what this key signed may not stand in the block at `height`; empty when it may.
    public Optional<ContractRejection> refusal(String account, long height) {
        if (contains(height)) {
            return Optional.empty();
        }
        if (until < from || height > until) {
            String since = until < from
                    ? "was stopped before it became good"
                    : "has not been good since height " + (until + 1);
            return Optional.of(new ContractRejection(
                    AccountErrors.KEY_STOPPED,
                    "the key of " + account + " that signed this " + since + ", and this is for height " + height,
                    "sign with the account's present key"));
        }
        return Optional.of(new ContractRejection(
                AccountErrors.KEY_NOT_YET_GOOD,
                "the key of " + account + " that signed this is good from height " + from
                        + " on, and this is for height " + height,
                "sign with the account's old key until then"));
    }
}
