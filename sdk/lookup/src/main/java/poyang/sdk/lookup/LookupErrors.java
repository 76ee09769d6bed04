package poyang.sdk.lookup;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// What can go wrong with a look-up before it is asked; numbers 9050 to 9069.
public final class LookupErrors {
    public static final ErrorCode NO_SUCH_VIEW = new ErrorCode("LOOKUP_NO_SUCH_VIEW", 9050, Category.BAD_INPUT);
    public static final ErrorCode BAD_KEYWORD = new ErrorCode("BAD_KEYWORD", 9051, Category.BAD_INPUT);
    public static final ErrorCode NOT_STANDING = new ErrorCode("LOOKUP_NOT_STANDING", 9052, Category.ENVIRONMENT);
    /// The holder's executor does not do as its own statements on chain say.
    public static final ErrorCode HOLDER_LIES = new ErrorCode("HOLDER_LIES", 9053, Category.BAD_PEER);

    private LookupErrors() {}
}
