package poyang.sdk;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of connections and of signed reads.
public final class SdkErrors {
    public static final ErrorCode BAD_QUERY = new ErrorCode("BAD_QUERY", 3101, Category.BAD_INPUT);
    public static final ErrorCode OTHER_CHAIN = new ErrorCode("OTHER_CHAIN", 3102, Category.BAD_INPUT);
    public static final ErrorCode STALE_QUERY = new ErrorCode("STALE_QUERY", 3103, Category.FORBIDDEN);
    public static final ErrorCode REPLAYED_QUERY = new ErrorCode("REPLAYED_QUERY", 3104, Category.FORBIDDEN);
    public static final ErrorCode QUERY_NOT_PROVEN = new ErrorCode("QUERY_NOT_PROVEN", 3105, Category.FORBIDDEN);
    public static final ErrorCode BUSY = new ErrorCode("BUSY", 3106, Category.ENVIRONMENT);
    public static final ErrorCode CALL_FAILED = new ErrorCode("CALL_FAILED", 3107, Category.ENVIRONMENT);

    private SdkErrors() {}
}
