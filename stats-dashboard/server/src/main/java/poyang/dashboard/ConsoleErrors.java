package poyang.dashboard;

import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;

/// What the console refuses, numbers 9000 to 9999.
public final class ConsoleErrors {
    public static final ErrorCode INTERNAL = new ErrorCode("INTERNAL", 9000, Category.ENVIRONMENT);
    public static final ErrorCode NOT_LOGGED_IN = new ErrorCode("NOT_LOGGED_IN", 9001, Category.FORBIDDEN);
    public static final ErrorCode LOGIN_REFUSED = new ErrorCode("LOGIN_REFUSED", 9002, Category.FORBIDDEN);
    public static final ErrorCode TOO_MANY_FAILURES = new ErrorCode("TOO_MANY_FAILURES", 9003, Category.FORBIDDEN);
    public static final ErrorCode FORGED_REQUEST = new ErrorCode("FORGED_REQUEST", 9004, Category.FORBIDDEN);
    public static final ErrorCode NOT_YOURS = new ErrorCode("NOT_YOURS", 9005, Category.FORBIDDEN);
    public static final ErrorCode NOT_FOUND = new ErrorCode("NOT_FOUND", 9006, Category.BAD_INPUT);
    public static final ErrorCode BAD_REQUEST = new ErrorCode("BAD_REQUEST", 9007, Category.BAD_INPUT);
    public static final ErrorCode BAD_CONFIG = new ErrorCode("BAD_CONFIG", 9008, Category.BAD_INPUT);
    public static final ErrorCode FOREIGN_INDEX = new ErrorCode("FOREIGN_INDEX", 9009, Category.ENVIRONMENT);

    private ConsoleErrors() {}
}
