package poyang.sdk;

import java.util.List;
import poyang.crypto.VerificationKey;
import poyang.kernel.PoyangException;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.KeyWindow;

/// Which keys of an account are good at which height, as its record on chain says it.
public final class AccountKeys {
    private AccountKeys() {}

    /// The windows of the account's latest keys, newest first.
    public static List<KeyWindow> windows(AccountRecord record) {
        return record.getKeysCount() > 0
                ? record.getKeysList().reversed()
                : List.of(KeyWindow.newBuilder()
                        .setPublicKey(record.getPublicKey())
                        .build());
    }

    /// Its latest keys, good or not, newest first.
    public static List<VerificationKey> known(AccountRecord record) {
        return windows(record).stream().map(AccountKeys::key).toList();
    }

    /// The keys whose signatures count in the block at `height`, newest first.
    public static List<VerificationKey> goodAt(AccountRecord record, long height) {
        return windows(record).stream()
                .filter(window -> contains(window, height))
                .map(AccountKeys::key)
                .toList();
    }

    /// Refuses a signature by a key of the account that is not good at `height`.
    ///
    /// @throws PoyangException `KEY_NOT_GOOD`, saying since or until when
    public static void needGood(AccountRecord record, VerificationKey key, long height) {
        for (KeyWindow window : windows(record)) {
            if (key(window).equals(key) && !contains(window, height)) {
                boolean early = height < window.getFromHeight()
                        && (window.getUntilHeight() == 0 || window.getUntilHeight() >= window.getFromHeight());
                throw new PoyangException(
                        SdkErrors.KEY_NOT_GOOD,
                        "the key of " + record.getId() + " that signed this "
                                + (early
                                        ? "is good from height " + window.getFromHeight() + " on"
                                        : "has not been good since height " + (window.getUntilHeight() + 1))
                                + ", and the chain is at " + height,
                        "sign with the account's present key");
            }
        }
    }

    /// Refuses an account that is frozen.
    ///
    /// @throws PoyangException `ACCOUNT_BARRED`
    public static void needActing(AccountRecord record) {
        if (record.hasFrozen()) {
            throw new PoyangException(
                    SdkErrors.ACCOUNT_BARRED,
                    record.getId() + " is frozen since block "
                            + record.getFrozen().getHeight() + " by "
                            + record.getFrozen().getAccount() + " ("
                            + record.getFrozen().getReason() + ")",
                    "have it unfrozen first");
        }
    }

    private static boolean contains(KeyWindow window, long height) {
        return window.getFromHeight() <= height && (window.getUntilHeight() == 0 || height <= window.getUntilHeight());
    }

    private static VerificationKey key(KeyWindow window) {
        return VerificationKey.decode(window.getPublicKey().toByteArray());
    }
}
