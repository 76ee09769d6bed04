package poyang.sdk;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// The error codes of connections, of signed reads, of proofs and of processes' own files.
public final class SdkErrors {
    public static final ErrorCode BAD_QUERY = new ErrorCode("BAD_QUERY", 3101, Category.BAD_INPUT);
    public static final ErrorCode OTHER_CHAIN = new ErrorCode("OTHER_CHAIN", 3102, Category.BAD_INPUT);
    public static final ErrorCode STALE_QUERY = new ErrorCode("STALE_QUERY", 3103, Category.FORBIDDEN);
    public static final ErrorCode REPLAYED_QUERY = new ErrorCode("REPLAYED_QUERY", 3104, Category.FORBIDDEN);
    public static final ErrorCode QUERY_NOT_PROVEN = new ErrorCode("QUERY_NOT_PROVEN", 3105, Category.FORBIDDEN);
    public static final ErrorCode BUSY = new ErrorCode("BUSY", 3106, Category.ENVIRONMENT);
    public static final ErrorCode CALL_FAILED = new ErrorCode("CALL_FAILED", 3107, Category.ENVIRONMENT);
    public static final ErrorCode BAD_ADDRESS = new ErrorCode("BAD_ADDRESS", 3108, Category.BAD_INPUT);
    public static final ErrorCode BAD_SETTINGS = new ErrorCode("BAD_SETTINGS", 3109, Category.BAD_INPUT);
    public static final ErrorCode BAD_FILE = new ErrorCode("BAD_FILE", 3110, Category.BAD_INPUT);
    public static final ErrorCode NOT_PROVEN = new ErrorCode("NOT_PROVEN", 3111, Category.BAD_PEER);
    public static final ErrorCode NOT_FINAL = new ErrorCode("NOT_FINAL", 3112, Category.ENVIRONMENT);
    public static final ErrorCode AUDIT_LOG_LOST = new ErrorCode("AUDIT_LOG_LOST", 3113, Category.ENVIRONMENT);
    public static final ErrorCode AUDIT_LOG_DAMAGED = new ErrorCode("AUDIT_LOG_DAMAGED", 3114, Category.BAD_INPUT);
    public static final ErrorCode FOLDER_FAILED = new ErrorCode("FOLDER_FAILED", 3115, Category.ENVIRONMENT);
    public static final ErrorCode KEY_NOT_GOOD = new ErrorCode("KEY_NOT_GOOD", 3116, Category.FORBIDDEN);
    public static final ErrorCode ACCOUNT_BARRED = new ErrorCode("ACCOUNT_BARRED", 3117, Category.FORBIDDEN);
    public static final ErrorCode NOT_A_FOLLOWER = new ErrorCode("NOT_A_FOLLOWER", 3118, Category.FORBIDDEN);
    public static final ErrorCode AUDIT_AHEAD = new ErrorCode("AUDIT_AHEAD", 3119, Category.BAD_INPUT);

    private SdkErrors() {}
}
