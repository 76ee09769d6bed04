package poyang.chain.contract;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// Why an account that is known and signed rightly may not act; these and the contracts' own errors share
/// one range of numbers.
public final class AccountErrors {
    public static final ErrorCode KEY_NOT_YET_GOOD = new ErrorCode("KEY_NOT_YET_GOOD", 5011, Category.FORBIDDEN);
    public static final ErrorCode KEY_STOPPED = new ErrorCode("KEY_STOPPED", 5012, Category.FORBIDDEN);
    public static final ErrorCode CERTIFICATE_REVOKED = new ErrorCode("CERTIFICATE_REVOKED", 5013, Category.FORBIDDEN);
    public static final ErrorCode ACCOUNT_FROZEN = new ErrorCode("ACCOUNT_FROZEN", 5020, Category.FORBIDDEN);

    private AccountErrors() {}
}
